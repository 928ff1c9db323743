//! One text of one document, judged in one environment. It never changes: an edit or another environment makes
//! the next one.

use leastwise_analysis::{Environment, File, Sighting};
use leastwise_text::{Buffer, TextLen, TextRange};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tower_lsp::lsp_types::Url;

/// A text in an environment, judged at most once.
#[derive(Debug)]
pub(crate) struct Revision {
    /// Names it among all revisions of all documents of the session.
    pub(crate) id: u64,
    pub(crate) uri: Url,
    /// The client's number for the text.
    pub(crate) version: i32,
    pub(crate) buffer: Buffer,
    pub(crate) environment: Environment,
    /// The nearest earlier text that has been judged.
    base: Option<Arc<File>>,
    /// The part of the text that was written since `base`.
    edited: Option<TextRange>,
    file: OnceLock<Arc<File>>,
    /// What the model saw in it.
    seen: OnceLock<Vec<Sighting>>,
    /// Nobody needs it any more.
    abandoned: AtomicBool,
}

impl Revision {
    /// The first text of a document.
    pub(crate) fn new(uri: Url, version: i32, text: &str, environment: Environment) -> Self {
        Self::build(uri, version, Buffer::new(text), environment, None, None)
    }

    /// The text after an edit, which wrote `edited`.
    pub(crate) fn edited(
        &self,
        version: i32,
        buffer: Buffer,
        edited: Edited,
        environment: Environment,
    ) -> Self {
        let (base, edited) = match self.file.get() {
            Some(file) => (Some(Arc::clone(file)), edited.range),
            None => (self.base.clone(), edited.after(self.edited).range),
        };
        Self::build(self.uri.clone(), version, buffer, environment, base, edited)
    }

    /// The same text in another environment.
    pub(crate) fn within(&self, environment: Environment) -> Self {
        let base = self.file.get().cloned().or_else(|| self.base.clone());
        Self::build(self.uri.clone(), self.version, self.buffer.clone(), environment, base, self.edited)
    }

    fn build(
        uri: Url,
        version: i32,
        buffer: Buffer,
        environment: Environment,
        base: Option<Arc<File>>,
        edited: Option<TextRange>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            uri,
            version,
            buffer,
            environment,
            base,
            edited,
            file: OnceLock::new(),
            seen: OnceLock::new(),
            abandoned: AtomicBool::new(false),
        }
    }

    /// Judges the text; this takes as long as it takes. A later call returns what the first has found.
    pub(crate) fn judge(&self) -> &Arc<File> {
        self.file.get_or_init(|| {
            Arc::new(match &self.base {
                Some(base) => base.changed(self.buffer.clone(), self.edited, &self.environment),
                None => File::new(&self.buffer.text(), &self.environment),
            })
        })
    }

    /// What was found, if it has been judged.
    pub(crate) fn judged(&self) -> Option<&Arc<File>> {
        self.file.get()
    }

    /// Adds what the model saw in the text. It looks once.
    pub(crate) fn see(&self, sightings: Vec<Sighting>) {
        self.seen.get_or_init(|| sightings);
    }

    /// What the model saw; `None` when it has not looked yet.
    pub(crate) fn seen(&self) -> Option<&[Sighting]> {
        self.seen.get().map(Vec::as_slice)
    }

    /// Spares a worker the judging, if it has not begun.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}

/// Which part of a text its latest edits have written; `None` when they do not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edited {
    pub(crate) range: Option<TextRange>,
    /// What the edits replaced, in the text before them, and how long that became: enough to move other places.
    replaced: Option<(TextRange, u32)>,
}

impl Edited {
    /// Nothing written yet.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// One more edit, which replaced `replaced` by `content`.
    pub(crate) fn and(self, replaced: TextRange, content: &str) -> Self {
        let length = u32::from(content.text_len());
        let written = TextRange::at(replaced.start(), length.into());
        let range = match self.range {
            Some(earlier) => moved(earlier, replaced, length).cover(written),
            None => written,
        };
        Self { range: Some(range), replaced: Some((replaced, length)) }
    }

    /// These edits after earlier ones, which had written `earlier`.
    fn after(self, earlier: Option<TextRange>) -> Self {
        let range = match (self.range, earlier, self.replaced) {
            (Some(range), Some(earlier), Some((replaced, length))) => {
                Some(moved(earlier, replaced, length).cover(range))
            }
            (range, earlier, _) => range.or(earlier),
        };
        Self { range, ..self }
    }
}

/// Where a range is after an edit.
fn moved(range: TextRange, replaced: TextRange, length: u32) -> TextRange {
    let after = |offset: leastwise_text::TextSize| {
        if offset <= replaced.start() {
            offset
        } else if offset >= replaced.end() {
            offset - replaced.len() + leastwise_text::TextSize::from(length)
        } else {
            replaced.start() + leastwise_text::TextSize::from(length)
        }
    };
    TextRange::new(after(range.start()), after(range.end()).max(after(range.start())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn what_was_written_moves_with_later_edits() {
        let edited = Edited::nothing().and(range(10, 10), "abc");
        assert_eq!(edited.range, Some(range(10, 13)));
        assert_eq!(edited.and(range(13, 13), "d").range, Some(range(10, 14)), "typing on");
        assert_eq!(edited.and(range(0, 4), "").range, Some(range(0, 9)), "in front");
        assert_eq!(edited.and(range(11, 20), "").range, Some(range(10, 11)), "across its end");
    }

    #[test]
    fn an_edit_of_a_text_that_was_not_judged_joins_the_one_before() {
        let text = "a: 1\nb: 2\n";
        let first = Revision::new("file:///a.yaml".parse().unwrap(), 1, text, Environment::default());
        first.judge();
        let insert = |revision: &Revision, at: u32, content: &str| {
            let mut buffer = revision.buffer.clone();
            buffer.replace(range(at, at), content);
            let edited = Edited::nothing().and(range(at, at), content);
            revision.edited(revision.version + 1, buffer, edited, Environment::default())
        };
        let second = insert(&first, 4, "x");
        let third = insert(&second, 5, "y");
        assert_eq!(third.buffer.text(), "a: 1xy\nb: 2\n");
        assert_eq!(third.edited, Some(range(4, 6)));
        assert!(third.base.is_some());
    }
}
