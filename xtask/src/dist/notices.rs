//! The licences of what is compiled into the program, which ask to be passed on with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fmt::Write;
use xshell::{Shell, cmd};

use crate::places::Places;

/// The package that the program is.
const PROGRAM: &str = "leastwise-cli";

/// The beginnings of file names that hold a licence's text, or what it asks to be said.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// What `cargo metadata` prints, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// None for the packages of this repository.
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Kinds>,
}

#[derive(Deserialize)]
struct Kinds {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// None for what is compiled in; otherwise `dev` or `build`.
    kind: Option<String>,
}

/// One text: every package that is in the program for platform `triple`, and every licence in full, once.
///
/// # Errors
/// When cargo does not say what the packages are, or a licence cannot be read.
pub(crate) fn of(shell: &Shell, places: &Places, triple: &str) -> Result<String> {
    let manifest = places.root.join("server/cli/Cargo.toml");
    let printed = cmd!(
        shell,
        "cargo metadata --format-version 1 --locked --features llama --filter-platform {triple}
            --manifest-path {manifest}"
    )
    .quiet()
    .output()?
    .stdout;
    let metadata: Metadata =
        serde_json::from_slice(&printed).context("cargo metadata prints another format")?;
    let mut list = String::new();
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in compiled_in(&metadata)? {
        let name = format!("{} {}", package.name, package.version);
        writeln!(list, "{name}: {}", package.license.as_deref().unwrap_or("see below"))?;
        let folder = package.manifest_path.parent().context("a package lies in a folder")?;
        for file in chosen(package.license.as_deref(), licence_files(folder)?) {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let trimmed: Vec<_> = text.lines().map(str::trim_end).collect();
            texts.entry(trimmed.join("\n").trim_matches('\n').to_owned()).or_default().insert(name.clone());
        }
    }
    Ok(together(&list, &texts))
}

/// The packages of others that are compiled into the program, by name and version. Macros are not: they are run by the
/// compiler.
fn compiled_in(metadata: &Metadata) -> Result<Vec<&Package>> {
    let packages: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect();
    let nodes: BTreeMap<_, _> = metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let program = metadata.packages.iter().find(|package| package.name == PROGRAM);
    let mut waiting = vec![program.context("the program's package is not there")?.id.as_str()];
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        let package = *packages.get(id).context("a dependency that is no package")?;
        let is_macro =
            package.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"));
        if is_macro || !seen.insert(id) {
            continue;
        }
        if package.source.is_some() {
            found.push(package);
        }
        let node = nodes.get(id).context("a package without dependencies, not even none")?;
        let is_normal =
            |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        waiting.extend(node.deps.iter().filter(is_normal).map(|dependency| dependency.pkg.as_str()));
    }
    found.sort_by_key(|package| (&package.name, &package.version));
    Ok(found)
}

/// The licence files of a package and of what others have put into it, as llama.cpp lies in the package that binds it.
fn licence_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().to_uppercase();
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else if NAMES.iter().any(|beginning| name.starts_with(beginning)) && !name.ends_with(".CMAKE") {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Where a package may be had under the MIT licence or another, the former is chosen and the other's text left out.
fn chosen(expression: Option<&str>, mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let named = |word: &str| {
        let word = word.to_owned();
        move |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().to_uppercase().contains(&word))
        }
    };
    let choice = expression.is_some_and(|expression| {
        expression.contains("MIT") && (expression.contains(" OR ") || expression.contains('/'))
    });
    if choice && files.iter().any(named("MIT")) {
        files.retain(|path| !named("APACHE")(path));
    }
    files
}

fn together(list: &str, texts: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut all = format!(
        "Leastwise is made of these packages of others, besides its own code.\n\n{list}\n\
         Their licences, each with the packages that carry it.\n"
    );
    for (text, packages) in texts {
        let packages: Vec<_> = packages.iter().map(String::as_str).collect();
        let line = "-".repeat(80);
        all.push_str(&format!("\n{line}\n{}\n{line}\n\n{text}\n", packages.join(", ")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn of_two_licences_to_choose_from_the_mit_licence_is_passed_on() {
        let files = paths(&["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"]);
        assert_eq!(chosen(Some("MIT OR Apache-2.0"), files.clone()), paths(&["LICENSE-MIT", "NOTICE"]));
        assert_eq!(chosen(Some("MIT/Apache-2.0"), files.clone()), paths(&["LICENSE-MIT", "NOTICE"]));
        assert_eq!(chosen(Some("Apache-2.0 AND MIT"), files.clone()), files);
        assert_eq!(chosen(Some("MIT OR Apache-2.0"), paths(&["LICENSE-APACHE"])), paths(&["LICENSE-APACHE"]));
    }

    #[test]
    fn macros_and_what_only_builds_or_tests_need_are_left_out() -> Result<()> {
        let package = |name: &str, source: Option<&str>, kind: &str| {
            serde_json::json!({
                "id": name, "name": name, "version": "1.0.0", "license": "MIT", "source": source,
                "manifest_path": format!("/packages/{name}/Cargo.toml"), "targets": [{"kind": [kind]}],
            })
        };
        let needs =
            |name: &str, kind: Option<&str>| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata: Metadata = serde_json::from_value(serde_json::json!({
            "packages": [
                package(PROGRAM, None, "bin"),
                package("own", None, "lib"),
                package("parser", Some("registry"), "lib"),
                package("derive", Some("registry"), "proc-macro"),
                package("compiler", Some("registry"), "lib"),
                package("checker", Some("registry"), "lib"),
            ],
            "resolve": {"nodes": [
                {"id": PROGRAM, "deps": [needs("own", None), needs("derive", None), needs("checker", Some("dev"))]},
                {"id": "own", "deps": [needs("parser", None), needs("compiler", Some("build"))]},
                {"id": "parser", "deps": []},
                {"id": "derive", "deps": [needs("compiler", None)]},
                {"id": "compiler", "deps": []},
                {"id": "checker", "deps": []},
            ]},
        }))?;
        let names: Vec<_> = compiled_in(&metadata)?.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["parser"]);
        Ok(())
    }

    #[test]
    fn a_licence_that_several_packages_carry_is_there_once() {
        let texts = BTreeMap::from([
            ("Do as you like.".to_owned(), BTreeSet::from(["a 1.0".to_owned(), "b 2.0".to_owned()])),
            ("Keep this notice.".to_owned(), BTreeSet::from(["c 3.0".to_owned()])),
        ]);
        let all = together("a 1.0: MIT\n", &texts);
        assert_eq!(all.matches("Do as you like.").count(), 1);
        assert!(all.contains("\na 1.0, b 2.0\n"), "{all}");
        assert!(all.contains("\nc 3.0\n"), "{all}");
    }
}
