//! Models by name, and what happens without one. The model itself is tested where it is.

use crate::leastwise::{Folder, Ran, WEAK, command};

/// Runs the command for a user whose home is the folder.
fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    let output = command(&folder.path("")).env("HOME", folder.path("")).args(arguments).output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const EXPLAINER: &str = ".local/share/leastwise/models/SmolLM2-135M-Instruct.Q4_1.gguf";
const DETECTOR: &str = ".local/share/leastwise/models/leastwise-detector.Q8_0.gguf";
const SMALL: &str = ".cache/leastwise/models/leastwise-detector-small.Q8_0.gguf";

#[test]
fn the_list_says_what_is_fetched() {
    let folder = Folder::of(&[]);
    let list = || run(&folder, &["model", "list"]).out;
    let fresh = list();
    let lines: Vec<&str> = fresh.lines().collect();
    assert_eq!(lines.len(), 9, "{fresh}");
    for (entry, name) in lines.chunks(3).zip(["detector", "small", "explainer (smollm2-135m-instruct)"]) {
        assert!(
            entry[0].starts_with(&format!("{name}  ")) && entry[0].contains(" MB, Apache-2.0: "),
            "{fresh}"
        );
        let digest = entry[1].strip_prefix("  SHA-256 ").unwrap();
        assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{fresh}");
        assert_eq!(entry[2], "  not fetched");
    }
    folder.write(EXPLAINER, b"not checked until it is loaded");
    folder.write(SMALL, b"nor is this");
    let [explainer, small] = [EXPLAINER, SMALL].map(|name| folder.path(name).display().to_string());
    let list = list();
    let states: Vec<&str> = list.lines().skip(2).step_by(3).map(str::trim).collect();
    assert_eq!(states, ["not fetched", small.as_str(), explainer.as_str()]);
}

#[test]
fn the_paths_are_those_of_the_best_detector_and_the_explainer() {
    let folder = Folder::of(&[]);
    let path = || run(&folder, &["model", "path"]);
    assert_eq!(path().code, Some(2));
    let [explainer, detector, small] =
        [EXPLAINER, DETECTOR, SMALL].map(|name| folder.path(name).display().to_string());
    folder.write(SMALL, b"not checked until it is loaded");
    assert_eq!(path().out, format!("detector  {small}\nexplainer  not fetched\n"));
    folder.write(DETECTOR, b"nor is this");
    folder.write(EXPLAINER, b"nor this");
    assert_eq!(path().out, format!("detector  {detector}\nexplainer  {explainer}\n"));
}

#[test]
fn a_model_that_cannot_be_fetched_is_told_why() {
    let folder = Folder::of(&[]);
    let unknown = run(&folder, &["model", "pull", "gpt"]);
    assert_eq!(
        (unknown.code, unknown.err.as_str()),
        (Some(2), "error: there is no model \"gpt\"; `leastwise model list` lists them\n")
    );
    // Nothing listens on port 1.
    let unreachable = run(&folder, &["model", "pull", "explainer", "--mirror", "http://127.0.0.1:1"]);
    assert_eq!((unreachable.code, unreachable.out.as_str()), (Some(2), ""));
    let beginning = "error: cannot fetch http://127.0.0.1:1/SmolLM2-135M-Instruct.Q4_1.gguf: ";
    assert!(unreachable.err.starts_with(beginning), "{}", unreachable.err);
}

/// By default it is the detector that is pulled, which a build without llama.cpp could not run.
#[cfg(not(feature = "llama"))]
#[test]
fn a_detector_is_not_made_for_a_build_that_cannot_run_it() {
    let folder = Folder::of(&[]);
    for arguments in [["model", "pull"].as_slice(), &["model", "pull", "small"]] {
        let ran = run(&folder, arguments);
        assert_eq!(ran.code, Some(2));
        assert!(
            ran.err.starts_with("error: this leastwise was built without the local model"),
            "{}",
            ran.err
        );
    }
}

/// It is made of the base model, which cannot be fetched here.
#[cfg(feature = "llama")]
#[test]
fn a_detector_needs_the_base_model() {
    let folder = Folder::of(&[]);
    let ran = run(&folder, &["model", "pull", "--mirror", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, Some(2));
    let beginning = "error: cannot fetch http://127.0.0.1:1/SmolLM2-135M-Instruct.Q4_1.gguf: ";
    assert!(ran.err.starts_with(beginning), "{}", ran.err);
}

#[test]
fn rules_go_on_working_without_the_model() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    for model in ["default", "gone.gguf"] {
        let arguments =
            ["check", "pod.yaml", "--select", "host-network", "--format", "json", "--model", model];
        let ran = run(&folder, &arguments);
        assert_eq!((ran.code, ran.found().len()), (Some(2), 1), "{model}");
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert!(ran.err.contains("model"), "{}", ran.err);
    }
}
