//! `leastwise lsp`

use clap::{Args, ValueEnum};
use leastwise_lsp::Options;
use leastwise_text::PositionEncoding;
use std::process::ExitCode;

/// Serves an editor over standard input and output.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// What the server does anyway; many editors say it.
    #[arg(long)]
    stdio: bool,
    /// How an editor counts columns that does not say it: UTF-16 is what the protocol has it mean, but some count otherwise.
    #[arg(long, value_name = "ENCODING", default_value = "utf-16")]
    position_encoding: Encoding,
}

/// What a column is a number of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Encoding {
    /// Bytes.
    #[value(name = "utf-8")]
    Utf8,
    /// Units of UTF-16.
    #[value(name = "utf-16")]
    Utf16,
    /// Characters.
    #[value(name = "utf-32")]
    Utf32,
}

/// Serves until the editor is done. Nothing else may print meanwhile.
pub(crate) fn run(lsp: &Lsp) -> ExitCode {
    let position_encoding = match lsp.position_encoding {
        Encoding::Utf8 => PositionEncoding::Utf8,
        Encoding::Utf16 => PositionEncoding::Utf16,
        Encoding::Utf32 => PositionEncoding::Utf32,
    };
    // Without a program to run it there is no model, and the server says so when one is wanted.
    leastwise_lsp::run(Options { worker: crate::local_model::worker().ok().flatten(), position_encoding })
}
