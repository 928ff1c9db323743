//! Texts that nobody writes, except to do harm or by accident.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use leastwise_yaml::{Document, Emptied, Kind, Patch, parse};
use std::sync::Arc;

fn document(text: &str) -> Arc<Document> {
    Arc::clone(&parse(text).documents()[0].document)
}

/// Everything that goes through a whole document.
fn visit(document: &Document) -> usize {
    let mut nodes = 0;
    document.root().walk(
        &mut |path, node| {
            let _ = (path.segments().len(), node.kind(), node.entries().len(), node.head());
            nodes += 1;
            true
        },
        10_000,
    );
    nodes
}

#[test]
fn an_alias_bomb_is_as_small_as_its_text() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..=30 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let document = document(&bomb);
    assert_eq!(document.errors(), []);
    assert_eq!(visit(&document), 10_000);
}

#[test]
fn merges_that_go_round_end() {
    let document = document("a: &a\n  <<: *a\n  b: 1\nc: &c {<<: [*c, *a]}\n");
    let c = document.at(&"c".parse().unwrap()).unwrap();
    assert_eq!(c.get("b").value().unwrap().as_integer(), Some(1));
    visit(&document);
}

#[test]
fn deep_nesting_is_said_to_be_too_deep() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(50_000),
        "- ".repeat(20_000),
        "[".repeat(20_000) + &"]".repeat(20_000),
    ] {
        let document = document(&text);
        visit(&document);
        document.path_at(10.into());
        let _ = leastwise_yaml::apply(
            &document,
            &[Patch::Remove { path: "[0]".parse().unwrap(), emptied: Emptied::Remove }],
        );
    }
    assert!(!document(&"[".repeat(100_000)).errors().is_empty());
}

#[test]
fn deep_indentation_is_read() {
    let mut text = String::new();
    for depth in 0..900 {
        text.push_str(&format!("{}a:\n", " ".repeat(depth)));
    }
    let document = document(&text);
    assert_eq!(document.errors(), []);
    let end = u32::try_from(text.len() - 2).unwrap();
    assert_eq!(document.path_at(end.into()).segments().len(), 900);
}

#[test]
fn control_characters_harm_their_line_only() {
    for bad in ['\0', '\u{1}', '\u{7f}', '\u{FEFF}', '\u{2028}', '\u{85}'] {
        let document = document(&format!("a: 1\nb: x{bad}y\nc: 2\n"));
        let number =
            |key: &str| document.at(&key.parse().unwrap()).and_then(leastwise_yaml::Node::as_integer);
        assert_eq!((number("a"), number("c")), (Some(1), Some(2)), "{bad:?}: {:?}", document.errors());
    }
}

#[test]
fn a_text_without_sense_has_errors_and_no_end_of_the_world() {
    for text in [
        "\t\t\t",
        ":::",
        "}}}}",
        "{{{{",
        "{{ \n",
        "&&&",
        "*",
        "!!!",
        "? ? ?",
        "- - -\n-",
        "|",
        ">",
        "'",
        "\"",
        "%",
        "@",
        "---\n---\n...\n...\n",
        "\r\r\r",
        "\u{FEFF}\u{FEFF}",
        "a: \"\\",
        "é: [",
        "- |\n\t",
    ] {
        for placed in parse(text).documents() {
            visit(&placed.document);
            for offset in 0..=text.len() {
                placed.document.path_at(u32::try_from(offset).unwrap().into());
            }
        }
    }
}

#[test]
fn fifty_thousand_lines_are_read() {
    let mut text = String::from("items:\n");
    for number in 0..25_000 {
        text.push_str(&format!("- name: n{number}\n  value: {number}\n"));
    }
    let document = document(&text);
    assert_eq!(document.errors(), []);
    let items = document.at(&"items".parse().unwrap()).unwrap();
    assert_eq!(items.items().count(), 25_000);
    assert!(matches!(items.kind(), Kind::Sequence));
}

#[test]
fn fifty_thousand_broken_lines_are_given_up() {
    let text = "a: b: c\n- x\n\"\n".repeat(17_000);
    assert!(!document(&text).errors().is_empty());
}
