//! The way in: watches for `exit` among the bytes on their way to tower-lsp, and ends its input there.
//!
//! tower-lsp 0.20 goes on reading after `exit`, though some editors leave the server's input open, and it cancels
//! what was asked before, an answer to `shutdown` included. So it never hears of `exit`. Every other byte is passed
//! on as it is.

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// An `exit` notification is short; longer messages are passed over unread.
const LONGEST_EXIT: usize = 256;

/// A header longer than this is none.
const LONGEST_HEADER: usize = 4096;

/// Copies `input` to `server` until it ends or says `exit`, then closes `server`.
pub(crate) async fn pump(mut input: impl AsyncRead + Unpin, mut server: impl AsyncWrite + Unpin) {
    let mut gate = Gate::default();
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = input.read(&mut bytes).await {
        let is_open = gate.let_through(&bytes[..count]);
        if server.write_all(&gate.passed).await.is_err() || !is_open {
            break;
        }
        gate.passed.clear();
    }
    // Closing tells tower-lsp that nothing more comes; it may have gone away already, which is as good.
    let _closed = server.shutdown().await;
}

/// Reads the framing of messages, as far as needed to stop at `exit`.
#[derive(Debug, Default)]
struct Gate {
    state: State,
    /// What may pass.
    passed: Vec<u8>,
    /// The beginning of a message that may turn out to be `exit`.
    held: Vec<u8>,
    /// Where the last header line in `held` begins.
    line: usize,
    /// What the header says of the message's length.
    length: usize,
}

#[derive(Debug, Default)]
enum State {
    /// In the header lines of a message.
    #[default]
    Header,
    /// In a message that is short enough to be `exit`, of which so many bytes are to come.
    Short(usize),
    /// In a longer message.
    Long(usize),
}

impl Gate {
    /// Adds to what has passed, until `exit`; tells whether the gate is still open.
    fn let_through(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.state {
                State::Header => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let (line, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
                    self.held.extend_from_slice(line);
                    bytes = rest;
                    if end.is_some() {
                        self.header_line();
                    } else if self.held.len() > LONGEST_HEADER {
                        self.release();
                    }
                }
                State::Short(left) => {
                    let (part, rest) = bytes.split_at(left.min(bytes.len()));
                    self.held.extend_from_slice(part);
                    bytes = rest;
                    self.state = State::Short(left - part.len());
                    if left == part.len() {
                        if is_exit(&self.held[self.line..]) {
                            return false;
                        }
                        self.release();
                        self.state = State::Header;
                    }
                }
                State::Long(left) => {
                    let (part, rest) = bytes.split_at(left.min(bytes.len()));
                    self.passed.extend_from_slice(part);
                    bytes = rest;
                    self.state =
                        if left == part.len() { State::Header } else { State::Long(left - part.len()) };
                }
            }
        }
        true
    }

    fn header_line(&mut self) {
        let line = String::from_utf8_lossy(&self.held[self.line..]);
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                self.length = value.trim().parse().unwrap_or(0);
                self.line = self.held.len();
            }
            None if line.trim().is_empty() && self.length > 0 => {
                self.line = self.held.len();
                let length = std::mem::take(&mut self.length);
                if length <= LONGEST_EXIT {
                    self.state = State::Short(length);
                } else {
                    self.release();
                    self.state = State::Long(length);
                }
            }
            _ => self.line = self.held.len(),
        }
    }

    fn release(&mut self) {
        self.passed.append(&mut self.held);
        self.line = 0;
    }
}

fn is_exit(message: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Message<'m> {
        #[serde(borrow)]
        method: std::borrow::Cow<'m, str>,
    }
    serde_json::from_slice::<Message<'_>>(message).is_ok_and(|message| message.method == "exit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// What passes of a stream that comes in pieces, and whether it stopped at `exit`.
    fn passes(stream: &str, piece: usize) -> (String, bool) {
        let mut gate = Gate::default();
        let is_open = stream.as_bytes().chunks(piece).all(|piece| gate.let_through(piece));
        (String::from_utf8(gate.passed).unwrap(), !is_open)
    }

    #[test]
    fn the_stream_ends_before_exit_however_it_is_cut() {
        let long = format!(r#"{{"method":"x","params":"{}"}}"#, "exit".repeat(200));
        let before = [framed(r#"{"method":"initialized","params":{"é":1}}"#), framed(&long)].concat();
        let exit = "content-type: x\r\ncontent-length: 34\r\n\r\n{ \"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        for piece in [1, 2, 7, 64, 100_000] {
            assert_eq!(passes(&before, piece), (before.clone(), false), "{piece}");
            let stream = format!("{before}{exit}{before}");
            assert_eq!(passes(&stream, piece), (before.clone(), true), "{piece}");
        }
    }

    #[test]
    fn a_message_that_speaks_of_exit_is_no_exit() {
        let message = framed(r#"{"method":"x","params":{"method":"exit"}}"#);
        assert_eq!(passes(&message, 9), (message, false));
    }

    #[test]
    fn a_stream_that_is_not_framed_is_passed_on_for_tower_lsp_to_refuse() {
        let nonsense = "x".repeat(3 * LONGEST_HEADER);
        assert!(!passes(&nonsense, 1000).0.is_empty());
    }

    #[tokio::test]
    async fn after_exit_the_servers_input_ends_though_the_clients_is_open() {
        let (mut client, input) = tokio::io::duplex(1024);
        let (server, mut received) = tokio::io::duplex(1024);
        let pump = tokio::spawn(pump(input, server));
        let shutdown = framed(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#);
        let exit = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        client.write_all(format!("{shutdown}{exit}").as_bytes()).await.unwrap();
        let mut all = String::new();
        received.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, shutdown);
        pump.await.unwrap();
    }
}
