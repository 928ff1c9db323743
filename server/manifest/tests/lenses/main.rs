//! The lenses, by examples.

#![allow(clippy::expect_used)] // also in functions that tests share

mod bindings;
mod objects;
mod places;
mod pods;
mod quantities;
mod roles;
mod selectors;
mod settings;
mod workspace;

use leastwise_yaml::Document;
use std::sync::Arc;

/// The only document of a text.
fn document(text: &str) -> Arc<Document> {
    let stream = leastwise_yaml::parse(&unindent(text));
    assert_eq!(stream.documents().len(), 1, "one document is expected in:\n{text}");
    Arc::clone(&stream.documents()[0].document)
}

/// Takes the first line break and the common indentation off.
fn unindent(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else { return text.to_owned() };
    let lines: Vec<_> = text.trim_end_matches(' ').split_inclusive('\n').collect();
    let depth = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or_default();
    lines.iter().map(|line| line.get(common..).unwrap_or("\n")).collect()
}
