//! The release archive as a user meets it: unpacked in an empty folder, on a machine without Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use leastwise_tests::client::Client;
use leastwise_tests::programs;
use serde_json::{Value, json};
use tempfile::TempDir;

const WEAK: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n  containers: []\n";

/// The folders of a system's own programs: a shell and `man`, and in some systems Rust.
const SYSTEM: &str = "/usr/bin:/bin";

/// What an archive holds, in a folder of its own.
struct Unpacked {
    /// Holds the archive's folder, and is everybody's home.
    folder: TempDir,
    /// The one folder in the archive.
    root: PathBuf,
}

impl Unpacked {
    fn new(archive: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let output = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).output()?;
        ensure!(output.status.success(), "{output:?}");
        let mut entries = fs::read_dir(folder.path())?;
        let root = entries.next().context("the archive is empty")??.path();
        ensure!(entries.next().is_none(), "there is more than one folder in the archive");
        Ok(Self { folder, root })
    }

    /// A command that knows nothing of this machine and finds no other program, Rust's among them.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let folder = self.folder.path();
        command.env_clear().env("PATH", "/no/such/folder").env("HOME", folder).current_dir(folder);
        command
    }

    /// Runs the program with arguments that blanks part.
    fn leastwise(&self, arguments: &str) -> Result<Output> {
        Ok(self.command(self.root.join("leastwise")).args(arguments.split(' ')).output()?)
    }

    /// What a program of the system prints, which must succeed and complain of nothing.
    fn read(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.command(program).env("PATH", SYSTEM).args(arguments).output()?;
        ensure!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The path of a file in the archive's folder.
    fn path(&self, name: &str) -> Result<String> {
        Ok(self.root.join(name).to_str().context("a path that is not Unicode")?.to_owned())
    }
}

#[test]
fn its_checksum_is_beside_it() -> Result<()> {
    let Some(archive) = programs::archive() else { return Ok(()) };
    let name = archive.file_name().and_then(|name| name.to_str()).context("no name")?;
    let folder = archive.parent().context("no folder")?;
    let output = Command::new("sha256sum")
        .args(["--check", "--strict", &format!("{name}.sha256")])
        .current_dir(folder)
        .output()?;
    ensure!(output.status.success(), "{output:?}");
    ensure!(String::from_utf8(output.stdout)? == format!("{name}: OK\n"));
    Ok(())
}

#[test]
fn it_holds_the_built_program_with_licences_completions_and_manual() -> Result<()> {
    let (Some(archive), Some(built)) = (programs::archive(), programs::leastwise()) else { return Ok(()) };
    let unpacked = Unpacked::new(&archive)?;
    ensure!(fs::read(unpacked.root.join("leastwise"))? == fs::read(built)?, "another program");
    for name in [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "completions/_leastwise",
        "completions/_leastwise.ps1",
        "completions/leastwise.bash",
        "completions/leastwise.elv",
        "completions/leastwise.fish",
        "man/man1/leastwise.1",
        "man/man1/leastwise-check.1",
    ] {
        ensure!(fs::metadata(unpacked.root.join(name)).is_ok_and(|file| file.len() > 0), "no {name}");
    }
    // What is compiled in asks to be named: llama.cpp, by the package that binds it, and the allocator.
    let notices = fs::read_to_string(unpacked.root.join("THIRD-PARTY.txt"))?;
    for words in ["llama-cpp-sys-2", "The ggml authors", "libmimalloc-sys", "Microsoft Corporation"] {
        ensure!(notices.contains(words), "no {words} among the notices");
    }
    Ok(())
}

#[test]
fn it_checks_fixes_explains_and_serves_without_rust() -> Result<()> {
    let Some(archive) = programs::archive() else { return Ok(()) };
    let unpacked = Unpacked::new(&archive)?;
    let manifest = unpacked.folder.path().join("pod.yaml");
    fs::write(&manifest, WEAK)?;

    let version = unpacked.leastwise("--version")?;
    ensure!(version.stdout.starts_with(b"leastwise ") && version.status.success(), "{version:?}");

    let check = unpacked.leastwise("check --format json --select host-network pod.yaml")?;
    let report = String::from_utf8(check.stdout)?;
    ensure!(check.status.code() == Some(1) && report.contains("host-network"), "{report}");

    let fix = unpacked.leastwise("fix --unsafe --select host-network pod.yaml")?;
    ensure!(fix.status.success(), "{fix:?}");
    let fixed = fs::read_to_string(&manifest)?;
    ensure!(!fixed.contains("hostNetwork: true"), "{fixed}");
    let quiet = unpacked.leastwise("check --select host-network pod.yaml")?;
    ensure!(quiet.status.success(), "{quiet:?}");

    let rules: Vec<Value> = serde_json::from_slice(&unpacked.leastwise("rules --format json")?.stdout)?;
    ensure!(rules.len() > 300, "{} rules", rules.len());
    let explained = unpacked.leastwise("explain host-network")?;
    let text = String::from_utf8(explained.stdout)?;
    ensure!(explained.status.success() && text.contains("host-network"), "{text}");

    // The pattern for running it in a cluster asks for no more than it needs.
    let mut command = unpacked.command(unpacked.root.join("leastwise"));
    let job =
        command.args(["check", "--format", "json"]).arg(programs::repository("packaging/docker/job.yaml"));
    let found: Vec<Value> = serde_json::from_slice(&job.output()?.stdout)?;
    ensure!(found.is_empty(), "{found:?}");

    let mut command = unpacked.command(unpacked.root.join("leastwise"));
    let mut client = Client::start_command(command.arg("lsp"))?;
    client.initialize(json!({}), Some(unpacked.folder.path()))?;
    client.open("file:///shop/pod.yaml", WEAK)?;
    let published = client.published("file:///shop/pod.yaml", 0)?;
    ensure!(published.iter().any(|finding| finding["code"] == "host-network"), "{published:?}");
    Ok(())
}

#[test]
fn completions_load_in_bash_and_complete() -> Result<()> {
    let Some(archive) = programs::archive() else { return Ok(()) };
    let unpacked = Unpacked::new(&archive)?;
    let script = format!(
        "source {}; COMP_WORDS=(leastwise chec); COMP_CWORD=1; _leastwise leastwise chec leastwise
         echo \"${{COMPREPLY[@]}}\"",
        unpacked.path("completions/leastwise.bash")?
    );
    let completed = unpacked.read("bash", &["--norc", "-c", &script])?;
    ensure!(completed == "check\n", "{completed}");
    Ok(())
}

#[test]
fn every_manual_page_is_shown() -> Result<()> {
    let Some(archive) = programs::archive() else { return Ok(()) };
    let unpacked = Unpacked::new(&archive)?;
    for page in fs::read_dir(unpacked.root.join("man/man1"))? {
        let page = page?.path();
        let page = page.to_str().context("a path that is not Unicode")?;
        let shown = unpacked.read("man", &["--warnings", "--pager=cat", "--local-file", page])?;
        ensure!(shown.contains("NAME") && shown.contains("SYNOPSIS"), "{page}: {shown}");
    }
    let check = unpacked.path("man/man1/leastwise-check.1")?;
    let shown = unpacked.read("man", &["--pager=cat", "--local-file", &check])?;
    ensure!(shown.contains("Find privilege that a manifest does not need"), "{shown}");
    Ok(())
}
