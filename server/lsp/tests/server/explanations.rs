//! Hovers, lenses and outlines, in the form the client can show.

use crate::client::{Client, range};
use serde_json::{Value, json};

const URI: &str = "file:///pod.yaml";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostPID: true\n  containers:\n    - name: app\n      image: app:1.0\n";

fn place(line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}})
}

async fn start(capabilities: Value) -> Client {
    let mut client = Client::start(capabilities).await;
    client.open(URI, POD).await;
    client.published(URI, 0).await;
    client
}

#[tokio::test]
async fn a_hover_on_a_finding_explains_it_in_markdown() {
    let capabilities = json!({"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}});
    let mut client = start(capabilities).await;
    let hover = client.request("textDocument/hover", place(5, 12)).await;
    assert_eq!(hover["range"], range((5, 11), (5, 15)));
    assert_eq!(hover["contents"]["kind"], "markdown");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("`host-pid`") && text.contains("**Fix.**"), "{text}");
    client.end().await;
}

#[tokio::test]
async fn a_client_without_markdown_gets_plain_words() {
    let mut client = start(json!({})).await;
    let hover = client.request("textDocument/hover", place(5, 12)).await;
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("host-pid") && !text.contains("**") && !text.contains('`'), "{text}");
    client.end().await;
}

#[tokio::test]
async fn a_hover_where_nothing_is_known_is_none() {
    let mut client = start(json!({})).await;
    assert_eq!(client.request("textDocument/hover", place(3, 4)).await, Value::Null);
    client.end().await;
}

#[tokio::test]
async fn a_lens_names_the_profile_that_a_workload_meets() {
    let mut client = start(json!({})).await;
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).await;
    let [lens] = lenses.as_array().unwrap().as_slice() else { panic!("{lenses}") };
    assert_eq!(lens["range"]["start"]["line"], 0);
    let title = lens["command"]["title"].as_str().unwrap();
    assert!(title.contains("privileged") && title.contains("host-pid"), "{title}");
    client.end().await;
}

#[tokio::test]
async fn the_outline_is_a_tree_where_the_client_shows_trees() {
    let outline = json!({"textDocument": {"uri": URI}});
    let trees = json!({"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}});
    let mut client = start(trees).await;
    let symbols = client.request("textDocument/documentSymbol", outline.clone()).await;
    let object = &symbols[0];
    assert_eq!((&object["name"], &object["detail"]), (&json!("web"), &json!("Pod")));
    assert_eq!(object["children"][0]["name"], "app");
    client.end().await;

    let mut client = start(json!({})).await;
    let symbols = client.request("textDocument/documentSymbol", outline).await;
    let names: Vec<_> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].clone()).collect();
    assert_eq!(names, ["Pod web", "containers app"]);
    assert_eq!(symbols[1]["containerName"], "web");
    assert_eq!(symbols[1]["location"]["uri"], URI);
    client.end().await;
}
