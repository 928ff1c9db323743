//! Reads and judges all that was given as one workspace.

use crate::configurations::Configurations;
use crate::problem::Problem;
use crate::progress;
use crate::sources::{Origin, Source};
use crate::text::{Encoding, read};
use leastwise_analysis::{Configuration, Environment, File, Sighting};
use leastwise_manifest::Workspace;
use rayon::prelude::*;
use std::sync::Arc;

/// A file with Kubernetes objects, judged.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) source: Source,
    pub(crate) encoding: Encoding,
    pub(crate) file: File,
    /// What the model saw, where it was asked.
    pub(crate) sightings: Vec<Sighting>,
}

/// All that was given.
#[derive(Debug, Default)]
pub(crate) struct Project {
    /// In order of name.
    pub(crate) files: Vec<Judged>,
    /// How many files hold no Kubernetes objects and were left in peace.
    pub(crate) others: usize,
    /// Standard input as it came, where it is one of them: whoever fixes it wants it back.
    pub(crate) untouched: Option<Vec<u8>>,
    /// What could not be judged, and why.
    pub(crate) problems: Vec<Problem>,
}

/// Judges the sources, each under its configuration and with all others as its workspace.
pub(crate) fn judge(sources: Vec<Source>, configurations: &mut Configurations) -> Project {
    let configured: Vec<_> = sources
        .into_iter()
        .filter_map(|source| Some((configurations.of(&source.place).ok()?, source)))
        .collect();
    let mut project = Project { problems: configurations.problems(), ..Project::default() };
    let bar = progress::bar(configured.len(), "Reading");
    let parsed: Vec<_> = configured
        .into_par_iter()
        .map(|(configuration, source)| {
            bar.inc(1);
            parse(source, configuration)
        })
        .collect();
    bar.finish_and_clear();
    for outcome in parsed {
        match outcome {
            Ok(Parsed::Kubernetes(judged)) => project.files.push(*judged),
            Ok(Parsed::Other { untouched }) => {
                project.others += 1;
                project.untouched = project.untouched.or(untouched);
            }
            Err(problem) => project.problems.push(problem),
        }
    }
    let mut workspace = Workspace::default();
    let mut anything_declared = false;
    for judged in &project.files {
        anything_declared |= workspace.update(judged.file.declarations(&judged.source.name));
    }
    if anything_declared {
        let workspace = Arc::new(workspace);
        let bar = progress::bar(project.files.len(), "Judging");
        project.files.par_iter_mut().for_each(|judged| {
            bar.inc(1);
            let environment =
                Environment { workspace: Arc::clone(&workspace), ..judged.file.environment().clone() };
            judged.file = judged.file.within(&environment);
        });
        bar.finish_and_clear();
    }
    project
}

/// A text that was read.
enum Parsed {
    Kubernetes(Box<Judged>),
    Other { untouched: Option<Vec<u8>> },
}

fn parse(source: Source, configuration: Arc<Configuration>) -> Result<Parsed, Problem> {
    let text = read(&source)?;
    let file = File::new(&text.text, &Environment { configuration, ..Environment::default() });
    let is_input = source.origin == Origin::StandardInput;
    match text.broken {
        Some((row, column)) if is_input || file.is_kubernetes() => {
            Err(Problem::NotText { name: source.name, row, column })
        }
        None if file.is_kubernetes() => Ok(Parsed::Kubernetes(Box::new(Judged {
            source,
            encoding: text.encoding,
            file,
            sightings: Vec::new(),
        }))),
        _ => Ok(Parsed::Other { untouched: is_input.then(|| text.encoding.encode(&text.text)) }),
    }
}
