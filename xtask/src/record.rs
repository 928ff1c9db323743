//! What real editors and the server say to each other, written down so that a test can say it again without an editor.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, neovim, system, vscode};

/// Runs the end-to-end test in Neovim, and a short session in VS Code, with a recorder in between.
///
/// # Errors
/// When a program is missing, or the test or the session fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD, system::PYTHON, system::NODE, system::BROWSER])?;
    let recordings = places.root.join("tests/recordings");
    let binary = binary::build(shell, places)?;
    let _binary = shell.push_env("LEASTWISE_BIN", &binary);
    {
        let recording = recordings.join("neovim.jsonl");
        let _neovim = shell.push_env("LEASTWISE_NVIM", neovim::fetch(shell, places)?);
        let _recording = shell.push_env("LEASTWISE_RECORDING", &recording);
        cmd!(shell, "cargo test --quiet --package leastwise-tests --test neovim diagnostics_hover_lens_and_fix_without_a_screen").run()?;
        println!("{}", recording.display());
    }
    let recording = recordings.join("vscode.jsonl");
    cmd!(shell, "cargo build --quiet --package leastwise-tests --bin recorder").run()?;
    let recorder = places.root.join("target/debug").join(format!("recorder{}", std::env::consts::EXE_SUFFIX));
    let tools = vscode::fetch(shell, places)?;
    let package = vscode::package(&tools, places, &binary)?;
    vscode::record(&tools, places, &package, &recorder, &recording)?;
    println!("{}", recording.display());
    Ok(())
}
