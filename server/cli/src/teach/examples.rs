//! Reads the files that a label is taught from.

use super::marks::{Unmarked, unmarked};
use crate::problem::Problem;
use crate::sources::{Source, sources};
use crate::text;
use leastwise_model::protocol::LineState;
use leastwise_model::teach::{Chosen, Example, ExampleDocument};
use leastwise_text::{Buffer, TextSize};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A file to teach from.
#[derive(Debug)]
pub(super) struct ExampleFile {
    pub(super) name: String,
    pub(super) is_bad: bool,
    documents: Vec<PlacedDocument>,
}

#[derive(Debug)]
struct PlacedDocument {
    text: String,
    /// The lines that a comment points out, counted from 0.
    marked: BTreeSet<u32>,
    /// The number of its first line in the file.
    first_line: u32,
}

/// Why a file cannot be taught from.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoExample {
    #[error("{0}")]
    Problem(#[from] Problem),
    #[error("{0}: there is nothing in it")]
    Empty(String),
    #[error("{name}:{row}:{column}: not YAML: {message}")]
    NotYaml { name: String, row: u32, column: u32, message: String },
    #[error("{0}: it is given as bad and as good")]
    Both(String),
    #[error("{name}:{row}: a good file has no line that is bad, but a comment says so")]
    MarkedGood { name: String, row: u32 },
}

/// The files that the paths mean, and what is wrong with others.
pub(super) fn read(bad: &[PathBuf], good: &[PathBuf]) -> (Vec<ExampleFile>, Vec<NoExample>) {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    let mut seen_bad = BTreeSet::new();
    for (paths, is_bad) in [(bad, true), (good, false)] {
        let (sources, problems) = sources(paths, None);
        errors.extend(problems.into_iter().map(NoExample::from));
        for source in sources {
            // One file may have many names. What cannot be resolved cannot be read either, which is told then.
            let place = std::fs::canonicalize(&source.place).unwrap_or_else(|_| source.place.clone());
            if is_bad {
                seen_bad.insert(place);
            } else if seen_bad.contains(&place) {
                errors.push(NoExample::Both(source.name));
                continue;
            }
            match example(&source, is_bad) {
                Ok(file) => files.push(file),
                Err(error) => errors.push(error),
            }
        }
    }
    (files, errors)
}

fn example(source: &Source, is_bad: bool) -> Result<ExampleFile, NoExample> {
    let name = source.name.clone();
    let decoded = text::read(source)?;
    if let Some((row, column)) = decoded.broken {
        return Err(Problem::NotText { name, row, column }.into());
    }
    let Unmarked { text, lines: marked } = unmarked(&decoded.text);
    if let Some(&line) = marked.first().filter(|_| !is_bad) {
        return Err(NoExample::MarkedGood { name, row: line + 1 });
    }
    let buffer = Buffer::new(&text);
    let stream = leastwise_yaml::parse(&text);
    let mut documents = Vec::new();
    for placed in stream.documents() {
        if let Some(error) = placed.document.errors().first() {
            let place = buffer.place(error.range.start() + placed.offset);
            let message = error.message.clone();
            return Err(NoExample::NotYaml { name, row: place.row, column: place.column, message });
        }
        let text = placed.document.source();
        let says_something = |line: &str| !matches!(line, "" | "---" | "...") && !line.starts_with('#');
        if text.lines().map(str::trim).any(says_something) {
            let first_line = line_of(&buffer, placed.offset);
            let marked = marked.range(first_line..).map(|line| line - first_line);
            let count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
            let marked = marked.take_while(|line| *line < count).collect();
            documents.push(PlacedDocument { text: text.to_owned(), marked, first_line });
        }
    }
    if documents.is_empty() {
        return Err(NoExample::Empty(name));
    }
    Ok(ExampleFile { name, is_bad, documents })
}

fn line_of(buffer: &Buffer, offset: TextSize) -> u32 {
    buffer.text()[..usize::from(offset)].matches('\n').count().try_into().unwrap_or(u32::MAX)
}

/// A line of a file, for whoever wants to see it.
#[derive(Debug)]
pub(super) struct Shown<'file> {
    pub(super) name: &'file str,
    /// Counted from 1.
    pub(super) row: u32,
    pub(super) text: &'file str,
}

impl ExampleFile {
    /// The example that the states of its documents make of it. `states` is asked for each document.
    pub(super) fn example<E>(
        &self,
        mut states: impl FnMut(&str) -> Result<Vec<LineState>, E>,
    ) -> Result<Example, E> {
        let read = |PlacedDocument { text, marked, .. }: &PlacedDocument| {
            let (text, states, marked) = (text.clone(), states(text)?, marked.clone());
            Ok(ExampleDocument { text, states, marked })
        };
        Ok(Example {
            is_bad: self.is_bad,
            documents: self.documents.iter().map(read).collect::<Result<_, E>>()?,
        })
    }

    /// A line that was learned from.
    pub(super) fn shown(&self, chosen: &Chosen) -> Option<Shown<'_>> {
        let document = self.documents.get(chosen.document)?;
        let text = document.text.split('\n').nth(chosen.line as usize)?.trim();
        Some(Shown { name: &self.name, row: document.first_line + chosen.line + 1, text })
    }
}
