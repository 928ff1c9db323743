//! The files of the workspace that are not open: what they declare matters to those that are.

use crate::convert;
use crate::event::{Event, Events};
use crate::pool::{Lane, Pool};
use ignore::WalkBuilder;
use leastwise_yaml::{Stream, parse};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_lsp::lsp_types::Url;

/// How long a search may take, and how many manifests it may read. A workspace may be a whole disk.
const TIME: Duration = Duration::from_secs(20);
const FILES: usize = 20_000;

/// Larger files are generated, and left out.
const FILE_SIZE: u64 = 4 * 1024 * 1024;

/// The kinds that others refer to. A file without the word declares none.
const DECLARING: &str = "ServiceAccount";

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
    for entry in walk.max_filesize(Some(FILE_SIZE)).build() {
        // A folder that cannot be entered declares nothing that could be known.
        let Ok(entry) = entry else { continue };
        if begun.elapsed() > TIME || count >= FILES {
            tracing::warn!(count, "the workspace is large; its other files are not known");
            return format!("{count} manifests read; the rest of this large workspace is not known");
        }
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && is_manifest(entry.path()) {
            count += 1;
            if let (Ok(uri), stream @ Some(_)) = (Url::from_file_path(entry.path()), declaring(entry.path()))
            {
                events.send(Event::Read(uri, stream));
            }
        }
    }
    format!("{count} manifests read")
}

/// Reads files that have changed, on a worker.
pub(crate) fn read(pool: &Arc<Pool>, events: &Events, uris: Vec<Url>) {
    let events = events.clone();
    pool.run(Lane::Proof, move || {
        for uri in uris {
            let stream =
                convert::path(&uri).filter(|path| is_manifest(path)).and_then(|path| declaring(&path));
            events.send(Event::Read(uri, stream));
        }
    });
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["yaml", "yml", "json"].contains(&extension))
}

/// A file's documents, if it may declare something; a file that cannot be read declares nothing.
fn declaring(path: &Path) -> Option<Stream> {
    let is_small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= FILE_SIZE);
    let text = is_small.then(|| std::fs::read_to_string(path).ok()).flatten()?;
    text.contains(DECLARING).then(|| parse(&text))
}
