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
    give_way();
    let options =
        Options { sha256: worker.sha256.clone(), threads: worker.threads, ..Options::new(&worker.model) };
    serve(std::io::BufReader::new(std::io::stdin()), std::io::stdout(), &options)?;
    Ok(crate::DONE)
}

/// Lets whatever else wants to compute do so first: the editor, and the server that answers it. On Windows the model keeps the
/// priority that its parent has.
#[cfg(feature = "llama")]
fn give_way() {
    /// Half of the way to the lowest priority there is.
    #[cfg(unix)]
    const NICENESS: i32 = 10;
    #[cfg(unix)]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the model computes at full priority");
    }
}

#[cfg(not(feature = "llama"))]
pub(crate) fn run(worker: &Worker, console: &mut crate::console::Console) -> std::io::Result<u8> {
    let Worker { model, sha256, threads } = worker;
    tracing::debug!(model = %model.display(), sha256, threads, "no llama.cpp");
    console.error(&crate::local_model::NoModel::NotBuilt);
    Ok(crate::FAILED)
}
