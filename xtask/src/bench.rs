//! The benchmarks: time is measured here and never asserted in a test.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;

/// Runs every crate's benches, in the folder where release dependencies are built already.
///
/// # Errors
/// When a bench does not build or fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    let target = places.release_target();
    cmd!(shell, "cargo bench --workspace --benches --target-dir {target}").run()?;
    Ok(())
}
