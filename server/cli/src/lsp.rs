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
    // Without a program to run it there is no model, and the server says so when one is wanted.
    leastwise_lsp::run(Options { worker: crate::local_model::worker().ok().flatten() })
}
