//! What a user waits for, measured on the built binary from outside: `cargo xtask bench` runs it.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench reports to a person and ends when it cannot go on"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use divan::Bencher;
use divan::counter::BytesCount;
use leastwise_tests::client::Client;
use leastwise_tests::programs;
use serde_json::json;

const URI: &str = "file:///workspace/shop.yaml";

fn main() {
    if programs::leastwise().is_some() {
        resident_memory();
        divan::main();
    }
}

/// From a keystroke in the middle of 1,000 lines and 44 documents to the diagnostics of the new text; and the same while the
/// detector reads what the keystrokes before have changed.
#[divan::bench(sample_count = 200, sample_size = 1, args = [false, true])]
fn keystroke_to_diagnostics(bencher: Bencher<'_, '_>, is_model_busy: bool) {
    let text = manifest(22);
    let line = text
        .lines()
        .enumerate()
        .skip(text.lines().count() / 2)
        .find_map(|(number, line)| line.contains("replicas: ").then_some(number))
        .expect("the manifest has a Deployment in its middle");
    let detector = programs::detector().filter(|_| is_model_busy);
    if is_model_busy && detector.is_none() {
        return;
    }
    let mut client = opened_with(&text, detector.as_deref());
    let mut version = 0;
    bencher.bench_local(|| {
        version += 1;
        let digit = (version % 10).to_string();
        let column = "  replicas: ".len();
        let range = json!({"start": {"line": line, "character": column}, "end": {"line": line, "character": column + 1}});
        client.change(URI, version, json!([{"range": range, "text": digit}])).expect("the server reads changes");
        client.published(URI, version).expect("the server publishes diagnostics")
    });
}

/// From starting the server to the diagnostics of the first file, 45 lines long.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn start_to_first_diagnostics(bencher: Bencher<'_, '_>) {
    let text = manifest(1);
    // The server is returned, so that its end is not measured.
    bencher.bench_local(|| opened(&text));
}

/// The command on one file of 2 MB.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn check_two_megabytes(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("large.yaml");
    let text = manifest(2_000_000 / manifest(1).len());
    fs::write(&file, &text).expect("the scratch folder can be written");
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut check = Command::new(binary());
        let status = check
            .args(["check", "--model", "off", "--format", "json"])
            .arg(&file)
            .stdout(Stdio::null())
            .status();
        assert_eq!(status.expect("leastwise runs").code(), Some(1), "there are findings");
    });
}

/// The memory that the server holds with the large file open. It is no time, so it is only printed.
fn resident_memory() {
    let client = opened(&manifest(22));
    match fs::read_to_string(format!("/proc/{}/status", client.process())) {
        Ok(status) => {
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or(" unknown");
            println!("resident memory with 1,000 lines open, without the model: {}", resident.trim());
        }
        Err(error) => println!("resident memory is not known on this system: {error}"),
    }
}

fn binary() -> PathBuf {
    programs::leastwise().expect("main has looked")
}

/// A server that has published the diagnostics of this text, without a model.
fn opened(text: &str) -> Client {
    opened_with(text, None)
}

/// The same, with a detector.
fn opened_with(text: &str, detector: Option<&Path>) -> Client {
    let mut client = Client::start(&binary(), &["lsp"]).expect("the server starts");
    client.initialize(json!({}), None).expect("the server answers");
    let model = detector.map_or(json!("off"), |detector| json!(detector));
    let settings = json!({"settings": {"leastwise": {"model": model}}});
    client.notify("workspace/didChangeConfiguration", settings).expect("the server reads settings");
    client.open(URI, text).expect("the server reads documents");
    let diagnostics = client.published(URI, 0).expect("the server publishes diagnostics");
    assert!(!diagnostics.is_empty(), "there are findings");
    client
}

/// A shop of this many programs, each a Deployment and a Service with a few weaknesses.
fn manifest(programs: usize) -> String {
    let mut text = String::new();
    for number in 0..programs {
        let separator = if number == 0 { "" } else { "---\n" };
        write!(
            text,
            "{separator}apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{number}
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app-{number}
  template:
    metadata:
      labels:
        app: app-{number}
    spec:
      serviceAccountName: app-{number}
      containers:
        - name: main
          image: registry.example.com/app-{number}:1.0.{number}
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: TOKEN
              valueFrom:
                secretKeyRef:
                  name: app-{number}
                  key: token
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
          securityContext:
            allowPrivilegeEscalation: true
---
apiVersion: v1
kind: Service
metadata:
  name: app-{number}
  namespace: shop
spec:
  selector:
    app: app-{number}
  ports:
    - name: http
      port: 80
      targetPort: http
"
        )
        .expect("a string can always be written to");
    }
    text
}
