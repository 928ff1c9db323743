//! A small HTTP server on this machine for the tests: it answers each request in turn as the test says, and breaks off in the
//! middle where the test wants it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};

/// What a client sent.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The first line.
    pub(crate) line: String,
    /// The header lines, names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Received {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A server that answers with the next of its answers each time it is asked, and then no more.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its address, without a slash at the end.
    pub(crate) address: String,
    received: Receiver<Received>,
}

/// Writes an answer to the connection. The connection closes when it returns.
pub(crate) type Answer = Box<dyn FnOnce(&Received, &mut TcpStream) -> std::io::Result<()> + Send>;

impl Server {
    /// Starts it.
    pub(crate) fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, received) = mpsc::channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let request = receive(&stream);
                sender.send(request.clone()).unwrap();
                // A client may have closed by now: that is what some tests are about.
                let _ = answer(&request, &mut stream);
            }
        });
        Self { address, received }
    }

    /// The next request it got.
    pub(crate) fn received(&self) -> Received {
        self.received.recv_timeout(std::time::Duration::from_secs(60)).unwrap()
    }
}

fn receive(stream: &TcpStream) -> Received {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Received { line: line.trim_end().to_owned(), headers, body: String::from_utf8(body).unwrap() }
}

/// A whole answer: status, more header lines, body.
pub(crate) fn respond(status: &str, headers: &str, body: impl Into<Vec<u8>>) -> Answer {
    let (status, headers, body) = (status.to_owned(), headers.to_owned(), body.into());
    Box::new(move |_, stream| {
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
            body.len()
        )?;
        stream.write_all(&body)
    })
}
