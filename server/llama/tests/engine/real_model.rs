//! With the default model, where it lies in one of the user's folders: quantized weights take other paths through llama.cpp
//! than the small model's.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use leastwise_model::{Explainer, ModelFile, Status, Supervisor, location};

use crate::completing::{facts, prompt_of};
use crate::tagging::{assert_same, changes, manifest};
use crate::worker::supervise;

fn worker(model: Option<ModelFile>, candidates: &[ModelFile]) -> Option<Supervisor> {
    if model.is_none() {
        println!("skipped: there is no model in {candidates:?}");
    }
    // Whether the file is the newest is another matter.
    model.map(|model| supervise(ModelFile { sha256: None, ..model }, &[]))
}

#[test]
fn tags_after_a_change_are_those_of_a_fresh_read() {
    let new = || worker(location::detector(), &location::detector_candidates());
    let Some(worker) = new() else { return };
    let tags = |worker: &Supervisor, text: &str| {
        worker.tag("edited.yaml", text, &[], Some(0.0), &AtomicBool::new(false)).unwrap()
    };
    let text = manifest(1);
    tags(&worker, &text);
    for text in changes(&text).iter().take(6) {
        // A new process has nothing kept.
        let Some(fresh) = new() else { return };
        assert_same(&tags(&worker, text), &tags(&fresh, text), text);
    }
}

#[test]
fn it_explains_and_names_only_what_exists() {
    let Some(worker) = worker(location::explainer(), &location::explainer_candidates()) else { return };
    let worker = Arc::new(worker);
    let explainer = Explainer::new(worker.clone());
    let mut pieces = Vec::new();
    let mut on_text = |piece: &str| pieces.push(piece.to_owned());
    let explanation = explainer.explain(&facts(), &mut on_text, &AtomicBool::new(false)).unwrap();
    println!("{explanation:?}");
    assert_eq!(explanation.text, pieces.concat());
    assert!(!explanation.text.is_empty(), "nothing it said could be believed");
    for name in explanation.text.split('`').skip(1).step_by(2) {
        assert!(prompt_of(&facts()).grammar.contains(&format!("\"{name}\"")), "{name}");
    }
    assert!(matches!(worker.status(), Status::Ready { .. }));
}
