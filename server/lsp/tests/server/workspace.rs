//! What other files of the workspace declare decides about the one that is open.

use crate::client::Client;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const RULE: &str = "service-account-token-mounted";
const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  serviceAccountName: web\n  containers: []\n";
const ACCOUNT: &str =
    "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\nautomountServiceAccountToken: false\n";

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn capabilities() -> Value {
    json!({
        "window": {"workDoneProgress": true},
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}},
    })
}

async fn start(folder: &Path) -> Client {
    let (mut client, _) = Client::start_with(json!({
        "capabilities": capabilities(),
        "workspaceFolders": [{"uri": uri(folder), "name": "workspace"}],
        "initializationOptions": {"select": [RULE]},
    }))
    .await;
    let registered = client.next("client/registerCapability").await;
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    let begun = client.next("$/progress").await;
    assert_eq!(begun["value"]["kind"], "begin");
    let ended = client.next("$/progress").await;
    assert_eq!((&ended["token"], &ended["value"]["kind"]), (&begun["token"], &json!("end")));
    client
}

async fn files_changed(client: &mut Client, path: &Path, kind: u32) {
    let change = json!({"changes": [{"uri": uri(path), "type": kind}]});
    client.notify("workspace/didChangeWatchedFiles", change).await;
}

#[tokio::test]
async fn a_service_account_in_another_file_counts_for_as_long_as_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (pod, account) = (folder.path().join("pod.yaml"), folder.path().join("sub/account.yaml"));
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(&account, ACCOUNT).unwrap();
    let mut client = start(folder.path()).await;
    let pod = uri(&pod);
    client.open(&pod, POD).await;
    assert_eq!(client.published(&pod, 0).await, Vec::<Value>::new(), "the account mounts no token");

    fs::write(&account, ACCOUNT.replace("false", "true")).unwrap();
    files_changed(&mut client, &account, 2).await;
    assert_eq!(client.published(&pod, 0).await.len(), 1);

    fs::write(&account, ACCOUNT).unwrap();
    files_changed(&mut client, &account, 2).await;
    assert_eq!(client.published(&pod, 0).await.len(), 0);

    fs::remove_file(&account).unwrap();
    files_changed(&mut client, &account, 3).await;
    assert_eq!(client.published(&pod, 0).await.len(), 1, "a deleted file is forgotten");
    client.end().await;
}

#[tokio::test]
async fn what_is_typed_counts_before_it_is_saved_and_the_saved_text_after_closing() {
    let folder = tempfile::tempdir().unwrap();
    let account_path = folder.path().join("account.yaml");
    fs::write(&account_path, ACCOUNT.replace("false", "true")).unwrap();
    let mut client = start(folder.path()).await;
    let (pod, account) = (uri(&folder.path().join("pod.yaml")), uri(&account_path));
    client.open(&pod, POD).await;
    assert_eq!(client.published(&pod, 0).await.len(), 1);

    client.open(&account, ACCOUNT).await;
    assert_eq!(client.published(&pod, 0).await.len(), 0);
    client.published(&account, 0).await;

    client.notify("textDocument/didClose", json!({"textDocument": {"uri": account}})).await;
    assert_eq!(client.published(&pod, 0).await.len(), 1);
    client.end().await;
}

/// Both in one file: the finding that a first look without the account would give is never shown.
#[tokio::test]
async fn a_service_account_in_the_same_file_counts_from_the_first_diagnostics_on() {
    let mut client = Client::start_with(json!({
        "capabilities": {},
        "initializationOptions": {"select": [RULE]},
    }))
    .await
    .0;
    client.open("untitled:both", &format!("{POD}---\n{ACCOUNT}")).await;
    assert_eq!(client.published("untitled:both", 0).await, Vec::<Value>::new());
    client.end().await;
}
