//! Tests that the files for package managers say what archives there are, and of which version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_yaml::Value;

use super::VERSION;
use super::release::{self, FORMULA};
use super::target::{Format, TARGETS, Target};

/// Where releases are.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What mason, which installs language servers for Neovim, calls the platforms, in their order.
const MASON: [&str; 5] = ["linux_x64_gnu", "linux_arm64_gnu", "darwin_x64", "darwin_arm64", "win_x64"];

/// A file of this repository.
fn file(path: &str) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the repository")?;
    fs::read_to_string(root.join(path)).with_context(|| path.to_owned())
}

/// Where a platform's archive is downloaded from.
fn url(target: &Target) -> String {
    format!("{REPOSITORY}/releases/download/v{VERSION}/{}", target.archive())
}

/// What stands between quotation marks after `key` in each line that begins with it.
fn quoted<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix(key)?.split('"').nth(1)).collect()
}

#[test]
fn dependencies_are_looked_at_for_the_platforms_that_are_released() -> Result<()> {
    let text = file("deny.toml")?;
    let (_, list) = text.split_once("targets = [").context("no list")?;
    let (list, _) = list.split_once(']').context("no end of the list")?;
    let listed: Vec<_> = list.split('"').skip(1).step_by(2).collect();
    assert_eq!(listed, TARGETS.map(|target| target.triple));
    Ok(())
}

#[test]
fn the_formula_has_every_archive_but_that_for_windows_with_its_checksum() -> Result<()> {
    let text = file(FORMULA)?;
    assert_eq!(quoted(&text, "version "), [VERSION]);
    assert_eq!(quoted(&text, "homepage "), [REPOSITORY]);
    // The checksum of an archive is its platform here.
    let checksums: BTreeMap<_, _> =
        TARGETS.iter().map(|target| (target.triple, format!("of {}", target.triple))).collect();
    let filled = release::filled(&text, &checksums)?;
    let named: BTreeSet<_> = quoted(&filled, "url ")
        .into_iter()
        .map(|url| url.replace("#{version}", VERSION))
        .zip(quoted(&filled, "sha256 ").into_iter().map(str::to_owned))
        .collect();
    let expected: BTreeSet<_> = TARGETS
        .iter()
        .filter(|target| target.format == Format::TarGz)
        .map(|target| (url(target), checksums[target.triple].clone()))
        .collect();
    assert_eq!(named, expected);
    Ok(())
}

#[test]
fn mason_finds_every_archive_and_the_program_in_it() -> Result<()> {
    let package: Value = serde_yaml::from_str(&file("packaging/mason/package.yaml")?)?;
    let repository = REPOSITORY.strip_prefix("https://github.com/").context("another host")?;
    let source = &package["source"];
    assert_eq!(source["id"], format!("pkg:github/{repository}@v{VERSION}"));
    assert_eq!(package["homepage"], REPOSITORY);
    let assets = source["asset"].as_sequence().context("no assets")?;
    let named: Vec<_> = assets
        .iter()
        .map(|asset| {
            let text = |key: &str| {
                asset[key].as_str().map(|text| text.replace("{{ version | strip_prefix \"v\" }}", VERSION))
            };
            (text("target"), text("file"), text("bin"))
        })
        .collect();
    let expected: Vec<_> = TARGETS
        .iter()
        .zip(MASON)
        .map(|(target, name)| {
            let program = format!("{}/{}", target.folder(), target.program());
            (Some(name.to_owned()), Some(target.archive()), Some(program))
        })
        .collect();
    assert_eq!(named, expected);
    // The name under which Neovim's configuration lies in `editors/neovim/lsp`.
    assert_eq!(package["neovim"]["lspconfig"], "leastwise");
    Ok(())
}

#[test]
fn cargo_binstall_finds_every_archive_and_the_program_in_it() -> Result<()> {
    let manifest = file("server/cli/Cargo.toml")?;
    let (_, metadata) = manifest.split_once("[package.metadata.binstall]").context("no metadata")?;
    let (everywhere, windows) = metadata
        .split_once("[package.metadata.binstall.overrides.x86_64-pc-windows-msvc]")
        .context("nothing else for Windows")?;
    for target in &TARGETS {
        let rendered = |text: &str| {
            let extension = if target.format == Format::Zip { ".exe" } else { "" };
            text.replace("{ repo }", REPOSITORY)
                .replace("{ version }", VERSION)
                .replace("{ target }", target.triple)
                .replace("{ bin }", "leastwise")
                .replace("{ binary-ext }", extension)
        };
        let (section, format) = match target.format {
            Format::TarGz => (everywhere, "tgz"),
            Format::Zip => (windows, "zip"),
        };
        let pkg_url = quoted(section, "pkg-url = ").first().copied().map(rendered);
        assert_eq!(pkg_url, Some(url(target)));
        assert_eq!(quoted(section, "pkg-fmt = ").first(), Some(&format));
        let program = quoted(everywhere, "bin-dir = ").first().copied().map(rendered);
        assert_eq!(program, Some(format!("{}/{}", target.folder(), target.program())));
    }
    Ok(())
}

#[test]
fn the_release_workflow_builds_for_every_platform_and_nobody_may_more_than_needed() -> Result<()> {
    let workflow: Value = serde_yaml::from_str(&file(".github/workflows/release.yml")?)?;
    let matrix =
        workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_sequence().context("no matrix")?;
    let named: Vec<_> = matrix.iter().map(|row| (row["target"].as_str(), row["vscode"].as_str())).collect();
    assert_eq!(named, TARGETS.map(|target| (Some(target.triple), Some(target.vscode))));

    assert_eq!(workflow["permissions"], Value::Mapping(serde_yaml::Mapping::new()));
    let permissions = |job: &str| -> Result<BTreeMap<String, String>> {
        Ok(serde_yaml::from_value(workflow["jobs"][job]["permissions"].clone())?)
    };
    let expected = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect()
    };
    assert_eq!(permissions("build")?, expected(&[("contents", "read")]));
    assert_eq!(
        permissions("release")?,
        expected(&[("attestations", "write"), ("contents", "write"), ("id-token", "write")])
    );

    let jobs = workflow["jobs"].as_mapping().context("no jobs")?;
    let steps = jobs.values().filter_map(|job| job["steps"].as_sequence()).flatten();
    for action in steps.filter_map(|step| step["uses"].as_str()) {
        let (_, commit) = action.split_once('@').context("an action without a version")?;
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
    }
    Ok(())
}

#[test]
fn the_image_is_built_by_the_rust_that_is_asked_for() -> Result<()> {
    let asked = file("Cargo.toml")?;
    let asked = quoted(&asked, "rust-version = ").first().copied().context("no version of Rust")?.to_owned();
    let image = file("packaging/docker/Dockerfile")?;
    assert!(image.contains(&format!("\nFROM rust:{asked}-")), "not Rust {asked}");
    let job: Value = serde_yaml::from_str(&file("packaging/docker/job.yaml")?)?;
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], format!("leastwise:{VERSION}"));
    Ok(())
}

#[test]
fn nix_builds_this_version_with_the_model_and_what_the_program_prints() -> Result<()> {
    let flake = file("flake.nix")?;
    for words in [
        "inherit (workspace) version;",
        "buildFeatures = [ \"llama\" ];",
        "buildAndTestSubdir = \"server/cli\";",
        "leastwise man-pages",
        "leastwise completions bash",
    ] {
        assert!(flake.contains(words), "no {words}");
    }
    assert!(!flake.contains(&format!("\"{VERSION}\"")), "the version is said twice");
    Ok(())
}

#[test]
fn the_extension_has_the_programs_version() -> Result<()> {
    let package: serde_json::Value = serde_json::from_str(&file("editors/vscode/package.json")?)?;
    assert_eq!(package["version"], VERSION);
    Ok(())
}

#[test]
fn the_page_on_installing_names_every_platform_and_this_version() -> Result<()> {
    let page = file("docs/install.md")?;
    let example = Target::find("x86_64-unknown-linux-gnu")?;
    assert!(page.contains(&format!("tar -xzf {}\n", example.archive())), "another version's archive");
    for target in &TARGETS {
        assert!(page.contains(target.triple), "{} is not named", target.triple);
        assert!(page.contains(target.vscode), "{} is not named", target.vscode);
    }
    Ok(())
}
