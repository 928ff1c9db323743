//! The files of the workspace that are not open: what they declare matters to those that are.

use crate::convert;
use crate::event::{Event, Events};
use crate::pool::{Lane, Pool};
use ignore::WalkBuilder;
use leastwise_analysis::composition::is_kustomization;
use leastwise_manifest::Declarations;
use leastwise_yaml::parse;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_lsp::lsp_types::Url;

/// How long a search may take, and how many manifests it may read. A workspace may be a whole disk.
const TIME: Duration = Duration::from_secs(20);
const FILES: usize = 20_000;

/// Larger files are generated, and left out.
const FILE_SIZE: u64 = 4 * 1024 * 1024;

/// Files that are told of at a time: each time, documents that are open may have to be judged again.
const BATCH: usize = 200;

/// Searches folders, in a thread of its own. What git ignores is left out.
pub(crate) fn search(events: &Events, folders: Vec<PathBuf>) {
    let thread_events = events.clone();
    let searching = std::thread::Builder::new().name("search".to_owned()).spawn(move || {
        let message = search_now(&thread_events, &folders);
        thread_events.send(Event::Searched(message));
    });
    if let Err(error) = searching {
        tracing::error!(%error, "cannot search the workspace");
        events.send(Event::Searched(error.to_string()));
    }
}

fn search_now(events: &Events, folders: &[PathBuf]) -> String {
    let Some((first, others)) = folders.split_first() else { return String::new() };
    let mut walk = WalkBuilder::new(first);
    for folder in others {
        walk.add(folder);
    }
    let begun = Instant::now();
    let mut count = 0;
    let mut batch = Vec::new();
    for entry in walk.max_filesize(Some(FILE_SIZE)).build() {
        // A folder that cannot be entered declares nothing that could be known.
        let Ok(entry) = entry else { continue };
        if begun.elapsed() > TIME || count >= FILES {
            tracing::warn!(count, "the workspace is large; its other files are not known");
            events.send(Event::Read(batch));
            return format!("{count} manifests read; the rest of this large workspace is not known");
        }
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if let (true, Ok(uri)) = (is_file && is_manifest(entry.path()), Url::from_file_path(entry.path())) {
            count += 1;
            let declarations = declarations(&uri, entry.path());
            batch.push((uri, declarations));
        }
        if batch.len() == BATCH {
            events.send(Event::Read(std::mem::take(&mut batch)));
        }
    }
    events.send(Event::Read(batch));
    format!("{count} manifests read")
}

/// Reads files that have changed, on a worker.
pub(crate) fn read(pool: &Arc<Pool>, events: &Events, uris: Vec<Url>) {
    let events = events.clone();
    pool.run(Lane::Proof, move || {
        let read = uris.into_iter().map(|uri| {
            let path = convert::path(&uri).filter(|path| is_manifest(path)).unwrap_or_default();
            let declarations = declarations(&uri, &path);
            (uri, declarations)
        });
        events.send(Event::Read(read.collect()));
    });
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["yaml", "yml", "json"].contains(&extension)) || is_kustomization(path)
}

/// The text of a file that can be read and is not large.
pub(crate) fn text(path: &Path) -> Option<String> {
    let is_small =
        std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= FILE_SIZE);
    is_small.then(|| std::fs::read_to_string(path).ok()).flatten()
}

/// What a file declares; one that cannot be read, or has no object, declares nothing.
fn declarations(uri: &Url, path: &Path) -> Declarations {
    let stream = text(path).filter(|text| text.contains("apiVersion")).map(|text| parse(&text));
    Declarations::of(uri.as_str(), &stream.unwrap_or_default())
}
