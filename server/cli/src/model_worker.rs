//! `leastwise model-worker`: the process that runs llama.cpp, started by the supervisor in `leastwise-model`, never by a person.

use clap::Args;
use std::io::{self, BufReader};
use std::path::PathBuf;

/// Answers requests about a model on standard input and output.
#[derive(Debug, Args)]
pub(crate) struct ModelWorker {
    /// The model file.
    #[arg(long, value_name = "PATH")]
    model: PathBuf,
    /// The SHA-256 that the file must have.
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// The threads to compute with.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    threads: u32,
}

/// Serves until the input ends.
pub(crate) fn run(worker: &ModelWorker) -> io::Result<()> {
    let options = leastwise_llama::Options {
        sha256: worker.sha256.clone(),
        threads: worker.threads,
        ..leastwise_llama::Options::new(&worker.model)
    };
    leastwise_llama::serve(BufReader::new(io::stdin()), io::stdout(), &options)
}
