//! `leastwise model`

use crate::console::Console;
use crate::{DONE, FAILED, model_bench, progress};
use clap::{Args, Subcommand};
use leastwise_model::catalog::{self, MODELS, Model};
use leastwise_model::{Source, location, pull};
use std::io::{self, Write};
use std::path::PathBuf;
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
    /// Print where the model lies that is used by default.
    Path,
    /// Fetch a model into your data folder: resumed where it broke off, checked by size and SHA-256.
    Pull {
        /// The model's name.
        #[arg(default_value = MODELS[0].name)]
        name: String,
        /// A server that has the file under its own name, in place of where it is published.
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
        Errand::Pull { name, mirror, folder } => fetch(name, mirror.as_deref(), folder.clone(), console),
        Errand::Bench(bench) => model_bench::run(bench, console),
    }
}

fn list(console: &mut Console) -> io::Result<u8> {
    for Model { name, purpose, file, size, licence, .. } in MODELS {
        let megabytes = size.div_ceil(1_000_000);
        let folders = [location::data_folder(), location::cache_folder()];
        let fetched =
            folders.into_iter().flatten().map(|folder| folder.join(file)).find(|path| path.is_file());
        let state = fetched.map_or("not fetched".to_owned(), |path| path.display().to_string());
        writeln!(console.out(), "{name}  {megabytes} MB, {licence}: {purpose}\n  {state}")?;
    }
    Ok(DONE)
}

fn path(console: &mut Console) -> io::Result<u8> {
    match location::default_model() {
        Some(model) => {
            writeln!(console.out(), "{}", model.path.display())?;
            Ok(DONE)
        }
        None => {
            console.error(&crate::local_model::NoModel::NotFetched);
            Ok(FAILED)
        }
    }
}

fn fetch(name: &str, mirror: Option<&str>, folder: Option<PathBuf>, console: &mut Console) -> io::Result<u8> {
    let Some(model) = catalog::find(name) else {
        console.error(&format!("there is no model \"{name}\"; `leastwise model list` lists them"));
        return Ok(FAILED);
    };
    let Some(folder) = folder.or_else(location::data_folder) else {
        console.error(&"there is no home folder to put it in; name one with --folder");
        return Ok(FAILED);
    };
    let bar = progress::bytes(model.size, model.file);
    let mut on_progress = |done, _| bar.set_position(done);
    let outcome = pull(&Source::of(model, mirror), &folder, &mut on_progress, &AtomicBool::new(false));
    bar.finish_and_clear();
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
