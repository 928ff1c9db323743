//! What a real Neovim says to the server, written down so that a test can say it again without an editor.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, neovim, system};

/// Runs the end-to-end test in Neovim with a recorder in between.
///
/// # Errors
/// When a program is missing or the test fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD, system::PYTHON])?;
    let recording = places.root.join("tests/recordings/neovim.jsonl");
    let _binary = shell.push_env("LEASTWISE_BIN", binary::build(shell, places)?);
    let _neovim = shell.push_env("LEASTWISE_NVIM", neovim::fetch(shell, places)?);
    let _recording = shell.push_env("LEASTWISE_RECORDING", &recording);
    cmd!(shell, "cargo test --quiet --package leastwise-tests --test neovim without_a_screen").run()?;
    println!("{}", recording.display());
    Ok(())
}
