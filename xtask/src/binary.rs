//! The release binary with llama.cpp in it: what users run, and what the end-to-end tests test.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::places::Places;

/// Builds `leastwise` with the local model and returns where this checkout's copy lies.
///
/// # Errors
/// When the build fails; cargo has said why.
pub(crate) fn build(shell: &Shell, places: &Places) -> Result<PathBuf> {
    build_for(shell, places, None)
}

/// The same for another platform, which cargo and a C++ compiler for it must be installed for.
///
/// # Errors
/// When the build fails; cargo has said why.
pub(crate) fn build_for(shell: &Shell, places: &Places, triple: Option<&str>) -> Result<PathBuf> {
    let target = places.release_target();
    let platform: &[&str] = match &triple {
        Some(triple) => &["--target", triple],
        None => &[],
    };
    cmd!(
        shell,
        "cargo build --release --package leastwise-cli --features llama --target-dir {target} {platform...}"
    )
    .run()?;
    let windows = triple.map_or(cfg!(windows), |triple| triple.contains("windows"));
    let name = if windows { "leastwise.exe" } else { "leastwise" };
    // Other checkouts build into the same folder, so each takes its own copy at once.
    let below = Path::new(triple.unwrap_or_default()).join("release");
    let folder = places.root.join("target").join(&below);
    shell.create_dir(&folder)?;
    shell.copy_file(target.join(below).join(name), &folder)?;
    Ok(folder.join(name))
}

/// Builds `leastwise` quickly, for asking it what it prints of itself, and returns where it lies.
///
/// # Errors
/// When the build fails.
pub(crate) fn build_without_model(shell: &Shell) -> Result<PathBuf> {
    // Where cargo puts it depends on the user's settings, so cargo is asked.
    let built =
        cmd!(shell, "cargo build --quiet --package leastwise-cli --message-format json").output()?.stdout;
    let built = String::from_utf8(built)?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    };
    built.lines().rev().find_map(executable).context("no executable was built")
}
