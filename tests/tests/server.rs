//! The built server over standard input and output: how it begins, ends, and stays alive in between.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use leastwise_tests::client::{Client, uri};
use leastwise_tests::programs;
use serde_json::{Value, json};

const URI: &str = "file:///workspace/pod.yaml";
const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n";

/// A server after the handshake; `None` when there is no built binary.
fn start(capabilities: Value) -> Result<Option<Client>> {
    let Some(program) = programs::leastwise() else { return Ok(None) };
    let mut client = Client::start(&program, &["lsp"])?;
    client.initialize(capabilities, None)?;
    Ok(Some(client))
}

fn rules(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic["code"].as_str()).collect()
}

fn place(line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}})
}

#[test]
fn after_shutdown_exit_ends_it_with_zero_though_its_input_stays_open() -> Result<()> {
    let Some(client) = start(json!({}))? else { return Ok(()) };
    assert_eq!(client.exit()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_client_that_hangs_up_ends_it_with_one() -> Result<()> {
    let Some(client) = start(json!({}))? else { return Ok(()) };
    assert_eq!(client.hang_up()?.code(), Some(1));
    Ok(())
}

/// An editor that crashes may leave the server's input open in another process's hands.
#[cfg(unix)]
#[test]
fn it_ends_when_the_editors_process_is_gone_though_its_input_stays_open() -> Result<()> {
    let Some(program) = programs::leastwise() else { return Ok(()) };
    // Lives until its input is closed.
    let mut editor = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut client = Client::start(&program, &["lsp"])?;
    client.request("initialize", json!({"processId": editor.id(), "capabilities": {}}))?;
    client.notify("initialized", json!({}))?;
    drop(editor.stdin.take());
    editor.wait()?;
    assert_eq!(client.wait_for_end()?.code(), Some(1));
    Ok(())
}

/// Twelve changes spell a key, letter by letter: in any other order they spell another.
#[test]
fn twelve_changes_are_applied_in_order_and_a_hover_sees_them_all() -> Result<()> {
    let Some(mut client) = start(json!({}))? else { return Ok(()) };
    client.open(URI, &POD.replace("hostPID:", ""))?;
    for (column, letter) in (2..).zip("hostNetwork:".chars()) {
        let place = json!({"line": 3, "character": column});
        let change = json!({"range": {"start": place, "end": place}, "text": letter.to_string()});
        client.change(URI, column - 1, json!([change]))?;
    }
    let hover = client.request("textDocument/hover", place(3, 16))?;
    ensure!(hover.to_string().contains("host-network"), "{hover}");
    ensure!(rules(&client.published(URI, 12)?).contains(&"host-network"));
    Ok(())
}

#[test]
fn sixty_four_requests_under_way_are_cancelled_at_once_and_hold_up_nothing() -> Result<()> {
    let Some(mut client) = start(json!({}))? else { return Ok(()) };
    let pods: Vec<_> = (0..300).map(|_| POD).collect();
    let long = "file:///workspace/long.yaml";
    client.open(long, &pods.join("---\n"))?;
    let mut ids = Vec::new();
    for _ in 0..64 {
        let ask = json!({
            "textDocument": {"uri": long},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
            "context": {"diagnostics": [], "only": ["source.fixAll"]},
        });
        ids.push(client.send_request("textDocument/codeAction", ask)?);
    }
    client.open(URI, POD)?;
    let hover = client.send_request("textDocument/hover", place(3, 12))?;
    for id in &ids {
        client.cancel(*id)?;
    }
    // The text has not been judged yet, so none of them can have had another answer.
    for id in ids {
        let answer = client.answer(id)?;
        assert_eq!(answer["error"]["code"], -32800, "{answer}");
    }
    let answer = client.answer(hover)?;
    ensure!(answer.to_string().contains("host-pid"), "{answer}");
    Ok(())
}

#[test]
fn a_configuration_file_decides_as_it_does_for_the_command() -> Result<()> {
    let Some(mut client) = start(json!({}))? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let pod = folder.path().join("pod.yaml");
    fs::write(folder.path().join(".leastwise.yaml"), "select: [host-pid]\nseverity: {host-pid: info}\n")?;
    fs::write(&pod, POD)?;
    client.open(&uri(&pod), POD)?;
    let shown = client.published(&uri(&pod), 0)?;
    assert_eq!(rules(&shown), ["host-pid"]);
    assert_eq!(shown[0]["severity"], 3);

    let program = programs::leastwise().context("the server was started")?;
    let output = Command::new(program).args(["check", "--format", "json"]).arg(&pod).output()?;
    let findings: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(findings[0]["rule"], "host-pid");
    assert_eq!(findings[0]["severity"], "info");
    assert_eq!(findings[0]["location"], json!({"row": 4, "column": 12}));
    assert_eq!(shown[0]["range"]["start"], json!({"line": 3, "character": 11}));
    assert_eq!(findings[0]["message"], shown[0]["message"]);
    Ok(())
}

/// What is said beside evidence of what happened at run time, the server and the command say alike.
#[test]
fn evidence_entails_the_same_as_it_does_for_the_command() -> Result<()> {
    let Some(program) = programs::leastwise() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let role = folder.path().join("role.yaml");
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: cart, namespace: shop}\nrules:\n\
                - {apiGroups: [''], resources: [pods, secrets], verbs: [get, delete]}\n---\n\
                apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n\
                metadata: {name: cart, namespace: shop}\n\
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}\n\
                subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]\n";
    fs::write(&role, text)?;
    let time = "2026-03-01T08:00:00.000000Z";
    let event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "a",
        "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/shop/pods/a", "verb": "get",
        "user": {"username": "system:serviceaccount:shop:cart"},
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "a", "apiVersion": "v1"},
        "responseStatus": {"code": 200}, "requestReceivedTimestamp": time, "stageTimestamp": time,
    });
    fs::write(folder.path().join("audit.log"), format!("{event}\n"))?;
    let rules = "[grant-unused, grant-wider-than-used]";
    fs::write(folder.path().join(".leastwise.yaml"), format!("evidence: [audit.log]\nselect: {rules}\n"))?;

    let mut client = Client::start(&program, &["lsp"])?;
    client.initialize(json!({}), Some(folder.path()))?;
    client.open(&uri(&role), text)?;
    // What is published before the log has been read knows nothing of it.
    let mut shown = client.published(&uri(&role), 0)?;
    while shown.is_empty() {
        shown = client.published(&uri(&role), 0)?;
    }
    let output = Command::new(program).args(["check", "--format", "json"]).arg(&role).output()?;
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let said =
        |rule: &Value, message: &Value, row: u64, column: u64| format!("{row}:{column} {rule} {message}");
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let by_server: Vec<_> = shown
        .iter()
        .map(|one| {
            let start = &one["range"]["start"];
            let (row, column) = (number(&start["line"]) + 1, number(&start["character"]) + 1);
            said(&one["code"], &one["message"], row, column)
        })
        .collect();
    let by_command: Vec<_> = findings
        .iter()
        .map(|one| {
            let (row, column) = (number(&one["location"]["row"]), number(&one["location"]["column"]));
            said(&one["rule"], &one["message"], row, column)
        })
        .collect();
    assert_eq!(by_server, by_command);
    assert_eq!(by_server.len(), 3, "a resource, a verb, and a rule for every pod: {by_server:#?}");
    Ok(())
}

/// The model's process is killed while it is loading or answering; the server and the rules go on, and the next
/// question finds a new one.
#[cfg(target_os = "linux")]
#[test]
fn a_model_that_is_killed_costs_one_answer() -> Result<()> {
    let (Some(program), Some(model)) = (programs::leastwise(), programs::explainer()) else { return Ok(()) };
    let mut client = Client::start(&program, &["lsp"])?;
    client.request(
        "initialize",
        json!({
            "processId": null,
            "capabilities": {"window": {"workDoneProgress": true}},
            "initializationOptions": {"model": model, "select": ["host-pid"]},
        }),
    )?;
    client.notify("initialized", json!({}))?;
    client.open(URI, POD)?;
    client.request("textDocument/hover", place(3, 12))?;
    client.wait_for("the model being asked", |message| message["params"]["value"]["kind"] == "begin")?;
    let worker = std::iter::repeat_with(|| child_of(client.process()))
        .find_map(Result::transpose)
        .context("there is always a next look")??;
    ensure!(Command::new("kill").args(["-9", &worker]).status()?.success());
    client.wait_for("the end of asking", |message| message["params"]["value"]["kind"] == "end")?;

    client.change(URI, 1, json!([{"text": POD.replace("true", "yes")}]))?;
    ensure!(rules(&client.published(URI, 1)?) == ["host-pid"]);
    client.request("textDocument/hover", place(3, 12))?;
    let end = client.wait_for("the next end", |message| message["params"]["value"]["kind"] == "end")?;
    let words = &end["params"]["value"]["message"];
    ensure!(
        words == "host-pid: the next hover shows it" || words == "it had nothing to add",
        "the new process does not answer: {words}"
    );
    assert_eq!(client.exit()?.code(), Some(0));
    Ok(())
}

/// The first child of a process, if it has one.
#[cfg(target_os = "linux")]
fn child_of(process: u32) -> Result<Option<String>> {
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end while it is looked at.
        let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        if let Some(child) = children.split_whitespace().next() {
            return Ok(Some(child.to_owned()));
        }
    }
    Ok(None)
}
