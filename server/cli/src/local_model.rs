//! Which model is asked, and the process that runs it.

use leastwise_model::{Limits, ModelFile, Supervisor, WorkerCommand, location};
use std::convert::Infallible;
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

/// The environment variable that names the program to start as the model's process, in place of this one.
const WORKER: &str = "LEASTWISE_MODEL_WORKER";
/// The most threads that a check computes with: a small model gains little from more.
const MOST_THREADS: usize = 8;

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

/// What a model is asked for. Each has a file of its own among those that `leastwise model pull` fetches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    /// To label lines.
    Detect,
    /// To explain findings.
    Explain,
}

/// The file of a model, or none where none is wanted.
pub(crate) fn file(task: Task, choice: &Choice) -> Result<Option<ModelFile>, NoModel> {
    let file = match choice {
        Choice::Off => return Ok(None),
        Choice::Default => match task {
            Task::Detect => location::detector(),
            Task::Explain => location::explainer(),
        }
        .ok_or(NoModel::NotFetched)?,
        Choice::File(path) => ModelFile { path: path.clone(), sha256: None },
    };
    if file.path.is_file() { Ok(Some(file)) } else { Err(NoModel::NotThere(file.path)) }
}

/// A model to ask, or none where none is wanted. It is started when it is first asked.
pub(crate) fn open(task: Task, choice: &Choice) -> Result<Option<Supervisor>, NoModel> {
    let Some(file) = file(task, choice)? else { return Ok(None) };
    let program = worker()?.ok_or(NoModel::NotBuilt)?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let arguments = ["model-worker".into(), "--threads".into(), threads.to_string().into()];
    let command = WorkerCommand { program, arguments: arguments.into() };
    Ok(Some(Supervisor::new(command, file, Limits::default())))
}

/// The detector where nobody has said anything about it: if its file lies where `leastwise model pull` puts it, and
/// there is a program to read it.
pub(crate) fn detector_if_there() -> Option<Supervisor> {
    open(Task::Detect, &Choice::Default).ok().flatten()
}

/// The program to start as the model's process: the one that the user names, or this one, if llama.cpp is in it.
pub(crate) fn worker() -> std::io::Result<Option<PathBuf>> {
    match std::env::var_os(WORKER).filter(|program| !program.is_empty()) {
        Some(program) => Ok(Some(program.into())),
        None if cfg!(feature = "llama") => std::env::current_exe().map(Some),
        None => Ok(None),
    }
}
