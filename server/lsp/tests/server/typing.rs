//! A manifest as it is being typed: each line cut at each column. What is shown meanwhile is true of what stands
//! there, and when the line is whole again everything is as before.

use crate::client::{Client, replace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const URI: &str = "file:///shop.yaml";

const MANIFEST: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  labels:
    app: cart
spec:
  replicas: 2
  selector:
    matchLabels:
      app: cart
  template:
    metadata:
      labels: {app: cart, tier: "front"}
    spec:
      serviceAccountName: cart
      hostNetwork: yes
      hostPID: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: cart
          image: registry.example.com/cart:1.2
          command: ["sh", '-c', exec cart]
          ports:
            - containerPort: 8080
              hostPort: 8080
          env:
            - name: LEVEL
              value: "info"
            - name: DB_PASSWORD
              value: hunter2hunter2
          resources:
            limits: {cpu: 500m, memory: 128Mi}
          securityContext:
            privileged: true
            allowPrivilegeEscalation: false
            capabilities:
              drop: [ALL]
              add:
                - SYS_ADMIN
        - name: side
          image: registry.example.com/side:latest
          volumeMounts:
            - name: docker
              mountPath: /var/run/docker.sock
      volumes:
        - name: docker
          hostPath:
            path: /var/run/docker.sock
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: cart
  namespace: shop
automountServiceAccountToken: false
"#;

/// A diagnostic: its rule, its document and path, its line, and the text that it marks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    rule: String,
    path: String,
    line: u64,
    text: String,
}

fn found(diagnostics: &[Value], text: &str) -> BTreeSet<Found> {
    let lines: Vec<_> = text.lines().collect();
    let found = |diagnostic: &Value| {
        let (start, end) = (&diagnostic["range"]["start"], &diagnostic["range"]["end"]);
        assert_eq!(start["line"], end["line"], "on one line: {diagnostic}");
        let number = |value: &Value| value.as_u64().unwrap();
        let line = number(&start["line"]);
        let columns = number(&start["character"]) as usize..number(&end["character"]) as usize;
        Found {
            rule: diagnostic["code"].as_str().unwrap().to_owned(),
            path: format!(
                "{}:{}",
                diagnostic["data"]["document"],
                diagnostic["data"]["path"].as_str().unwrap()
            ),
            line,
            text: lines[line as usize].get(columns).unwrap_or_else(|| panic!("{diagnostic}")).to_owned(),
        }
    };
    diagnostics.iter().map(found).collect()
}

/// Whether the marked text can be what the finding is about: what is marked of the same field in the whole text, or,
/// where something is missing, a key on the way to it; in an item without one, the item's first key, which is the
/// second where the first is being typed.
fn is_about(found: &Found, whole: &BTreeSet<Found>) -> bool {
    // Without the dash of an item, its keys are those of the item before.
    let field = |found: &Found| found.path.replace(|char: char| char.is_ascii_digit(), "");
    let same = |other: &&Found| other.rule == found.rule && field(other) == field(found);
    let keys = found.path.split(['.', '[', ']', ':']).chain(["name", "image", "apiVersion"]);
    whole.iter().filter(same).any(|other| other.text == found.text)
        || keys.into_iter().any(|key| key == found.text)
}

/// Rules that compare objects: while the namespace or name of one is typed, what they say of the other is true.
const OF_SEVERAL_OBJECTS: [&str; 1] = ["service-account-not-found"];

/// Rules that judge items by the list they are in: while the line with a list's key is blank, its items are those of the
/// list above, and what is said of them is true.
const OF_ITEMS: [&str; 3] = ["port-name-invalid", "port-name-duplicate", "schema-violation"];

#[tokio::test]
async fn no_half_typed_line_brings_a_finding_at_a_wrong_place() {
    let mut client = Client::start(json!({})).await;
    client.open(URI, MANIFEST).await;
    let whole = found(&client.published(URI, 0).await, MANIFEST);
    assert!(whole.len() >= 8, "{whole:?}");
    let mut version = 0;
    let mut states = 0;
    for (number, line) in (0..).zip(MANIFEST.lines()) {
        let full = line.len() as u32;
        let start = line.len() - line.trim_start().len();
        for column in start as u32..full {
            states += 1;
            version += 1;
            client.change(URI, version, json!([replace((number, column), (number, full), "")])).await;
            let cut = MANIFEST
                .lines()
                .enumerate()
                .map(|(index, text)| if index == number as usize { &text[..column as usize] } else { text });
            let cut = cut.collect::<Vec<_>>().join("\n");
            for one in found(&client.published(URI, version).await, &cut) {
                // On the line itself a value may be another already: `hostPort: 80` is a port, too.
                let is_typed = one.line == u64::from(number);
                let is_right = is_about(&one, &whole)
                    || OF_SEVERAL_OBJECTS.contains(&one.rule.as_str())
                    || column as usize == start && OF_ITEMS.contains(&one.rule.as_str())
                    // Behind a bare dash the next line is the item's first: what it lacks, it lacks.
                    || line[..column as usize].trim() == "-" && one.line == u64::from(number) + 1
                    || is_typed && line.contains(&one.text) && !one.text.trim().is_empty();
                assert!(is_right, "line {} cut at {column}: {one:?}", number + 1);
            }
            version += 1;
            let rest = &line[column as usize..];
            client.change(URI, version, json!([replace((number, column), (number, column), rest)])).await;
            assert_eq!(found(&client.published(URI, version).await, MANIFEST), whole, "whole again");
        }
    }
    assert!(states > 818, "{states}");
    client.end().await;
}
