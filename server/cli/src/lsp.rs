//! `leastwise lsp`

use clap::Args;
use leastwise_lsp::Options;
use std::process::ExitCode;

/// Serves an editor over standard input and output.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// What the server does anyway; many editors say it.
    #[arg(long)]
    stdio: bool,
}

/// Serves until the editor is done. Nothing else may print meanwhile.
pub(crate) fn run(_: &Lsp) -> ExitCode {
    // Without llama.cpp in it the program cannot be the model's process.
    let worker = if cfg!(feature = "llama") { std::env::current_exe().ok() } else { None };
    leastwise_lsp::run(Options { worker })
}
