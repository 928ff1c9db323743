//! Leastwise at work, for someone who has just cloned it.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, model, system};

/// A manifest that is weak on purpose.
const MANIFEST: &str = "tests/demo/weak.yaml";

/// Installs, builds and fetches what is missing, then checks, fixes and explains.
///
/// # Errors
/// When something cannot be had or built, or Leastwise itself fails.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD, system::PYTHON])?;
    let leastwise = binary::build(shell, places)?;
    let model = model::fetch(shell, places)?;

    println!("\nWhat is wrong in {MANIFEST}:\n");
    // Exit code 1 says that there are findings, and here there must be some.
    cmd!(shell, "{leastwise} check --model {model} {MANIFEST}").ignore_status().run()?;
    println!("\nWhat the safe fixes would change:\n");
    cmd!(shell, "{leastwise} fix --diff {MANIFEST}").ignore_status().run()?;
    println!("\nWhy one of the rules exists:\n");
    cmd!(shell, "{leastwise} explain privilege-escalation-allowed").run()?;
    Ok(())
}
