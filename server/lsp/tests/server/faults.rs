//! What tower-lsp 0.20 gets wrong when it is used as it comes, and what no client may be able to do to the server.
//! Each test fails without its cure.

use crate::client::{Client, places, replace};
use leastwise_lsp::End;
use serde_json::{Value, json};
use std::fmt::Write as _;

const URI: &str = "file:///pod.yaml";
const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n";

async fn start() -> Client {
    Client::start_with(json!({
        "capabilities": {},
        "initializationOptions": {"select": ["host-network", "host-pid"]},
    }))
    .await
    .0
}

fn hover_at(line: u32) -> Value {
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": 12}})
}

/// A manifest so long that everything about it takes its time.
fn long_manifest(pods: usize) -> String {
    let mut text = String::new();
    for number in 0..pods {
        let _ = write!(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-{number}\nspec:\n  hostPID: true\n  containers: []\n"
        );
    }
    text
}

/// By default two handlers that are awaited may overtake each other. Twelve changes spell a key, letter by letter.
#[tokio::test]
async fn twelve_changes_sent_at_once_are_applied_in_order() {
    let mut client = start().await;
    client.open(URI, &POD.replace("hostPID:", "")).await;
    for (column, letter) in (2..).zip("hostNetwork:".chars()) {
        let change = replace((3, column), (3, column), &letter.to_string());
        client.change(URI, i64::from(column) - 1, json!([change])).await;
    }
    let expected = [(3, 15, 19, "host-network".to_owned())];
    assert_eq!(places(&client.published(URI, 12).await), expected);
    client.end().await;
}

/// A request sees every change that was sent before it, though the text has not been judged yet.
#[tokio::test]
async fn a_hover_sees_the_change_sent_just_before_it() {
    let mut client = start().await;
    client.open(URI, POD).await;
    client.change(URI, 1, json!([replace((3, 2), (3, 9), "hostNetwork")])).await;
    let mut place = hover_at(3);
    place["position"]["character"] = json!(16);
    let hover = client.request("textDocument/hover", place).await;
    assert!(hover.to_string().contains("host-network"), "{hover}");
    client.published(URI, 1).await;
    client.end().await;
}

/// By default the fifth message waits until one of four requests has been answered, whatever it is.
#[tokio::test]
async fn sixty_four_parked_requests_hold_up_neither_a_change_nor_a_hover() {
    let mut client = start().await;
    let long = "file:///long.yaml";
    client.open(long, &long_manifest(400)).await;
    client.open(URI, POD).await;
    client.published(URI, 0).await;
    let fix_all = json!({
        "textDocument": {"uri": long},
        "range": crate::client::range((0, 0), (0, 0)),
        "context": {"diagnostics": [], "only": ["source.fixAll"]},
    });
    let mut parked = Vec::new();
    for _ in 0..64 {
        parked.push(client.send_request("textDocument/codeAction", fix_all.clone()).await);
    }
    client.change(URI, 1, json!([replace((3, 2), (3, 9), "hostNetwork")])).await;
    let mut place = hover_at(3);
    place["position"]["character"] = json!(16);
    let hover = client.send_request("textDocument/hover", place).await;
    let mut answered = 0;
    let answer = loop {
        let answer = client.next_answer().await;
        if answer["id"] == hover {
            break answer;
        }
        answered += 1;
    };
    assert!(answer.to_string().contains("host-network"), "{answer}");
    // One by one, the hover's turn would come when 60 are through.
    assert!(answered < 32, "the hover came after {answered} others");
    for id in &parked {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    for _ in answered..64 {
        client.next_answer().await;
    }
    client.published(URI, 1).await;
    client.published(long, 0).await;
    client.end().await;
}

/// By default a cancellation waits behind what it is to cancel.
#[tokio::test]
async fn cancelled_requests_are_answered_before_one_of_them_could_be() {
    let mut client = start().await;
    let long = "file:///long.yaml";
    client.open(long, &long_manifest(400)).await;
    let document = json!({"textDocument": {"uri": long}});
    let mut ids = Vec::new();
    for _ in 0..64 {
        ids.push(client.send_request("textDocument/codeLens", document.clone()).await);
    }
    for id in &ids {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    // The text is still being judged, and nothing can be said of it before that.
    for _ in &ids {
        let answer = client.next_answer().await;
        assert_eq!(answer["error"]["code"], -32800, "{answer}");
    }
    client.published(long, 0).await;
    client.end().await;
}

/// tower-lsp goes on reading after `exit`; `Client::end` leaves the input open, and so do some editors.
#[tokio::test]
async fn exit_ends_the_server_though_its_input_stays_open() {
    start().await.end().await;
}

/// tower-lsp answers that `shutdown` was cancelled.
#[tokio::test]
async fn shutdown_is_answered_though_exit_follows_in_the_same_breath() {
    let mut client = start().await;
    let id = client.send_request("shutdown", Value::Null).await;
    client.end_after(id).await;
}

#[tokio::test]
async fn an_end_without_shutdown_is_told_apart() {
    assert_eq!(start().await.hang_up().await, End::Abrupt);
}

#[tokio::test]
async fn messages_that_make_no_sense_cost_only_themselves() {
    let mut client = start().await;
    client.open(URI, POD).await;
    client.notify("textDocument/didChange", json!({"nonsense": true})).await;
    client.notify("$/unheardOf", json!({})).await;
    let id = client.send_request("textDocument/hover", json!({"textDocument": 7})).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32602);
    let id = client.send_request("leastwise/unheardOf", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32601);
    assert_eq!(places(&client.published(URI, 0).await).len(), 1);
    client.end().await;
}

/// The crate's fault injection makes a rule fail where the document asks for it.
#[tokio::test]
async fn a_rule_that_panics_is_switched_off_and_costs_nothing_else() {
    let mut client = start().await;
    let faulty = POD.replace("hostPID: true", "hostPID: true # fault-injection: host-network");
    client.open(URI, &faulty).await;
    let log = client.next("window/logMessage").await;
    let text = log["message"].as_str().unwrap();
    assert!(text.contains("host-network") && text.contains("as the document asks"), "{text}");
    assert_eq!(places(&client.published(URI, 0).await), [(3, 11, 15, "host-pid".to_owned())]);

    // It stays off for everything else, and is not spoken of again.
    client.open("file:///other.yaml", &POD.replace("hostPID", "hostNetwork")).await;
    assert_eq!(places(&client.published("file:///other.yaml", 0).await), []);
    client.change(URI, 1, json!([replace((0, 0), (0, 0), "# again\n")])).await;
    assert_eq!(places(&client.published(URI, 1).await), [(4, 11, 15, "host-pid".to_owned())]);
    client.end().await;
}

/// A text of 50,000 lines is judged aside: another one is served meanwhile.
#[tokio::test]
async fn a_huge_file_holds_up_no_other() {
    let mut client = start().await;
    let mut huge = "apiVersion: v1\nkind: ConfigMap\ndata:\n".to_owned();
    for line in 0..50_000 {
        let _ = writeln!(huge, "  key-{line}: value");
    }
    client.open("file:///huge.yaml", &huge).await;
    client.open(URI, POD).await;
    let hover = client.send_request("textDocument/hover", hover_at(3)).await;
    let first = client.answer_or_published(hover, "file:///huge.yaml").await;
    assert_eq!(first["id"], hover, "the huge file came first");
    client.published(URI, 0).await;
    client.published("file:///huge.yaml", 0).await;
    client.end().await;
}

#[tokio::test]
async fn an_alias_bomb_is_a_text_like_any_other() {
    let mut client = start().await;
    let mut bomb = "apiVersion: v1\nkind: Pod\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{items}]");
    }
    bomb.push_str("spec:\n  hostPID: true\n  containers: *a39\n");
    client.open(URI, &bomb).await;
    assert_eq!(places(&client.published(URI, 0).await), [(43, 11, 15, "host-pid".to_owned())]);
    client.end().await;
}
