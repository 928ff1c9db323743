//! What a label hangs on is what changes when it is gone.

use std::sync::atomic::{AtomicBool, Ordering};

use leastwise_model::protocol::{FailureKind, Weight};
use leastwise_model::{Error, Tags};

use crate::probing::{numbers, sum_of_products};
use crate::tagging::{assert_same, manifest};
use crate::worker::{LABELS, Worker};

/// Without indentation, so that any line but the first can be taken out of the text and the rest is read as before.
const FLAT: &str = "\
kind: Secret
name: shop
user: admin
password: hunter2
host: db.example.com
mode: fast
retries: 3
colour: blue
";

/// The log odds of a label at a line, of the states that the worker gives.
fn log_odds(worker: &Worker, text: &str, label: usize, line: u32) -> f64 {
    let rows = numbers("leastwise.label_rows");
    let row = rows.chunks(65).nth(label).unwrap();
    let states = worker.states(text, &AtomicBool::new(false)).unwrap();
    let state = states.iter().find(|state| state.line == line).unwrap();
    sum_of_products(&row[..64], &state.state) + f64::from(row[64])
}

fn without(line: u32) -> String {
    (0..)
        .zip(FLAT.lines())
        .filter(|(number, _)| *number != line)
        .map(|(_, text)| format!("{text}\n"))
        .collect()
}

#[test]
fn a_weight_is_what_the_odds_lose_without_the_line() {
    let worker = Worker::new();
    let mut told_in_all = 0;
    for (label, name) in LABELS.iter().enumerate() {
        // The last one is judged where it stands, the first at the end.
        for line in [7, 0] {
            let weights = worker.weigh(FLAT, name, line, &AtomicBool::new(false)).unwrap();
            assert!(weights.len() <= 5 && weights.is_sorted_by(|left, right| left.weight >= right.weight));
            let whole = log_odds(&worker, FLAT, label, line);
            let least_told = if weights.len() == 5 { weights[4].weight } else { 0.1 };
            for other in (1..8).filter(|other| *other != line) {
                let fall = whole - log_odds(&worker, &without(other), label, line.saturating_sub(1));
                // The batches are others, and what attention looks back at is kept in 16 bits.
                match weights.iter().find(|weight| weight.line == other) {
                    Some(Weight { weight, .. }) => {
                        assert!(
                            (f64::from(*weight) - fall).abs() < 0.02,
                            "{name} {line} {other}: {weight} {fall}"
                        );
                        told_in_all += 1;
                    }
                    None => assert!(fall < f64::from(least_told) + 0.02, "{name} {line} {other}: {fall}"),
                }
            }
        }
    }
    assert!(told_in_all > 5, "the test shows nothing: {told_in_all}");
}

#[test]
fn what_comes_after_a_line_weighs_only_where_the_line_is_read_again() {
    let worker = Worker::new();
    let weigh = |line| worker.weigh(FLAT, LABELS[0], line, &AtomicBool::new(false)).unwrap();
    assert!(weigh(4).iter().all(|weight| weight.line < 4));
    assert!(weigh(0).iter().all(|weight| weight.line > 0));
}

#[test]
fn what_cannot_be_weighed_is_told() {
    let worker = Worker::new();
    let cancel = AtomicBool::new(false);
    let error = worker.weigh(FLAT, "unheard-of", 3, &cancel).unwrap_err();
    let Error::Refused { kind: FailureKind::NoLabels, message } = error else { panic!("{error:?}") };
    assert!(message.contains("`unheard-of`"), "{message}");
    assert_eq!(
        worker.weigh("kind: Pod\n\nspec: {}\n", LABELS[0], 1, &cancel),
        Ok(Vec::new()),
        "an empty line"
    );
    assert_eq!(worker.weigh(FLAT, LABELS[0], 100, &cancel), Ok(Vec::new()), "no line of the text");
}

#[test]
fn weighing_and_learning_leave_the_tags_as_they_are() {
    let worker = Worker::new();
    let text = manifest(1);
    let fresh: Tags = worker.tags("a.yaml", &text);
    let cancel = AtomicBool::new(false);
    for line in [3, 20] {
        worker.weigh(&text, LABELS[1], line, &cancel).unwrap();
        worker.states(&manifest(2), &cancel).unwrap();
        let changed = text.replacen("privileged: true", "privileged: maybe", 1);
        assert_same(&worker.tags("a.yaml", &changed), &Worker::new().tags("a.yaml", &changed), &changed);
        assert_same(&worker.tags("a.yaml", &text), &fresh, &text);
    }
}

#[test]
fn weighing_is_given_up_when_nobody_waits_for_it() {
    let worker = Worker::new();
    let text = manifest(1);
    let expected = worker.weigh(&text, LABELS[0], 20, &AtomicBool::new(false));
    let process = worker.process();
    let cancel = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| worker.weigh(&text, LABELS[0], 20, &cancel));
        cancel.store(true, Ordering::Relaxed);
        if let Err(error) = asked.join().unwrap() {
            assert_eq!(error, Error::Cancelled);
        }
    });
    assert_eq!(worker.states(&text, &cancel), Err(Error::Cancelled));
    assert_eq!(worker.weigh(&text, LABELS[0], 20, &AtomicBool::new(false)), expected);
    assert_eq!(worker.process(), process);
}
