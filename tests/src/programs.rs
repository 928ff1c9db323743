//! The programs and files under test, as `cargo xtask test` names them in the environment.

use std::env;
use std::path::{Path, PathBuf};

/// The built `leastwise`: `LEASTWISE_BIN`.
#[must_use]
pub fn leastwise() -> Option<PathBuf> {
    named_by("LEASTWISE_BIN")
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

/// A file of this repository, by its path from the root.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).join(path)
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
