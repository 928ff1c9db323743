//! The labels that were taught: kept, listed, forgotten.

use crate::console::Console;
use crate::{DONE, FAILED};
use leastwise_analysis::{TaughtLabels, taught_label_file};
use leastwise_model::teach::{TaughtLabel, is_name};
use std::io::{self, Write};
use std::path::Path;

/// Writes a label to its file.
pub(super) fn keep(label: &TaughtLabel, path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    std::fs::write(path, label.text())
}

/// Lists the labels that count in a folder.
pub(super) fn list(here: &Path, console: &mut Console) -> io::Result<u8> {
    let taught = TaughtLabels::near(&here.join("-"));
    for label in &taught.labels {
        let (counts, files) = (label.taught_from, label.measured.files);
        let figure = |share: Option<f64>| share.map_or("none".to_owned(), |share| format!("{share:.2}"));
        writeln!(
            console.out(),
            "{}  from {} bad and {} good files, precision {}, recall {}: {}",
            label.name,
            counts.bad_files,
            counts.good_files,
            figure(files.precision()),
            figure(files.recall()),
            label.message(),
        )?;
    }
    taught.errors.iter().for_each(|error| console.error(error));
    if taught.is_empty() {
        console.note(&"no label was taught here");
    }
    Ok(if taught.errors.is_empty() { DONE } else { FAILED })
}

/// Takes a label's file away.
pub(super) fn forget(here: &Path, name: &str, console: &mut Console) -> io::Result<u8> {
    let path = taught_label_file(here, name);
    if !is_name(name) || !path.is_file() {
        console.error(&format!("no label \"{name}\" was taught here; `leastwise teach --list` lists them"));
        return Ok(FAILED);
    }
    match std::fs::remove_file(&path) {
        Ok(()) => {
            writeln!(console.out(), "{} is gone", path.display())?;
            Ok(DONE)
        }
        Err(error) => {
            console.error(&format!("{}: {error}", path.display()));
            Ok(FAILED)
        }
    }
}
