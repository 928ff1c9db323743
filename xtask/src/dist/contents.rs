//! What an archive holds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::Shell;

use super::archive::{Contents, File};
use super::documents;
use super::notices;
use super::target::Target;
use crate::places::Places;

/// Files of the repository that go along as they are.
const FROM_REPOSITORY: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// All of it for `target`. `runs` is the program for this machine, which is asked for its completions and manual.
///
/// # Errors
/// When a file cannot be read, or the program does not answer.
pub(crate) fn gather(
    shell: &Shell,
    places: &Places,
    target: &Target,
    program: &Path,
    runs: &Path,
) -> Result<Contents> {
    let mut contents = documents::of(shell, runs)?;
    for name in FROM_REPOSITORY {
        contents.insert(name.to_owned(), read(&places.root.join(name), false)?);
    }
    let notices = notices::of(shell, places, target.triple)?;
    contents.insert("THIRD-PARTY.txt".to_owned(), File { bytes: notices.into_bytes(), executable: false });
    contents.insert(target.program().to_owned(), read(program, true)?);
    Ok(contents)
}

fn read(path: &Path, executable: bool) -> Result<File> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(File { bytes, executable })
}
