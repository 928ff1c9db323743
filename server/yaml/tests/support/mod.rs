//! What the corpus tests share.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::path::{Path, PathBuf};

/// The folder of development data: `LEASTWISE_CORPUS`, else `../shared/corpus` beside the repository. `None`, with
/// a message, when it is not there.
pub(crate) fn corpus() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("LEASTWISE_CORPUS").map_or(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus at {} (set LEASTWISE_CORPUS)", folder.display());
    None
}

/// All files under `folder`, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// The cases of one file of the YAML test suite: a name, a text, and whether it must be refused.
pub(crate) fn cases(file: &Path) -> Vec<(String, String, bool)> {
    let stream = leastwise_yaml::parse(&std::fs::read_to_string(file).unwrap());
    let name = file.file_stem().unwrap().to_string_lossy();
    let root = stream.documents()[0].document.root();
    let mut cases: Vec<(String, String, bool)> = Vec::new();
    for item in root.items() {
        let Some(yaml) = item.value.get("yaml").value().and_then(leastwise_yaml::Node::as_str) else {
            continue;
        };
        let fails = item.value.get("fail").value().and_then(leastwise_yaml::Node::as_bool) == Some(true);
        cases.push((format!("{name}/{}", item.index), visible(yaml), fails));
    }
    cases
}

/// The suite writes characters that cannot be seen as ones that can.
fn visible(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '␣' => plain.push(' '),
            '—' => {}
            '»' => plain.push('\t'),
            '←' => plain.push('\r'),
            '⇔' => plain.push('\u{FEFF}'),
            '↵' => {}
            '∎' => {
                chars.next_if_eq(&'\n');
            }
            other => plain.push(other),
        }
    }
    plain
}
