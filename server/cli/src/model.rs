//! `leastwise model`

use crate::console::Console;
use crate::local_model::{self, NoModel};
use crate::{DONE, FAILED, model_bench, progress};
use clap::{Args, Subcommand};
use leastwise_analysis::MEANINGS;
use leastwise_model::catalog::{self, Detector, EXPLAINER, Model, Named, SMOLLM2};
use leastwise_model::detector::{self, MakeError};
use leastwise_model::{PullError, Source, Status, location, pull};
use leastwise_rules::rule;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Fetches and lists local models.
#[derive(Debug, Args)]
pub(crate) struct Models {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Debug, Subcommand)]
enum Errand {
    /// List the models that are known by name.
    List,
    /// Print where the models lie that are used by default: the detector and the explainer.
    Path,
    /// List what the detector sees: matters of sense and, where no rule can judge, what rules find.
    Labels,
    /// Fetch a model into your data folder: resumed where it broke off, checked by size and SHA-256. A detector is made from
    /// the explainer's file, which is fetched for it, and from what this program carries.
    Pull {
        /// The model's name: detector, small (a smaller detector) or explainer.
        #[arg(default_value = catalog::DEFAULT)]
        name: String,
        /// A server that has the published file under its own name, in place of where it is published.
        #[arg(long, value_name = "URL")]
        mirror: Option<String>,
        /// Where to put it.
        #[arg(long, value_name = "PATH")]
        folder: Option<PathBuf>,
    },
    /// Measure a model on this machine, against llama.cpp's own loop.
    Bench(model_bench::Bench),
}

pub(crate) fn run(models: &Models, console: &mut Console) -> io::Result<u8> {
    match &models.errand {
        Errand::List => list(console),
        Errand::Path => path(console),
        Errand::Labels => labels(console),
        Errand::Pull { name, mirror, folder } => {
            pull_by_name(name, mirror.as_deref(), folder.clone(), console)
        }
        Errand::Bench(bench) => model_bench::run(bench, console),
    }
}

fn list(console: &mut Console) -> io::Result<u8> {
    for Detector { name, purpose, file, size, licence, sha256, .. } in catalog::detectors() {
        entry(name, *size, licence, purpose, sha256, file, console)?;
    }
    let Model { name, purpose, file, size, licence, sha256, .. } = SMOLLM2;
    entry(&format!("{EXPLAINER} ({name})"), size, licence, purpose, sha256, file, console)?;
    Ok(DONE)
}

fn entry(
    name: &str,
    size: u64,
    licence: &str,
    purpose: &str,
    sha256: &str,
    file: &str,
    console: &mut Console,
) -> io::Result<()> {
    let megabytes = size.div_ceil(1_000_000);
    let there = location::folders().into_iter().map(|folder| folder.join(file)).find(|path| path.is_file());
    let state = there.map_or("not fetched".to_owned(), |path| path.display().to_string());
    writeln!(console.out(), "{name}  {megabytes} MB, {licence}: {purpose}\n  SHA-256 {sha256}\n  {state}")
}

fn path(console: &mut Console) -> io::Result<u8> {
    let files = [("detector", location::detector()), (EXPLAINER, location::explainer())];
    if files.iter().all(|(_, file)| file.is_none()) {
        console.error(&NoModel::NotFetched);
        return Ok(FAILED);
    }
    for (name, file) in files {
        let state = file.map_or("not fetched".to_owned(), |file| file.path.display().to_string());
        writeln!(console.out(), "{name}  {state}")?;
    }
    Ok(DONE)
}

fn labels(console: &mut Console) -> io::Result<u8> {
    let own = MEANINGS.iter().map(|meaning| (meaning.id, meaning.title));
    write!(console.out(), "{}", table(own))?;
    let Some(detector) = local_model::detector_if_there() else {
        console.note(&"there is no detector on this machine; `leastwise model pull` fetches one");
        return Ok(DONE);
    };
    // Nothing is asked but what it has loaded.
    if let Err(error) = detector.tag("", "", &[], None, &AtomicBool::new(false)) {
        console.error(&error);
        return Ok(FAILED);
    }
    let Status::Ready { model } = detector.status() else { return Ok(DONE) };
    let rules: Vec<_> = model.labels.iter().filter_map(|label| rule(label)).collect();
    if !rules.is_empty() {
        let rules = rules.into_iter().map(|rule| (rule.id, rule.title));
        write!(console.out(), "\nWhere no rule can judge, also what these rules find:\n\n{}", table(rules))?;
    }
    Ok(DONE)
}

/// A line each: a name and what it stands for.
fn table<'t>(entries: impl Iterator<Item = (&'t str, &'t str)> + Clone) -> String {
    let width = entries.clone().map(|(name, _)| name.len()).max().unwrap_or_default();
    entries.map(|(name, words)| format!("{name:width$}  {words}\n")).collect()
}

fn pull_by_name(
    name: &str,
    mirror: Option<&str>,
    folder: Option<PathBuf>,
    console: &mut Console,
) -> io::Result<u8> {
    let Some(model) = catalog::find(name) else {
        console.error(&format!("there is no model \"{name}\"; `leastwise model list` lists them"));
        return Ok(FAILED);
    };
    let Some(folder) = folder.or_else(location::data_folder) else {
        console.error(&"there is no home folder to put it in; name one with --folder");
        return Ok(FAILED);
    };
    let outcome = match model {
        Named::Published(model) => fetch(model, mirror, &folder).map_err(Failed::Fetch),
        Named::Detector(detector) => make(detector, mirror, &folder),
    };
    match outcome {
        Ok(path) => {
            writeln!(console.out(), "{}", path.display())?;
            Ok(DONE)
        }
        Err(error) => {
            console.error(&error);
            Ok(FAILED)
        }
    }
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    NoModel(#[from] NoModel),
    #[error(transparent)]
    Fetch(PullError),
    #[error(transparent)]
    Make(#[from] MakeError),
    #[error("{}: {error}", .path.display())]
    Read { path: PathBuf, error: io::Error },
}

fn fetch(model: &Model, mirror: Option<&str>, folder: &Path) -> Result<PathBuf, PullError> {
    let bar = progress::bytes(model.size, model.file.to_owned());
    let mut on_progress = |done, _| bar.set_position(done);
    let outcome = pull(&Source::of(model, mirror), folder, &mut on_progress, &AtomicBool::new(false));
    bar.finish_and_clear();
    outcome
}

/// Makes a detector of the base model, which is fetched where it is not on this machine, and the adapter in this program.
fn make(detector: &Detector, mirror: Option<&str>, folder: &Path) -> Result<PathBuf, Failed> {
    let Some(adapter) = adapter() else { return Err(NoModel::NotBuilt.into()) };
    let path = folder.join(&detector.file);
    if is_there(&path, detector.size, &detector.sha256)? {
        return Ok(path);
    }
    let base = match base(folder)? {
        Some(base) => base,
        None => fetch(&SMOLLM2, mirror, folder).map_err(Failed::Fetch)?,
    };
    let bar = progress::bytes(detector.size, detector.file.clone());
    let outcome = detector::make(detector, &base, adapter, folder, &mut |done, _| bar.set_position(done));
    bar.finish_and_clear();
    Ok(outcome?)
}

/// The base model where it is on this machine already, and right.
fn base(folder: &Path) -> Result<Option<PathBuf>, Failed> {
    for folder in std::iter::once(folder.to_owned()).chain(location::folders()) {
        let path = folder.join(SMOLLM2.file);
        if is_there(&path, SMOLLM2.size, SMOLLM2.sha256)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn is_there(path: &Path, size: u64, sha256: &str) -> Result<bool, Failed> {
    detector::is_right(path, size, sha256).map_err(|error| Failed::Read { path: path.to_owned(), error })
}

/// What training has left, for the builds that can run a detector.
#[cfg(feature = "llama")]
fn adapter() -> Option<&'static [u8]> {
    Some(include_bytes!("../../../training/detector/adapter.gguf"))
}

#[cfg(not(feature = "llama"))]
fn adapter() -> Option<&'static [u8]> {
    None
}
