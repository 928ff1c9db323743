use super::decompress::decompressed;
use crate::{SourceId, Watch};
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Scope;

/// How many bytes are handed over at once.
const CHUNK: usize = 1 << 18;
/// How many chunks may wait.
const WAITING: usize = 4;

/// Reads, decompresses and digests a log on a thread of its own.
pub(crate) struct Pump {
    chunks: Receiver<Chunk>,
    /// Chunks that were read, to be filled again: memory that is freed on another thread than it was asked for on may stay
    /// with the allocator for long.
    emptied: Sender<Vec<u8>>,
}

/// What the pump brings up.
pub(crate) enum Chunk {
    /// Decompressed bytes.
    Bytes(Vec<u8>),
    /// The last of them has come: this is what they were, how many, and what had stopped them before their end.
    End { id: SourceId, bytes: u64, error: Option<io::Error> },
}

impl Pump {
    /// Starts to read. The watch is told of the bytes as they are stored. Reading ends with the log, with an error, or
    /// when nobody takes the chunks any more.
    pub(crate) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        reader: io::Result<Box<dyn Read + Send>>,
        watch: &'scope dyn Watch,
    ) -> Self {
        let (sender, chunks) = sync_channel(WAITING);
        let (emptied, empty) = channel();
        scope.spawn(move || pump(reader, watch, &sender, &empty));
        Self { chunks, emptied }
    }

    /// The next chunk; `None` after the end.
    pub(crate) fn next(&self) -> Option<Chunk> {
        self.chunks.recv().ok()
    }

    /// Takes a chunk back whose bytes are of no more use.
    pub(crate) fn take_back(&self, chunk: Vec<u8>) {
        // At the end of the log nobody wants it.
        let _ = self.emptied.send(chunk);
    }
}

fn pump(
    reader: io::Result<Box<dyn Read + Send>>,
    watch: &dyn Watch,
    chunks: &SyncSender<Chunk>,
    empty: &Receiver<Vec<u8>>,
) {
    let mut digest = Sha256::new();
    let mut bytes = 0;
    let error = reader.and_then(|reader| {
        let mut reader = decompressed(Watched { reader, watch })?;
        loop {
            let mut chunk = empty.try_recv().unwrap_or_default();
            let outcome = fill(&mut reader, &mut chunk);
            digest.update(&chunk);
            bytes += chunk.len() as u64;
            let is_last = chunk.is_empty();
            if !is_last && chunks.send(Chunk::Bytes(chunk)).is_err() {
                return Ok(());
            }
            outcome?;
            if is_last {
                return Ok(());
            }
        }
    });
    let mut id = SourceId([0; 16]);
    id.0.iter_mut().zip(digest.finalize()).for_each(|(byte, digested)| *byte = digested);
    // Where nobody waits for the end, reading was stopped.
    let _ = chunks.send(Chunk::End { id, bytes, error: error.err() });
}

/// Reads until the chunk is full or the log at its end. A chunk that was full before is not cleared first.
fn fill(reader: &mut impl Read, chunk: &mut Vec<u8>) -> io::Result<()> {
    chunk.resize(CHUNK, 0);
    let mut filled = 0;
    let mut outcome = Ok(());
    while let Some(rest) = chunk.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    chunk.truncate(filled);
    outcome
}

/// Tells the watch about every byte that is read.
struct Watched<'a> {
    reader: Box<dyn Read + Send>,
    watch: &'a dyn Watch,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_cancelled() {
            return Err(io::Error::other("reading was stopped"));
        }
        let read = self.reader.read(buffer)?;
        self.watch.advance(read as u64);
        Ok(read)
    }
}
