//! Teaching, as far as it goes without a model. What is learned is tested where it is.

use crate::leastwise::{Folder, Ran, WEAK};

fn refused(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    &ran.err
}

#[test]
fn a_name_that_cannot_be_one_is_refused_before_anything_is_read() {
    let folder = Folder::of(&[]);
    for (name, words) in [
        ("Not_Ours", "is no name for a label"),
        ("host-network", "means something already"),
        ("pod-security", "means something already"),
        ("all", "means something already"),
    ] {
        let ran = folder.run(&format!("teach {name} --bad gone.yaml --good gone.yaml --yes"));
        assert!(refused(&ran).contains(words), "{name}: {}", ran.err);
    }
}

#[test]
fn what_is_wrong_with_an_example_is_told_of_each() {
    let folder = Folder::of(&[
        ("bad/one.yaml", WEAK),
        ("bad/broken.yaml", "a: [1\nb: 2\n"),
        ("bad/empty.yaml", "---\n# nothing\n---\n"),
        ("good/marked.yaml", "a: 1\nb: 2 # leastwise: bad\n"),
    ]);
    let ran = folder.run("teach ours --bad bad gone.yaml --good good bad/one.yaml --dry-run");
    let err = refused(&ran);
    for words in [
        "gone.yaml: No such file",
        "bad/broken.yaml:",
        "not YAML: ",
        "bad/empty.yaml: there is nothing in it",
        "good/marked.yaml:2: a good file has no line that is bad",
        "bad/one.yaml: it is given as bad and as good",
    ] {
        assert!(err.contains(words), "{words} is not in {err}");
    }
    assert_eq!(err.lines().count(), 5, "{err}");
}

#[test]
fn nothing_is_kept_that_nobody_agreed_to_and_nothing_learned_without_a_model() {
    let folder = Folder::of(&[("bad.yaml", WEAK), ("good.yaml", "a: 1\n")]);
    let ran = folder.run("teach ours --bad bad.yaml --good good.yaml");
    assert!(refused(&ran).contains("nobody here to ask"), "{}", ran.err);
    let ran = folder.run("teach ours --bad bad.yaml --good good.yaml --yes --model gone.gguf");
    assert!(refused(&ran).contains("gone.gguf: no such model file"), "{}", ran.err);
    assert!(!folder.path(".leastwise").exists());
}

/// A label's file, of a detector that nobody has.
fn label(name: &str) -> String {
    let tally = r#"{"found": 4, "missed": 1, "falseAlarms": 0}"#;
    let words = vec!["0.0"; 2048].join(",");
    format!(
        r#"{{"version": 1, "name": "{name}", "title": "An image from outside", "detector": "{}",
        "taughtFrom": {{"badFiles": 5, "goodFiles": 6, "markedLines": 0}},
        "measured": {{"files": {tally}, "lines": {tally}}},
        "threshold": 0.5, "bias": 0.0, "weights": [1.0], "words": [{words}]}}"#,
        "0".repeat(64)
    )
}

#[test]
fn labels_are_listed_with_their_figures_and_forgotten_by_name() {
    let folder = Folder::of(&[
        (".leastwise/labels/image-from-outside.json", &label("image-from-outside")),
        (".leastwise/labels/torn.json", "{"),
    ]);
    let ran = folder.run("teach --list");
    assert_eq!(
        ran.out,
        "image-from-outside  from 5 bad and 6 good files, precision 1.00, recall 0.80: An image from outside\n"
    );
    assert!(ran.code == Some(2) && ran.err.contains("torn.json: the taught label is not used: "), "{}", ran.err);
    assert_eq!(folder.run("teach --forget torn").code, Some(0));
    assert_eq!(folder.run("teach --forget image-from-outside").code, Some(0));
    let none = folder.run("teach --list");
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no label was taught here"), "{}", none.err);
    let gone = folder.run("teach --forget image-from-outside");
    assert!(refused(&gone).contains("no label \"image-from-outside\" was taught here"), "{}", gone.err);
}
