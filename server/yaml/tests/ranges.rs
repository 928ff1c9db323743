//! A second opinion on where things stand: tree-sitter-yaml, which has its own grammar and knows every place. On
//! each well-formed document of the corpus and of the YAML test suite, both find the same scalars, collections,
//! entries, items, aliases, anchors, tags and comments at the same bytes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod support;

use leastwise_text::TextRange;
use leastwise_yaml::{CollectionStyle, Document, Kind, ScalarStyle, parse};
use std::collections::BTreeSet;
use tree_sitter::Parser;

/// What stands where. Block collections, entries and items end where their last part ends; tree-sitter-yaml lets
/// some of them reach further, so only their starts are compared.
type Places = BTreeSet<(usize, usize, &'static str)>;

fn ours(document: &Document) -> Places {
    let mut places = Places::new();
    let mut add = |range: TextRange, what: &'static str, has_end: bool| {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        places.insert((start, if has_end { end } else { start }, what));
    };
    for comment in document.comments() {
        add(comment.range, "comment", true);
    }
    let mut pending = vec![document.root()];
    while let Some(node) = pending.pop() {
        if let Some(anchor) = node.anchor() {
            add(anchor, "anchor", true);
        }
        if let Some(tag) = node.tag() {
            add(tag, "tag", true);
        }
        if node.is_alias() {
            add(node.range(), "alias", true);
            continue;
        }
        let style = node.collection_style();
        match (node.kind(), node.scalar_style()) {
            (Kind::Mapping, _) if style == Some(CollectionStyle::Flow) => {
                let is_pair = !document.text(node.range()).starts_with('{');
                let first_is_braced = node
                    .written_entries()
                    .next()
                    .is_some_and(|entry| entry.range.start() == node.range().start());
                if !is_pair && !first_is_braced {
                    add(node.range(), "braces", true);
                }
            }
            (Kind::Mapping, _) => add(node.range(), "block mapping", false),
            (Kind::Sequence, _) if style == Some(CollectionStyle::Flow) => {
                add(node.range(), "brackets", true)
            }
            (Kind::Sequence, _) => add(node.range(), "block sequence", false),
            (_, Some(ScalarStyle::Plain)) if node.range().is_empty() => {}
            (_, Some(ScalarStyle::Plain)) => add(node.range(), "plain", true),
            (_, Some(ScalarStyle::SingleQuoted)) => add(node.range(), "single-quoted", true),
            (_, Some(ScalarStyle::DoubleQuoted)) => add(node.range(), "double-quoted", true),
            _ => add(node.range(), "block scalar", true),
        }
        for entry in node.written_entries() {
            if style == Some(CollectionStyle::Block) {
                add(entry.range, "entry", false);
            }
            pending.extend([entry.key, entry.value]);
        }
        for item in node.items() {
            if style == Some(CollectionStyle::Block) {
                add(item.range, "item", false);
            }
            pending.push(item.value);
        }
    }
    places
}

/// `None` when the grammar cannot read the text.
fn theirs(text: &str) -> Option<Places> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_yaml::LANGUAGE.into()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    if tree.root_node().has_error() {
        return None;
    }
    let mut places = Places::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let (start, end) = (node.start_byte(), node.end_byte());
        let place = match node.kind() {
            "comment" => Some((end, "comment")),
            "anchor" => Some((end, "anchor")),
            "tag" => Some((end, "tag")),
            "alias" => Some((end, "alias")),
            "flow_mapping" => Some((end, "braces")),
            "flow_sequence" => Some((end, "brackets")),
            "plain_scalar" => Some((end, "plain")),
            "single_quote_scalar" => Some((end, "single-quoted")),
            "double_quote_scalar" => Some((end, "double-quoted")),
            "block_scalar" => Some((start + text[start..end].trim_end().len(), "block scalar")),
            "block_mapping" => Some((start, "block mapping")),
            "block_sequence" => Some((start, "block sequence")),
            "block_mapping_pair" => Some((start, "entry")),
            "block_sequence_item" => Some((start, "item")),
            _ => None,
        };
        if let Some((end, what)) = place {
            places.insert((start, end, what));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(places);
            }
        }
    }
}

/// How many documents of a text agree; the differences go to `different`.
fn compare(name: &str, text: &str, different: &mut Vec<String>) -> usize {
    let mut agreed = 0;
    for (index, placed) in parse(text).documents().iter().enumerate() {
        let document = &placed.document;
        if !document.errors().is_empty() || !document.templates().is_empty() {
            continue;
        }
        let Some(theirs) = theirs(document.source()) else { continue };
        let ours = ours(document);
        if ours == theirs {
            agreed += 1;
            continue;
        }
        let some = |places: &mut dyn Iterator<Item = &(usize, usize, &'static str)>| {
            places
                .take(3)
                .map(|place| (*place, document.source()[place.0..place.1].to_owned()))
                .collect::<Vec<_>>()
        };
        let (more, less) = (some(&mut ours.difference(&theirs)), some(&mut theirs.difference(&ours)));
        different.push(format!("{name}, document {index}: only ours {more:?}, only theirs {less:?}"));
    }
    agreed
}

#[test]
fn all_stands_where_tree_sitter_finds_it() {
    let Some(corpus) = support::corpus() else { return };
    let (mut agreed, mut different) = (0, Vec::new());
    for file in support::files(&corpus.join("plain")) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        agreed += compare(&file.display().to_string(), &text, &mut different);
    }
    println!("{agreed} documents agree");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(agreed > 7000, "only {agreed} documents were compared");
}

#[test]
fn also_in_the_yaml_test_suite() {
    let Some(corpus) = support::corpus() else { return };
    let (mut agreed, mut different) = (0, Vec::new());
    for file in support::files(&corpus.join("yaml-test-suite")) {
        for (name, text, fails) in support::cases(&file) {
            if !fails {
                agreed += compare(&name, &text, &mut different);
            }
        }
    }
    println!("{agreed} documents agree");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(agreed > 200, "only {agreed} documents were compared");
}
