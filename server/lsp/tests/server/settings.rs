//! Settings: the editor's, and over them `.leastwise.yaml`; changes count at once, faults are shown where they are.

use crate::client::Client;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  hostNetwork: true\n  containers: []\n";

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn rules(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_client_that_can_be_asked_is_asked_before_anything_is_shown() {
    let mut client = Client::start(json!({"workspace": {"configuration": true}})).await;
    client.settings = json!({"select": ["host-pid"]});
    client.open("untitled:one", POD).await;
    assert_eq!(rules(&client.published("untitled:one", 0).await), ["host-pid"], "and nothing before");

    client.settings = json!({"select": ["host-network"]});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null})).await;
    assert_eq!(rules(&client.published("untitled:one", 0).await), ["host-network"]);
    client.end().await;
}

#[tokio::test]
async fn settings_that_are_sent_count_at_once() {
    let mut client = Client::start_with(json!({
        "capabilities": {},
        "initializationOptions": {"leastwise": {"select": ["host-pid"]}},
    }))
    .await
    .0;
    client.open("untitled:one", POD).await;
    assert_eq!(rules(&client.published("untitled:one", 0).await), ["host-pid"]);
    let settings =
        json!({"leastwise": {"select": ["host-network", "host-pid"], "severity": {"host-pid": "hint"}}});
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
    let diagnostics = client.published("untitled:one", 0).await;
    assert_eq!(rules(&diagnostics), ["host-pid", "host-network"]);
    assert_eq!(diagnostics[0]["severity"], 4);
    client.end().await;
}

#[tokio::test]
async fn a_wrong_setting_is_told_and_costs_only_itself() {
    let options = json!({"select": ["host-pid"], "profile": "strict"});
    let mut client =
        Client::start_with(json!({"capabilities": {}, "initializationOptions": options})).await.0;
    let message = client.next("window/showMessage").await;
    let text = message["message"].as_str().unwrap();
    assert!(text.contains("leastwise.profile") && text.contains("strict"), "{text}");
    client.open("untitled:one", POD).await;
    assert_eq!(rules(&client.published("untitled:one", 0).await), ["host-pid"]);
    client.end().await;
}

#[tokio::test]
async fn a_configuration_file_lies_over_the_editors_settings_and_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (pod, file) = (uri(&folder.path().join("pod.yaml")), folder.path().join(".leastwise.yaml"));
    fs::write(&file, "select: [host-network]\n").unwrap();
    let options = json!({"select": ["host-pid"]});
    let mut client =
        Client::start_with(json!({"capabilities": {}, "initializationOptions": options})).await.0;
    client.open(&pod, POD).await;
    assert_eq!(rules(&client.published(&pod, 0).await), ["host-network"]);

    // A client that watches no files saves one; that is when the server looks.
    fs::write(&file, "select: [host-network, host-pid]\n").unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&file)}})).await;
    assert_eq!(rules(&client.published(&pod, 0).await), ["host-pid", "host-network"]);

    fs::remove_file(&file).unwrap();
    let change = json!({"changes": [{"uri": uri(&file), "type": 3}]});
    client.notify("workspace/didChangeWatchedFiles", change).await;
    assert_eq!(rules(&client.published(&pod, 0).await), ["host-pid"]);
    client.end().await;
}

#[tokio::test]
async fn a_fault_in_a_configuration_file_is_shown_at_its_place_until_it_is_cured() {
    let folder = tempfile::tempdir().unwrap();
    let (pod, file) = (uri(&folder.path().join("pod.yaml")), folder.path().join(".leastwise.yaml"));
    fs::write(&file, "# é\nselect: [host-network, no-such-rule]\n").unwrap();
    let mut client = Client::start(json!({})).await;
    client.open(&pod, POD).await;
    let message = client.next("window/showMessage").await;
    assert!(message["message"].as_str().unwrap().contains("no-such-rule"), "{message}");
    let diagnostics = client.next("textDocument/publishDiagnostics").await;
    assert_eq!(diagnostics["uri"], uri(&file));
    let range = &diagnostics["diagnostics"][0]["range"];
    let (start, end) = (json!({"line": 1, "character": 23}), json!({"line": 1, "character": 35}));
    assert_eq!((&range["start"], &range["end"]), (&start, &end));
    assert_eq!(rules(&client.published(&pod, 0).await), ["host-network"], "what is right beside it counts");

    fs::write(&file, "select: [host-network]\n").unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&file)}})).await;
    let cleared = client.next("textDocument/publishDiagnostics").await;
    assert_eq!((&cleared["uri"], &cleared["diagnostics"]), (&json!(uri(&file)), &json!([])));
    client.end().await;
}

/// What a repository brings along chooses no program, model or address.
#[tokio::test]
async fn a_repository_cannot_choose_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let pod = uri(&folder.path().join("pod.yaml"));
    fs::write(folder.path().join(".leastwise.yaml"), "model: /tmp/evil.gguf\n").unwrap();
    let mut client = Client::start(json!({})).await;
    client.open(&pod, POD).await;
    let message = client.next("window/showMessage").await;
    assert!(message["message"].as_str().unwrap().contains("model"), "{message}");
    client.next("textDocument/publishDiagnostics").await;
    client.published(&pod, 0).await;
    client.end().await;
}
