//! What the server itself takes from a change to the diagnostics of the new text: protocol, queue and threads
//! included, but no process and no pipe.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench ends when it cannot go on")]

#[allow(dead_code, reason = "the tests' client can do more than is needed here")]
#[path = "../tests/server/client.rs"]
mod client;

use client::{Client, replace};
use divan::Bencher;
use serde_json::json;
use std::fmt::Write as _;
use tokio::runtime::{Builder, Runtime};

const URI: &str = "file:///shop.yaml";

fn main() {
    divan::main();
}

/// 1,000 lines in 44 documents, a keystroke in the middle.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn in_one_of_44_documents(bencher: Bencher<'_, '_>) {
    let mut text = String::new();
    for number in 0..44 {
        write!(text, "---\n{}", pod(number, 1)).unwrap();
    }
    typing(bencher, &text);
}

/// The same length in one document, of which nothing can be taken over.
#[divan::bench(sample_count = 100, sample_size = 1)]
fn in_one_long_document(bencher: Bencher<'_, '_>) {
    typing(bencher, &pod(0, 75));
}

/// One pod of this many containers, 13 lines each.
fn pod(number: usize, containers: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app-{number}\n  namespace: shop\n  labels:\n    app: app-{number}\nspec:\n  hostPID: true\n  containers:\n"
    );
    for container in 0..containers {
        write!(
            text,
            "    - name: container-{container}\n      image: registry.example.com/app:1.{container}\n      ports:\n        - containerPort: 8000\n      resources:\n        requests:\n          cpu: 100m\n          memory: 64Mi\n      securityContext:\n        allowPrivilegeEscalation: true\n        runAsNonRoot: true\n        capabilities:\n          drop: [ALL]\n"
        )
        .unwrap();
    }
    text
}

/// Changes the port in the middle of the text, and waits for the diagnostics.
fn typing(bencher: Bencher<'_, '_>, text: &str) {
    let (runtime, mut client) = opened(text);
    let middle = text.lines().count() / 2;
    let ports = text.lines().enumerate().skip(middle);
    let line =
        ports.into_iter().find_map(|(line, text)| text.contains("containerPort").then_some(line)).unwrap();
    let (line, column) = (u32::try_from(line).unwrap(), 28);
    let mut version = 0;
    bencher.bench_local(|| {
        runtime.block_on(async {
            version += 1;
            let digit = (version % 10).to_string();
            client.change(URI, version, json!([replace((line, column), (line, column + 1), &digit)])).await;
            client.published(URI, version).await
        })
    });
}

fn opened(text: &str) -> (Runtime, Client) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(async {
        let mut client = Client::start(json!({})).await;
        client.open(URI, text).await;
        assert!(!client.published(URI, 0).await.is_empty());
        client
    });
    (runtime, client)
}
