//! The release binary with llama.cpp in it: what users run, and what the end-to-end tests test.

use std::path::PathBuf;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;

/// Builds `leastwise` with the local model and returns where this checkout's copy lies.
///
/// # Errors
/// When the build fails; cargo has said why.
pub(crate) fn build(shell: &Shell, places: &Places) -> Result<PathBuf> {
    let target = places.release_target();
    cmd!(shell, "cargo build --release --package leastwise-cli --features llama --target-dir {target}")
        .run()?;
    // Other checkouts build into the same folder, so each takes its own copy at once.
    let folder = places.root.join("target/release");
    shell.create_dir(&folder)?;
    shell.copy_file(target.join("release/leastwise"), &folder)?;
    Ok(folder.join("leastwise"))
}
