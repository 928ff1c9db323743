//! What judging and proving cost, apart from any protocol or terminal.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench ends when it cannot go on")]

use divan::{Bencher, black_box};
use leastwise_analysis::{Environment, File, fix};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::parse;

fn main() {
    divan::main();
}

/// A Deployment with a dozen findings, and the Service before it.
const PAIR: &str = include_str!("../../../tests/demo/weak.yaml");

fn documents(count: usize) -> String {
    vec![PAIR; count].join("---\n")
}

#[divan::bench]
fn read_one_text(bencher: Bencher<'_, '_>) {
    bencher.bench(|| parse(black_box(PAIR)));
}

#[divan::bench]
fn read_and_judge_one_text(bencher: Bencher<'_, '_>) {
    let environment = Environment::default();
    bencher.bench(|| File::new(black_box(PAIR), &environment));
}

#[divan::bench]
fn prove_every_fix_of_one_text(bencher: Bencher<'_, '_>) {
    let file = File::new(PAIR, &Environment::default());
    bencher.bench(|| file.shown().filter_map(|located| file.offer(&located).ok()).count());
}

#[divan::bench]
fn apply_every_fix_of_one_text(bencher: Bencher<'_, '_>) {
    let environment = Environment::default();
    bencher.bench(|| fix(black_box(PAIR), &environment, true));
}

/// A keystroke in the last of 15 texts, 1,050 lines in all.
#[divan::bench]
fn judge_after_a_keystroke(bencher: Bencher<'_, '_>) {
    let environment = Environment::default();
    let text = documents(15);
    let file = File::new(&text, &environment);
    let mut buffer = file.buffer().clone();
    let at = TextSize::of(&text[..text.rfind("replicas: 2").unwrap() + "replicas: ".len()]);
    let edited = TextRange::at(at, TextSize::new(1));
    buffer.replace(edited, "3");
    bencher.bench(|| file.changed(buffer.clone(), Some(edited), &environment));
}

#[divan::bench(sample_count = 10)]
fn read_and_judge_two_megabytes(bencher: Bencher<'_, '_>) {
    let environment = Environment::default();
    let text = documents(2_000_000 / PAIR.len());
    bencher.bench_local(|| File::new(black_box(&text), &environment));
}
