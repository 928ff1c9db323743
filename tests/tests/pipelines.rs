//! What pipelines run: the script of the GitHub action, and the hooks for pre-commit.

use anyhow::{Context, Result, ensure};
use leastwise_tests::programs::{self, repository};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const WEAK: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n  containers: []\n";

/// Runs the action's script in a folder.
fn action(leastwise: &Path, folder: &Path, variables: &[(&str, &str)]) -> Result<Output> {
    let mut command = Command::new("bash");
    command.arg(repository("editors/github/check.sh")).arg(leastwise).current_dir(folder);
    command
        // What this machine's detector would add is not tested here.
        .env("LEASTWISE_MODEL", "/no/such/model.gguf")
        .env_remove("PATHS")
        .env_remove("ARGUMENTS")
        .env_remove("SARIF_FILE")
        .envs(variables.iter().copied());
    Ok(command.output()?)
}

#[test]
fn the_action_annotates_writes_a_report_and_fails_on_findings() -> Result<()> {
    let Some(leastwise) = programs::leastwise() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("pod.yaml"), WEAK)?;
    let select = ("ARGUMENTS", "--select host-network");
    let output = action(&leastwise, folder.path(), &[select, ("SARIF_FILE", "report.sarif")])?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.code() == Some(1), "{output:?}", output = output.status);
    ensure!(text.starts_with("::error file=pod.yaml,line=5,col=16,"), "{text}");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("report.sarif"))?)?;
    ensure!(report["runs"][0]["results"][0]["ruleId"] == "host-network", "{report:#}");

    let quiet = action(&leastwise, folder.path(), &[("ARGUMENTS", "--select host-pid")])?;
    ensure!(quiet.status.success() && quiet.stdout.is_empty(), "{quiet:?}");
    Ok(())
}

#[test]
fn nothing_is_made_of_the_actions_inputs_but_arguments() -> Result<()> {
    let Some(leastwise) = programs::leastwise() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("pod.yaml"), WEAK)?;
    for inputs in [
        [("PATHS", "$(touch made) *.yaml"), ("ARGUMENTS", "")],
        [("PATHS", "."), ("ARGUMENTS", "`touch made`")],
    ] {
        let output = action(&leastwise, folder.path(), &inputs)?;
        ensure!(output.status.code() == Some(2), "no such files or arguments: {output:?}");
    }
    ensure!(!folder.path().join("made").exists(), "an input was run");
    Ok(())
}

#[test]
fn the_hooks_are_commands_that_exist() -> Result<()> {
    let Some(leastwise) = programs::leastwise() else { return Ok(()) };
    let hooks: serde_json::Value =
        serde_yaml::from_str(&fs::read_to_string(repository(".pre-commit-hooks.yaml"))?)?;
    for hook in hooks.as_array().context("a list of hooks")? {
        let entry = hook["entry"].as_str().context("an entry")?;
        let arguments = entry.strip_prefix("leastwise ").context("runs leastwise")?;
        let help = Command::new(&leastwise).args(arguments.split(' ')).arg("--help").output()?;
        ensure!(help.status.success(), "{entry}");
    }
    Ok(())
}
