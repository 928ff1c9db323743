//! Every check and every test, in an order that finds the cheap mistakes first and builds nothing twice.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::model::Models;
use crate::places::Places;
use crate::steps::Steps;
use crate::{
    binary, dependencies, dist, generate, model, neovim, system, training, vscode, yaml_language_server,
};

/// All packages but the end-to-end tests, which need the built binary. llama.cpp is a feature and not among them.
const EVERYDAY: &[&str] = &["--workspace", "--exclude", "leastwise-tests"];

/// Runs everything and prints one line for each step at the end.
pub(crate) fn run(shell: &Shell, places: &Places) -> ExitCode {
    let mut steps = Steps::default();
    let installed = steps.run("system packages", || {
        system::install_rust_components(shell)?;
        system::install(shell, &[system::BUILD, system::PYTHON, system::TERMINAL])
    });
    steps.run("formatting", || formatting(shell));
    steps
        .run("lints", || Ok(cmd!(shell, "cargo clippy --workspace --all-targets -- --deny warnings").run()?));
    steps.run("dependencies", || dependencies::check(shell, places));
    steps.run("everyday tests", || everyday_tests(shell));
    steps.run("examples in the documentation", || Ok(cmd!(shell, "cargo test --doc {EVERYDAY...}").run()?));

    steps.run_after(installed, "training's data and measures", |()| training::test(shell, places));

    let binary = steps.run_after(installed, "release build", |()| binary::build(shell, places));
    steps.run_after(binary.as_ref(), "generated files", |binary| generate::check(shell, places, binary));
    steps.run_after(binary.as_ref(), "release archive", |binary| dist::test(shell, places, binary));
    steps.run_after(installed, "llama.cpp crate", |()| llama_tests(shell, places));
    let models = steps.run_after(installed, "models", |()| model::fetch(shell, places));
    let neovim = steps.run_after(installed, "Neovim", |()| neovim::fetch(shell, places));
    steps.run_after(binary.as_ref(), "Emacs", |binary| emacs_tests(shell, binary));
    steps.run_after(binary.as_ref(), "Vim", |binary| vim_tests(shell, binary));
    let neighbour = steps.run("yaml-language-server", || yaml_language_server::fetch(shell, places));
    let programs = binary.as_ref().zip(neovim.as_ref()).zip(neighbour);
    steps.run_after(programs, "beside yaml-language-server", |((binary, neovim), neighbour)| {
        neighbour_tests(shell, binary, neovim, &neighbour)
    });
    steps.run_after(binary.as_ref(), "VS Code", |binary| vscode_tests(shell, places, binary));
    let fetched = models.zip(neovim);
    steps.run_after(binary.zip(fetched), "end-to-end tests", |(binary, (models, neovim))| {
        end_to_end_tests(shell, &binary, &models, &neovim)
    });
    steps.finish()
}

/// Every file by name: `cargo fmt` follows `mod` items only, and does not see the rules, which a macro declares.
fn formatting(shell: &Shell) -> Result<()> {
    let files = cmd!(shell, "git ls-files *.rs").read()?;
    let files: Vec<&str> = files.lines().collect();
    Ok(cmd!(shell, "rustfmt --edition 2024 --check {files...}").quiet().run()?)
}

/// Unit, property and in-memory tests, without llama.cpp. cargo-nextest runs them in parallel where it is there.
fn everyday_tests(shell: &Shell) -> Result<()> {
    if system::on_path("cargo-nextest") {
        cmd!(shell, "cargo nextest run {EVERYDAY...}").run()?;
    } else {
        cmd!(shell, "cargo test --lib --bins --tests {EVERYDAY...}").run()?;
    }
    Ok(())
}

/// The lints and tests of the crate that holds llama.cpp, in the profile and folder where it is compiled already.
fn llama_tests(shell: &Shell, places: &Places) -> Result<()> {
    let target = places.release_target();
    let package = ["--release", "--package", "leastwise-llama", "--features", "engine", "--target-dir"];
    cmd!(shell, "cargo clippy {package...} {target} --all-targets -- --deny warnings").run()?;
    cmd!(shell, "cargo test {package...} {target}").run()?;
    Ok(())
}

/// The built binary in a real Emacs.
fn emacs_tests(shell: &Shell, binary: &Path) -> Result<()> {
    system::install(shell, &[system::EMACS])?;
    let _binary = shell.push_env("LEASTWISE_BIN", binary);
    let _emacs = shell.push_env("LEASTWISE_EMACS", "emacs");
    Ok(cmd!(shell, "cargo test --package leastwise-tests --test emacs").run()?)
}

/// The built binary in a real Vim.
fn vim_tests(shell: &Shell, binary: &Path) -> Result<()> {
    system::install(shell, &[system::VIM])?;
    let _binary = shell.push_env("LEASTWISE_BIN", binary);
    let _vim = shell.push_env("LEASTWISE_VIM", "vim");
    Ok(cmd!(shell, "cargo test --package leastwise-tests --test vim").run()?)
}

/// Two servers in one buffer.
fn neighbour_tests(shell: &Shell, binary: &Path, neovim: &Path, neighbour: &Path) -> Result<()> {
    let _binary = shell.push_env("LEASTWISE_BIN", binary);
    let _neovim = shell.push_env("LEASTWISE_NVIM", neovim);
    let _neighbour = shell.push_env("LEASTWISE_YAML_SERVER", neighbour);
    Ok(cmd!(shell, "cargo test --package leastwise-tests --test neovim beside_").run()?)
}

/// The built binary as users meet it: on the command line, over the Language Server Protocol, in a real editor.
fn end_to_end_tests(shell: &Shell, binary: &Path, models: &Models, neovim: &Path) -> Result<()> {
    let _binary = shell.push_env("LEASTWISE_BIN", binary);
    let _detector = shell.push_env("LEASTWISE_MODEL", models.detector());
    let _explainer = shell.push_env("LEASTWISE_EXPLAINER", &models.explainer);
    let _neovim = shell.push_env("LEASTWISE_NVIM", neovim);
    cmd!(shell, "cargo test --package leastwise-tests").run()?;
    Ok(())
}

/// The packaged extension in the real VS Code. Where that cannot be had, as without a network, it is left out.
fn vscode_tests(shell: &Shell, places: &Places, binary: &Path) -> Result<()> {
    match vscode::fetch(shell, places) {
        Ok(tools) => vscode::test(&tools, places, &vscode::package(&tools, places, binary)?),
        Err(error) => {
            println!("skipped: VS Code cannot be had here: {error:#}");
            Ok(())
        }
    }
}
