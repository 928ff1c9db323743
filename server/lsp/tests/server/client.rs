//! A client in the same process: what an editor is to the server, with the abilities that a test gives it.
//!
//! Everything the server says must be asked for: an unread message at the end fails the test.

use leastwise_lsp::{End, Options, serve};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Far longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    server: JoinHandle<End>,
    input: WriteHalf<DuplexStream>,
    output: BufReader<ReadHalf<DuplexStream>>,
    unread: VecDeque<Value>,
    last_id: i64,
    /// What the client answers when asked for its settings.
    pub(crate) settings: Value,
}

impl Client {
    /// A server and a client with these capabilities, after the handshake.
    pub(crate) async fn start(capabilities: Value) -> Self {
        Self::start_with(json!({ "capabilities": capabilities })).await.0
    }

    /// The same with all of the parameters of `initialize`; and the server's answer.
    pub(crate) async fn start_with(parameters: Value) -> (Self, Value) {
        Self::start_server(parameters, Options::default()).await
    }

    /// The same with a server that is told something by its program.
    pub(crate) async fn start_server(parameters: Value, options: Options) -> (Self, Value) {
        let (client, server) = tokio::io::duplex(1 << 20);
        let (server_input, server_output) = tokio::io::split(server);
        let server = tokio::spawn(serve(server_input, server_output, options));
        let (output, input) = tokio::io::split(client);
        let mut client = Self {
            server,
            input,
            output: BufReader::new(output),
            unread: VecDeque::new(),
            last_id: 0,
            settings: Value::Null,
        };
        let answer = client.request("initialize", parameters).await;
        client.notify("initialized", json!({})).await;
        (client, answer)
    }

    pub(crate) async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "yaml", "version": 0, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Changes a document: each change is a range, as four numbers, and a text, or a whole text.
    pub(crate) async fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        let parameters = json!({"textDocument": document, "contentChanges": changes});
        self.notify("textDocument/didChange", parameters).await;
    }

    /// The diagnostics published for a document at a version. Those of earlier versions are passed over.
    pub(crate) async fn published(&mut self, uri: &str, version: i64) -> Vec<Value> {
        self.unread.retain(|message| !is_older(message, uri, version));
        loop {
            let message = self.wait_for("diagnostics", |message| is_published(message, uri)).await;
            if message["params"]["version"] == version {
                return message["params"]["diagnostics"].as_array().unwrap().clone();
            }
            assert!(is_older(&message, uri, version), "{message}");
        }
    }

    /// The next message of that method.
    pub(crate) async fn next(&mut self, method: &str) -> Value {
        let message = self.wait_for(method, |message| message["method"] == method).await;
        message["params"].clone()
    }

    pub(crate) async fn request(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send_request(method, parameters).await;
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) async fn send_request(&mut self, method: &str, parameters: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters})).await;
        id
    }

    /// The answer to a request, be it a result or an error.
    pub(crate) async fn answer(&mut self, id: i64) -> Value {
        self.wait_for("an answer", |message| message["id"] == id && message.get("method").is_none()).await
    }

    /// The next answer to any request.
    pub(crate) async fn next_answer(&mut self) -> Value {
        self.wait_for("any answer", |message| message.get("id").is_some() && message.get("method").is_none())
            .await
    }

    /// The answer to a request or the diagnostics of a document, whatever comes first. The other stays unread.
    pub(crate) async fn answer_or_published(&mut self, id: i64, uri: &str) -> Value {
        self.wait_for("either", |message| {
            is_published(message, uri) || (message["id"] == id && message.get("method").is_none())
        })
        .await
    }

    pub(crate) async fn notify(&mut self, method: &str, parameters: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters})).await;
    }

    async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(framed.as_bytes()).await.unwrap();
    }

    /// Ends the session properly, and checks that nothing was said that no one has asked for.
    pub(crate) async fn end(mut self) {
        self.request("shutdown", Value::Null).await;
        self.send(&json!({"jsonrpc": "2.0", "method": "exit"})).await;
        self.ended().await;
    }

    /// The same when `shutdown` has been sent as this request and its answer has not been read.
    pub(crate) async fn end_after(mut self, shutdown: i64) {
        self.send(&json!({"jsonrpc": "2.0", "method": "exit"})).await;
        let answer = self.answer(shutdown).await;
        assert_eq!(answer["result"], Value::Null, "{answer}");
        assert!(answer.get("error").is_none(), "{answer}");
        self.ended().await;
    }

    async fn ended(mut self) {
        // The input stays open, as some editors leave it.
        let end = timeout(PATIENCE, &mut self.server).await.expect("the server does not end").unwrap();
        assert_eq!(end, End::Orderly);
        while let Some(message) = self.read().await {
            self.unread.push_back(message);
        }
        assert!(self.unread.is_empty(), "unread: {:#?}", self.unread);
    }

    /// Hangs up without a word.
    pub(crate) async fn hang_up(mut self) -> End {
        self.input.shutdown().await.unwrap();
        timeout(PATIENCE, self.server).await.expect("the server does not end").unwrap()
    }

    async fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.unread.iter().position(&wanted) {
            return self.unread.remove(place).unwrap();
        }
        loop {
            let read = timeout(PATIENCE, self.read()).await;
            let message =
                read.ok().flatten().unwrap_or_else(|| panic!("no {what}; unread: {:#?}", self.unread));
            if let (Some(id), Some(method)) = (message.get("id"), message.get("method")) {
                let result = match method.as_str() {
                    Some("workspace/configuration") => json!([self.settings]),
                    _ => Value::Null,
                };
                let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
                self.send(&answer).await;
            }
            if wanted(&message) {
                return message;
            }
            let is_answered_request = message.get("id").is_some() && message.get("method").is_some();
            if !is_answered_request {
                self.unread.push_back(message);
            }
        }
    }

    async fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).await.unwrap() == 0 {
                return None;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).await.unwrap();
        Some(serde_json::from_slice(&body).unwrap())
    }
}

fn is_published(message: &Value, uri: &str) -> bool {
    message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
}

fn is_older(message: &Value, uri: &str, version: i64) -> bool {
    is_published(message, uri)
        && message["params"]["version"].as_i64().is_some_and(|published| published < version)
}

/// A range of the protocol.
pub(crate) fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let position = |(line, character)| json!({"line": line, "character": character});
    json!({"start": position(start), "end": position(end)})
}

/// A change that replaces a range.
pub(crate) fn replace(start: (u32, u32), end: (u32, u32), text: &str) -> Value {
    json!({"range": range(start, end), "text": text})
}

/// Where each diagnostic stands and which rule it is of.
pub(crate) fn places(diagnostics: &[Value]) -> Vec<(u64, u64, u64, String)> {
    let place = |diagnostic: &Value| {
        let range = &diagnostic["range"];
        let number = |value: &Value| value.as_u64().unwrap();
        assert_eq!(range["start"]["line"], range["end"]["line"], "on one line: {diagnostic}");
        (
            number(&range["start"]["line"]),
            number(&range["start"]["character"]),
            number(&range["end"]["character"]),
            diagnostic["code"].as_str().unwrap().to_owned(),
        )
    };
    diagnostics.iter().map(place).collect()
}
