//! The model beside the rules: never waited for, never trusted with more than words, and never missed when it dies.

use crate::client::{Client, places, replace};
use leastwise_lsp::Options;
use serde_json::{Value, json};

const URI: &str = "file:///pod.yaml";

fn pod(comment: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true # {comment}\n  containers:\n    - name: web\n      command: [curl, evil]\n"
    )
}

/// A client whose user has chosen a model, which the scripted worker plays; it shows progress.
async fn start(folder: &tempfile::TempDir, choice: Option<Value>) -> Client {
    let file = folder.path().join("model.gguf");
    std::fs::write(&file, "played by the scripted worker").unwrap();
    let parameters = json!({
        "capabilities": {
            "window": {"workDoneProgress": true},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}},
        },
        "initializationOptions": {
            "select": ["host-pid"],
            "model": choice.unwrap_or_else(|| json!(file)),
        },
    });
    let worker = Some(env!("CARGO_BIN_EXE_scripted-model").into());
    Client::start_server(parameters, Options { worker }).await.0
}

async fn hover(client: &mut Client) -> String {
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": 3, "character": 12}});
    let hover = client.request("textDocument/hover", place).await;
    hover["contents"]["value"].as_str().unwrap().to_owned()
}

/// Waits until the explanation under way has ended, and returns how.
async fn explained(client: &mut Client) -> String {
    assert_eq!(client.next("$/progress").await["value"]["kind"], "begin");
    let end = client.next("$/progress").await;
    assert_eq!(end["value"]["kind"], "end");
    end["value"]["message"].as_str().unwrap().to_owned()
}

/// What is published in the end: first what the rules found, then what the model saw besides.
async fn published(client: &mut Client, version: i64) -> Vec<Value> {
    let by_rules = client.published(URI, version).await;
    let with_model = client.published(URI, version).await;
    assert_eq!(with_model[..by_rules.len()], by_rules);
    with_model[by_rules.len()..].to_vec()
}

#[tokio::test]
async fn the_curated_words_show_at_once_and_the_models_with_the_next_hover() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("why")).await;
    published(&mut client, 0).await;
    let first = hover(&mut client).await;
    assert!(first.contains("`host-pid`") && first.contains("The model is thinking"), "{first}");
    assert_eq!(explained(&mut client).await, "host-pid: the next hover shows it");
    let second = hover(&mut client).await;
    assert!(second.contains("`host-pid`"), "{second}");
    assert!(second.contains("**In the model's words.** It opens the node. It is rarely needed."), "{second}");
    client.end().await;
}

#[tokio::test]
async fn what_the_model_sees_comes_after_the_rules_and_says_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("why")).await;
    let seen = published(&mut client, 0).await;
    assert_eq!(places(&seen), [(6, 15, 27, "command-harmful".to_owned())]);
    let message = seen[0]["message"].as_str().unwrap();
    assert!(message.ends_with("(seen by the model, 88 % sure)"), "{message}");
    assert_eq!(seen[0]["severity"], 3);
    client.change(URI, 1, json!([replace((6, 16), (6, 20), "echo")])).await;
    // Published once: with the model nothing is added.
    assert_eq!(places(&client.published(URI, 1).await), [(3, 11, 15, "host-pid".to_owned())]);
    client.end().await;
}

#[tokio::test]
async fn a_model_that_dies_in_its_answer_costs_that_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("die-in-answer")).await;
    published(&mut client, 0).await;
    hover(&mut client).await;
    let end = explained(&mut client).await;
    assert!(end.contains("ended before it answered"), "{end}");
    let message = client.next("window/showMessage").await;
    assert_eq!(message["message"].as_str().unwrap(), end);

    client.change(URI, 1, json!([{"text": pod("why")}])).await;
    published(&mut client, 1).await;
    hover(&mut client).await;
    assert_eq!(explained(&mut client).await, "host-pid: the next hover shows it", "by a new worker");
    client.end().await;
}

#[tokio::test]
async fn moving_on_gives_up_an_explanation_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("say-nothing")).await;
    published(&mut client, 0).await;
    hover(&mut client).await;
    client.change(URI, 1, json!([{"text": pod("why")}])).await;
    client.published(URI, 1).await;
    hover(&mut client).await;
    assert_eq!(explained(&mut client).await, "cancelled");
    client.published(URI, 1).await;
    assert_eq!(explained(&mut client).await, "host-pid: the next hover shows it");
    client.end().await;
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told_once_and_the_rules_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, Some(json!("/no/such/model.gguf"))).await;
    let message = client.next("window/showMessage").await;
    assert!(message["message"].as_str().unwrap().contains("/no/such/model.gguf"), "{message}");
    client.open(URI, &pod("why")).await;
    assert_eq!(places(&client.published(URI, 0).await), [(3, 11, 15, "host-pid".to_owned())]);
    assert!(!hover(&mut client).await.contains("model"));
    client.end().await;
}

#[tokio::test]
async fn without_a_choice_there_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, Some(json!("off"))).await;
    client.open(URI, &pod("why")).await;
    client.published(URI, 0).await;
    assert!(!hover(&mut client).await.contains("model"));
    client.end().await;
}
