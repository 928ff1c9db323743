//! What holds for every text and every change of it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use leastwise_yaml::{Document, Emptied, Kind, Literal, Node, Patch, Path, Refusal, Segment, apply, parse};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::sync::Arc;

/// What people type, whole and in part.
const TYPED: [&str; 30] = [
    "a",
    "name: web",
    "key:",
    "key: ",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "- x\n",
    "---\n",
    "...\n",
    "# comment",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    " ",
    "\t",
    "|\n",
    ">-\n  ",
    "{{ .Values.a }}",
    "{{- if .b }}\n",
    "{{",
    "\r\n",
    "&a ",
    "*a",
];

const BEGINNING: &str = "\
# a list of things
kind: List
items: &all
- name: web
  ports: [80, 443] # two
  labels: {app: web}
---
kind: Pod
spec:
  containers:
  - image: \"a:1\"
    args:
    - |
      echo
  {{- include \"more\" . | nindent 2 }}
";

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A value for a manifest, and how it is written.
#[derive(Clone, Debug)]
enum Shape {
    Scalar(&'static str),
    Mapping { flow: bool, entries: Vec<Shape> },
    Sequence { flow: bool, indented: bool, items: Vec<Shape> },
}

const SCALARS: [&str; 12] =
    ["x", "yes", "8080", "'q'", "\"d\\n\"", "true # why", "|\n    text", "", "null", "a b", "{}", "[]"];

fn shape() -> impl Strategy<Value = Shape> {
    let scalar = select(SCALARS.as_slice()).prop_map(Shape::Scalar);
    scalar.prop_recursive(4, 40, 4, |inner| {
        let parts = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (any::<bool>(), parts.clone()).prop_map(|(flow, entries)| Shape::Mapping { flow, entries }),
            (any::<bool>(), any::<bool>(), parts).prop_map(|(flow, indented, items)| Shape::Sequence {
                flow,
                indented,
                items
            }),
        ]
    })
}

/// Keys by their place in a mapping.
const KEYS: [&str; 4] = ["name", "\"on\"", "k8s.io/a", "spec"];

/// Writes a shape after its key or dash, its lines at `column`.
fn write(shape: &Shape, column: usize, flow: bool, text: &mut String) {
    match shape {
        Shape::Scalar(scalar) if flow => {
            let plain = scalar.split(" #").next().unwrap_or_default().lines().next().unwrap_or_default();
            text.push_str(if plain.starts_with('|') || plain.is_empty() { "x" } else { plain });
        }
        Shape::Scalar(scalar) => {
            text.push_str(&scalar.replace("    text", &format!("{}text", " ".repeat(column + 2))))
        }
        Shape::Mapping { flow: braces, entries } if flow || *braces => {
            text.push('{');
            for (index, entry) in entries.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(KEYS[index]);
                text.push_str(": ");
                write(entry, column, true, text);
            }
            text.push('}');
        }
        Shape::Sequence { flow: brackets, items, .. } if flow || *brackets => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(item, column, true, text);
            }
            text.push(']');
        }
        Shape::Mapping { entries, .. } => {
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 || !text.ends_with("- ") {
                    text.push('\n');
                    text.push_str(&" ".repeat(column));
                }
                text.push_str(KEYS[index]);
                text.push(':');
                text.push_str(if matches!(entry, Shape::Scalar("")) { "" } else { " " });
                write(entry, column + 2, false, text);
            }
        }
        Shape::Sequence { indented, items, .. } => {
            let column = if *indented || column < 2 || text.ends_with("- ") { column } else { column - 2 };
            for (index, item) in items.iter().enumerate() {
                if index > 0 || !text.ends_with("- ") {
                    text.push('\n');
                    text.push_str(&" ".repeat(column));
                }
                text.push_str("- ");
                write(item, column + 2, false, text);
            }
        }
    }
}

/// A document with a comment above and below.
fn document(shape: &Shape) -> Arc<Document> {
    let mut text = String::from("# above");
    let root = Shape::Mapping { flow: false, entries: vec![shape.clone(), Shape::Scalar("last")] };
    write(&root, 0, false, &mut text);
    text.push_str("\n# below\n");
    let stream = parse(&text);
    let document = Arc::clone(&stream.documents()[0].document);
    assert_eq!(document.errors(), [], "{text}");
    document
}

fn paths(document: &Document) -> Vec<Path> {
    let mut paths = Vec::new();
    document.root().walk(
        &mut |path, _| {
            paths.push(path.clone());
            true
        },
        10_000,
    );
    paths
}

fn literal() -> impl Strategy<Value = Literal> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(Literal::Integer),
        select(
            ["web", "yes", "0777", "a: b", "", "line\nline", "it's", "{{ x }}", "é", "# no", "- no"]
                .as_slice()
        )
        .prop_map(Literal::from),
        "\\PC{0,12}".prop_map(Literal::String),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Literal::Sequence),
            prop::collection::vec(inner, 0..3).prop_map(|values| {
                Literal::Mapping(
                    values
                        .into_iter()
                        .enumerate()
                        .map(|(index, value)| (format!("key{index}"), value))
                        .collect(),
                )
            }),
        ]
    })
}

fn says(node: Node<'_>, value: &Literal) -> bool {
    match value {
        Literal::Boolean(value) => node.as_bool() == Some(*value),
        Literal::Integer(value) => node.as_integer() == Some(*value),
        Literal::String(value) => node.as_str() == Some(value),
        Literal::Sequence(items) => {
            matches!(node.kind(), Kind::Sequence)
                && node.items().count() == items.len()
                && node.items().zip(items).all(|(item, value)| says(item.value, value))
        }
        Literal::Mapping(entries) => {
            matches!(node.kind(), Kind::Mapping)
                && node.entries().len() == entries.len()
                && entries
                    .iter()
                    .all(|(key, value)| node.get(key).value().is_some_and(|node| says(node, value)))
        }
    }
}

fn comments(document: &Document) -> Vec<String> {
    document.comments().iter().map(|comment| document.text(comment.range).to_owned()).collect()
}

/// The refusals that a well-formed document without aliases, tags and templates may still meet.
fn is_fair(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotMapping(_) | Refusal::NotSequence(_) | Refusal::NoItem(_) | Refusal::Unusual(_)
    )
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn typing_ends_where_a_fresh_reading_begins(
        edits in prop::collection::vec((any::<Index>(), 0_usize..6, select(TYPED.as_slice())), 1..12),
    ) {
        let mut text = BEGINNING.to_owned();
        let mut stream = parse(&text);
        for (place, removed, typed) in edits {
            let borders: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            let start = place.get(&borders);
            let end = borders.iter().find(|at| **at >= start + removed).unwrap_or(&borders[borders.len() - 1]);
            text.replace_range(*start..*end, typed);
            stream = stream.reparse(&text, None);
            let fresh = parse(&text);
            prop_assert_eq!(format!("{:?}", stream.documents()), format!("{:?}", fresh.documents()));
        }
    }
}

proptest! {
    #![proptest_config(settings(1500))]

    #[test]
    fn a_set_value_is_there_and_set_but_once(
        shape in shape(),
        place in any::<Index>(),
        added in prop::option::of(select(["added", "on", "a.b/c"].as_slice())),
        value in literal(),
    ) {
        let document = document(&shape);
        let paths = paths(&document);
        let mut path = place.get(&paths[1..]).clone();
        if let Some(key) = added {
            path = path.key(key);
        }
        let patches = [Patch::Set { path: path.clone(), value: value.clone() }];
        match apply(&document, &patches) {
            Ok(edited) => {
                let after = &edited.document;
                prop_assert!(after.at(&path).is_some_and(|node| says(node, &value)), "{}", after.source());
                prop_assert_eq!(leastwise_text::apply(document.source(), &edited.edits).unwrap(), after.source());
                prop_assert_eq!(&apply(after, &patches).unwrap().edits, &[]);
                let (first, last) = (comments(&document), comments(after));
                prop_assert!(last.first() == first.first() && last.last() == first.last());
            }
            Err(Refusal::Template(_)) => {
                let written = format!("{:?}", value);
                prop_assert!(written.contains("{{"), "{}", written);
            }
            Err(refusal) => prop_assert!(is_fair(&refusal), "{path}: {refusal}\n{}", document.source()),
        }
    }

    #[test]
    fn what_is_removed_is_gone_and_the_rest_is_not(shape in shape(), place in any::<Index>(), prune in any::<bool>()) {
        let document = document(&shape);
        let paths = paths(&document);
        let path = place.get(&paths[1..]).clone();
        let emptied = if prune { Emptied::Remove } else { Emptied::Keep };
        match apply(&document, &[Patch::Remove { path: path.clone(), emptied }]) {
            Ok(edited) => {
                let after = &edited.document;
                prop_assert_eq!(leastwise_text::apply(document.source(), &edited.edits).unwrap(), after.source());
                if matches!(path.last(), Some(Segment::Key(_))) {
                    prop_assert!(after.at(&path).is_none(), "{}", after.source());
                }
                let (first, last) = (comments(&document), comments(after));
                prop_assert!(last.first() == first.first() && last.last() == first.last());
            }
            Err(refusal) => prop_assert!(is_fair(&refusal), "{path}: {refusal}\n{}", document.source()),
        }
    }
}
