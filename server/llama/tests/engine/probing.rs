//! Labels come out of the states as the file's numbers and those of taught labels say.

use std::sync::atomic::AtomicBool;

use leastwise_llama::tiny;
use leastwise_model::gguf::{Array, Header, Value};
use leastwise_model::protocol::{FailureKind, LineState, Probe};
use leastwise_model::{Error, Tags};

use crate::tagging::manifest;
use crate::worker::{LABELS, Worker};

/// How many numbers a state of the small model has.
const WIDTH: usize = 64;

/// Numbers in the small model's metadata.
pub(crate) fn numbers(key: &str) -> Vec<f32> {
    let file = tiny::model(LABELS);
    let header = Header::read(file.as_slice(), file.len() as u64).unwrap();
    match header.metadata.get(key) {
        Some(Value::Array(Array::F32(numbers))) => numbers.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

pub(crate) fn sum_of_products(left: &[f32], right: &[f32]) -> f64 {
    left.iter().zip(right).map(|(left, right)| f64::from(*left) * f64::from(*right)).sum()
}

fn logistic(number: f64) -> f64 {
    1.0 / (1.0 + (-number).exp())
}

fn states(worker: &Worker, text: &str) -> Vec<LineState> {
    worker.states(text, &AtomicBool::new(false)).unwrap()
}

fn assert_near(tags: &Tags, expected: &[(u32, &str, f64)]) {
    assert_eq!(tags.tags.len(), expected.len());
    for (tag, (line, label, probability)) in tags.tags.iter().zip(expected) {
        assert_eq!((tag.line, tag.label.as_str()), (*line, *label));
        assert!((f64::from(tag.probability) - probability).abs() < 1e-4, "{tag:?} and not {probability}");
    }
}

#[test]
fn each_line_that_is_not_empty_has_a_state() {
    let worker = Worker::new();
    let text = format!("{}\n  \n# the end\n", manifest(1));
    let states = states(&worker, &text);
    let lines = (0..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<u32> = lines.map(|(number, _)| number).collect();
    assert_eq!(states.iter().map(|state| state.line).collect::<Vec<_>>(), lines);
    assert!(states.iter().all(|state| state.state.len() == WIDTH));
    assert_ne!(states[3].state, states[4].state);
    assert_eq!(worker.states("", &AtomicBool::new(false)), Ok(Vec::new()));
}

#[test]
fn labels_come_of_rows_and_biases() {
    let worker = Worker::new();
    let text = manifest(1);
    let rows = numbers("leastwise.label_rows");
    let states = states(&worker, &text);
    let expected: Vec<(u32, &str, f64)> = states
        .iter()
        .flat_map(|state| {
            let labels = LABELS.iter().zip(rows.chunks(WIDTH + 1));
            labels.map(|(label, row)| {
                let margin = sum_of_products(&row[..WIDTH], &state.state) + f64::from(row[WIDTH]);
                (state.line, *label, logistic(margin))
            })
        })
        .collect();
    assert_near(&worker.tags("a.yaml", &text), &expected);
}

fn probe(label: &str, threshold: f32) -> Probe {
    let weights = (0..WIDTH).map(|number| (number as f32 * 0.7).sin() * 0.3).collect();
    Probe { label: label.to_owned(), weights, bias: 0.5, threshold }
}

#[test]
fn taught_labels_are_told_beside_the_models_own() {
    let worker = Worker::new();
    let text = manifest(1);
    let (mean, whitening) = (numbers("leastwise.state_mean"), numbers("leastwise.state_whitening"));
    let (ours, rare) = (probe("ours", 0.0), probe("rare", 2.0));
    let expected: Vec<(u32, &str, f64)> = states(&worker, &text)
        .iter()
        .map(|state| {
            let moved: Vec<f32> = state.state.iter().zip(&mean).map(|(number, mean)| number - mean).collect();
            let whitened: Vec<f32> =
                whitening.chunks(WIDTH).map(|row| sum_of_products(row, &moved) as f32).collect();
            (state.line, "ours", logistic(sum_of_products(&ours.weights, &whitened) + 0.5))
        })
        .collect();
    let mut tags = worker.tag("a.yaml", &text, &[ours, rare], None, &AtomicBool::new(false)).unwrap();
    assert_eq!(tags.tags.len(), expected.len() * (LABELS.len() + 1), "none is rare enough");
    tags.tags.retain(|tag| tag.label == "ours");
    assert_near(&tags, &expected);
    let spread = expected
        .iter()
        .map(|(_, _, probability)| *probability)
        .fold((1.0, 0.0), |(least, most), next| (f64::min(least, next), f64::max(most, next)));
    assert!(spread.1 - spread.0 > 0.2, "they hardly depend on the text: {spread:?}");
}

#[test]
fn a_taught_label_of_another_model_is_refused_with_words() {
    let worker = Worker::new();
    let foreign = Probe { weights: vec![0.5; 576], ..probe("ours", 0.5) };
    let error = worker.tag("a.yaml", "kind: Pod\n", &[foreign], None, &AtomicBool::new(false)).unwrap_err();
    let Error::Refused { kind: FailureKind::NoLabels, message } = error else { panic!("{error:?}") };
    assert!(message.contains("`ours` has 576 weights") && message.contains("teach it again"), "{message}");
    assert_eq!(worker.tags("a.yaml", "kind: Pod\n").tags.len(), LABELS.len());
}

#[test]
fn a_least_probability_goes_before_thresholds() {
    let worker = Worker::new();
    let text = manifest(1);
    let all = worker.tags("a.yaml", &text);
    let likely = all.tags.iter().filter(|tag| tag.probability >= 0.5).count();
    assert!(likely > 0 && likely < all.tags.len(), "the test shows nothing: {likely}");
    let rare = [probe("rare", 2.0)];
    let told = |least| worker.tag("a.yaml", &text, &rare, Some(least), &AtomicBool::new(false)).unwrap().tags;
    let at_half = told(0.5);
    assert!(at_half.iter().all(|tag| tag.probability >= 0.5));
    assert_eq!(at_half.iter().filter(|tag| tag.label != "rare").count(), likely);
    assert_eq!(told(0.0).iter().filter(|tag| tag.label == "rare").count(), text.lines().count());
}
