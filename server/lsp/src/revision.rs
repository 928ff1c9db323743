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
    /// What it saw in the text before, on lines that are the same: shown until it has looked again.
    carried: Vec<Sighting>,
    /// Nobody needs it any more.
    abandoned: AtomicBool,
}

impl Revision {
    /// The first text of a document.
    pub(crate) fn new(uri: Url, version: i32, text: &str, environment: Environment) -> Self {
        Self::build(uri, version, Buffer::new(text), environment, None, None, Vec::new())
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
        let carried = match self.shown() {
            [] => Vec::new(),
            shown => carried(shown, &self.buffer.text(), &buffer.text()),
        };
        Self::build(self.uri.clone(), version, buffer, environment, base, edited, carried)
    }

    /// The same text in another environment.
    pub(crate) fn within(&self, environment: Environment) -> Self {
        let base = self.file.get().cloned().or_else(|| self.base.clone());
        let has_same_settings = Arc::ptr_eq(&self.environment.configuration, &environment.configuration);
        let carried = if has_same_settings { self.shown().to_vec() } else { Vec::new() };
        let buffer = self.buffer.clone();
        Self::build(self.uri.clone(), self.version, buffer, environment, base, self.edited, carried)
    }

    fn build(
        uri: Url,
        version: i32,
        buffer: Buffer,
        environment: Environment,
        base: Option<Arc<File>>,
        edited: Option<TextRange>,
        carried: Vec<Sighting>,
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
            carried,
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

    /// The part of the text that was written last, where that is known.
    pub(crate) fn written(&self) -> Option<TextRange> {
        self.edited
    }

    /// Adds what the model saw in the text. It looks once.
    pub(crate) fn see(&self, sightings: Vec<Sighting>) {
        self.seen.get_or_init(|| sightings);
    }

    /// What the model saw; `None` when it has not looked yet.
    pub(crate) fn seen(&self) -> Option<&[Sighting]> {
        self.seen.get().map(Vec::as_slice)
    }

    /// What is to be shown as the model's: what it saw, or what may still be true of that.
    pub(crate) fn shown(&self) -> &[Sighting] {
        self.seen().unwrap_or(&self.carried)
    }

    /// Whether it saw something else than is shown for as long as it has not looked.
    pub(crate) fn saw_news(&self) -> bool {
        self.seen().is_some_and(|seen| seen != self.carried)
    }

    /// Spares a worker the judging, if it has not begun.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}

/// Where that is after an edit which was seen before it, as far as nothing on its lines has changed.
fn carried(seen: &[Sighting], before: &str, after: &str) -> Vec<Sighting> {
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let is_same = |(old, new): &(&u8, &u8)| old == new;
    let same_before = old.iter().zip(new).take_while(is_same).count();
    let same_after = old.iter().rev().zip(new.iter().rev()).take_while(is_same).count();
    // Whole lines only: the first that may have changed begins at `start`, and the first after those at `end`.
    let start = old[..same_before].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let first = old.len() - same_after;
    let end = old[first..].iter().position(|byte| *byte == b'\n').map_or(old.len(), |at| first + at + 1);
    let moved = |sighting: &Sighting| {
        let range = sighting.range;
        if usize::from(range.end()) < start {
            return Some(range);
        }
        let is_after = usize::from(range.start()) >= end;
        let moved = is_after.then(|| usize::from(range.start()) + new.len() - old.len())?;
        Some(TextRange::at(moved.try_into().ok()?, range.len()))
    };
    let stay = seen.iter().filter_map(|sighting| {
        let range = moved(sighting)?;
        let mut sighting = sighting.clone();
        sighting.range = range;
        Some(sighting)
    });
    stay.collect()
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
    use leastwise_analysis::sightings;
    use leastwise_model::Tag;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn what_the_model_saw_stays_on_its_line_until_that_is_edited() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostname: a\n  nodeName: b\n";
        let revision = Revision::new("file:///a.yaml".parse().unwrap(), 1, text, Environment::default());
        let file = revision.judge();
        let tag = |line| Tag { label: "setting-misspelled".to_owned(), line, probability: 0.9 };
        revision.see(sightings(file, 0, &[tag(3), tag(4)]));
        let shown = |at: &str, replacement: &str| {
            let text = text.replacen(at, replacement, 1);
            let edited = Edited::nothing();
            let next = revision.edited(2, Buffer::new(&text), edited, Environment::default());
            let shown =
                next.shown().iter().map(|one| text[std::ops::Range::<usize>::from(one.range)].to_owned());
            shown.collect::<Vec<_>>()
        };
        assert_eq!(shown("Pod", "Pod\nmetadata: {name: a}"), ["hostname", "nodeName"]);
        assert_eq!(shown("a\n", "abc\n"), ["nodeName"]);
        assert_eq!(shown("  hostname: a\n", ""), ["nodeName"]);
        assert_eq!(shown("nodeName: b\n", "nodeName: b # x\n"), ["hostname"]);
        assert_eq!(shown("b\n", "b\n  hostIPC: true\n"), ["hostname", "nodeName"]);
        assert_eq!(shown(text, "kind: Pod\n"), [""; 0]);
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
