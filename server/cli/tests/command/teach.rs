//! Teaching: what is refused, and the way from examples to a label that counts. A scripted worker plays the detector.

use crate::detector::run_with;
use crate::leastwise::{Folder, Ran, WEAK};
use leastwise_model::gguf::{Array, Metadata, Value, Writer};

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
    assert!(
        ran.code == Some(2) && ran.err.contains("torn.json: the taught label is not used: "),
        "{}",
        ran.err
    );
    assert_eq!(folder.run("teach --forget torn").code, Some(0));
    assert_eq!(folder.run("teach --forget image-from-outside").code, Some(0));
    let none = folder.run("teach --list");
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no label was taught here"), "{}", none.err);
    let gone = folder.run("teach --forget image-from-outside");
    assert!(refused(&gone).contains("no label \"image-from-outside\" was taught here"), "{}", gone.err);
}

/// A detector's file that says of its states what teaching needs to know, and holds `salt` besides.
fn detector(folder: &Folder, name: &str, salt: f32) {
    let mut metadata = Metadata::default();
    metadata.set("leastwise.state_mean", Value::Array(Array::F32(vec![0.0, 0.0])));
    metadata.set("leastwise.state_whitening", Value::Array(Array::F32(vec![1.0, 0.0, 0.0, 1.0])));
    metadata.set("salt", Value::F32(salt));
    let file = Writer::begin(Vec::new(), &metadata, &[]).unwrap().finish().unwrap();
    folder.write(name, &file);
}

fn pod(image: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    image: {image}\n"
    )
}

/// Four bad and four good files, and detectors.
fn examples() -> Folder {
    let folder = Folder::of(&[(".leastwise.yaml", ""), ("deploy/pod.yaml", &pod("docker.io/redis:7"))]);
    for number in 0..4 {
        folder.write(&format!("bad/{number}.yaml"), pod(&format!("docker.io/tool{number}:1")).as_bytes());
        folder
            .write(&format!("good/{number}.yaml"), pod(&format!("registry.ours/tool{number}:1")).as_bytes());
    }
    detector(&folder, "model.gguf", 1.0);
    detector(&folder, "other.gguf", 2.0);
    folder
}

fn with(folder: &Folder, model: &str, arguments: &str) -> Ran {
    run_with(folder, &folder.path(model), &arguments.split(' ').collect::<Vec<_>>())
}

const TEACH: &str = "teach image-from-outside --bad bad --good good --title Outside";
const CHECK: &str = "check deploy --select image-from-outside --format json";

#[test]
fn what_was_taught_counts_like_any_label_from_then_on() {
    let folder = examples();
    let unknown = with(&folder, "model.gguf", CHECK);
    assert_eq!(unknown.code, Some(2), "nobody has taught it yet");

    let tried = with(&folder, "model.gguf", &format!("{TEACH} --dry-run"));
    assert_eq!(tried.code, Some(0), "{}", tried.err);
    assert!(tried.out.contains("  bad/2.yaml:7: image: docker.io/tool2:1\n"), "{}", tried.out);
    assert!(
        tried.out.contains("files  precision 1.00 (0 false alarms), recall 1.00 (4 of 4)"),
        "{}",
        tried.out
    );
    assert!(
        tried.out.contains("what will be told:\n  image does not begin with \"registry.ours/\"\n"),
        "{}",
        tried.out
    );
    assert!(tried.out.ends_with("Not kept.\n") && !folder.path(".leastwise").exists(), "{}", tried.out);

    let kept = with(&folder, "model.gguf", &format!("{TEACH} --yes --json"));
    let told: serde_json::Value = serde_json::from_str(&kept.out).unwrap();
    assert_eq!((kept.code, &told["measured"]["files"]["precision"]), (Some(0), &serde_json::json!(1.0)));
    assert!(folder.path(".leastwise/labels/image-from-outside.json").is_file());

    assert_eq!(told["pattern"], "image does not begin with \"registry.ours/\"");

    let found = with(&folder, "model.gguf", CHECK);
    assert_eq!(found.found(), [("image-from-outside".to_owned(), "deploy/pod.yaml".to_owned(), 7)]);
    let finding = &found.json()[0];
    assert_eq!((&finding["source"], &finding["severity"]), (&"model".into(), &"info".into()));
    assert!(finding["message"].as_str().unwrap().starts_with("Outside"), "{finding}");
    assert_eq!(
        with(&folder, "model.gguf", "check good --select image-from-outside --format json").json(),
        [""; 0]
    );
}

#[test]
fn settings_and_comments_name_it_like_a_rule() {
    let folder = examples();
    assert_eq!(with(&folder, "model.gguf", &format!("{TEACH} --yes")).code, Some(0));
    folder.write(".leastwise.yaml", b"severity: {image-from-outside: error}\n");
    let raised = with(&folder, "model.gguf", CHECK);
    assert_eq!((raised.code, &raised.json()[0]["severity"]), (Some(1), &"error".into()), "{}", raised.err);
    folder.write(".leastwise.yaml", b"ignore: [image-from-outside]\n");
    let ignored = with(&folder, "model.gguf", "check deploy --format json");
    assert!(ignored.found().iter().all(|(rule, ..)| rule != "image-from-outside"), "{}", ignored.out);
    folder.write(".leastwise.yaml", b"");
    let comment = pod("docker.io/redis:7 # leastwise: ignore[image-from-outside] because it is a mirror");
    folder.write("deploy/pod.yaml", comment.as_bytes());
    let silenced = with(&folder, "model.gguf", "check deploy --format json");
    let names = ["image-from-outside", "unused-suppression"];
    assert!(silenced.found().iter().all(|(rule, ..)| !names.contains(&rule.as_str())), "{}", silenced.out);
}

#[test]
fn a_label_of_another_detector_is_not_used_and_said_to_be() {
    let folder = examples();
    assert_eq!(with(&folder, "model.gguf", &format!("{TEACH} --yes")).code, Some(0));
    let ran = with(&folder, "other.gguf", CHECK);
    assert_eq!(ran.json(), [""; 0]);
    assert!(ran.err.contains("image-from-outside.json") && ran.err.contains("teach it again"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}

#[test]
fn a_name_that_the_detector_knows_is_taken() {
    let folder = examples();
    let ran = with(&folder, "model.gguf", "teach command-downloads-and-executes --bad bad --good good --yes");
    assert!(refused(&ran).contains("means something already"), "{}", ran.err);
}
