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

#[test]
fn the_list_says_what_is_fetched() {
    let folder = Folder::of(&[]);
    let list = run(&folder, &["model", "list"]).out;
    assert!(
        list.starts_with("smollm2-135m-instruct  99 MB, Apache-2.0: ") && list.ends_with("  not fetched\n"),
        "{list}"
    );
    let name = ".local/share/leastwise/models/SmolLM2-135M-Instruct.Q4_1.gguf";
    assert_eq!(run(&folder, &["model", "path"]).code, Some(2));
    folder.write(name, b"not checked until it is loaded");
    let path = folder.path(name).display().to_string();
    assert!(run(&folder, &["model", "list"]).out.ends_with(&format!("  {path}\n")));
    assert_eq!(run(&folder, &["model", "path"]).out, format!("{path}\n"));
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
    let unreachable = run(&folder, &["model", "pull", "--mirror", "http://127.0.0.1:1"]);
    assert_eq!((unreachable.code, unreachable.out.as_str()), (Some(2), ""));
    let beginning = "error: cannot fetch http://127.0.0.1:1/SmolLM2-135M-Instruct.Q4_1.gguf: ";
    assert!(unreachable.err.starts_with(beginning), "{}", unreachable.err);
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
