//! The programs and files under test, as `cargo xtask test` names them in the environment.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The built `leastwise`: `LEASTWISE_BIN`.
#[must_use]
pub fn leastwise() -> Option<PathBuf> {
    named_by("LEASTWISE_BIN")
}

/// The release archive that holds the built `leastwise`: `LEASTWISE_ARCHIVE`, for this machine's platform.
#[must_use]
pub fn archive() -> Option<PathBuf> {
    named_by("LEASTWISE_ARCHIVE")
}

/// The detector: `LEASTWISE_MODEL`, a GGUF file.
#[must_use]
pub fn detector() -> Option<PathBuf> {
    named_by("LEASTWISE_MODEL")
}

/// The small language model that explains: `LEASTWISE_EXPLAINER`, a GGUF file.
#[must_use]
pub fn explainer() -> Option<PathBuf> {
    named_by("LEASTWISE_EXPLAINER")
}

/// A real Neovim: `LEASTWISE_NVIM`.
#[must_use]
pub fn neovim() -> Option<PathBuf> {
    named_by("LEASTWISE_NVIM")
}

/// A real Emacs, which finds its packages by itself: `LEASTWISE_EMACS`.
#[must_use]
pub fn emacs() -> Option<PathBuf> {
    named_by("LEASTWISE_EMACS")
}

/// A real Vim that finds ALE by `packadd`: `LEASTWISE_VIM`.
#[must_use]
pub fn vim() -> Option<PathBuf> {
    named_by("LEASTWISE_VIM")
}

/// yaml-language-server, the neighbour in most editors: `LEASTWISE_YAML_SERVER`, a JavaScript file for Node.
#[must_use]
pub fn yaml_language_server() -> Option<PathBuf> {
    named_by("LEASTWISE_YAML_SERVER")
}

/// A file of this repository, by its path from the root.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).join(path)
}

/// The PATH with the folder of `program` before all others.
///
/// # Errors
/// When the program has no folder, or that has a name which cannot stand in a PATH.
pub fn first_on_path(program: &Path) -> Result<OsString> {
    let folder = program.parent().context("the program has no folder")?.to_owned();
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths([folder].into_iter().chain(env::split_paths(&rest)))?)
}

/// The path in an environment variable. Without it the caller's test is skipped, which is printed.
#[expect(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
fn named_by(variable: &str) -> Option<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from);
    if path.is_none() {
        eprintln!("skipped: {variable} is not set; `cargo xtask test` sets it");
    }
    path
}
