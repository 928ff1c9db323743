//! Leastwise in a real Emacs without a screen, set up by the files of `editors/emacs` as they stand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use leastwise_tests::programs::{self, repository};

/// Runs the test `tests/emacs/CLIENT-test.el` with the configuration `editors/emacs/leastwise-CLIENT.el`.
/// `prepare` makes the text that is edited, and the expected one, of the fixtures.
fn in_emacs(client: &str, prepare: impl Fn(&str) -> String) -> Result<()> {
    let (Some(leastwise), Some(emacs)) = (programs::leastwise(), programs::emacs()) else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let prepared = |fixture: &str, name: &str| -> Result<PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, prepare(&fs::read_to_string(repository(fixture))?))?;
        Ok(path)
    };
    let manifest = prepared("tests/editors/before.yaml", "manifest.yaml")?;
    let expected = prepared("tests/editors/after.yaml", "expected.yaml")?;
    let output = Command::new(emacs)
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .env("PATH", programs::first_on_path(&leastwise)?)
        // What this machine's detector would add is not tested here.
        .env("LEASTWISE_MODEL", Path::new("/no/such/model.gguf"))
        .args(["--batch", "--eval", "(package-initialize)", "--load"])
        .arg(repository("tests/emacs/test-common.el"))
        .arg("--load")
        .arg(repository(&format!("editors/emacs/leastwise-{client}.el")))
        .arg("--load")
        .arg(repository(&format!("tests/emacs/{client}-test.el")))
        .args([manifest, expected])
        .output()?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn diagnostics_hover_and_fix_by_eglot() -> Result<()> {
    in_emacs("eglot", str::to_owned)
}

#[test]
fn diagnostics_hover_and_fix_by_lsp_mode() -> Result<()> {
    // lsp-mode 8.0 takes the protocol's UTF-16 columns for characters, so none here may need two of them.
    in_emacs("lsp-mode", |text| text.replace('𝛌', "λ"))
}
