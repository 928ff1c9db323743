//! The archive for this machine, made of the program that is built already, and tried as a user meets it.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use super::target::Target;
use super::{host, pack};
use crate::places::Places;
use crate::system;

/// Makes the archive and runs the tests on it.
///
/// # Errors
/// When it cannot be made, or a test fails.
pub(crate) fn test(shell: &Shell, places: &Places, leastwise: &Path) -> Result<()> {
    system::install(shell, &[system::MANUAL])?;
    let target = Target::find(&host(shell)?)?;
    let archive = pack(shell, places, target, leastwise, leastwise)?;
    let _binary = shell.push_env("LEASTWISE_BIN", leastwise);
    let _archive = shell.push_env("LEASTWISE_ARCHIVE", archive);
    Ok(cmd!(shell, "cargo test --package leastwise-tests --test archive").run()?)
}
