//! yaml-language-server, which most users have beside ours, of exactly one version.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::system;

const PACKAGE: &str = "yaml-language-server";
const VERSION: &str = "2.0.0";

/// Its program, a JavaScript file for Node, fetched when it is not in the cache yet.
///
/// # Errors
/// When Node or the package cannot be had.
pub(crate) fn fetch(shell: &Shell, places: &Places) -> Result<PathBuf> {
    let folder = places.tools().join(format!("{PACKAGE}-{VERSION}"));
    let program = folder.join("node_modules").join(PACKAGE).join("bin").join(PACKAGE);
    system::install(shell, &[system::NODE])?;
    if !program.is_file() {
        println!("fetching {PACKAGE} {VERSION}");
        // Beside its place and then moved there, so that a broken-off errand leaves nothing half done.
        shell.create_dir(places.tools())?;
        let unpacked = tempfile::tempdir_in(places.tools())?;
        let path = unpacked.path();
        cmd!(
            shell,
            "npm install --silent --no-audit --no-fund --ignore-scripts --prefix {path} {PACKAGE}@{VERSION}"
        )
        .quiet()
        .run()
        .with_context(|| format!("cannot install the npm package {PACKAGE} {VERSION}"))?;
        shell.remove_path(&folder)?;
        fs::rename(unpacked.keep(), &folder)?;
    }
    Ok(program)
}
