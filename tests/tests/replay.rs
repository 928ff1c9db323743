//! What real editors said once, said again: the recordings in `tests/recordings`, which `cargo xtask record` makes.
//!
//! A recording is one message a line. The folder that was open in the editor is `/workspace` in it.

use std::fs;

use anyhow::{Context, Result, ensure};
use leastwise_tests::client::Client;
use leastwise_tests::programs::{self, repository};
use serde_json::{Value, json};

/// Neovim opens a Pod with three findings, adds a fourth by typing, takes it back, and applies the fix of one.
#[test]
fn neovim() -> Result<()> {
    let Some(leastwise) = programs::leastwise() else { return Ok(()) };
    let recording = fs::read_to_string(repository("tests/recordings/neovim.jsonl"))?;
    let mut client = Client::start(&leastwise, &["lsp"])?;
    client.settings = json!({"leastwise": {"profile": "baseline"}});
    let mut newest = Value::Null;
    for line in recording.lines() {
        let message: Value = serde_json::from_str(line)?;
        // What the editor answered to the server's requests is answered by this client too.
        let Some(method) = message["method"].as_str() else { continue };
        if method == "shutdown" {
            break;
        }
        client.send(&message)?;
        if let Some(id) = message["id"].as_i64() {
            let answer = client.answer(id)?;
            ensure!(answer.get("error").is_none() && !answer["result"].is_null(), "{method}: {answer}");
        }
        if let Some(version) = message["params"]["textDocument"].get("version") {
            newest = version.clone();
        }
    }

    let version = newest.as_i64().context("the recording changes no document")?;
    // The settings arrive while the first diagnostics are on their way, so the last ones of a version count.
    let left = ["host-network", "root-filesystem-writable"];
    client.wait_for(&format!("{left:?} at version {version}"), |message| {
        let codes = message["params"]["diagnostics"].as_array().map(|diagnostics| {
            diagnostics.iter().filter_map(|diagnostic| diagnostic["code"].as_str()).collect::<Vec<_>>()
        });
        message["params"]["version"] == version && codes.is_some_and(|codes| codes == left)
    })?;
    assert!(client.exit()?.success());
    Ok(())
}
