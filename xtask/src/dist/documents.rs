//! What the program prints about itself: completions for shells, and manual pages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::archive::{Contents, File};

/// Shells, each with the file name by which it, or whoever packages for it, looks for a command's completions.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "leastwise.bash"),
    ("elvish", "leastwise.elv"),
    ("fish", "leastwise.fish"),
    ("powershell", "_leastwise.ps1"),
    ("zsh", "_leastwise"),
];

/// Completions and manual pages, as `leastwise` prints them.
///
/// # Errors
/// When it cannot be run, or fails.
pub(crate) fn of(shell: &Shell, leastwise: &Path) -> Result<Contents> {
    let document = |bytes| File { bytes, executable: false };
    let mut contents = Contents::new();
    for (name, file) in SHELLS {
        let completions = cmd!(shell, "{leastwise} completions {name}").quiet().output()?.stdout;
        contents.insert(format!("completions/{file}"), document(completions));
    }
    let pages = tempfile::tempdir()?;
    let folder = pages.path();
    cmd!(shell, "{leastwise} man-pages {folder}").quiet().run()?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a manual page's name is not Unicode")?;
        contents.insert(format!("man/man1/{name}"), document(fs::read(entry.path())?));
    }
    Ok(contents)
}
