//! The command `leastwise`: it reads arguments and files, has `leastwise-analysis` judge them, and prints.
//!
//! One file a command, one file an output format. Nothing is computed here, and [`console`] alone prints.

mod advisor;
mod arguments;
mod check;
mod completions;
mod compositions;
mod configuration_schema;
mod configurations;
mod connections;
mod console;
mod evidence;
mod explain;
mod explain_finding;
mod explain_place;
mod explain_sighting;
mod fix;
mod graph;
mod harden;
mod judged;
mod judging;
mod local_model;
mod lsp;
mod man_pages;
mod manifests;
mod markdown;
mod model;
mod model_bench;
mod model_pass;
mod model_worker;
mod output;
mod problem;
mod progress;
mod prove;
mod rewrite;
mod rules;
mod sources;
mod taught;
mod teach;
mod text;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use console::Console;
use std::io;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A manifest becomes many small nodes, and a third of the time of a check goes into them with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Nothing was found at or above the threshold, or the command did what it was asked to.
const DONE: u8 = 0;
/// Something was found at or above the threshold.
const FOUND: u8 = 1;
/// The command could not run, or not on everything.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    know_taught_names();
    let arguments = Arguments::parse();
    arguments.color.write_global();
    log();
    let mut console = Console::new();
    run(&arguments.command, &mut console).unwrap_or_else(|error| {
        console.error(&error);
        ExitCode::from(FAILED)
    })
}

fn run(command: &Command, console: &mut Console) -> io::Result<ExitCode> {
    let code = match command {
        Command::Check(options) => check::run(options, console)?,
        Command::Fix(options) => fix::run(options, console)?,
        Command::Evidence(options) => evidence::run(options, console)?,
        Command::Explain(options) => explain::run(options, console)?,
        Command::Rules(options) => rules::run(options, console)?,
        Command::Connections(options) => connections::run(options, console)?,
        Command::Graph(options) => graph::run(options, console)?,
        Command::Prove(options) => prove::run(options, console)?,
        Command::Harden(options) => harden::run(options, console)?,
        Command::Lsp(options) => return Ok(lsp::run(options)),
        Command::Model(options) => model::run(options, console)?,
        Command::Teach(options) => teach::run(options, console)?,
        Command::ModelWorker(options) => model_worker::run(options, console)?,
        Command::ConfigurationSchema => configuration_schema::run(console)?,
        Command::Completions(options) => completions::run(options, &mut Arguments::command(), console)?,
        Command::ManPages(options) => man_pages::run(options, Arguments::command(), console)?,
    };
    console.flush()?;
    Ok(ExitCode::from(code))
}

/// Settings name labels that were taught like rules, so those near whatever the arguments name must be known before the
/// arguments can be read.
fn know_taught_names() {
    let here = std::path::PathBuf::from(".");
    let named = std::env::args_os().skip(1).map(std::path::PathBuf::from).filter(|path| path.exists());
    for path in std::iter::once(here).chain(named) {
        let file = if path.is_dir() { path.join("-") } else { path };
        leastwise_analysis::know_taught_names_near(&file);
    }
}

/// What the program does, on the standard error stream, for whoever sets `LEASTWISE_LOG` to `debug` or the like.
fn log() {
    if let Ok(filter) = EnvFilter::try_from_env("LEASTWISE_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    }
}
