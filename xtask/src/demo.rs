//! Leastwise at work, for someone who has just cloned it.

use std::process::Command;

use anyhow::{Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::places::Places;
use crate::{binary, model, system};

/// A manifest that is weak on purpose.
const MANIFEST: &str = "tests/demo/weak.yaml";

/// Installs, builds and fetches what is missing, then checks, fixes and explains.
///
/// # Errors
/// When something cannot be had or built, or Leastwise itself fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD, system::PYTHON])?;
    let leastwise = binary::build(shell, places)?;
    model::fetch(shell, places)?;

    // Exit code 1 says that there are findings, and here there must be some.
    show("What is wrong", 1, cmd!(shell, "{leastwise} check --model default {MANIFEST}"))?;
    show("What can be fixed", 0, cmd!(shell, "{leastwise} fix --diff --unsafe {MANIFEST}"))?;
    show(
        "Why one of them matters",
        0,
        cmd!(shell, "{leastwise} explain host-network {MANIFEST} --model default"),
    )
}

/// Runs a command under a heading. It must end with this exit code.
fn show(heading: &str, expected: i32, command: Cmd<'_>) -> Result<()> {
    println!("\n── {heading}\n\n$ {command}\n");
    let status = Command::from(command).status()?;
    ensure!(status.code() == Some(expected), "exit code {expected} was expected, not: {status}");
    Ok(())
}
