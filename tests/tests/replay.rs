//! What real editors said and heard once, said and compared again: the recordings in `tests/recordings`, which
//! `cargo xtask record` makes. Where the server is meant to answer something else, they are made anew.
//!
//! A recording is one message a line, with who said it. The folder that was open in the editor is `/workspace` in it.

use std::collections::{HashMap, HashSet};
use std::fs;

use anyhow::{Context, Result, ensure};
use leastwise_tests::client::Client;
use leastwise_tests::programs::{self, repository};
use serde_json::{Map, Value, json};

/// Neovim opens a Pod with three findings, adds a fourth by typing, takes it back, and applies the fix of one.
#[test]
fn neovim() -> Result<()> {
    let Some(mut replay) = Replay::start("neovim", json!({"profile": "baseline"}))? else { return Ok(()) };
    replay.run()?;
    replay.hears_again_what_was_published_last()?;
    assert!(replay.client.exit()?.success());
    Ok(())
}

/// VS Code opens a Pod with two findings, a third is typed, a hover and the fixes of one are asked for, and one is
/// applied; the file is saved and closed.
#[test]
fn vscode() -> Result<()> {
    let Some(mut replay) = Replay::start("vscode", json!({}))? else { return Ok(()) };
    replay.run()?;
    for method in ["diagnostic", "hover", "codeAction", "codeLens"] {
        let method = format!("textDocument/{method}");
        assert!(replay.compared.contains(&method), "{method} is not in the recording: {:?}", replay.compared);
    }
    assert!(replay.client.exit()?.success());
    Ok(())
}

/// A recording that is said again.
struct Replay {
    client: Client,
    lines: Vec<Value>,
    /// What the server has given names that are new in each session, by what it called them then.
    names: HashMap<String, Value>,
    /// The methods of the editor's requests of which the answers have been compared.
    compared: Vec<String>,
}

impl Replay {
    /// `None` when there is no program to try. The settings are those that the editor had.
    fn start(name: &str, settings: Value) -> Result<Option<Self>> {
        let Some(leastwise) = programs::leastwise() else { return Ok(None) };
        let recording = fs::read_to_string(repository(&format!("tests/recordings/{name}.jsonl")))?;
        let lines = recording.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let mut client = Client::start(&leastwise, &["lsp"])?;
        client.settings = json!({ "leastwise": settings });
        Ok(Some(Self { client, lines, names: HashMap::new(), compared: Vec::new() }))
    }

    /// Says what the editor said, and where it had an answer before it went on, waits for that answer and compares it.
    fn run(&mut self) -> Result<()> {
        let (mut asked, mut given_up) = (HashMap::new(), HashSet::new());
        for line in self.lines.clone() {
            let message = &line["message"];
            let (method, id) = (message["method"].as_str(), &message["id"]);
            match (line["from"].as_str(), method) {
                (Some("editor"), Some("shutdown")) => break,
                (Some("editor"), Some(method)) => {
                    if let Some(id) = id.as_i64() {
                        asked.insert(id, method.to_owned());
                    }
                    if method == "$/cancelRequest" {
                        given_up.extend(message["params"]["id"].as_i64());
                    }
                    self.client.send(&self.said(message))?;
                }
                (Some("server"), None) => {
                    let id = id.as_i64().context("an answer to nothing")?;
                    let method = asked.get(&id).context("an answer to what was not asked")?;
                    let now = self.client.answer(id)?;
                    // Whether giving up came in time is chance.
                    if !given_up.contains(&id) {
                        self.compare(method, message, &now)?;
                    }
                }
                // The editor's answers this client gives by itself. What the server says unasked may come at any time.
                _ => {}
            }
        }
        Ok(())
    }

    fn compare(&mut self, method: &str, then: &Value, now: &Value) -> Result<()> {
        ensure!(now.get("error").is_none(), "{method}: {now}");
        let (then, now) = (&then["result"], &now["result"]);
        self.learn(then, now);
        assert_eq!(essence(now), essence(then), "{method}");
        self.compared.push(method.to_owned());
        Ok(())
    }

    /// Learns what names that are new in each session are now.
    fn learn(&mut self, then: &Value, now: &Value) {
        match (then, now) {
            (Value::Object(then), Value::Object(now)) => {
                for (key, then) in then {
                    let Some(now) = now.get(key) else { continue };
                    if NAMES.contains(&key.as_str()) {
                        self.names.insert(then.to_string(), now.clone());
                    } else {
                        self.learn(then, now);
                    }
                }
            }
            (Value::Array(then), Value::Array(now)) => {
                for (then, now) in then.iter().zip(now) {
                    self.learn(then, now);
                }
            }
            _ => {}
        }
    }

    /// A message of the editor with the names that are valid now.
    fn said(&self, message: &Value) -> Value {
        match message {
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| {
                    let is_name = key == "previousResultId" || NAMES.contains(&key.as_str());
                    let name = is_name.then(|| self.names.get(&value.to_string())).flatten();
                    (key.clone(), name.cloned().unwrap_or_else(|| self.said(value)))
                })
                .collect::<Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(|item| self.said(item)).collect(),
            other => other.clone(),
        }
    }

    /// The settings arrive while the first diagnostics are on their way, so that the last ones of the last version count.
    fn hears_again_what_was_published_last(&mut self) -> Result<()> {
        let is_published = |message: &&Value| message["method"] == "textDocument/publishDiagnostics";
        let last = self.lines.iter().rev().map(|line| &line["message"]).find(is_published);
        let last = essence(last.context("nothing was published")?);
        let version = |message: &Value| message["params"]["version"].as_i64();
        let same = |message: &Value| version(message) == version(&last) && essence(message) == last;
        self.client.wait_for(&last.to_string(), same)?;
        Ok(())
    }
}

/// What the server calls by names that are new in each session.
const NAMES: [&str; 2] = ["data", "resultId"];

/// What is for people to read, and may be said in other words.
const WORDS: [&str; 5] = ["message", "title", "value", "href", "serverInfo"];

/// What an answer comes down to: places, codes, edits and what the server can do.
fn essence(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !NAMES.contains(&key.as_str()) && !WORDS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), essence(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(essence).collect(),
        other => other.clone(),
    }
}
