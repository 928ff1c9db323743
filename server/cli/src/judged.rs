//! Reads and judges all that was given as one workspace.

use crate::compositions::{absolute, compositions};
use crate::configurations::Configurations;
use crate::problem::Problem;
use crate::progress;
use crate::sources::{Origin, Source};
use crate::text::{self, Encoding};
use leastwise_analysis::composition::is_chart_values;
use leastwise_analysis::{Configuration, Environment, Evidence, File, Sighting, Text, today};
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

/// Judges the sources, each under its configuration and with all others as its workspace: first all are read, for
/// how one is judged depends on what the others declare.
pub(crate) fn judge(sources: Vec<Source>, configurations: &mut Configurations) -> Project {
    let compositions = compositions(sources.iter().map(|source| source.place.as_path()));
    let configured: Vec<_> =
        sources.into_iter().map(|source| (configurations.of(&source.place), source)).collect();
    let evidence: Vec<_> =
        configured.iter().map(|(configuration, _)| configurations.evidence(configuration)).collect();
    let mut project = Project { problems: configurations.problems(), ..Project::default() };
    let bar = progress::bar(configured.len(), "Reading");
    let outcomes: Vec<_> = configured
        .into_par_iter()
        .zip(evidence)
        .map(|((configuration, source), evidence)| {
            bar.inc(1);
            read(source, configuration, evidence)
        })
        .collect();
    bar.finish_and_clear();
    let mut texts = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(Outcome::Kubernetes(read)) => texts.push(*read),
            Ok(Outcome::Other { untouched }) => {
                project.others += 1;
                project.untouched = project.untouched.or(untouched);
            }
            Err(problem) => project.problems.push(problem),
        }
    }
    let mut workspace = Workspace::default();
    for Read { text, source, .. } in &texts {
        workspace.update(text.declarations(&source.name));
    }
    let workspace = Arc::new(workspace);
    let bar = progress::bar(texts.len(), "Judging");
    let judged = texts.into_par_iter().map(|Read { source, encoding, configuration, evidence, text }| {
        bar.inc(1);
        let workspace = Arc::clone(&workspace);
        let today = Some(today());
        let source_name = Arc::from(source.name.as_str());
        let composition = compositions.at(&absolute(&source.place));
        let environment = Environment {
            configuration,
            workspace,
            composition,
            evidence,
            today,
            source: source_name,
            ..Environment::default()
        };
        Judged { source, encoding, file: text.judge(&environment), sightings: Vec::new() }
    });
    project.files = judged.collect();
    bar.finish_and_clear();
    project
}

/// A file with Kubernetes objects that was read.
struct Read {
    source: Source,
    encoding: Encoding,
    configuration: Arc<Configuration>,
    evidence: Option<Arc<Evidence>>,
    text: Text,
}

/// What came of reading a file.
enum Outcome {
    Kubernetes(Box<Read>),
    Other { untouched: Option<Vec<u8>> },
}

fn read(
    source: Source,
    configuration: Arc<Configuration>,
    evidence: Option<Arc<Evidence>>,
) -> Result<Outcome, Problem> {
    let decoded = text::read(&source)?;
    let text = Text::read(&decoded.text);
    let is_input = source.origin == Origin::StandardInput;
    match decoded.broken {
        Some((row, column)) if is_input || text.is_kubernetes() => {
            Err(Problem::NotText { name: source.name, row, column })
        }
        None if text.is_kubernetes() || is_chart_values(&source.place) => {
            Ok(Outcome::Kubernetes(Box::new(Read {
                source,
                encoding: decoded.encoding,
                configuration,
                evidence,
                text,
            })))
        }
        _ => Ok(Outcome::Other { untouched: is_input.then(|| decoded.encoding.encode(&decoded.text)) }),
    }
}
