//! What packages of the program carry beside it: completions and manual pages.

use crate::leastwise::Folder;

#[test]
fn every_command_has_a_manual_page_and_hidden_ones_have_none() {
    let folder = Folder::of(&[]);
    assert_eq!(folder.run("man-pages man/man1").code, Some(0));
    let mut pages: Vec<_> = std::fs::read_dir(folder.path("man/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let expected = [
        "leastwise-check.1",
        "leastwise-completions.1",
        "leastwise-configuration-schema.1",
        "leastwise-connections.1",
        "leastwise-evidence.1",
        "leastwise-explain.1",
        "leastwise-fix.1",
        "leastwise-harden.1",
        "leastwise-lsp.1",
    ];
    for page in expected {
        assert!(pages.iter().any(|name| name == page), "no {page} among {pages:?}");
    }
    assert!(!pages.iter().any(|name| name.contains("worker") || name.contains("man-pages")), "{pages:?}");
    let page = folder.read("man/man1/leastwise.1");
    for words in [".SH NAME", "least\\-privilege", "leastwise\\-check(1)", ".SH OPTIONS"] {
        assert!(page.contains(words), "no {words} in {page}");
    }
}

#[test]
fn a_manual_page_that_cannot_be_written_is_told() {
    let folder = Folder::of(&[("man", "a file, where a folder is wanted")]);
    let ran = folder.run("man-pages man");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: man: not written: "), "{}", ran.err);
}

#[test]
fn completions_know_every_shell_and_command() {
    let folder = Folder::of(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = folder.run(&format!("completions {shell}"));
        assert_eq!(ran.code, Some(0), "{shell}");
        for command in ["check", "fix", "harden", "prove"] {
            assert!(ran.out.contains(command), "{shell} does not complete {command}");
        }
    }
}
