//! Files in the repository that are made from code, so that they never say anything else than the code does.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::places::Places;

/// A file and the arguments that make `leastwise` print it.
struct Generated {
    path: &'static str,
    printed_by: &'static [&'static str],
}

/// Every generated file.
const FILES: &[Generated] = &[
    Generated { path: "docs/rules.md", printed_by: &["rules", "--format", "markdown"] },
    Generated { path: "docs/configuration.schema.json", printed_by: &["configuration-schema"] },
];

/// Writes every generated file.
///
/// # Errors
/// When the command does not build, or fails.
pub(crate) fn write(shell: &Shell, places: &Places) -> Result<()> {
    for file in FILES {
        let path = places.root.join(file.path);
        let arguments = file.printed_by;
        let content =
            cmd!(shell, "cargo run --quiet --package leastwise-cli -- {arguments...}").output()?.stdout;
        if fs::read(&path).ok().as_ref() != Some(&content) {
            shell.create_dir(path.parent().context("a file in the repository has a folder")?)?;
            fs::write(&path, content)?;
            println!("wrote {}", file.path);
        }
    }
    Ok(())
}

/// Checks that every generated file is what the built `leastwise` prints.
///
/// # Errors
/// With the files that are not.
pub(crate) fn check(shell: &Shell, places: &Places, leastwise: &PathBuf) -> Result<()> {
    let mut stale = Vec::new();
    for file in FILES {
        let arguments = file.printed_by;
        let content = cmd!(shell, "{leastwise} {arguments...}").quiet().output()?.stdout;
        if fs::read(places.root.join(file.path)).ok() != Some(content) {
            stale.push(file.path);
        }
    }
    ensure!(
        stale.is_empty(),
        "run `cargo xtask generate`: these are not what the code says: {}",
        stale.join(", ")
    );
    Ok(())
}
