//! Files in the repository that are made from code, so that they never say anything else than the code does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::binary;
use crate::places::Places;

/// The rule reference: an index, and a page a rule.
const RULES: &str = "docs/rules";

/// Writes every generated file, and removes pages of rules that are no more.
///
/// # Errors
/// When the command does not build, or fails.
pub(crate) fn write(shell: &Shell, places: &Places) -> Result<()> {
    let leastwise = binary::build_without_model(shell)?;
    let files = files(shell, &leastwise)?;
    for (name, content) in &files {
        let path = places.root.join(name);
        if fs::read(&path).ok().as_ref() != Some(content) {
            shell.create_dir(path.parent().context("a file in the repository has a folder")?)?;
            fs::write(&path, content)?;
            println!("wrote {name}");
        }
    }
    for name in strays(places, &files)? {
        fs::remove_file(places.root.join(&name))?;
        println!("removed {name}");
    }
    Ok(())
}

/// Writes the definitions of the Kubernetes API. Nothing checks that they are fresh: they change only with the
/// Kubernetes version that `xtask/schema` names.
///
/// # Errors
/// When the crate that prints them does not build, or fails.
pub(crate) fn write_schema(shell: &Shell, places: &Places) -> Result<()> {
    let manifest = places.root.join("xtask/schema/Cargo.toml");
    let content = cmd!(shell, "cargo run --quiet --locked --manifest-path {manifest}").output()?.stdout;
    fs::write(places.root.join("server/manifest/src/schema/definitions.txt"), content)?;
    Ok(())
}

/// Checks that every generated file is what the built `leastwise` prints.
///
/// # Errors
/// With the files that are not.
pub(crate) fn check(shell: &Shell, places: &Places, leastwise: &Path) -> Result<()> {
    let files = files(shell, leastwise)?;
    let is_stale = |(name, content): &(&String, &Vec<u8>)| {
        fs::read(places.root.join(name)).ok().as_ref() != Some(content)
    };
    let mut stale: Vec<_> = files.iter().filter(is_stale).map(|(name, _)| name.clone()).collect();
    stale.extend(strays(places, &files)?);
    ensure!(
        stale.is_empty(),
        "run `cargo xtask generate`: these are not what the code says: {}",
        stale.join(", ")
    );
    Ok(())
}

/// Every generated file with its content, as the command prints it.
fn files(shell: &Shell, leastwise: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let printed = |arguments: &[&str]| -> Result<Vec<u8>> {
        Ok(cmd!(shell, "{leastwise} {arguments...}").quiet().output()?.stdout)
    };
    let mut files = BTreeMap::from([
        ("docs/configuration.schema.json".to_owned(), printed(&["configuration-schema"])?),
        (format!("{RULES}/README.md"), printed(&["rules", "--format", "markdown"])?),
    ]);
    let index = String::from_utf8(files[&format!("{RULES}/README.md")].clone())?;
    // Every page that the index leads to.
    for id in index.split("](").filter_map(|rest| rest.split_once(".md)").map(|(id, _)| id)) {
        files.insert(format!("{RULES}/{id}.md"), printed(&["explain", id, "--format", "markdown"])?);
    }
    Ok(files)
}

/// Pages that nothing generates.
fn strays(places: &Places, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
    let folder = places.root.join(RULES);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut strays = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = format!("{RULES}/{}", entry?.file_name().to_string_lossy());
        if !files.contains_key(&name) {
            strays.push(name);
        }
    }
    strays.sort();
    Ok(strays)
}
