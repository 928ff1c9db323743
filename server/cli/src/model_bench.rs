//! `leastwise model bench`

use clap::Args;
use std::path::PathBuf;

/// Measures a model on this machine, against llama.cpp's own loop.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The manifest to read.
    manifest: PathBuf,
    /// The model: default, or a GGUF file.
    #[arg(long, value_name = "MODEL", default_value = "default")]
    model: crate::local_model::Choice,
    /// The threads to compute with.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    threads: u32,
    /// How often to measure; the best counts.
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    rounds: u32,
}

#[cfg(feature = "llama")]
pub(crate) fn run(bench: &Bench, console: &mut crate::console::Console) -> std::io::Result<u8> {
    use crate::local_model;
    use std::io::Write;
    let document = match std::fs::read_to_string(&bench.manifest) {
        Ok(document) => document,
        Err(error) => {
            console.error(&crate::problem::Problem::unreadable(&bench.manifest.display().to_string(), error));
            return Ok(crate::FAILED);
        }
    };
    let file = match local_model::file(local_model::Task::Explain, &bench.model) {
        Ok(file) => file.ok_or(local_model::NoModel::NotFetched),
        Err(reason) => Err(reason),
    };
    let measured = match file {
        Ok(file) => leastwise_llama::measure(&file.path, &document, bench.threads, bench.rounds),
        Err(reason) => {
            console.error(&reason);
            return Ok(crate::FAILED);
        }
    };
    match measured {
        Ok(measurements) => {
            writeln!(console.out(), "{measurements}")?;
            Ok(crate::DONE)
        }
        Err(failure) => {
            console.error(&failure.message);
            Ok(crate::FAILED)
        }
    }
}

#[cfg(not(feature = "llama"))]
pub(crate) fn run(bench: &Bench, console: &mut crate::console::Console) -> std::io::Result<u8> {
    let Bench { manifest, model, threads, rounds } = bench;
    tracing::debug!(manifest = %manifest.display(), ?model, threads, rounds, "no llama.cpp");
    console.error(&crate::local_model::NoModel::NotBuilt);
    Ok(crate::FAILED)
}
