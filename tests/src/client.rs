//! A client of the Language Server Protocol over standard input and output: what an editor is to the server.
//!
//! It keeps everything that the server says, in order, until a test asks for it, and answers the server's own requests
//! as an editor would.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

/// How long the server may take for anything. Far more than it needs, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server and the connection to it. Dropping it kills the server.
#[derive(Debug)]
pub struct Client {
    server: Child,
    input: Option<BufWriter<ChildStdin>>,
    output: Receiver<Value>,
    /// What the server said and nobody has asked for yet.
    unread: VecDeque<Value>,
    last_id: i64,
    /// What the user has set in the editor, by section: `{"leastwise": {…}}`.
    pub settings: Value,
}

impl Client {
    /// Starts `program` with `arguments`, which speaks the protocol on its standard input and output.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start<S: AsRef<OsStr>>(program: &Path, arguments: &[S]) -> Result<Self> {
        Self::start_command(Command::new(program).args(arguments))
    }

    /// Starts a command that a test has prepared, with an environment of its own for example.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_command(command: &mut Command) -> Result<Self> {
        let mut server = command
            // Which model there is depends on the test, and not on the machine.
            .env("LEASTWISE_MODEL", "/no/such/model.gguf")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let input = server.stdin.take().map(BufWriter::new);
        let output = server.stdout.take().context("the server has no output")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(message)) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Ok(Self { server, input, output: receiver, unread: VecDeque::new(), last_id: 0, settings: json!({}) })
    }

    /// Does the handshake: `initialize` with these capabilities and folder, then `initialized`. Returns the answer.
    ///
    /// # Errors
    /// When the server refuses or is silent.
    pub fn initialize(&mut self, capabilities: Value, folder: Option<&Path>) -> Result<Value> {
        let folders = folder.map(|folder| json!([{"uri": uri(folder), "name": "workspace"}]));
        let parameters = json!({
            "processId": std::process::id(),
            "rootUri": folder.map(uri),
            "workspaceFolders": folders,
            "capabilities": capabilities,
        });
        let answer = self.request("initialize", parameters)?;
        self.notify("initialized", json!({}))?;
        Ok(answer)
    }

    /// Opens a document with this text, at version 0.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn open(&mut self, uri: &str, text: &str) -> Result<()> {
        let document = json!({"uri": uri, "languageId": "yaml", "version": 0, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
    }

    /// Changes an open document.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn change(&mut self, uri: &str, version: i64, changes: Value) -> Result<()> {
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}))
    }

    /// The diagnostics that the server publishes for a document at a version.
    ///
    /// # Errors
    /// When it publishes none in time.
    pub fn published(&mut self, uri: &str, version: i64) -> Result<Vec<Value>> {
        let message = self.wait_for(&format!("diagnostics of {uri} at version {version}"), |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        })?;
        Ok(message["params"]["diagnostics"].as_array().cloned().unwrap_or_default())
    }

    /// Sends a request and waits for its result.
    ///
    /// # Errors
    /// When the answer is an error, or there is none in time.
    pub fn request(&mut self, method: &str, parameters: Value) -> Result<Value> {
        let id = self.send_request(method, parameters)?;
        let answer = self.answer(id)?;
        match answer.get("error") {
            Some(error) => bail!("{method}: {error}"),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Sends a request without waiting, and returns its id.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn send_request(&mut self, method: &str, parameters: Value) -> Result<i64> {
        self.last_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": parameters}))?;
        Ok(self.last_id)
    }

    /// The whole answer to a request, be it a result or an error.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn answer(&mut self, id: i64) -> Result<Value> {
        self.wait_for(&format!("the answer to request {id}"), |message| {
            message["id"] == id && message.get("method").is_none()
        })
    }

    /// Asks the server to give up a request.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn cancel(&mut self, id: i64) -> Result<()> {
        self.notify("$/cancelRequest", json!({ "id": id }))
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn notify(&mut self, method: &str, parameters: Value) -> Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}))
    }

    /// Sends a message as it is.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn send(&mut self, message: &Value) -> Result<()> {
        let input = self.input.as_mut().context("the server's input is closed")?;
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(input.flush()?)
    }

    /// The first message that satisfies `wanted`, of those unread and those to come. It is taken out; the rest stays.
    ///
    /// # Errors
    /// When none comes in time, or the server ends: with what came instead.
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        if let Some(message) =
            self.unread.iter().position(&wanted).and_then(|position| self.unread.remove(position))
        {
            return Ok(message);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self.output.recv_timeout(left).map_err(|error| {
                let reason = match error {
                    RecvTimeoutError::Timeout => "the server is silent",
                    RecvTimeoutError::Disconnected => "the server has ended",
                };
                anyhow!("{reason}; missing: {what}; unread: {:?}", self.unread)
            })?;
            let answer = self.default_answer(&message);
            if wanted(&message) {
                answer.map_or(Ok(()), |answer| self.send(&answer))?;
                return Ok(message);
            }
            match answer {
                Some(answer) => self.send(&answer)?,
                None => self.unread.push_back(message),
            }
        }
    }

    /// The identifier of the server's process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Says `shutdown` and `exit`, and leaves the server's input open as some editors do. Returns how it ended.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub fn exit(mut self) -> Result<ExitStatus> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", Value::Null)?;
        self.wait_for_end()
    }

    /// Closes the server's input, as an editor that crashes does. Returns how the server ended.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub fn hang_up(mut self) -> Result<ExitStatus> {
        self.input = None;
        self.wait_for_end()
    }

    /// What an editor answers to a request of the server; `None` for any other message.
    fn default_answer(&self, message: &Value) -> Option<Value> {
        let (id, method) = (message.get("id")?, message.get("method")?);
        let result = match method.as_str() {
            Some("workspace/configuration") => {
                let items = message["params"]["items"].as_array().map_or(&[][..], Vec::as_slice);
                let of_section =
                    |item: &Value| item["section"].as_str().map(|section| self.settings[section].clone());
                items.iter().map(of_section).collect()
            }
            Some("workspace/applyEdit") => json!({"applied": true}),
            _ => Value::Null,
        };
        Some(json!({"jsonrpc": "2.0", "id": id, "result": result}))
    }

    /// Waits for the server to end by itself, and returns how it did.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn wait_for_end(&mut self) -> Result<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.unread.push_back(message),
                Err(RecvTimeoutError::Disconnected) => return Ok(self.server.wait()?),
                Err(RecvTimeoutError::Timeout) => bail!("the server does not end"),
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Both fail when the server has ended already, which is as good.
        let _killed = self.server.kill();
        let _reaped = self.server.wait();
    }
}

/// The `file:` URI of an absolute path without characters that need escaping, as scratch folders have.
#[must_use]
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Reads one message; `None` at the end.
///
/// # Errors
/// When the stream is not framed as the protocol says, or a message is no JSON.
pub fn read_message(stream: &mut impl BufRead) -> Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = Some(value.trim().parse()?);
            }
            Some(_) => {}
            None => {
                ensure!(line == "\r\n", "{line:?} is no header");
                break;
            }
        }
    }
    let mut body = vec![0; length.context("a message without Content-Length")?];
    stream.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use super::read_message;
    use serde_json::json;

    #[test]
    fn messages_are_read_one_by_one_until_the_end() {
        let stream =
            "Content-Length: 7\r\n\r\n{\"a\":1}Content-Type: x\r\ncontent-length: 9\r\n\r\n{\"b\":\"é\"}";
        let mut bytes = stream.as_bytes();
        assert_eq!(read_message(&mut bytes).unwrap(), Some(json!({"a": 1})));
        assert!(read_message(&mut bytes).is_err(), "é takes two bytes, so the length is one short");
        let mut nothing: &[u8] = b"";
        assert_eq!(read_message(&mut nothing).unwrap(), None);
    }
}
