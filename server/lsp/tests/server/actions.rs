//! What is offered: proved fixes, silencing with a reason, every safe fix at once; always for the text as it is.

use crate::client::{Client, range, replace};
use serde_json::{Value, json};

const URI: &str = "file:///pod.yaml";
const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true # é\n  containers: []\n";

async fn start(capabilities: Value) -> Client {
    let (mut client, _) = Client::start_with(json!({
        "capabilities": capabilities,
        "initializationOptions": {"select": ["host-pid", "capabilities-not-all-dropped"]},
    }))
    .await;
    client.open(URI, POD).await;
    client.published(URI, 0).await;
    client
}

fn resolving() -> Value {
    json!({
        "textDocument": {"codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}}},
        "workspace": {"workspaceEdit": {"documentChanges": true}},
    })
}

fn asking(line: u32, only: Value) -> Value {
    json!({
        "textDocument": {"uri": URI},
        "range": range((line, 12), (line, 12)),
        "context": {"diagnostics": [], "only": only},
    })
}

fn titles(actions: &Value) -> Vec<&str> {
    actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_finding_offers_its_fix_and_silence() {
    let mut client = start(json!({})).await;
    let actions = client.request("textDocument/codeAction", asking(3, json!(["quickfix"]))).await;
    assert_eq!(titles(&actions).len(), 4, "{actions}");
    let fix = &actions[0];
    assert_eq!(fix["kind"], "quickfix");
    assert_eq!(fix["isPreferred"], false, "it may change behaviour");
    assert_eq!(fix["diagnostics"][0]["code"], "host-pid");
    assert_eq!(fix["edit"]["changes"][URI], json!([{"range": range((3, 0), (4, 0)), "newText": ""}]));
    let line = &actions[1]["edit"]["changes"][URI][0];
    assert_eq!(line["range"]["start"]["line"], 3);
    assert!(line["newText"].as_str().unwrap().contains("# leastwise: ignore[host-pid] because"), "{line}");
    let object = &actions[2]["edit"]["changes"][URI][0];
    assert!(
        object["newText"].as_str().unwrap().contains("# leastwise: ignore-object[host-pid] because"),
        "{object}"
    );
    let file = &actions[3]["edit"]["changes"][URI][0];
    assert!(
        file["newText"].as_str().unwrap().contains("# leastwise: ignore-file[host-pid] because"),
        "{file}"
    );
    client.end().await;
}

#[tokio::test]
async fn nothing_is_offered_where_nothing_is_found() {
    let mut client = start(json!({})).await;
    assert_eq!(client.request("textDocument/codeAction", asking(4, json!(["quickfix"]))).await, json!([]));
    assert_eq!(
        client.request("textDocument/codeAction", asking(3, json!(["refactor.extract"]))).await,
        json!([])
    );
    client.end().await;
}

#[tokio::test]
async fn a_client_that_resolves_gets_the_edit_when_it_chooses() {
    let mut client = start(resolving()).await;
    let actions = client.request("textDocument/codeAction", asking(3, json!(["quickfix"]))).await;
    assert!(actions.as_array().unwrap().iter().all(|action| action.get("edit").is_none()), "{actions}");
    let resolved = client.request("codeAction/resolve", actions[0].clone()).await;
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": URI, "version": 0}));
    assert_eq!(change["edits"][0]["newText"], "");
    client.end().await;
}

#[tokio::test]
async fn an_action_chosen_after_the_text_has_changed_is_refused() {
    let mut client = start(resolving()).await;
    let actions = client.request("textDocument/codeAction", asking(3, json!(["quickfix"]))).await;
    client.change(URI, 1, json!([replace((0, 0), (0, 0), "# moved\n")])).await;
    let id = client.send_request("codeAction/resolve", actions[0].clone()).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32801);
    client.published(URI, 1).await;
    client.end().await;
}

/// VS Code asks with the diagnostics of the text before the last change.
#[tokio::test]
async fn diagnostics_of_an_older_text_in_the_request_mislead_nobody() {
    let mut client = start(json!({})).await;
    client.change(URI, 1, json!([replace((0, 0), (0, 0), "# moved\n")])).await;
    let mut ask = asking(4, json!(["quickfix"]));
    ask["context"]["diagnostics"] =
        json!([{"range": range((3, 11), (3, 15)), "code": "host-pid", "message": "old"}]);
    let actions = client.request("textDocument/codeAction", ask).await;
    let fix = &actions[0];
    assert_eq!(fix["diagnostics"][0]["range"], range((4, 11), (4, 15)));
    assert_eq!(fix["edit"]["changes"][URI], json!([{"range": range((4, 0), (5, 0)), "newText": ""}]));
    client.published(URI, 1).await;
    client.end().await;
}

#[tokio::test]
async fn fix_all_applies_the_safe_fixes_only_and_only_where_it_is_asked_for() {
    let mut client = start(json!({})).await;
    let text = concat!(
        "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers:\n    - name: app\n",
        "      securityContext:\n        capabilities:\n          drop: [all] # é\n",
    );
    client.change(URI, 1, json!([{ "text": text }])).await;
    let diagnostics = client.published(URI, 1).await;
    assert_eq!(diagnostics.len(), 2);
    for only in ["source", "source.fixAll", "source.fixAll.leastwise"] {
        let actions = client.request("textDocument/codeAction", asking(0, json!([only]))).await;
        assert_eq!(titles(&actions).len(), 1, "{only}: {actions}");
        assert_eq!(actions[0]["kind"], "source.fixAll.leastwise");
        let [edit] = actions[0]["edit"]["changes"][URI].as_array().unwrap().as_slice() else {
            panic!("hostPID may be needed, so it stays: {actions}")
        };
        assert_eq!(edit["range"], range((8, 0), (9, 0)));
        assert_eq!(edit["newText"], "          drop: [ALL] # é\n");
    }
    let mut on_the_list = asking(8, json!(["quickfix"]));
    on_the_list["range"] = diagnostics[1]["range"].clone();
    let actions = client.request("textDocument/codeAction", on_the_list).await;
    assert_eq!(actions[0]["isPreferred"], true, "{actions}");
    for only in ["source.organizeImports", "source.fixAll.eslint", "quickfix"] {
        let actions = client.request("textDocument/codeAction", asking(0, json!([only]))).await;
        assert_eq!(actions, json!([]), "{only}");
    }
    client.end().await;
}

#[tokio::test]
async fn a_workload_is_hardened_as_one_change_to_be_looked_at() {
    let annotating = json!({"workspace": {"workspaceEdit": {
        "documentChanges": true, "changeAnnotationSupport": {"groupsOnLabel": true},
    }}});
    let mut client = start(annotating).await;
    let actions = client.request("textDocument/codeAction", asking(3, json!(["refactor.rewrite"]))).await;
    let [action] = actions.as_array().unwrap().as_slice() else { panic!("{actions}") };
    assert_eq!(action["kind"], "refactor.rewrite.leastwise.harden");
    assert!(action["title"].as_str().unwrap().contains("to the restricted profile"), "{action}");
    let annotation = &action["edit"]["changeAnnotations"]["leastwise"];
    assert_eq!(annotation["needsConfirmation"], true, "{action}");
    assert!(annotation["description"].as_str().unwrap().contains("Remove hostPID"), "{annotation}");
    let edits = action["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    assert!(edits.iter().all(|edit| edit["annotationId"] == "leastwise"), "{edits:?}");
    client.end().await;

    // A client that cannot show it gets the change alone.
    let mut client = start(json!({})).await;
    let actions = client.request("textDocument/codeAction", asking(3, json!(["refactor"]))).await;
    assert!(actions[0]["edit"]["changes"][URI][0]["newText"].is_string(), "{actions}");
    client.end().await;
}
