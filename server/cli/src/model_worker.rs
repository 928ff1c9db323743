//! `leastwise model-worker`: the process that holds the model, started and ended by its parent.

use clap::Args;
use std::path::PathBuf;

/// Serves a model to the process that started it, over standard input and output.
#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// The model file.
    #[arg(long, value_name = "PATH")]
    model: PathBuf,
    /// The SHA-256 that it must have.
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// The threads to compute with.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    threads: u32,
}

#[cfg(feature = "llama")]
pub(crate) fn run(worker: &Worker, _: &mut crate::console::Console) -> std::io::Result<u8> {
    use leastwise_llama::{Options, serve};
    let options =
        Options { sha256: worker.sha256.clone(), threads: worker.threads, ..Options::new(&worker.model) };
    serve(std::io::BufReader::new(std::io::stdin()), std::io::stdout(), &options)?;
    Ok(crate::DONE)
}

#[cfg(not(feature = "llama"))]
pub(crate) fn run(worker: &Worker, console: &mut crate::console::Console) -> std::io::Result<u8> {
    let Worker { model, sha256, threads } = worker;
    tracing::debug!(model = %model.display(), sha256, threads, "no llama.cpp");
    console.error(&crate::local_model::NoModel::NotBuilt);
    Ok(crate::FAILED)
}
