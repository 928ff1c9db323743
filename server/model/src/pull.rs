//! Fetches a model file over HTTP: it goes on where an earlier attempt broke off, checks size and SHA-256, and puts the file in
//! its place in one step, so that a file under its final name is always whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::catalog::Model;
use crate::digest::sha256;

/// A file to fetch and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub address: String,
    /// The name it gets.
    pub file: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl Source {
    /// A model of the catalogue, from where it is published or from a mirror.
    #[must_use]
    pub fn of(model: &Model, mirror: Option<&str>) -> Self {
        Self {
            address: model.address(mirror),
            file: model.file.to_owned(),
            size: model.size,
            sha256: model.sha256.to_owned(),
        }
    }
}

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The server cannot be reached or does not give the file.
    #[error("cannot fetch {address}: {message}")]
    Http {
        /// What was asked for.
        address: String,
        /// What went wrong.
        message: String,
    },
    /// The connection broke off. What came is kept: the next attempt goes on from there.
    #[error(
        "the connection broke off after {done} of {total} bytes ({message}); run it again to go on from there"
    )]
    Interrupted {
        /// Bytes that are kept.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
        /// What went wrong.
        message: String,
    },
    /// The server has a file of another size.
    #[error("{address} has {found} bytes and not the expected {expected}: it is another file")]
    WrongSize {
        /// What was asked for.
        address: String,
        /// The size it should have.
        expected: u64,
        /// The size it has, or what came of it before it was too much.
        found: u64,
    },
    /// The file has other content. Nothing of it is kept.
    #[error("the file from {address} is not the expected one: its SHA-256 is {found} and not {expected}")]
    WrongDigest {
        /// What was asked for.
        address: String,
        /// The SHA-256 it should have.
        expected: String,
        /// The SHA-256 it has.
        found: String,
    },
    /// Another process is fetching the same file.
    #[error("another process is fetching {}", .0.display())]
    Busy(PathBuf),
    /// The caller gave up. What came is kept.
    #[error("cancelled")]
    Cancelled,
    /// The file cannot be written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

/// Fetches a file into a folder, which is made if need be, and gives its path. `on_progress` gets the bytes so far and in all.
/// A file that is there already and is right is not fetched again.
///
/// # Errors
///
/// See [`PullError`].
pub fn pull(
    source: &Source,
    folder: &Path,
    on_progress: &mut dyn FnMut(u64, u64),
    cancel: &AtomicBool,
) -> Result<PathBuf, PullError> {
    let path = folder.join(&source.file);
    let failed = |path: &Path, error| PullError::File { path: path.to_owned(), error };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() == source.size)
        && digest_of(&path, cancel)? == source.sha256
    {
        on_progress(source.size, source.size);
        return Ok(path);
    }

    let partial = folder.join(format!("{}.part", source.file));
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&partial)
        .map_err(|error| failed(&partial, error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(PullError::Busy(path)),
        Err(TryLockError::Error(error)) => return Err(failed(&partial, error)),
    }
    fetch(source, &mut file, &partial, on_progress, cancel)?;
    file.sync_all().map_err(|error| failed(&partial, error))?;
    let found = digest_of(&partial, cancel)?;
    if found != source.sha256 {
        fs::remove_file(&partial).map_err(|error| failed(&partial, error))?;
        let (address, expected) = (source.address.clone(), source.sha256.clone());
        return Err(PullError::WrongDigest { address, expected, found });
    }
    fs::rename(&partial, &path).map_err(|error| failed(&path, error))?;
    Ok(path)
}

/// Fills the file to the expected size, over as many connections as it takes while each brings something.
fn fetch(
    source: &Source,
    file: &mut File,
    path: &Path,
    on_progress: &mut dyn FnMut(u64, u64),
    cancel: &AtomicBool,
) -> Result<(), PullError> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .build()
        .new_agent();
    let failed = |error| PullError::File { path: path.to_owned(), error };
    loop {
        let start = file.seek(SeekFrom::End(0)).map_err(failed)?;
        if start == source.size {
            return Ok(());
        }
        let body = open(&agent, source, file, start).map_err(|error| match error {
            OpenError::Pull(error) => error,
            OpenError::File(error) => failed(error),
        })?;
        let resumed_at = file.stream_position().map_err(failed)?;
        let outcome = copy(body, file, source, on_progress, cancel);
        let done = file.stream_position().map_err(failed)?;
        match outcome {
            Ok(()) if done == source.size => return Ok(()),
            Err(CopyError::Cancelled) => return Err(PullError::Cancelled),
            Err(CopyError::File(error)) => return Err(failed(error)),
            Err(CopyError::TooMuch) => {
                file.set_len(0).map_err(failed)?;
                return Err(wrong_size(source, done));
            }
            // It broke off, which counts as progress if anything came.
            Ok(()) | Err(CopyError::Connection(_)) if done > resumed_at => {}
            Ok(()) => return Err(interrupted(source, done, "it closed".to_owned())),
            Err(CopyError::Connection(error)) => return Err(interrupted(source, done, error.to_string())),
        }
    }
}

enum OpenError {
    Pull(PullError),
    File(io::Error),
}

/// Asks for the file from `start` on, and leaves `file` at the place where the answer begins.
fn open(
    agent: &ureq::Agent,
    source: &Source,
    file: &mut File,
    start: u64,
) -> Result<ureq::BodyReader<'static>, OpenError> {
    let http =
        |message: String| OpenError::Pull(PullError::Http { address: source.address.clone(), message });
    let mut request = agent.get(&source.address);
    if start > 0 && start < source.size {
        request = request.header("range", format!("bytes={start}-"));
    }
    let response = request.call().map_err(|error| http(error.to_string()))?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let (begin, size) = match response.status().as_u16() {
        200 => (0, header("content-length").and_then(|length| length.parse().ok())),
        206 => match header("content-range").and_then(content_range) {
            Some((begin, size)) if begin == start => (begin, size),
            _ => return Err(http("it answered with another part of the file than was asked for".to_owned())),
        },
        // What is kept is no beginning of this file.
        416 => {
            file.set_len(0).map_err(OpenError::File)?;
            return Err(http("it has less than was fetched before; run it again to start over".to_owned()));
        }
        _ => return Err(http(response.status().to_string())),
    };
    if let Some(size) = size.filter(|&size| size != source.size) {
        file.set_len(0).map_err(OpenError::File)?;
        return Err(OpenError::Pull(wrong_size(source, size)));
    }
    file.set_len(begin).and_then(|()| file.seek(SeekFrom::Start(begin))).map_err(OpenError::File)?;
    Ok(response.into_body().into_with_config().limit(u64::MAX).reader())
}

/// The start and the whole size in `bytes 5-9/10`; the size may be unknown.
fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, size) = value.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, size.parse().ok()))
}

enum CopyError {
    Connection(io::Error),
    File(io::Error),
    TooMuch,
    Cancelled,
}

fn copy(
    mut body: impl Read,
    file: &mut File,
    source: &Source,
    on_progress: &mut dyn FnMut(u64, u64),
    cancel: &AtomicBool,
) -> Result<(), CopyError> {
    let mut done = file.stream_position().map_err(CopyError::File)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(CopyError::Cancelled);
        }
        let read = body.read(&mut buffer).map_err(CopyError::Connection)?;
        if read == 0 {
            return Ok(());
        }
        file.write_all(&buffer[..read]).map_err(CopyError::File)?;
        done += read as u64;
        if done > source.size {
            return Err(CopyError::TooMuch);
        }
        on_progress(done, source.size);
    }
}

fn digest_of(path: &Path, cancel: &AtomicBool) -> Result<String, PullError> {
    let file = File::open(path).map_err(|error| PullError::File { path: path.to_owned(), error })?;
    let stop =
        |_| if cancel.load(Ordering::Relaxed) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) };
    sha256(file, stop).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => PullError::Cancelled,
        _ => PullError::File { path: path.to_owned(), error },
    })
}

fn wrong_size(source: &Source, found: u64) -> PullError {
    PullError::WrongSize { address: source.address.clone(), expected: source.size, found }
}

fn interrupted(source: &Source, done: u64, message: String) -> PullError {
    PullError::Interrupted { done, total: source.size, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
    }
}
