//! Tags stand on the right lines, and are the same whether a text was read afresh or after any number of changes.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use leastwise_model::pieces::{MAX_LINE_BYTES, lines, pieces};
use leastwise_model::protocol::MAX_TAG_BYTES;
use leastwise_model::{Backend, Error, Tags};

use crate::worker::{LABELS, Worker, prompt};

/// A manifest of some hundred tokens and several pieces, different for each seed.
pub(crate) fn manifest(seed: u32) -> String {
    let mut text =
        format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop-{seed}\nspec:\n  containers:\n");
    for container in 0..12 {
        write!(
            text,
            "  - name: c{container}\n    image: nginx:{seed}.{container}\n    securityContext:\n      privileged: {}\n",
            (seed + container).is_multiple_of(2)
        )
        .unwrap();
    }
    text
}

/// Changes of every kind in turn, each at another place: a line more, less, other, the end, the beginning, nothing.
pub(crate) fn changes(text: &str) -> Vec<String> {
    let mut current: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut texts = Vec::new();
    for (turn, at) in [20, 3, 21, 0, 12, 7, 15, 1, 19, 9, 16, 5].into_iter().enumerate() {
        let at = at % current.len();
        match turn % 6 {
            0 => current[at].push_str(" # changed"),
            1 => current.insert(at, "    hostNetwork: true".to_owned()),
            2 => drop(current.remove(at)),
            3 => current.push("# the end".to_owned()),
            4 => current.truncate(current.len() - 2),
            _ => current[at].clear(),
        }
        texts.push(current.join("\n"));
        if turn % 4 == 3 {
            // The same text again, and an earlier one.
            texts.push(current.join("\n"));
            texts.push(text.to_owned());
        }
    }
    texts
}

/// Asserts that both are the same to the last bit.
pub(crate) fn assert_same(after_changes: &Tags, fresh: &Tags, text: &str) {
    assert_eq!(after_changes.judged_lines, fresh.judged_lines);
    assert_eq!(after_changes.tags.len(), fresh.tags.len());
    for (left, right) in after_changes.tags.iter().zip(&fresh.tags) {
        let same = (&left.label, left.line) == (&right.label, right.line)
            && left.probability.to_bits() == right.probability.to_bits();
        assert!(same, "{left:?} is not {right:?} in\n{text}");
    }
}

#[test]
fn every_line_is_judged_for_every_label() {
    let worker = Worker::new();
    let text = manifest(1);
    let tags = worker.tags("a.yaml", &text);
    let lines = text.lines().count();
    assert_eq!(tags.judged_lines as usize, lines);
    let expected: Vec<(u32, &str)> =
        (0..lines as u32).flat_map(|line| LABELS.iter().map(move |&label| (line, label))).collect();
    let found: Vec<(u32, &str)> = tags.tags.iter().map(|tag| (tag.line, tag.label.as_str())).collect();
    assert_eq!(found, expected);
    assert!(tags.tags.iter().all(|tag| (0.0..=1.0).contains(&tag.probability)));
    let first = tags.tags[0].probability;
    assert!(
        tags.tags.iter().any(|tag| (tag.probability - first).abs() > 0.05),
        "they do not depend on the text"
    );
}

#[test]
fn tags_after_a_change_are_those_of_a_fresh_read() {
    let worker = Worker::new();
    let text = manifest(1);
    assert!(pieces(&lines(&text)).len() > 1);
    worker.tags("edited.yaml", &text);
    for text in &changes(&text) {
        // A new process has nothing kept.
        assert_same(&worker.tags("edited.yaml", text), &Worker::new().tags("fresh.yaml", text), text);
    }
}

#[test]
fn tags_of_a_text_that_grows_line_by_line_are_those_of_a_fresh_read() {
    let worker = Worker::new();
    let mut typed = String::new();
    for line in manifest(1).lines().take(30) {
        typed.push_str(line);
        typed.push('\n');
        assert_same(&worker.tags("typed.yaml", &typed), &Worker::new().tags("fresh.yaml", &typed), &typed);
    }
}

#[test]
fn tags_of_a_document_that_was_put_aside_are_those_of_a_fresh_read() {
    let worker = Worker::new();
    let first = [manifest(1), manifest(2), manifest(3)];
    for round in 0..4 {
        for (number, text) in first.iter().enumerate() {
            let text = &changes(text)[round];
            let kept = worker.tags(&format!("{number}.yaml"), text);
            assert_same(&kept, &Worker::new().tags("0.yaml", text), text);
        }
    }
}

#[test]
fn line_ends_do_not_matter() {
    let worker = Worker::new();
    let text = manifest(1);
    let tags = worker.tags("a.yaml", &text);
    assert_same(&worker.tags("b.yaml", &text.replace('\n', "\r\n")), &tags, &text);
    assert_same(&worker.tags("c.yaml", text.trim_end()), &tags, &text);
}

#[test]
fn an_empty_document_has_no_tags() {
    let worker = Worker::new();
    assert_eq!(worker.tags("a.yaml", ""), Tags::default());
    worker.tags("a.yaml", "kind: Pod\n");
    assert_eq!(worker.tags("a.yaml", ""), Tags::default());
}

#[test]
fn a_long_document_is_judged_as_far_as_it_is_sent() {
    let worker = Worker::new();
    let short = manifest(1);
    let long = short.repeat(20);
    let tags = worker.tags("long.yaml", &long);
    let lines = long.lines().count();
    assert_eq!((tags.judged_lines as usize, tags.tags.len()), (lines, lines * LABELS.len()));
    let longer = short.repeat(1 + MAX_TAG_BYTES / short.len());
    let tags = worker.tags("longer.yaml", &longer);
    let lines = tags.judged_lines as usize;
    let beginning: String = longer.split_inclusive('\n').take(lines).collect();
    assert!(beginning.len() <= MAX_TAG_BYTES && beginning.len() > MAX_TAG_BYTES - 100, "{lines}");
    assert_eq!(tags.tags.len(), lines * LABELS.len());
}

#[test]
fn of_a_long_line_the_beginning_is_read() {
    let worker = Worker::new();
    let text = |end: &str| format!("kind: Pod\nnote: {}{end}\nspec: {{}}\n", "x".repeat(MAX_LINE_BYTES));
    let tags = worker.tags("a.yaml", &text("a"));
    assert_eq!(tags.judged_lines, 3);
    assert_same(&worker.tags("b.yaml", &text(&"b".repeat(50_000))), &tags, "long lines");
}

#[test]
fn lines_under_more_than_fits_are_judged_without_the_outermost() {
    let worker = Worker::new();
    let nested: String = (0..200).map(|column| format!("{}k:\n", " ".repeat(column))).collect();
    let text = format!("{nested}{}end: true\n", " ".repeat(200));
    let tags = worker.tags("deep.yaml", &text);
    assert_eq!((tags.judged_lines, tags.tags.len()), (201, 201 * LABELS.len()));
    // What is too far away to be seen does not count.
    let other = text.replacen("k:", "z:", 1);
    let of = |tags: &Tags, line| tags.tags.iter().filter(|tag| tag.line == line).cloned().collect::<Vec<_>>();
    let others = worker.tags("other.yaml", &other);
    assert_eq!(of(&others, 200), of(&tags, 200));
    assert_ne!(of(&others, 0), of(&tags, 0));
}

#[test]
fn a_cancelled_read_is_taken_up_and_ends_in_the_same_tags() {
    let worker = Worker::new();
    let text = manifest(1).repeat(3);
    let cancel = AtomicBool::new(true);
    assert_eq!(worker.tag("a.yaml", &text, &[], None, &cancel), Err(Error::Cancelled));
    // Cancelled at any moment: before it is taken up, in the middle, or after the end.
    std::thread::scope(|scope| {
        for _ in 0..20 {
            cancel.store(false, Ordering::Relaxed);
            let asked = scope.spawn(|| worker.tag("a.yaml", &text, &[], None, &cancel));
            cancel.store(true, Ordering::Relaxed);
            if let Err(error) = asked.join().unwrap() {
                assert_eq!(error, Error::Cancelled);
            }
        }
    });
    assert_same(&worker.tags("a.yaml", &text), &Worker::new().tags("a.yaml", &text), &text);
}

#[test]
fn a_worker_killed_in_mid_answer_costs_that_answer() {
    let worker = Worker::new();
    let text = manifest(1);
    let before = worker.tags("a.yaml", &text);
    let kill = || {
        let process = worker.process().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-9", &process]).status().unwrap().success());
    };
    let endless = prompt("Why?", "start: /[a-z]{1000,}/", 1500);
    let mut pieces = 0;
    let mut on_text = |_: &str| {
        if pieces == 3 {
            kill();
        }
        pieces += 1;
    };
    let end = worker.complete(&endless, &mut on_text, &AtomicBool::new(false));
    assert!(matches!(end, Err(Error::WorkerEnded(_))), "{end:?}");
    assert_same(&worker.tags("a.yaml", &text), &before, &text);
}
