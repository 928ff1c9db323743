//! Leastwise in a real Vim without a screen, by ALE and the file of `editors/vim` as it stands.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use leastwise_tests::programs::{self, repository};

/// A user's vimrc, as `docs/editors/vim.md` has it.
const VIMRC: &str = "\
set runtimepath+=EDITORS
let g:ale_linters = {'yaml': ['leastwise']}
let g:leastwise_settings = {'leastwise': {'profile': 'baseline'}}
packadd! ale
filetype plugin on
";

#[test]
fn findings_hover_and_fix_by_ale() -> Result<()> {
    let (Some(leastwise), Some(vim)) = (programs::leastwise(), programs::vim()) else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let vimrc = folder.path().join("vimrc");
    let editors = repository("editors/vim");
    fs::write(&vimrc, VIMRC.replace("EDITORS", editors.to_str().context("a path that is not Unicode")?))?;
    let manifest = folder.path().join("manifest.yaml");
    fs::copy(repository("tests/editors/before.yaml"), &manifest)?;
    let output = Command::new(vim)
        .env("HOME", folder.path())
        .env("PATH", programs::first_on_path(&leastwise)?)
        // What this machine's detector would add is not tested here.
        .env("LEASTWISE_MODEL", "/no/such/model.gguf")
        .env("LEASTWISE_MANIFEST", &manifest)
        .env("LEASTWISE_EXPECTED", repository("tests/editors/after.yaml"))
        // Without a screen, and with nothing of this machine's user.
        .args(["-es", "-N", "-i", "NONE", "-u"])
        .arg(&vimrc)
        .arg("-S")
        .arg(repository("tests/editors/vim/ale-test.vim"))
        .stdin(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(())
}
