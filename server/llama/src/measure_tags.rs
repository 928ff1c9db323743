//! Measures what it costs to tag a document: afresh, again, and after a change of one of its lines.

use std::fmt;
use std::sync::atomic::AtomicBool;

use crate::failure::{Failure, failure};
use crate::labels::Labels;
use crate::load::Loaded;
use crate::tagger::Tagger;
use crate::thread_time::thread_seconds;

/// The most lines that are changed.
const MOST_CHANGES: usize = 16;

/// What it costs to tag a document, the best of all rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct TagMeasurements {
    /// Tokens of all its pieces.
    pub tokens: usize,
    /// Seconds for a fresh read, with the making of the reader.
    pub fresh_seconds: f64,
    /// Seconds for the same text again.
    pub again_seconds: f64,
    /// Seconds after a change of a line, for some lines at equal distances.
    pub line_seconds: Vec<f64>,
}

impl fmt::Display for TagMeasurements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ordered = self.line_seconds.clone();
        ordered.sort_by(f64::total_cmp);
        let share = |part: usize| {
            ordered.get((ordered.len() * part / 100).min(ordered.len().saturating_sub(1))).copied()
        };
        let milliseconds = |seconds: f64| seconds * 1e3;
        write!(
            formatter,
            "tags                {:8.1} ms for {} tokens, {:.2} ms again; after a change of a line {:.1} ms for half of the \
             lines, {:.1} ms for nine in ten, {:.1} ms at most",
            milliseconds(self.fresh_seconds),
            self.tokens,
            milliseconds(self.again_seconds),
            milliseconds(share(50).unwrap_or(0.0)),
            milliseconds(share(90).unwrap_or(0.0)),
            milliseconds(share(100).unwrap_or(0.0)),
        )
    }
}

/// Measures the tags of a document.
pub(crate) fn measure(
    loaded: &Loaded,
    labels: &Labels,
    document: &str,
    threads: u32,
    rounds: u32,
) -> Result<TagMeasurements, Failure> {
    let lines: Vec<&str> = document.lines().collect();
    let mut best = TagMeasurements {
        tokens: 0,
        fresh_seconds: f64::INFINITY,
        again_seconds: f64::INFINITY,
        line_seconds: vec![f64::INFINITY; lines.len().min(MOST_CHANGES)],
    };
    for _ in 0..rounds.max(1) {
        let mut tokens = 0;
        let start = thread_seconds();
        let mut tagger = Tagger::new(loaded, labels, threads)?;
        let mut tag = |start: f64, text: &str| {
            let mut on_progress = |_, total: usize| tokens = tokens.max(total);
            tagger
                .tag("document", text, (&[], None), &mut on_progress, &AtomicBool::new(false))
                .map_err(failure)?;
            Ok::<_, Failure>(thread_seconds() - start)
        };
        best.fresh_seconds = best.fresh_seconds.min(tag(start, document)?);
        best.again_seconds = best.again_seconds.min(tag(thread_seconds(), document)?);
        let changes = best.line_seconds.len();
        for (change, seconds) in best.line_seconds.iter_mut().enumerate() {
            let line = change * lines.len() / changes;
            let mut changed = lines.clone();
            let text = format!("{}x", lines[line]);
            changed[line] = &text;
            *seconds = seconds.min(tag(thread_seconds(), &changed.join("\n"))?);
            // And back, as if the next change were the first.
            tag(thread_seconds(), document)?;
        }
        best.tokens = tokens;
    }
    Ok(best)
}
