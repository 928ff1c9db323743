//! Evidence of what happened at run time: read in the background, and again when it changes; what it entails is shown
//! like all else.

use crate::client::{Client, places, range};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get, list, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart, namespace: shop}
";

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop}
spec: {serviceAccountName: cart, containers: []}
";

/// A line of an audit log: the service account `shop/cart` was allowed this of pods.
fn event(verb: &str) -> String {
    let time = "2026-03-01T08:00:00.000000Z";
    let event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": verb,
        "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/shop/pods/a", "verb": verb,
        "user": {"username": "system:serviceaccount:shop:cart"},
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "a", "apiVersion": "v1"},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": time, "stageTimestamp": time,
    });
    format!("{event}\n")
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A client in a folder, once the workspace has been read.
async fn start(folder: &Path, capabilities: Value, options: Value) -> Client {
    let (mut client, _) = Client::start_with(json!({
        "capabilities": capabilities,
        "workspaceFolders": [{"uri": uri(folder), "name": "workspace"}],
        "initializationOptions": options,
    }))
    .await;
    if capabilities["window"]["workDoneProgress"] == true {
        assert_eq!(progress(&mut client).await.0, "Leastwise: reading the workspace");
    }
    client
}

/// The title and the last words of the next piece of work.
async fn progress(client: &mut Client) -> (String, String) {
    let begun = client.next("$/progress").await;
    let ended = client.next("$/progress").await;
    assert_eq!((&begun["value"]["kind"], &ended["value"]["kind"]), (&json!("begin"), &json!("end")));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&begun["value"]["title"]), text(&ended["value"]["message"]))
}

async fn changed(client: &mut Client, path: &Path) {
    let change = json!({"changes": [{"uri": uri(path), "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", change).await;
}

/// The diagnostics of a text with evidence: what is published before it has been read says nothing.
async fn judged(client: &mut Client, uri: &str) -> Vec<Value> {
    let first = client.published(uri, 0).await;
    if first.is_empty() { client.published(uri, 0).await } else { first }
}

#[tokio::test]
async fn what_nobody_used_is_found_and_found_again_when_the_log_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (role, log) = (folder.path().join("role.yaml"), folder.path().join("logs/audit.log"));
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(&log, event("get")).unwrap();
    fs::write(folder.path().join(".leastwise.yaml"), "evidence: [logs/audit.log]\nselect: [grant-unused]\n")
        .unwrap();
    let mut client = start(folder.path(), json!({"window": {"workDoneProgress": true}}), json!({})).await;
    let role = uri(&role);
    client.open(&role, ROLE).await;
    let reading = ("Leastwise: reading evidence".to_owned(), "1 request".to_owned());
    assert_eq!(progress(&mut client).await, reading);
    let found = judged(&mut client, &role).await;
    let unused = |start, end| (6, start, end, "grant-unused".to_owned());
    assert_eq!(places(&found), [unused(15, 19), unused(21, 27)]);
    assert_eq!(found[1]["message"], "Verb \"delete\" was never used in these logs, 1 request");

    fs::write(&log, event("get") + &event("list")).unwrap();
    changed(&mut client, &log).await;
    assert_eq!(progress(&mut client).await.1, "2 requests");
    assert_eq!(places(&client.published(&role, 0).await), [unused(21, 27)]);
    client.end().await;
}

#[tokio::test]
async fn a_fix_takes_one_name_away_and_hardening_all_of_them_with_a_preview() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("audit.log"), event("get")).unwrap();
    let capabilities = json!({"workspace": {"workspaceEdit": {
        "documentChanges": true,
        "changeAnnotationSupport": {},
    }}});
    let options = json!({"select": ["grant-unused"], "evidence": ["audit.log"]});
    let mut client = start(folder.path(), capabilities, options).await;
    let role = uri(&folder.path().join("role.yaml"));
    client.open(&role, ROLE).await;
    judged(&mut client, &role).await;
    let asking = |only: &str| {
        let context = json!({"diagnostics": [], "only": [only]});
        json!({"textDocument": {"uri": role}, "range": range((6, 22), (6, 22)), "context": context})
    };
    let fixes = client.request("textDocument/codeAction", asking("quickfix")).await;
    assert_eq!(
        fixes[0]["title"],
        "Remove \"delete\" (unused in these logs, 1 request) (may change behaviour)"
    );
    let edit = &fixes[0]["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!((&edit["range"], &edit["newText"]), (&range((6, 19), (6, 27)), &json!("")));

    let refined = client.request("textDocument/codeAction", asking("refactor.rewrite")).await;
    let [refined] = &refined.as_array().unwrap()[..] else { panic!("{refined}") };
    assert_eq!(
        refined["title"],
        "Tighten cart to what was used in these logs, 1 request (may change behaviour)"
    );
    let annotation = &refined["edit"]["changeAnnotations"]["leastwise"];
    assert_eq!(annotation["needsConfirmation"], true, "{refined}");
    assert!(
        annotation["description"].as_str().unwrap().contains("Verb \"list\" was never used"),
        "{refined}"
    );

    let at = json!({"textDocument": {"uri": role}, "position": {"line": 6, "character": 11}});
    let hover = client.request("textDocument/hover", at).await;
    let words = hover["contents"]["value"].as_str().unwrap();
    assert!(words.contains("ServiceAccount shop/cart: get pods \"a\" in shop: 1 request"), "{words}");
    client.end().await;
}

#[tokio::test]
async fn a_role_is_created_from_evidence_in_a_file_of_its_own_or_below() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("audit.log"), event("get")).unwrap();
    let pod = uri(&folder.path().join("pod.yaml"));
    let options = json!({"select": ["grant-unused", "host-pid"], "evidence": ["audit.log"]});
    for creates in [true, false] {
        let operations = if creates { json!(["create"]) } else { json!([]) };
        let capabilities = json!({
            "workspace": {
                "applyEdit": true,
                "workspaceEdit": {"documentChanges": true, "resourceOperations": operations},
            },
            "window": {"workDoneProgress": true},
        });
        let mut client = start(folder.path(), capabilities, options.clone()).await;
        client.open(&pod, POD).await;
        client.published(&pod, 0).await;
        progress(&mut client).await;
        let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": pod}})).await;
        let titles = |lens: &Value| lens["command"]["title"].as_str().unwrap().to_owned();
        let lenses = lenses.as_array().unwrap();
        assert_eq!(lenses.iter().map(titles).skip(1).collect::<Vec<_>>(), ["Create Role from evidence"]);
        let command = &lenses[1]["command"];
        let ordered = json!({"command": command["command"], "arguments": command["arguments"]});
        // The change may be asked for before the command is answered.
        let asked = client.send_request("workspace/executeCommand", ordered).await;
        let applied = client.next("workspace/applyEdit").await;
        let made = client.answer(asked).await["result"].clone();
        let text = made["text"].as_str().unwrap();
        assert!(text.contains("kind: Role\n") && text.contains("kind: RoleBinding\n"), "{text}");
        assert!(made["notes"][0].as_str().unwrap().contains("get pods"), "{made}");
        let changes = &applied["edit"]["documentChanges"];
        if creates {
            let file = uri(&folder.path().join("cart-role.yaml"));
            assert_eq!((&changes[0]["kind"], &changes[0]["uri"]), (&json!("create"), &json!(file)));
            assert_eq!(changes[1]["edits"][0]["newText"], made["text"]);
        } else {
            assert_eq!(changes[0]["textDocument"]["uri"], json!(pod));
            let edit = &changes[0]["edits"][0];
            assert_eq!(edit["range"], range((4, 0), (4, 0)));
            assert_eq!(edit["newText"], format!("---\n{text}"));
        }
        client.end().await;
    }
}

#[tokio::test]
async fn a_bad_file_is_told_once_and_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("audit.log"), event("get") + "no event\n").unwrap();
    fs::write(
        folder.path().join(".leastwise.yaml"),
        "select: [grant-unused]\nevidence: [audit.log, missing.log, ../outside.log]\n",
    )
    .unwrap();
    let mut client = start(folder.path(), json!({}), json!({})).await;
    let role = uri(&folder.path().join("role.yaml"));
    client.open(&role, ROLE).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(client.next("window/showMessage").await["message"].as_str().unwrap().to_owned());
    }
    told.sort();
    let [outside, line, missing] = &told[..] else { panic!("{told:?}") };
    assert!(outside.contains(".leastwise.yaml:2:36: evidence must lie in this folder"), "{outside}");
    assert!(line.starts_with("evidence audit.log:2: "), "{line}");
    assert!(missing.starts_with("evidence missing.log: "), "{missing}");
    client.next("textDocument/publishDiagnostics").await;
    // A log with a line that cannot be read may lack anything, so that its silence says nothing.
    assert_eq!(client.published(&role, 0).await, Vec::<Value>::new());
    let hover = json!({"textDocument": {"uri": role}, "position": {"line": 3, "character": 1}});
    let hover = client.request("textDocument/hover", hover).await;
    assert!(
        hover["contents"]["value"].as_str().unwrap().contains("could not be read in audit.log"),
        "{hover}"
    );
    client.end().await;
}

/// Settings of a workspace come with a repository, too.
#[tokio::test]
async fn an_editors_setting_names_files_of_the_workspace_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("shop")).unwrap();
    fs::write(folder.path().join("audit.log"), event("get")).unwrap();
    let options = json!({"select": ["grant-unused"], "evidence": ["../audit.log"]});
    let mut client = start(&folder.path().join("shop"), json!({}), options).await;
    let role = uri(&folder.path().join("shop/role.yaml"));
    client.open(&role, ROLE).await;
    let told = client.next("window/showMessage").await;
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .starts_with("setting leastwise.evidence: evidence must lie in this folder"),
        "{told}"
    );
    assert_eq!(client.published(&role, 0).await, Vec::<Value>::new());
    client.end().await;
}

#[tokio::test]
async fn an_editor_may_ask_by_what_evidence_a_document_is_judged_and_hears_when_it_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.log");
    fs::write(&log, event("get")).unwrap();
    let options = json!({"select": ["grant-unused"], "evidence": ["audit.log"]});
    let mut client = start(folder.path(), json!({}), options).await;
    let role = uri(&folder.path().join("role.yaml"));
    client.open(&role, ROLE).await;
    judged(&mut client, &role).await;
    let asking = json!({"textDocument": {"uri": role}});
    let known = client.request("leastwise/evidence", asking.clone()).await;
    assert_eq!(known, json!({"state": "read", "summary": "1 event, 1 file", "problems": []}));

    for (text, told) in [
        (
            event("get").replace("-01T", "-15T") + &event("list"),
            json!({"state": "read", "summary": "14 days, 2 events, 1 file", "problems": []}),
        ),
        (
            event("get") + "no event\n",
            json!({
                "state": "read",
                "summary": "1 event, 1 file, not all of it readable",
                "problems": ["evidence audit.log:2: no JSON object"],
            }),
        ),
    ] {
        fs::write(&log, text).unwrap();
        changed(&mut client, &log).await;
        // Once as it begins, and once when it has been read.
        for _ in 0..2 {
            client.next("leastwise/evidenceChanged").await;
        }
        for problem in told["problems"].as_array().unwrap() {
            assert_eq!(client.next("window/showMessage").await["message"], *problem);
        }
        assert_eq!(client.request("leastwise/evidence", asking.clone()).await, told);
        client.published(&role, 0).await;
    }

    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    changed(&mut client, &log).await;
    for _ in 0..2 {
        client.next("leastwise/evidenceChanged").await;
    }
    let told = json!({
        "state": "unreadable",
        "summary": "unreadable: evidence audit.log: it is no file",
        "problems": ["evidence audit.log: it is no file"],
    });
    assert_eq!(client.request("leastwise/evidence", asking).await, told);
    client.next("window/showMessage").await;

    let untold = json!({"textDocument": {"uri": "file:///nowhere.yaml"}});
    assert_eq!(client.request("leastwise/evidence", untold).await, Value::Null);
    client.end().await;
}

#[tokio::test]
async fn without_evidence_an_editor_is_told_that_there_is_none() {
    let mut client = Client::start(json!({})).await;
    client.open("untitled:role", ROLE).await;
    client.published("untitled:role", 0).await;
    let asking = json!({"textDocument": {"uri": "untitled:role"}});
    let none = json!({"state": "none", "summary": "none", "problems": []});
    assert_eq!(client.request("leastwise/evidence", asking).await, none);
    client.end().await;
}
