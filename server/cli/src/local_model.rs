//! Which model is asked, and the process that runs it.

use leastwise_model::{Limits, ModelFile, Supervisor, WorkerCommand, location};
use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

/// What `--model` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// None.
    Off,
    /// The user's own, from where `leastwise model pull` puts it.
    Default,
    /// A file.
    File(PathBuf),
}

impl FromStr for Choice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "off" => Self::Off,
            "default" => Self::Default,
            path => Self::File(path.into()),
        })
    }
}

/// Why there is no model to ask.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoModel {
    /// llama.cpp is a feature of the build.
    #[error("this leastwise was built without the local model; build it with `--features llama`")]
    NotBuilt,
    /// Nothing was fetched yet.
    #[error("there is no model on this machine; `leastwise model pull` fetches one")]
    NotFetched,
    /// The file is not there.
    #[error("{}: no such model file", .0.display())]
    NotThere(PathBuf),
    /// The program does not know where it lies.
    #[error("cannot start the model's process: {0}")]
    NoProgram(#[from] std::io::Error),
}

/// The file of a model, or none where none is wanted.
pub(crate) fn file(choice: &Choice) -> Result<Option<ModelFile>, NoModel> {
    let file = match choice {
        Choice::Off => return Ok(None),
        Choice::Default => location::explainer().ok_or(NoModel::NotFetched)?,
        Choice::File(path) => ModelFile { path: path.clone(), sha256: None },
    };
    if file.path.is_file() { Ok(Some(file)) } else { Err(NoModel::NotThere(file.path)) }
}

/// A model to ask, or none where none is wanted. It is started when it is first asked.
pub(crate) fn open(choice: &Choice) -> Result<Option<Supervisor>, NoModel> {
    let Some(file) = file(choice)? else { return Ok(None) };
    if !cfg!(feature = "llama") {
        return Err(NoModel::NotBuilt);
    }
    let command = WorkerCommand { program: std::env::current_exe()?, arguments: vec!["model-worker".into()] };
    Ok(Some(Supervisor::new(command, file, Limits::default())))
}
