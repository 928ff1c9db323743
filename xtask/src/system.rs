//! System packages: which programs the errands call, and how to get those that are missing.

use std::env;

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

/// One thing the system must offer.
pub(crate) struct Need {
    sign: Sign,
    /// The name of the package on Debian and Ubuntu.
    package: &'static str,
}

/// How to tell that a need is met.
enum Sign {
    /// A command of this name is on the PATH.
    Command(&'static str),
    /// Python can import this module.
    PythonModule(&'static str),
    /// The package itself is installed: there is no command to look for.
    Package,
}

/// What llama.cpp and its bindings are built with.
pub(crate) const BUILD: &[Need] = &[
    Need { sign: Sign::Command("cmake"), package: "cmake" },
    Need { sign: Sign::Command("make"), package: "make" },
    Need { sign: Sign::Command("g++"), package: "g++" },
    Need { sign: Sign::Command("clang"), package: "clang" },
    Need { sign: Sign::Package, package: "libclang-dev" },
];

/// What fetches the model and prebuilt tools.
pub(crate) const PYTHON: &[Need] = &[
    Need { sign: Sign::Command("python3"), package: "python3" },
    Need { sign: Sign::PythonModule("pip"), package: "python3-pip" },
    Need { sign: Sign::PythonModule("ensurepip"), package: "python3-venv" },
];

/// A terminal that a test can type into and read from.
pub(crate) const TERMINAL: &[Need] = &[Need { sign: Sign::Command("tmux"), package: "tmux" }];

/// Emacs and the packages that it speaks to language servers by.
pub(crate) const EMACS: &[Need] = &[
    Need { sign: Sign::Command("emacs"), package: "emacs-nox" },
    Need { sign: Sign::Package, package: "elpa-eglot" },
    Need { sign: Sign::Package, package: "elpa-lsp-mode" },
    Need { sign: Sign::Package, package: "elpa-yaml-mode" },
];

/// Vim and the plugin that it speaks to language servers by.
pub(crate) const VIM: &[Need] =
    &[Need { sign: Sign::Command("vim"), package: "vim" }, Need { sign: Sign::Package, package: "vim-ale" }];

/// What shows manual pages.
pub(crate) const MANUAL: &[Need] = &[Need { sign: Sign::Command("man"), package: "man-db" }];

/// What runs yaml-language-server.
pub(crate) const NODE: &[Need] = &[
    Need { sign: Sign::Command("node"), package: "nodejs" },
    Need { sign: Sign::Command("npm"), package: "npm" },
];

/// A browser to show VS Code in.
pub(crate) const BROWSER: &[Need] = &[
    Need { sign: Sign::Command("chromium"), package: "chromium" },
    Need { sign: Sign::Package, package: "fonts-dejavu-core" },
];

/// What makes a picture of a terminal's screen.
pub(crate) const PICTURES: &[Need] = &[
    Need { sign: Sign::Command("aha"), package: "aha" },
    Need { sign: Sign::Command("chromium"), package: "chromium" },
    Need { sign: Sign::Package, package: "fonts-dejavu-core" },
];

/// Installs what is missing of `groups`; does nothing when all of it is there.
///
/// # Errors
/// When something is missing and cannot be installed: the message lists it.
pub(crate) fn install(shell: &Shell, groups: &[&[Need]]) -> Result<()> {
    let debian = on_path("apt-get") && on_path("dpkg-query");
    let missing: Vec<&str> = groups
        .iter()
        .flat_map(|group| group.iter())
        .filter(|need| !is_met(shell, need, debian))
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !debian {
        bail!(
            "these are missing: {}. Errands install packages only on Debian and Ubuntu, whose package names \
             these are; install them in your system's way and run the errand again",
            missing.join(", ")
        );
    }
    println!("installing {}", missing.join(", "));
    let root = cmd!(shell, "id -u").quiet().read()? == "0";
    if !root && !on_path("sudo") {
        bail!(
            "installing needs root, and there is no sudo: run `apt-get install {}` as root",
            missing.join(" ")
        );
    }
    let sudo: &[&str] = if root { &[] } else { &["sudo"] };
    cmd!(shell, "env {sudo...} apt-get update --quiet=2").run()?;
    cmd!(
        shell,
        "env {sudo...} env DEBIAN_FRONTEND=noninteractive
            apt-get install --yes --quiet=2 --no-install-recommends {missing...}"
    )
    .ignore_stdout()
    .run()?;
    Ok(())
}

/// Installs the Rust components that formatting and linting need, where rustup manages the toolchain.
///
/// # Errors
/// When a component is missing and rustup cannot add it.
pub(crate) fn install_rust_components(shell: &Shell) -> Result<()> {
    for (command, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        let probe = cmd!(shell, "{command} --version").quiet().ignore_stdout().ignore_stderr();
        if probe.run().is_err() {
            cmd!(shell, "rustup component add {component}").run()?;
        }
    }
    Ok(())
}

fn is_met(shell: &Shell, need: &Need, debian: bool) -> bool {
    match need.sign {
        Sign::Command(name) => on_path(name),
        Sign::PythonModule(name) => {
            let import = format!("import {name}");
            cmd!(shell, "python3 -c {import}").quiet().ignore_stdout().ignore_stderr().run().is_ok()
        }
        // Elsewhere there is nobody to ask; the build says soon enough what it lacks.
        Sign::Package => {
            let (format, package) = ("--showformat=${db:Status-Status}", need.package);
            !debian
                || cmd!(shell, "dpkg-query --show {format} {package}")
                    .quiet()
                    .ignore_stderr()
                    .ignore_status()
                    .read()
                    .is_ok_and(|status| status == "installed")
        }
    }
}

/// Whether a program of this name is in a folder of the PATH.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
