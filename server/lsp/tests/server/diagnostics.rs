//! What is shown: pushed with a version, or pulled with a result id, and never of an older text.

use crate::client::{Client, places, replace};
use leastwise_lsp::Options;
use leastwise_text::PositionEncoding;
use serde_json::{Value, json};

const URI: &str = "file:///pod.yaml";
const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n";

fn pulling() -> Value {
    json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}})
}

async fn start(capabilities: Value) -> Client {
    Client::start_with(json!({
        "capabilities": capabilities,
        "initializationOptions": {"select": ["host-network", "host-pid"]},
    }))
    .await
    .0
}

#[tokio::test]
async fn a_diagnostic_says_what_where_how_bad_and_where_to_read_on() {
    let mut client = start(json!({})).await;
    client.open(URI, POD).await;
    let [diagnostic] = client.published(URI, 0).await.try_into().unwrap();
    assert_eq!(diagnostic["range"], crate::client::range((3, 11), (3, 15)));
    assert_eq!(diagnostic["severity"], 1);
    assert_eq!(diagnostic["source"], "leastwise");
    assert_eq!(diagnostic["code"], "host-pid");
    assert!(diagnostic["codeDescription"]["href"].as_str().unwrap().starts_with("https://"));
    assert_eq!(diagnostic["data"], json!({"rule": "host-pid", "document": 0, "path": "spec.hostPID"}));
    assert!(!diagnostic["message"].as_str().unwrap().is_empty());
    client.end().await;
}

#[tokio::test]
async fn columns_are_counted_as_the_program_says_for_a_client_that_does_not_say() {
    use PositionEncoding::{Utf8, Utf16, Utf32};
    // One letter of four bytes, which are two units of UTF-16, stands before the finding.
    const POD: &str =
        "{apiVersion: v1, kind: Pod, metadata: {name: 𝛌}, spec: {hostPID: true, containers: []}}\n";
    for (offered, position_encoding, start) in
        [(None, Utf8, 68), (None, Utf16, 66), (None, Utf32, 65), (Some("utf-16"), Utf8, 66)]
    {
        let general = offered.map_or(json!({}), |kind| json!({"positionEncodings": [kind]}));
        let parameters = json!({
            "capabilities": {"general": general},
            "initializationOptions": {"select": ["host-pid"]},
        });
        let options = Options { position_encoding, ..Options::default() };
        let (mut client, _) = Client::start_server(parameters, options).await;
        client.open(URI, POD).await;
        let published = client.published(URI, 0).await;
        assert_eq!(
            places(&published),
            [(0, start, start + 4, "host-pid".to_owned())],
            "{offered:?} {position_encoding:?}"
        );
        client.end().await;
    }
}

#[tokio::test]
async fn closing_a_document_takes_its_diagnostics_away() {
    let mut client = start(json!({})).await;
    client.open(URI, POD).await;
    assert_eq!(client.published(URI, 0).await.len(), 1);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}})).await;
    let cleared = client.next("textDocument/publishDiagnostics").await;
    assert_eq!((&cleared["uri"], &cleared["diagnostics"]), (&json!(URI), &json!([])));
    client.end().await;
}

#[tokio::test]
async fn a_client_that_pulls_is_not_pushed_to() {
    let mut client = start(pulling()).await;
    let pull = |previous: Value| json!({"textDocument": {"uri": URI}, "previousResultId": previous});
    client.open(URI, POD).await;
    let report = client.request("textDocument/diagnostic", pull(Value::Null)).await;
    assert_eq!(report["kind"], "full");
    assert_eq!(places(report["items"].as_array().unwrap()), [(3, 11, 15, "host-pid".to_owned())]);

    let unchanged = client.request("textDocument/diagnostic", pull(report["resultId"].clone())).await;
    assert_eq!(unchanged, json!({"kind": "unchanged", "resultId": report["resultId"]}));

    client.change(URI, 1, json!([replace((3, 11), (3, 15), "false")])).await;
    let report = client.request("textDocument/diagnostic", pull(report["resultId"].clone())).await;
    assert_eq!((&report["kind"], &report["items"]), (&json!("full"), &json!([])));

    let elsewhere = json!({"textDocument": {"uri": "file:///not-open.yaml"}});
    let report = client.request("textDocument/diagnostic", elsewhere).await;
    assert_eq!(report, json!({"kind": "full", "items": []}));
    client.end().await;
}

#[tokio::test]
async fn a_client_that_pulls_is_told_when_settings_change_what_there_is() {
    let mut client = start(pulling()).await;
    client.open(URI, POD).await;
    let pull = json!({"textDocument": {"uri": URI}});
    let report = client.request("textDocument/diagnostic", pull.clone()).await;
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    let settings = json!({"leastwise": {"select": ["host-network"]}});
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
    client.next("workspace/diagnostic/refresh").await;
    assert_eq!(client.request("textDocument/diagnostic", pull).await["items"], json!([]));
    client.end().await;
}

/// Neovim 0.11 pulls but cannot be told to pull again; without pushing it would show what is out of date.
#[tokio::test]
async fn a_client_that_cannot_be_told_to_pull_again_is_pushed_to() {
    let mut client = start(json!({"textDocument": {"diagnostic": {}}})).await;
    client.open(URI, POD).await;
    assert_eq!(client.published(URI, 0).await.len(), 1);
    client.end().await;
}
