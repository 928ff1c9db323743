//! The benchmarks: time is measured here and never asserted in a test.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, model, system};

/// Runs every crate's benches and those of the built binary, in the folder where release dependencies are built.
///
/// # Errors
/// When a bench does not build or fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD])?;
    let models = model::fetch(shell, places)?;
    let _detector = shell.push_env("LEASTWISE_MODEL", models.detector());
    let _binary = shell.push_env("LEASTWISE_BIN", binary::build(shell, places)?);
    let target = places.release_target();
    cmd!(shell, "cargo bench --workspace --benches --target-dir {target}").run()?;
    Ok(())
}
