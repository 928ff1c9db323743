//! Hardening with the real small model in the loop: whatever it says, the role grants what was needed.

use anyhow::{Context, Result, ensure};
use leastwise_tests::programs;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use tempfile::TempDir;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers:
      - {name: cart, image: cart, ports: [{containerPort: 8080}]}
";

/// An audit log of what `shop/cart` asked for, one line a verb, resource and name.
fn log(requests: &[(&str, &str, &str)]) -> String {
    let line = |(number, (verb, resource, name)): (usize, &(&str, &str, &str))| {
        let event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": format!("id-{number}"),
            "stage": "ResponseComplete", "requestURI": "/api/v1", "verb": verb,
            "user": {"username": "system:serviceaccount:shop:cart"}, "userAgent": "cart/1",
            "objectRef": {"resource": resource, "namespace": "shop", "name": name, "apiVersion": "v1"},
            "responseStatus": {"code": 200},
            "requestReceivedTimestamp": "2026-03-01T08:00:00.000000Z",
            "stageTimestamp": "2026-03-01T08:00:00.000000Z",
            "annotations": {"authorization.k8s.io/decision": "allow"},
        });
        format!("{event}\n")
    };
    requests.iter().enumerate().map(line).collect()
}

/// What the role of the answer grants, one request a line, in order.
fn granted(answer: &Value) -> Option<Vec<String>> {
    let strings = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
    };
    let mut granted = Vec::new();
    for rule in answer["manifests"][0]["rules"].as_array()? {
        for verb in strings(&rule["verbs"]) {
            for resource in strings(&rule["resources"]) {
                let names = strings(&rule["resourceNames"]);
                if names.is_empty() {
                    return None;
                }
                granted.extend(names.iter().map(|name| format!("{verb} {resource} {name}")));
            }
        }
    }
    granted.sort();
    granted.dedup();
    Some(granted)
}

#[test]
fn a_small_model_may_say_what_it_likes() -> Result<()> {
    let (Some(leastwise), Some(explainer)) = (programs::leastwise(), programs::explainer()) else {
        return Ok(());
    };
    let folder = TempDir::new()?;
    let requests =
        [("get", "configmaps", "settings"), ("update", "configmaps", "settings"), ("get", "secrets", "db")];
    fs::write(folder.path().join("audit.log"), log(&requests))?;
    fs::write(folder.path().join("cart.yaml"), DEPLOYMENT)?;
    let run = |more: &[&str]| -> Result<(Value, String)> {
        let mut command = Command::new(&leastwise);
        command.current_dir(folder.path()).args([
            "harden",
            "--create",
            "role",
            "cart.yaml",
            "--evidence=audit.log",
        ]);
        let output = command.arg("--format=json").args(more).output()?;
        let note = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{note}");
        Ok((serde_json::from_slice(&output.stdout)?, note))
    };
    let (without, _) = run(&[])?;
    let model = format!("--model={}", explainer.display());
    let (with, note) = run(&[&model, "--trace=trace"])?;
    let mut needed = requests.map(|(verb, resource, name)| format!("{verb} {resource} {name}"));
    needed.sort();
    for answer in [&without, &with] {
        ensure!(granted(answer).context("a rule for every name")? == needed, "{answer:#}");
    }
    ensure!(with["advice"]["model"].is_string(), "{note}{with:#}");
    if let Some(failure) = with["advice"]["failure"].as_str() {
        // Where the machine is busy with something else, an answer may come too late: the role stands all the same.
        ensure!(failure.contains("no answer within"), "{failure}");
        return Ok(());
    }
    let mut traces = 0;
    for file in fs::read_dir(folder.path().join("trace"))? {
        let traced: Value = serde_json::from_slice(&fs::read(file?.path())?)?;
        // A local model is bound to the grammar: it can say what is wrong, but no nonsense.
        ensure!(traced["answer"].as_str().is_some_and(|answer| !answer.is_empty()), "{traced:#}");
        traces += 1;
    }
    ensure!(traces >= 4, "only {traces} questions");
    Ok(())
}
