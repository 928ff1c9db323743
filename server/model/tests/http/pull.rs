//! A model file comes whole or not at all: fetching against a server on this machine that breaks off, lies and starts over.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::server::{Answer, Received, Server, respond};
use leastwise_model::digest::sha256_of;
use leastwise_model::{PullError, Source, pull};

const FILE: &str = "tiny.gguf";

/// A file of 200,000 bytes that does not repeat itself.
fn content() -> Vec<u8> {
    (0..50_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

fn source(server: &Server) -> Source {
    let content = content();
    Source {
        address: format!("{}/{FILE}", server.address),
        file: FILE.to_owned(),
        size: content.len() as u64,
        sha256: sha256_of(&content),
    }
}

/// Where the client wants to go on.
fn start_of(request: &Received) -> Option<usize> {
    request.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// Sends the file, or the rest of it if asked, but no more than `most` bytes.
fn send_file(most: usize) -> Answer {
    Box::new(move |request, stream| {
        let content = content();
        let size = content.len();
        let start = start_of(request).unwrap_or(0);
        match start {
            0 => write!(stream, "HTTP/1.1 200 OK\r\n")?,
            _ => write!(
                stream,
                "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes {start}-{}/{size}\r\n",
                size - 1
            )?,
        }
        write!(stream, "content-length: {}\r\nconnection: close\r\n\r\n", size - start)?;
        stream.write_all(&content[start..size.min(start.saturating_add(most))])
    })
}

fn fetch(server: &Server, folder: &Path) -> Result<std::path::PathBuf, PullError> {
    pull(&source(server), folder, &mut |_, _| {}, &AtomicBool::new(false))
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_fetched_with_progress_into_a_folder_that_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("leastwise").join("models");
    let server = Server::new(vec![send_file(usize::MAX)]);
    let mut steps = Vec::new();
    let path = pull(
        &source(&server),
        &models,
        &mut |done, total| steps.push((done, total)),
        &AtomicBool::new(false),
    )
    .unwrap();
    assert_eq!(path, models.join(FILE));
    assert_eq!(std::fs::read(&path).unwrap(), content());
    assert_eq!(entries(&models), [FILE]);
    assert!(steps.is_sorted() && steps.last() == Some(&(200_000, 200_000)), "{steps:?}");
}

#[test]
fn a_file_that_is_there_is_not_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), content()).unwrap();
    let server = Server::new(vec![]);
    assert_eq!(fetch(&server, folder.path()).unwrap(), folder.path().join(FILE));
}

#[test]
fn a_damaged_file_that_is_there_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut damaged = content();
    damaged[150_000..].fill(0);
    std::fs::write(folder.path().join(FILE), damaged).unwrap();
    let server = Server::new(vec![send_file(usize::MAX)]);
    assert_eq!(std::fs::read(fetch(&server, folder.path()).unwrap()).unwrap(), content());
}

#[test]
fn a_broken_connection_is_taken_up_where_it_broke() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(vec![send_file(70_000), send_file(70_000), send_file(usize::MAX)]);
    let path = fetch(&server, folder.path()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
    assert_eq!(start_of(&server.received()), None);
    assert_eq!(start_of(&server.received()), Some(70_000));
    assert_eq!(start_of(&server.received()), Some(140_000));
}

#[test]
fn what_an_interrupted_run_fetched_is_used_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    // The second connection brings nothing, so that the run gives up.
    let server = Server::new(vec![send_file(120_000), send_file(0)]);
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(matches!(error, PullError::Interrupted { done: 120_000, total: 200_000, .. }), "{error:?}");
    assert_eq!(entries(folder.path()), [format!("{FILE}.part")]);

    let server = Server::new(vec![send_file(usize::MAX)]);
    let path = fetch(&server, folder.path()).unwrap();
    assert_eq!(start_of(&server.received()), Some(120_000));
    assert_eq!(std::fs::read(path).unwrap(), content());
    assert_eq!(entries(folder.path()), [FILE]);
}

#[test]
fn a_server_that_cannot_go_on_in_the_middle_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(format!("{FILE}.part")), &content()[..1000]).unwrap();
    let server = Server::new(vec![respond("200 OK", "", content())]);
    assert_eq!(std::fs::read(fetch(&server, folder.path()).unwrap()).unwrap(), content());
}

#[test]
fn other_content_is_refused_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut zeroed = content();
    zeroed[199_000..].fill(0);
    let server = Server::new(vec![respond("200 OK", "", zeroed)]);
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(matches!(error, PullError::WrongDigest { .. }), "{error:?}");
    assert_eq!(entries(folder.path()), Vec::<String>::new());
}

#[test]
fn another_size_is_refused_before_it_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(vec![respond("200 OK", "", "an error page")]);
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(matches!(error, PullError::WrongSize { expected: 200_000, found: 13, .. }), "{error:?}");
}

#[test]
fn more_than_the_expected_size_is_refused_where_no_size_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let endless: Answer = Box::new(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
        // Ends when the client closes.
        loop {
            stream.write_all(&[b'x'; 4096])?;
        }
    });
    let error = fetch(&Server::new(vec![endless]), folder.path()).unwrap_err();
    assert!(matches!(error, PullError::WrongSize { expected: 200_000, .. }), "{error:?}");
}

#[test]
fn a_server_without_the_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(vec![respond("404 Not Found", "", "no")]);
    let error = fetch(&server, folder.path()).unwrap_err();
    assert!(matches!(error, PullError::Http { .. }) && error.to_string().contains("404"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let address = "http://127.0.0.1:1/tiny.gguf".to_owned();
    let source = Source { address, file: FILE.to_owned(), size: 1, sha256: String::new() };
    let error = pull(&source, folder.path(), &mut |_, _| {}, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, PullError::Http { .. }) && error.to_string().contains("127.0.0.1:1"), "{error}");
}

#[test]
fn a_cancelled_fetch_keeps_what_came() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(vec![send_file(usize::MAX), send_file(usize::MAX)]);
    let cancel = AtomicBool::new(false);
    let error =
        pull(&source(&server), folder.path(), &mut |_, _| cancel.store(true, Ordering::Relaxed), &cancel);
    assert!(matches!(error, Err(PullError::Cancelled)), "{error:?}");
    let path = fetch(&server, folder.path()).unwrap();
    server.received();
    assert!(start_of(&server.received()).unwrap() > 0);
    assert_eq!(std::fs::read(path).unwrap(), content());
}
