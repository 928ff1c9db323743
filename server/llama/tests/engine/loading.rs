//! What is wrong with a model is told, and nothing dies of it.

use std::sync::atomic::AtomicBool;

use leastwise_llama::tiny;
use leastwise_model::digest::sha256_of;
use leastwise_model::protocol::FailureKind;
use leastwise_model::{Error, ModelFile, Status};

use crate::worker::{LABELS, Worker, supervise};

/// The reason why no worker can be asked.
fn refusal(worker: &leastwise_model::Supervisor) -> String {
    let error = worker.tag("a.yaml", "kind: Pod\n", &[], None, &AtomicBool::new(false)).unwrap_err();
    let Error::Unavailable(unavailable) = error else { panic!("{error:?}") };
    assert_eq!(unavailable.retry_at, None, "loading the same file again would be in vain");
    assert!(matches!(worker.status(), Status::Failed(_)));
    unavailable.reason
}

#[test]
fn a_model_is_loaded_and_its_labels_are_known() {
    let file = tiny::model(LABELS);
    let digest = sha256_of(&file);
    let worker = Worker::with(&file, Some(digest.clone()), &[]);
    worker.tags("a.yaml", "kind: Pod\n");
    let Status::Ready { model } = worker.status() else { panic!("{:?}", worker.status()) };
    assert_eq!(model.name, "tiny random model");
    assert_eq!(model.labels, LABELS);
    assert_eq!(model.sha256, digest);
}

#[test]
fn a_damaged_file_is_refused_by_its_digest() {
    let whole = tiny::model(LABELS);
    let digest = sha256_of(&whole);
    for damage in ["zeroed tail", "cut short", "one bit"] {
        let mut file = whole.clone();
        match damage {
            "zeroed tail" => file[whole.len() - 50_000..].fill(0),
            "cut short" => file.truncate(whole.len() - 1),
            _ => file[whole.len() / 2] ^= 1,
        }
        let reason = refusal(&Worker::with(&file, Some(digest.clone()), &[]));
        assert!(reason.contains("SHA-256") && reason.contains(&digest), "{damage}: {reason}");
    }
}

#[test]
fn without_a_digest_a_file_that_was_cut_or_ends_in_zeros_is_refused_too() {
    let whole = tiny::model(LABELS);
    for keep in [whole.len() - 1, whole.len() / 2, 2000, 100, 24, 9] {
        let reason = refusal(&Worker::with(&whole[..keep], None, &[]));
        assert!(reason.contains("cannot be loaded"), "{keep} bytes: {reason}");
    }
    let mut zeroed = whole;
    let length = zeroed.len();
    zeroed[length - 50_000..].fill(0);
    let reason = refusal(&Worker::with(&zeroed, None, &[]));
    assert!(reason.contains("ends in zeros"), "{reason}");
}

#[test]
fn what_is_no_model_is_refused() {
    for file in ["", "GGUF", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"] {
        let reason = refusal(&Worker::with(file.as_bytes(), None, &[]));
        assert!(reason.contains("is no model file"), "{file:?}: {reason}");
    }
}

#[test]
fn a_missing_file_and_a_folder_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.gguf");
    let reason = refusal(&supervise(ModelFile { path: missing.clone(), sha256: None }, &[]));
    assert!(reason.contains("missing.gguf") && reason.contains("No such file"), "{reason}");
    let reason = refusal(&supervise(ModelFile { path: folder.path().to_owned(), sha256: None }, &[]));
    assert!(reason.contains("is not a file"), "{reason}");
}

#[test]
fn a_missing_file_that_comes_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let supervisor = supervise(ModelFile { path: path.clone(), sha256: None }, &[]);
    refusal(&supervisor);
    std::fs::write(path, tiny::model(LABELS)).unwrap();
    assert!(supervisor.tag("a.yaml", "kind: Pod\n", &[], None, &AtomicBool::new(false)).is_ok());
}

#[test]
fn too_little_memory_is_told_before_it_is_taken() {
    let reason = refusal(&Worker::with(&tiny::model(LABELS), None, &["--memory", "1000000"]));
    assert!(reason.contains("memory") && reason.contains("0 MiB are free"), "{reason}");
}

/// The file with each occurrence of some bytes replaced by as many others.
fn replaced(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut file = file.to_vec();
    let places: Vec<usize> =
        (0..file.len() - from.len()).filter(|&at| file[at..].starts_with(from.as_bytes())).collect();
    assert!(!places.is_empty(), "{from} is not in the file");
    places.into_iter().for_each(|at| file[at..at + to.len()].copy_from_slice(to.as_bytes()));
    file
}

#[test]
fn labels_that_make_no_sense_are_refused() {
    let whole = tiny::model(LABELS);
    let last = r#",{"name":"secret","threshold":0}"#;
    for (from, to, expected) in [
        ("\"threshold\":0}", "\"threshold\":}}", "`leastwise.labels` cannot be read"),
        ("leastwise.label_rows", "leastwise.label_rowz", "no `leastwise.label_rows`"),
        ("leastwise.state_mean", "leastwise.state_meen", "no `leastwise.state_mean`"),
        // Two labels for the rows of three.
        (last, &" ".repeat(last.len()), "has 195 numbers instead of 130"),
    ] {
        let reason = refusal(&Worker::with(&replaced(&whole, from, to), None, &[]));
        assert!(reason.contains(expected), "{to}: {reason}");
    }
}

#[test]
fn a_detector_that_would_see_one_batch_only_is_refused() {
    let reason = refusal(&Worker::with(&tiny::model_of("llama-embed", LABELS), None, &[]));
    assert!(reason.contains("`llama-embed`"), "{reason}");
}

#[test]
fn a_model_without_labels_explains_and_does_not_tag() {
    let worker = Worker::with(&tiny::model(&[]), None, &[]);
    let error = worker.tag("a.yaml", "kind: Pod\n", &[], None, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, Error::Refused { kind: FailureKind::NoLabels, .. }), "{error:?}");
    let (said, end) = worker.say(&crate::worker::prompt("Why?", "start: \"yes\"", 5));
    assert_eq!(said, "yes");
    end.unwrap();
}
