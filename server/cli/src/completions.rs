//! `leastwise completions`

use crate::DONE;
use crate::console::Console;
use clap::{Args, Command};
use clap_complete::Shell;
use std::io::{self, Write};

/// Prints completions for a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(completions: &Completions, command: &mut Command, console: &mut Console) -> io::Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(completions.shell, command, "leastwise", &mut text);
    console.out().write_all(&text)?;
    Ok(DONE)
}
