//! Every developer errand, as `cargo xtask ERRAND`: what a newcomer types after cloning, and what CI types.
//!
//! Errands are written in Rust and not in shell so that they read like the rest of the project. Whatever they
//! need is installed or fetched by the errand itself, by package name; what is there already costs nothing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an errand talks to the person who ran it")]

mod bench;
mod binary;
mod demo;
mod dependencies;
mod dist;
mod generate;
mod model;
mod neovim;
mod new_rule;
mod places;
mod record;
mod screenshot;
mod steps;
mod system;
mod test;
mod training;
mod vscode;
mod wheel;
mod yaml_language_server;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xshell::Shell;

use crate::places::Places;

/// The developer errands of Leastwise.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Subcommand)]
enum Errand {
    /// Install the system packages that building and testing need.
    Install,
    /// Build the release binary with the local model.
    Build,
    /// Build the release archive of a platform, with its checksum, in target/dist.
    Dist {
        /// The platform, by Rust's name; this machine's if none is named.
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,
    },
    /// Check the archives of all platforms in a folder; write their list of checksums and the Homebrew formula there.
    Release {
        /// The folder.
        folder: PathBuf,
        /// The tag that is released, which must be this version's.
        #[arg(long)]
        tag: Option<String>,
    },
    /// Fetch the small language model that the demo and the tests use, and make the detectors of it.
    Model {
        /// Write down what the detectors are now, after training has left another adapter.
        #[arg(long)]
        pin: bool,
    },
    /// Train the detector: data, training, calibration and export, into training/detector.
    Train(training::Training),
    /// Measure the detector as users get it and write training/REPORT.md.
    Evaluate {
        /// Manifests of real repositories, as `plain/REPOSITORY/...` below this folder.
        #[arg(long, value_name = "FOLDER", default_value = "../shared/corpus")]
        corpus: PathBuf,
    },
    /// Install, build, fetch the model and show Leastwise at work on a weak manifest.
    Demo,
    /// Install what is missing and run every check and every test.
    Test,
    /// Check the licences, duplicates and sources of all dependencies.
    Dependencies,
    /// Run the benchmarks.
    Bench,
    /// Make the READMEs' pictures of real editors.
    Screenshot,
    /// Write down what a real Neovim and a real VS Code say to the server and hear of it, for a test that says it again.
    Record,
    /// Write the files that are made from code: the rule reference and the schema of the configuration.
    Generate {
        /// Write the definitions of the Kubernetes API, too, which compiles its types.
        #[arg(long)]
        schema: bool,
    },
    /// Begin a rule: write its file from a template and name it in its family's list.
    NewRule {
        /// The rule's id, such as host-network.
        id: String,
        /// The family that it belongs to.
        #[arg(long, default_value = "pod-security")]
        family: String,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().errand) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(errand: &Errand) -> Result<ExitCode> {
    let shell = Shell::new()?;
    let places = Places::find()?;
    shell.change_dir(&places.root);
    match errand {
        Errand::Install => system::install(&shell, &[system::BUILD, system::PYTHON, system::TERMINAL])?,
        Errand::Build => {
            system::install(&shell, &[system::BUILD])?;
            println!("{}", binary::build(&shell, &places)?.display());
        }
        Errand::Dist { target } => {
            println!("{}", dist::build(&shell, &places, target.as_deref())?.display());
        }
        Errand::Release { folder, tag } => dist::complete(&places.root, folder, tag.as_deref())?,
        Errand::Model { pin } => {
            if *pin {
                model::pin(&shell, &places)?;
            } else {
                let models = model::fetch(&shell, &places)?;
                models
                    .detectors
                    .iter()
                    .chain([&models.explainer])
                    .for_each(|path| println!("{}", path.display()));
            }
        }
        Errand::Train(training) => training::train(&shell, &places, training)?,
        Errand::Evaluate { corpus } => training::evaluate(&shell, &places, corpus)?,
        Errand::Demo => demo::run(&shell, &places)?,
        Errand::Test => return Ok(test::run(&shell, &places)),
        Errand::Dependencies => dependencies::check(&shell, &places)?,
        Errand::Bench => bench::run(&shell, &places)?,
        Errand::Screenshot => screenshot::run(&shell, &places)?,
        Errand::Record => record::run(&shell, &places)?,
        Errand::Generate { schema } => {
            if *schema {
                generate::write_schema(&shell, &places)?;
            }
            generate::write(&shell, &places)?;
        }
        Errand::NewRule { id, family } => new_rule::run(&shell, &places, id, family)?,
    }
    Ok(ExitCode::SUCCESS)
}
