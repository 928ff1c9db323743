//! From a path to a model that is ready, or to a message that says what is wrong with it.

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use leastwise_model::protocol::{FailureKind, ModelInfo};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;

use crate::labels::{self, Labels};
use crate::{Failure, checks, native_log};

/// What the worker is told when it is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The model file.
    pub model: PathBuf,
    /// The SHA-256 that the file must have, in hexadecimal.
    pub sha256: Option<String>,
    /// The threads to compute with. An editor shares the machine: on busy cores two threads are slower than one.
    pub threads: u32,
    /// The memory that may be used, in bytes, in place of what the system says is available.
    pub available_memory: Option<u64>,
}

impl Options {
    /// One thread, no digest, and the memory that there is.
    #[must_use]
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self { model: model.into(), sha256: None, threads: 1, available_memory: None }
    }
}

/// A model and what was found in its file.
pub(crate) struct Loaded {
    pub(crate) backend: &'static LlamaBackend,
    pub(crate) model: LlamaModel,
    pub(crate) labels: Option<Labels>,
    pub(crate) info: ModelInfo,
}

/// The share of the progress that checking the digest takes.
const CHECK_SHARE: f32 = 0.5;

/// Checks and loads a model. `on_progress` gets the part done, from 0 to 1.
pub(crate) fn load(
    options: &Options,
    mut on_progress: impl FnMut(f32) -> io::Result<()> + Send + 'static,
) -> Result<Loaded, Failure> {
    let (path, sha256) = (&options.model, options.sha256.as_deref());
    checks::processor()?;
    let size = checks::file(path, sha256, &mut |done| on_progress(done * CHECK_SHARE))?;
    checks::memory(size, options.available_memory.or_else(checks::available_memory))?;
    let backend = backend()?;
    // What was said about an earlier model.
    native_log::take();
    let mut last = 0;
    let parameters = LlamaModelParams::default().with_n_gpu_layers(0).with_progress_callback(move |done| {
        // It is called for every tensor; a hundred steps are enough. Loading is given up when nobody listens.
        let step = (done * 100.0) as u32;
        let told = step == last || on_progress(CHECK_SHARE + done * (1.0 - CHECK_SHARE)).is_ok();
        last = step;
        told
    });
    let model = LlamaModel::load_from_file(backend, path, &parameters).map_err(|error| {
        let said = native_log::take();
        let reason = if said.is_empty() { error.to_string() } else { said };
        Failure::new(FailureKind::ModelInvalid, format!("{} cannot be loaded: {reason}", path.display()))
    })?;
    // The only reason for an error is that there is no such key.
    let labels = match model.meta_val_str(labels::LABELS_KEY) {
        Ok(_) => {
            check_architecture(&model)?;
            Some(labels::read(path, width(&model))?)
        }
        Err(_) => None,
    };
    let info = ModelInfo {
        // A model need not have a name.
        name: model.meta_val_str("general.name").unwrap_or_default(),
        labels: labels.iter().flat_map(|labels| &labels.labels).map(|label| label.name.clone()).collect(),
        sha256: sha256.map(str::to_ascii_lowercase).unwrap_or_default(),
    };
    Ok(Loaded { backend, model, labels, info })
}

impl Loaded {
    /// How many numbers a state of the model has.
    pub(crate) fn width(&self) -> usize {
        width(&self.model)
    }
}

/// Checks that llama.cpp reads this kind of model from left to right and keeps what it has read. `llama-embed`, which it calls
/// the same layers without the choice of a next token, sees only its own batch.
fn check_architecture(model: &LlamaModel) -> Result<(), Failure> {
    match model.meta_val_str("general.architecture").as_deref() {
        Ok("llama") => Ok(()),
        other => {
            let other = other.unwrap_or("none");
            let message = format!("only models of the architecture `llama` can tag, and this is `{other}`");
            Err(Failure::new(FailureKind::ModelInvalid, message))
        }
    }
}

fn width(model: &LlamaModel) -> usize {
    model.n_embd_out().try_into().unwrap_or(0)
}

/// llama.cpp itself, which can be started once in a process.
fn backend() -> Result<&'static LlamaBackend, Failure> {
    static BACKEND: OnceLock<Result<LlamaBackend, Failure>> = OnceLock::new();
    BACKEND
        .get_or_init(|| {
            native_log::capture();
            LlamaBackend::init().map_err(|error| Failure::engine("llama.cpp does not start", error))
        })
        .as_ref()
        .map_err(Failure::clone)
}
