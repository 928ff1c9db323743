//! Releases: an archive for each platform, with a checksum, and the files that package managers want beside them.
//!
//! An archive is a function of what is in it: the same files give the same bytes, whoever makes it and when.

mod archive;
mod contents;
mod documents;
mod notices;
#[cfg(test)]
mod packages;
mod release;
mod target;
mod test;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use xshell::{Shell, cmd};

use crate::binary;
use crate::places::Places;

pub(crate) use release::complete;
pub(crate) use target::Target;
pub(crate) use test::test;

/// The version that the workspace is at.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds `leastwise` for a platform, or for this machine's, and makes the archive of it in `target/dist`.
///
/// # Errors
/// When nothing is released for the platform, or the program does not build.
pub(crate) fn build(shell: &Shell, places: &Places, triple: Option<&str>) -> Result<PathBuf> {
    let host = host(shell)?;
    let target = Target::find(triple.unwrap_or(&host))?;
    let program = binary::build_for(shell, places, (target.triple != host).then_some(target.triple))?;
    // A program for another platform cannot be asked for its manual.
    let runs = if target.triple == host { program.clone() } else { binary::build_without_model(shell)? };
    pack(shell, places, target, &program, &runs)
}

/// Makes the archive of a program that has been built for `target`, with its checksum beside it.
///
/// `runs` is the same program for this machine, which prints what goes with it.
///
/// # Errors
/// When a file cannot be read or written.
fn pack(shell: &Shell, places: &Places, target: &Target, program: &Path, runs: &Path) -> Result<PathBuf> {
    let contents = contents::gather(shell, places, target, program, runs)?;
    let folder = places.dist();
    fs::create_dir_all(&folder)?;
    let archive = folder.join(target.archive());
    let bytes = archive::write(target.format, &target.folder(), &contents)?;
    fs::write(&archive, &bytes)?;
    fs::write(folder.join(checksum_file(&target.archive())), checksum_line(&bytes, &target.archive()))?;
    Ok(archive)
}

/// The platform of this machine's compiler.
fn host(shell: &Shell) -> Result<String> {
    let about = cmd!(shell, "rustc --version --verbose").quiet().read()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say which platform it is for")?.to_owned())
}

/// The name of the file with another file's checksum.
fn checksum_file(name: &str) -> String {
    format!("{name}.sha256")
}

/// A line as `sha256sum` writes and checks it.
fn checksum_line(bytes: &[u8], name: &str) -> String {
    format!("{}  {name}\n", sha256(bytes))
}

/// The SHA-256 of something, in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
