//! How the texts of the workspace are put together, found out again when a text that decides it has changed: on a
//! worker, one at a time.

use crate::event::{Event, Events};
use crate::index;
use crate::pool::{Lane, Pool};
use leastwise_analysis::composition::{Composition, Compositions, is_kustomization, normal};
use leastwise_text::Buffer;
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is known of it.
#[derive(Debug, Default)]
pub(crate) struct Composing {
    kustomizations: BTreeSet<PathBuf>,
    known: Compositions,
    is_running: bool,
    is_stale: bool,
}

impl Composing {
    /// How the text at `path` is put together with others, as far as is known.
    pub(crate) fn at(&self, path: Option<&Path>) -> Arc<Composition> {
        path.map(|path| self.known.at(path)).unwrap_or_default()
    }

    /// Hears that there is another text at `path`; whether that could change anything.
    pub(crate) fn hear(&mut self, path: &Path) -> bool {
        let is_news = is_kustomization(path) && self.kustomizations.insert(normal(path));
        is_news || self.known.depend_on(path)
    }

    /// Finds it out again. The texts in the editor count more than the files.
    pub(crate) fn run(&mut self, pool: &Pool, events: &Events, open: HashMap<PathBuf, Buffer>) {
        self.is_stale = self.is_running;
        if self.is_running || self.kustomizations.is_empty() {
            return;
        }
        self.is_running = true;
        let (events, paths) = (events.clone(), self.kustomizations.clone());
        pool.run(Lane::Proof, move || {
            let read = |path: &Path| match open.get(path) {
                Some(buffer) => Some(buffer.text().to_string()),
                None => index::text(path),
            };
            // Whoever waits for this must hear of its end.
            let found = catch_unwind(AssertUnwindSafe(|| Compositions::of(paths, &read)));
            events.send(Event::Composed(found.ok()));
        });
    }

    /// Takes over what was found: whether it is news, and whether it is out of date already.
    pub(crate) fn take(&mut self, found: Option<Compositions>) -> (bool, bool) {
        self.is_running = false;
        let is_news = found.as_ref().is_some_and(|found| *found != self.known);
        if let Some(found) = found {
            self.known = found;
        }
        (is_news, std::mem::take(&mut self.is_stale))
    }
}
