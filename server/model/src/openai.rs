//! The second back end: any server that speaks the OpenAI-compatible HTTP protocol (Ollama, llama-server, vLLM, hosted ones).
//!
//! The address and the key are the user's own settings, never a repository's. Whatever is sent is masked first, and the special
//! tokens of common chat templates are broken up, because some servers read them in a message's text. No grammar is sent: the
//! servers do not share a dialect. The check of every sentence is what bounds the answer.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::mask::mask;
use crate::protocol::{Finish, Prompt, Sampling};
use crate::{Backend, Error};

/// How often a waiting caller looks whether it still wants the answer.
const CANCEL_POLL: Duration = Duration::from_millis(10);
/// The most bytes that are read of an answer, of one line of it and of an error.
const MAX_ANSWER: u64 = 1024 * 1024;
const MAX_ERROR: u64 = 2048;

/// Where the server is and how to ask it.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenAiSettings {
    /// The address up to the version, as in `http://localhost:11434/v1`.
    pub address: String,
    /// The model's name at the server.
    pub model: String,
    /// The key, for servers that want one.
    pub key: Option<String>,
    /// The longest time for the connection.
    pub connect: Duration,
    /// The longest time between two signs of life: a server may load a model before the first.
    pub silence: Duration,
}

impl OpenAiSettings {
    /// Settings with the usual limits: 10 s to connect, 60 s of silence.
    #[must_use]
    pub fn new(address: impl Into<String>, model: impl Into<String>, key: Option<String>) -> Self {
        let (connect, silence) = (Duration::from_secs(10), Duration::from_secs(60));
        Self { address: address.into(), model: model.into(), key, connect, silence }
    }
}

// The key must not be written to a log.
impl fmt::Debug for OpenAiSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenAiSettings")
            .field("address", &self.address)
            .field("model", &self.model)
            .field("key", &self.key.as_ref().map(|_| "…"))
            .finish_non_exhaustive()
    }
}

/// Asks a server over HTTP.
#[derive(Debug)]
pub struct OpenAi {
    settings: OpenAiSettings,
    agent: ureq::Agent,
}

impl OpenAi {
    /// A back end with these settings. Nothing is sent before the first question.
    #[must_use]
    pub fn new(settings: OpenAiSettings) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // What is sent is meant for one server.
            .max_redirects(0)
            .timeout_connect(Some(settings.connect))
            .timeout_recv_response(Some(settings.silence))
            .timeout_per_read(Some(settings.silence))
            .build()
            .new_agent();
        Self { settings, agent }
    }

    fn body(&self, prompt: &Prompt) -> Value {
        let mut body = json!({
            "model": self.settings.model,
            "messages": [
                {"role": "system", "content": outgoing(&prompt.system)},
                {"role": "user", "content": outgoing(&prompt.user)},
            ],
            "max_tokens": prompt.max_tokens,
            "stream": true,
        });
        match prompt.sampling {
            Sampling::Greedy => body["temperature"] = json!(0),
            Sampling::Random { seed } => body["seed"] = json!(seed),
        }
        body
    }
}

/// What may leave the machine of a text.
fn outgoing(text: &str) -> String {
    mask(text)
        .replace("<|", "< |")
        .replace("|>", "| >")
        .replace("[INST]", "[ INST]")
        .replace("[/INST]", "[/ INST]")
}

enum Heard {
    Text(String),
    End(Finish),
    Failed(String),
}

impl Backend for OpenAi {
    fn complete(
        &self,
        prompt: &Prompt,
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Finish, Error> {
        let mut request = self
            .agent
            .post(format!("{}/chat/completions", self.settings.address.trim_end_matches('/')))
            .header("content-type", "application/json")
            .header("accept", "text/event-stream");
        if let Some(key) = &self.settings.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let body = self.body(prompt).to_string();
        let (sender, heard) = mpsc::channel();
        // A read blocks, so it does not happen on the caller's thread, which must see `cancel`. A thread that nobody listens to
        // any more ends at the next piece or when the server has been silent for too long.
        thread::Builder::new()
            .name("model-http".to_owned())
            .spawn(move || {
                let end = match request.send(body) {
                    Ok(response) => listen(response, &sender),
                    Err(error) => Heard::Failed(error.to_string()),
                };
                // Nobody listens after a cancellation.
                let _ = sender.send(end);
            })
            .map_err(|error| Error::Http(error.to_string()))?;
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            match heard.recv_timeout(CANCEL_POLL) {
                Ok(Heard::Text(text)) => on_text(&text),
                Ok(Heard::End(finish)) => return Ok(finish),
                Ok(Heard::Failed(message)) => return Err(Error::Http(message)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::Http("the answer broke off".to_owned()));
                }
            }
        }
    }

    fn identity(&self) -> String {
        format!("{} {}", self.settings.address, self.settings.model)
    }
}

/// Reads the answer to its end, handing over its pieces.
fn listen(response: ureq::http::Response<ureq::Body>, sender: &Sender<Heard>) -> Heard {
    let status = response.status();
    let streamed = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/event-stream"));
    let body = response.into_body().into_reader();
    if !status.is_success() {
        return Heard::Failed(format!("{status}: {}", error_message(body)));
    }
    let result = if streamed { read_events(body, sender) } else { read_whole(body, sender) };
    result.unwrap_or_else(Heard::Failed)
}

/// Reads server-sent events: lines of `data:` with a JSON object each, and `[DONE]` at the end.
fn read_events(body: impl Read, sender: &Sender<Heard>) -> Result<Heard, String> {
    let mut body = BufReader::new(body.take(MAX_ANSWER));
    let mut finish = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if body.read_until(b'\n', &mut line).map_err(|error| error.to_string())? == 0 {
            // Some servers close the stream without `[DONE]`, but none without a reason for the end.
            return finish.map(Heard::End).ok_or_else(|| "the answer broke off".to_owned());
        }
        let text = String::from_utf8_lossy(&line);
        // Other fields, comments and empty lines carry nothing of the answer.
        let Some(data) = text.trim_end().strip_prefix("data:").map(str::trim) else { continue };
        if data == "[DONE]" {
            return Ok(Heard::End(finish.unwrap_or(Finish::End)));
        }
        let event: Value =
            serde_json::from_str(data).map_err(|error| format!("an event that is no JSON: {error}"))?;
        if let Some(message) = event.pointer("/error/message").or(event.get("error")) {
            return Err(message.as_str().map_or_else(|| message.to_string(), str::to_owned));
        }
        if let Some(text) = event.pointer("/choices/0/delta/content").and_then(Value::as_str)
            && !text.is_empty()
            && sender.send(Heard::Text(text.to_owned())).is_err()
        {
            return Ok(Heard::End(Finish::Length));
        }
        finish = finish_of(&event).or(finish);
    }
}

/// Reads an answer that came in one piece, although a stream was asked for.
fn read_whole(body: impl Read, sender: &Sender<Heard>) -> Result<Heard, String> {
    let answer: Value =
        serde_json::from_reader(body.take(MAX_ANSWER)).map_err(|error| format!("no JSON: {error}"))?;
    let text = answer
        .pointer("/choices/0/message/content")
        .and_then(Value::as_str)
        .ok_or("an answer without `choices[0].message.content`")?;
    // As in `complete`.
    let _ = sender.send(Heard::Text(text.to_owned()));
    Ok(Heard::End(finish_of(&answer).unwrap_or(Finish::End)))
}

fn finish_of(event: &Value) -> Option<Finish> {
    let reason = event.pointer("/choices/0/finish_reason")?.as_str()?;
    Some(if reason == "length" { Finish::Length } else { Finish::End })
}

fn error_message(body: impl Read) -> String {
    let mut text = Vec::new();
    if let Err(error) = body.take(MAX_ERROR).read_to_end(&mut text) {
        return error.to_string();
    }
    let text = String::from_utf8_lossy(&text);
    serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|value| value.pointer("/error/message").or(value.get("error"))?.as_str().map(str::to_owned))
        .unwrap_or_else(|| text.trim().to_owned())
}
