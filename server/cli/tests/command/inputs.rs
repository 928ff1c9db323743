//! Which files are judged, and what happens to those that cannot be.

use crate::leastwise::{Folder, Ran, WEAK, command};
use std::process::Stdio;

const ONLY: &str = "check --format json --select host-network";

fn host_network(file: &str, row: u64) -> (String, String, u64) {
    ("host-network".to_owned(), file.to_owned(), row)
}

#[test]
fn a_folder_means_its_manifests_in_order_of_name() {
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": true, "containers": []}}"#;
    let folder = Folder::of(&[
        ("b.yml", WEAK),
        ("a/pod.yaml", WEAK),
        ("a.json", json),
        ("notes.txt", WEAK),
        (".hidden/pod.yaml", WEAK),
        ("node_modules/x/pod.yaml", WEAK),
        ("values.yaml", "hostNetwork: true\n"),
        ("package.json", r#"{"name": "x"}"#),
    ]);
    let expected = [host_network("a.json", 1), host_network("a/pod.yaml", 7), host_network("b.yml", 7)];
    assert_eq!(folder.run(ONLY).found(), expected);
    assert_eq!(folder.run(&format!("{ONLY} . b.yml ./a")).found(), expected, "each once");
    let human = folder.run("check --select host-network").out;
    assert!(
        human.ends_with(
            "3 files: 3 errors; 3 fixable with `leastwise fix --unsafe`; 2 without Kubernetes objects\n"
        ),
        "{human}"
    );
}

#[test]
fn what_git_ignores_is_not_walked_into_but_may_be_named() {
    let folder = Folder::of(&[(".git/HEAD", ""), (".gitignore", "/out\n"), ("out/pod.yaml", WEAK)]);
    assert_eq!(folder.run(ONLY).found(), []);
    assert_eq!(folder.run(&format!("{ONLY} out")).found(), [host_network("out/pod.yaml", 7)]);
}

#[test]
fn a_named_file_is_read_whatever_it_is_called() {
    let folder = Folder::of(&[("pod.txt", WEAK)]);
    assert_eq!(folder.run(&format!("{ONLY} pod.txt")).found(), [host_network("pod.txt", 7)]);
}

#[test]
fn standard_input_has_the_name_and_configuration_it_is_given() {
    let folder = Folder::of(&[("quiet/.leastwise.yaml", "ignore: [host-network]\n")]);
    let ran = folder.run_with(&format!("{ONLY} -"), WEAK.as_bytes());
    assert_eq!((ran.code, ran.found()), (Some(1), vec![host_network("-", 7)]));
    let named = folder.run_with(&format!("{ONLY} - --stdin-filename loud/pod.yaml"), WEAK.as_bytes());
    assert_eq!(named.found(), [host_network("loud/pod.yaml", 7)]);
    let quiet = folder.run_with(&format!("{ONLY} - --stdin-filename quiet/pod.yaml"), WEAK.as_bytes());
    assert_eq!((quiet.code, quiet.found()), (Some(0), vec![]));
}

#[test]
fn every_document_is_judged_in_a_file_with_windows_line_ends() {
    let text = format!("{WEAK}---\nnot: kubernetes\n---\n{WEAK}").replace('\n', "\r\n");
    let folder = Folder::of(&[("pods.yaml", &text)]);
    let found = folder.run(&format!("{ONLY} pods.yaml"));
    assert_eq!(found.found(), [host_network("pods.yaml", 7), host_network("pods.yaml", 19)]);
    assert_eq!(found.json()[1]["end_location"], serde_json::json!({"row": 19, "column": 20}));
}

#[test]
fn a_file_that_is_not_there_costs_nothing_else() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run(&format!("{ONLY} gone.yaml pod.yaml"));
    assert_eq!((ran.code, ran.found()), (Some(2), vec![host_network("pod.yaml", 7)]));
    assert_eq!(ran.err, "error: gone.yaml: No such file or directory (os error 2)\n");
}

#[test]
fn broken_text_in_a_manifest_is_told_apart_from_no_finding() {
    let text = WEAK.replace("  namespace: shop\n", "  namespace: \"shop\n") + "---\n" + WEAK;
    let folder = Folder::of(&[("pods.yaml", &text)]);
    let ran = folder.run(&format!("{ONLY} pods.yaml"));
    assert!(ran.found().contains(&host_network("pods.yaml", 17)), "{:?}", ran.found());
    assert!(
        ran.err.starts_with("note: pods.yaml:") && ran.err.contains(": not judged here: "),
        "{}",
        ran.err
    );
    let human = folder.run("check pods.yaml --select host-network").out;
    assert!(human.contains("1 not judged, or not all of it"), "{human}");
}

#[test]
fn broken_text_that_is_no_manifest_is_left_in_peace() {
    let folder = Folder::of(&[("values.yaml", "a: [1\nb: }\n")]);
    let ran = folder.run("check values.yaml");
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(ran.out, "0 files: no findings; 1 without Kubernetes objects\n");
}

#[test]
fn utf_16_with_a_mark_is_read() {
    let bytes: Vec<u8> =
        std::iter::once(0xfeff).chain(WEAK.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let folder = Folder::of(&[]);
    folder.write("pod.yaml", &bytes);
    assert_eq!(folder.run(&format!("{ONLY} pod.yaml")).found(), [host_network("pod.yaml", 7)]);
}

#[test]
fn bytes_that_are_no_text_are_refused_in_a_manifest_only() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    folder.write("latin.yaml", &[WEAK.as_bytes(), b"# caf\xe9\n"].concat());
    folder.write("picture.yaml", b"\xff\xd8\xff\xe0\x00\x10JFIF");
    let ran = folder.run(ONLY);
    assert_eq!((ran.code, ran.found()), (Some(2), vec![host_network("pod.yaml", 7)]));
    assert_eq!(ran.err, "error: latin.yaml:10:6: not UTF-8 from here on; not judged\n");
}

#[test]
fn a_huge_file_is_refused() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let file = std::fs::File::create(folder.path("huge.yaml")).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    let ran = folder.run(ONLY);
    assert_eq!((ran.code, ran.found()), (Some(2), vec![host_network("pod.yaml", 7)]));
    assert_eq!(ran.err, "error: huge.yaml: larger than 64 MiB; not judged\n");
}

#[test]
fn a_service_account_of_another_file_counts() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: agent, namespace: shop}\nautomountServiceAccountToken: false\n";
    let pod = WEAK.replace("  hostNetwork: true\n", "  serviceAccountName: agent\n");
    let folder = Folder::of(&[("account.yaml", account), ("pod.yaml", &pod)]);
    let select = "check --format json --select service-account-token-mounted";
    assert_eq!(folder.run(&format!("{select} pod.yaml")).found().len(), 1);
    assert_eq!(folder.run(&format!("{select} pod.yaml account.yaml")).found(), []);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::of(&[]);
    for number in 0..200 {
        folder.write(&format!("{number}.yaml"), WEAK.as_bytes());
    }
    let mut child =
        command(&folder.path("")).arg("check").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(1), ""));
}

#[test]
fn an_empty_folder_has_no_findings() {
    let ran = Folder::of(&[]).run("check");
    assert_eq!(ran, Ran { code: Some(0), out: "0 files: no findings\n".to_owned(), err: String::new() });
}
