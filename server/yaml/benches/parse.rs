//! What reading costs: a file of 44 documents as one types in it, and a file of 2 MB.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use divan::{Bencher, black_box};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Document, Literal, Patch, Stream, apply, parse};
use std::fmt::Write;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// A Deployment of 23 lines.
fn deployment(text: &mut String, number: usize) {
    write!(
        text,
        r#"---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
  labels: {{app: web, tier: "front"}} # two
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: "registry.local/web:1.{number}"
        ports:
        - containerPort: 8080
        securityContext:
          privileged: false
"#
    )
    .unwrap();
}

fn file(documents: usize) -> String {
    let mut text = String::new();
    (0..documents).for_each(|number| deployment(&mut text, number));
    text
}

#[divan::bench]
fn parse_44_documents(bencher: Bencher<'_, '_>) {
    let text = file(44);
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| parse(black_box(&text)));
}

#[divan::bench]
fn reparse_after_a_value_changed(bencher: Bencher<'_, '_>) {
    let text = file(44);
    let stream = parse(&text);
    let edited = text.replacen("web-22", "web-2x", 1);
    bencher.bench(|| stream.reparse(black_box(&edited), None));
}

/// Half a key, as after each keystroke; with and without knowing where.
#[divan::bench(args = [true, false])]
fn reparse_after_half_a_key(bencher: Bencher<'_, '_>, known: bool) {
    let text = file(44);
    let stream = parse(&text);
    let at = text.match_indices("privileged: false").nth(22).unwrap().0;
    let edited = format!("{}privil{}", &text[..at], &text[at + "privileged: false".len()..]);
    let place = TextSize::new(u32::try_from(at + "privil".len()).unwrap());
    let place = known.then(|| TextRange::empty(place));
    bencher.bench(|| stream.reparse(black_box(&edited), place));
}

#[divan::bench(sample_count = 10)]
fn parse_2_megabytes_of_documents(bencher: Bencher<'_, '_>) {
    let text = file(2_000_000 / file(1).len());
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| parse(black_box(&text)));
}

#[divan::bench(sample_count = 10)]
fn parse_2_megabytes_in_one_document(bencher: Bencher<'_, '_>) {
    let item = "- name: item\n  value: \"text of the item\"\n  labels: {a: b}\n";
    let text = format!("items:\n{}", item.repeat(2_000_000 / item.len()));
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| parse(black_box(&text)));
}

fn document() -> Arc<Document> {
    let stream: Stream = parse(&file(1));
    Arc::clone(&stream.documents()[0].document)
}

#[divan::bench]
fn apply_one_patch(bencher: Bencher<'_, '_>) {
    let document = document();
    let path = "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem".parse().unwrap();
    let patches = [Patch::Set { path, value: Literal::Boolean(true) }];
    bencher.bench(|| apply(black_box(&document), &patches));
}

/// Half a key in the middle of a document of 1,000 lines, the hardest keystroke.
#[divan::bench(args = [true, false])]
fn reparse_after_half_a_key_in_a_long_document(bencher: Bencher<'_, '_>, known: bool) {
    let text = format!("items:\n{}", "- name: item\n  value: \"text\"\n".repeat(500));
    let stream = parse(&text);
    let at = text.match_indices("value: ").nth(250).unwrap().0;
    let edited = format!("{}val{}", &text[..at], &text[at + "value: \"text\"".len()..]);
    let place = known.then(|| TextRange::empty(TextSize::new(u32::try_from(at + 3).unwrap())));
    bencher.bench(|| stream.reparse(black_box(&edited), place));
}

#[divan::bench(sample_count = 5)]
fn reparse_after_half_a_key_in_2_megabytes(bencher: Bencher<'_, '_>) {
    let item = "- name: item\n  value: \"text of the item\"\n  labels: {a: b}\n";
    let text = format!("items:\n{}", item.repeat(2_000_000 / item.len()));
    let stream = parse(&text);
    let at = text.match_indices("value: ").nth(15_000).unwrap().0;
    let edited = format!("{}val{}", &text[..at], &text[at + "value: \"text of the item\"".len()..]);
    bencher.bench(|| stream.reparse(black_box(&edited), None));
}
