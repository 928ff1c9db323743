//! What a label was learned from and how well it does, for a person and for programs.

use super::examples::{ExampleFile, Shown};
use leastwise_model::teach::{Counts, Lesson, Tally, TaughtLabel};
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};
use std::path::Path;

/// What there is to say.
pub(super) struct Report<'a> {
    pub(super) label: &'a TaughtLabel,
    pub(super) lesson: &'a Lesson,
    pub(super) files: &'a [ExampleFile],
}

/// The most characters of a line that are shown.
const LINE_WIDTH: usize = 72;

impl Report<'_> {
    /// The lines that were taken to have the label.
    fn chosen(&self) -> impl Iterator<Item = Shown<'_>> {
        self.lesson.chosen.iter().filter_map(|chosen| self.files.get(chosen.example)?.shown(chosen))
    }

    /// The same for programs.
    pub(super) fn json(&self, kept: Option<&Path>) -> String {
        let chosen = self.chosen().map(|Shown { name, row, text }| Line { filename: name, row, text });
        let measured = self.lesson.measured;
        let json = Json {
            name: &self.label.name,
            title: self.label.title.as_deref(),
            detector: &self.label.detector,
            taught_from: self.lesson.taught_from,
            measured: Measured { files: measured.files.into(), lines: measured.lines.into() },
            pattern: self.lesson.pattern.as_ref().map(ToString::to_string),
            threshold: self.lesson.threshold,
            chosen: chosen.collect(),
            kept: kept.map(|path| path.display().to_string()),
        };
        // Nothing here can fail: all keys are strings.
        serde_json::to_string_pretty(&json).unwrap_or_default()
    }
}

impl Display for Report<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Counts { bad_files, good_files, marked_lines } = self.lesson.taught_from;
        writeln!(formatter, "{} from {bad_files} bad and {good_files} good files", self.label.name)?;
        let said = if marked_lines > 0 { "as your comments say" } else { "as far as the files tell" };
        writeln!(formatter, "\nIt is about, {said}:")?;
        for Shown { name, row, text } in self.chosen() {
            let text: String = text.chars().take(LINE_WIDTH).collect();
            writeln!(formatter, "  {name}:{row}: {text}")?;
        }
        if let Some(pattern) = &self.lesson.pattern {
            writeln!(
                formatter,
                "\nWhat the bad files have and the good ones have not, and what will be told:"
            )?;
            writeln!(formatter, "  {pattern}")?;
        }
        writeln!(formatter, "\nOn files that it had not seen, each left out once:")?;
        let measured = self.lesson.measured;
        for (what, tally) in [("files", measured.files), ("lines", measured.lines)] {
            let Tally { found, missed, false_alarms } = tally;
            writeln!(
                formatter,
                "  {what}  precision {} ({false_alarms} false alarms), recall {} ({found} of {})",
                figure(tally.precision()),
                figure(tally.recall()),
                found + missed,
            )?;
        }
        Ok(())
    }
}

fn figure(share: Option<f64>) -> String {
    share.map_or_else(|| "none".to_owned(), |share| format!("{share:.2}"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    name: &'a str,
    title: Option<&'a str>,
    detector: &'a str,
    taught_from: Counts,
    measured: Measured,
    /// What is told, in words.
    pattern: Option<String>,
    threshold: f32,
    chosen: Vec<Line<'a>>,
    /// The file it is kept in.
    kept: Option<String>,
}

#[derive(Serialize)]
struct Measured {
    files: Rated,
    lines: Rated,
}

#[derive(Serialize)]
struct Rated {
    precision: Option<f64>,
    recall: Option<f64>,
    #[serde(flatten)]
    tally: Tally,
}

impl From<Tally> for Rated {
    fn from(tally: Tally) -> Self {
        Self { precision: tally.precision(), recall: tally.recall(), tally }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    filename: &'a str,
    row: u32,
    text: &'a str,
}
