//! What is typed arrives as it was typed: in order, in every encoding, and at once.

use crate::client::{Client, places, replace};
use proptest::prelude::*;
use serde_json::{Value, json};

const URI: &str = "file:///pod.yaml";

/// Only what these tests are about.
fn select(rules: &[&str]) -> Value {
    json!({"select": rules})
}

async fn start(encoding: Option<&str>) -> Client {
    let general = encoding.map_or(json!({}), |encoding| json!({"positionEncodings": [encoding]}));
    let (client, answer) = Client::start_with(json!({
        "capabilities": {"general": general},
        "initializationOptions": select(&["host-network", "host-pid"]),
    }))
    .await;
    assert_eq!(answer["capabilities"]["positionEncoding"], encoding.unwrap_or("utf-16"));
    client
}

#[tokio::test]
async fn columns_are_counted_as_the_client_counts() {
    // é is 2 bytes and 1 UTF-16 unit, 😀 is 4 bytes and 2 units; both are 1 scalar value.
    let text = "apiVersion: v1\nkind: Pod\nspec: {\"é😀\": 1, hostNetwork: true, containers: []}\n";
    for (encoding, start_column) in
        [(Some("utf-8"), 33), (Some("utf-16"), 30), (None, 30), (Some("utf-32"), 29)]
    {
        let mut client = start(encoding).await;
        client.open(URI, text).await;
        let expected = vec![(2, start_column, start_column + 4, "host-network".to_owned())];
        assert_eq!(places(&client.published(URI, 0).await), expected, "{encoding:?}");

        // The same place, said by the client: `true` becomes `false`, and later comes back.
        let change = replace((2, start_column as u32), (2, start_column as u32 + 4), "false");
        client.change(URI, 1, json!([change])).await;
        assert_eq!(places(&client.published(URI, 1).await), [], "{encoding:?}");
        let change = replace((2, start_column as u32), (2, start_column as u32 + 5), "true");
        client.change(URI, 2, json!([change])).await;
        assert_eq!(places(&client.published(URI, 2).await), expected, "{encoding:?}");
        client.end().await;
    }
}

#[tokio::test]
async fn several_changes_in_one_message_follow_on_each_other() {
    let mut client = start(None).await;
    client.open(URI, "").await;
    assert_eq!(client.published(URI, 0).await, Vec::<Value>::new());
    let changes = json!([
        {"text": "apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n"},
        replace((2, 5), (2, 5), "\n  hostPID: true"),
        replace((3, 11), (3, 15), "yes"),
    ]);
    client.change(URI, 1, changes).await;
    assert_eq!(places(&client.published(URI, 1).await), [(3, 11, 14, "host-pid".to_owned())]);
    client.end().await;
}

#[tokio::test]
async fn lines_that_end_in_cr_lf_keep_their_columns() {
    let mut client = start(None).await;
    client.open(URI, "apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  hostPID: true\r\n").await;
    assert_eq!(places(&client.published(URI, 0).await), [(3, 11, 15, "host-pid".to_owned())]);
    // A column past the end of the line means its end, before the line end.
    client.change(URI, 1, json!([replace((3, 99), (3, 99), " # why")])).await;
    client.change(URI, 2, json!([replace((3, 11), (3, 15), "on")])).await;
    assert_eq!(places(&client.published(URI, 2).await), [(3, 11, 13, "host-pid".to_owned())]);
    client.end().await;
}

#[tokio::test]
async fn a_position_outside_the_text_harms_nothing() {
    let mut client = start(None).await;
    client.open(URI, "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n").await;
    client.published(URI, 0).await;
    client.change(URI, 1, json!([replace((90, 7), (3, 0), "")])).await;
    assert_eq!(places(&client.published(URI, 1).await), [], "from the end back to a line is a range, too");
    client.change("file:///never-opened.yaml", 1, json!([{"text": "x"}])).await;
    client.end().await;
}

#[tokio::test]
async fn yaml_that_is_not_kubernetes_is_left_in_peace() {
    let mut client = start(None).await;
    client.open(URI, "spec:\n  hostPID: true\n  hostNetwork: true\n").await;
    assert_eq!(client.published(URI, 0).await, Vec::<Value>::new());
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": 1, "character": 3}});
    assert_eq!(client.request("textDocument/hover", place).await, Value::Null);
    let document = json!({"textDocument": {"uri": URI}});
    assert_eq!(client.request("textDocument/codeLens", document.clone()).await, json!([]));
    assert_eq!(client.request("textDocument/documentSymbol", document).await, json!([]));
    client.end().await;
}

#[tokio::test]
async fn a_broken_line_is_not_judged_and_is_no_finding() {
    let mut client = start(None).await;
    client
        .open(URI, "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  hostNet\n  containers: []\n")
        .await;
    assert_eq!(places(&client.published(URI, 0).await), [(3, 11, 15, "host-pid".to_owned())]);
    client.end().await;
}

const PIECES: [&str; 12] = [
    "\n",
    "\r\n",
    "  ",
    "hostPID: true",
    "hostNetwork: yes",
    "apiVersion: v1\nkind: Pod\nspec:\n",
    "---\n",
    "é😀",
    "\"",
    "{",
    "- name: web\n",
    "# leastwise: ignore[host-pid] because é\n",
];

/// An edit: two places as shares of the text's lines and columns, and what is put there.
fn edits() -> impl Strategy<Value = Vec<(u32, u32, u32, u32, usize)>> {
    prop::collection::vec((0..12u32, 0..20u32, 0..3u32, 0..20u32, 0..PIECES.len()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is typed, the diagnostics in the end are those of the same text freshly opened.
    #[test]
    fn edits_lead_where_opening_leads(edits in edits(), encoding in 0..3usize) {
        let encoding = ["utf-8", "utf-16", "utf-32"][encoding];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut client = start(Some(encoding)).await;
            let mut text = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  hostNetwork: true\n".to_owned();
            client.open(URI, &text).await;
            client.published(URI, 0).await;
            for (version, (line, column, lines, end, piece)) in (1..).zip(&edits) {
                let (start, end) = ((*line, *column), (line + lines, *end));
                let (start, end) = (start.min(end), start.max(end));
                client.change(URI, version, json!([replace(start, end, PIECES[*piece])])).await;
                text = edited(&text, encoding, start, end, PIECES[*piece]);
            }
            let typed = client.published(URI, edits.len() as i64).await;
            // Mending a broken line depends on which one was edited last, so a broken text may differ.
            if leastwise_yaml::parse(&text).documents().iter().all(|placed| placed.document.errors().is_empty()) {
                client.open("file:///fresh.yaml", &text).await;
                let fresh = client.published("file:///fresh.yaml", 0).await;
                assert_eq!(typed, fresh, "{text:?}");
            }
            client.hang_up().await;
        });
    }
}

/// The same edit done by hand: lines split as the protocol does, columns counted one by one.
fn edited(text: &str, encoding: &str, start: (u32, u32), end: (u32, u32), content: &str) -> String {
    let offset = |(line, column): (u32, u32)| {
        let mut begin = 0;
        for _ in 0..line {
            match text[begin..].find(['\n', '\r']) {
                Some(at) if text[begin + at..].starts_with("\r\n") => begin += at + 2,
                Some(at) => begin += at + 1,
                None => return text.len(),
            }
        }
        let rest = text[begin..].split(['\n', '\r']).next().unwrap_or_default();
        let mut left = column as usize;
        let mut at = begin;
        for char in rest.chars() {
            let width = match encoding {
                "utf-8" => char.len_utf8(),
                "utf-16" => char.len_utf16(),
                _ => 1,
            };
            if left < width {
                break;
            }
            left -= width;
            at += char.len_utf8();
        }
        at
    };
    let (start, end) = (offset(start), offset(end));
    format!("{}{content}{}", &text[..start], &text[end..])
}
