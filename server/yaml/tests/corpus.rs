//! Every file of the corpus, templates and broken ones included: nothing panics, every range holds the text it is
//! about, and well-formed files have no errors.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod support;

use leastwise_text::TextRange;
use leastwise_yaml::{CollectionStyle, Document, Kind, Node, Scalar, ScalarStyle, parse};

/// What is wrong with the ranges of a document.
fn misplaced(document: &Document) -> Option<String> {
    let mut pending: Vec<Node<'_>> = vec![document.root()];
    let lies = |inner: TextRange, outer: TextRange| outer.contains_range(inner);
    let whole = TextRange::up_to(leastwise_text::TextSize::of(document.source()));
    for comment in document.comments() {
        if !document.text(comment.range).starts_with('#') || document.text(comment.range).contains('\n') {
            return Some(format!("comment {:?}", document.text(comment.range)));
        }
    }
    for range in document.broken().iter().chain(document.templates()) {
        if !lies(*range, whole) {
            return Some(format!("{range:?} lies outside"));
        }
    }
    while let Some(node) = pending.pop() {
        if !lies(node.range(), whole) {
            return Some(format!("{:?} lies outside", node.range()));
        }
        if let Some(problem) = wrong_text(node) {
            return Some(problem);
        }
        for entry in node.written_entries() {
            if !lies(entry.key.range(), entry.range)
                || !entry.value.range().is_empty() && !lies(entry.value.range(), entry.range)
            {
                return Some(format!("an entry does not hold its parts: {:?}", document.text(entry.range)));
            }
            pending.extend([entry.key, entry.value]);
        }
        if node.is_alias() {
            continue;
        }
        for item in node.items() {
            if !item.value.range().is_empty() && !lies(item.value.range(), item.range) {
                return Some(format!("an item does not hold its value: {:?}", document.text(item.range)));
            }
            pending.push(item.value);
        }
    }
    None
}

/// Whether the text at a node's range begins and ends as what the node is.
fn wrong_text(node: Node<'_>) -> Option<String> {
    let text = node.document().text(node.range());
    let is_flow = node.collection_style() == Some(CollectionStyle::Flow);
    let is_right = if node.is_alias() {
        text.starts_with('*')
    } else if node.document().is_broken(node.range()) {
        true
    } else {
        match (node.kind(), node.scalar_style()) {
            (Kind::Scalar(_), Some(ScalarStyle::SingleQuoted)) => {
                text.starts_with('\'') && text.ends_with('\'')
            }
            (Kind::Scalar(_), Some(ScalarStyle::DoubleQuoted)) => {
                text.starts_with('"') && text.ends_with('"')
            }
            (Kind::Scalar(_), Some(ScalarStyle::Literal)) => text.starts_with('|') && text.trim_end() == text,
            (Kind::Scalar(_), Some(ScalarStyle::Folded)) => text.starts_with('>') && text.trim_end() == text,
            (Kind::Scalar(Scalar::Null), _) if text.is_empty() => true,
            (Kind::Scalar(_), _) if !text.contains('\n') => {
                text.trim() == text && node.as_text().is_none_or(|read| read == text)
            }
            (Kind::Mapping, _) if is_flow => {
                text.starts_with('{') && text.ends_with('}') || !text.contains('{')
            }
            (Kind::Sequence, _) if is_flow => text.starts_with('[') && text.ends_with(']'),
            (Kind::Sequence, _) => text.starts_with('-'),
            _ => text.trim() == text,
        }
    };
    (!is_right).then(|| format!("{:?} {:?} stands at {text:?}", node.kind(), node.scalar_style()))
}

/// Reads all files of a folder; the number of documents, and of those with errors or broken regions.
fn read_all(folder: &str) -> Option<(usize, Vec<String>, Vec<String>)> {
    let corpus = support::corpus()?;
    let (mut documents, mut broken, mut problems) = (0, Vec::new(), Vec::new());
    for file in support::files(&corpus.join(folder)) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (index, placed) in parse(&text).documents().iter().enumerate() {
            documents += 1;
            let name = format!("{}, document {index}", file.strip_prefix(&corpus).unwrap().display());
            let document = &placed.document;
            if document.source() != &text[usize::from(placed.offset)..][..document.source().len()] {
                problems.push(format!("{name}: not its text"));
            }
            if let Some(problem) = misplaced(document) {
                problems.push(format!("{name}: {problem}"));
            }
            if !document.errors().is_empty() || !document.broken().is_empty() {
                let errors: Vec<_> = document
                    .errors()
                    .iter()
                    .map(|error| (document.text(error.range), &error.message))
                    .collect();
                let broken_texts: Vec<_> = document
                    .broken()
                    .iter()
                    .map(|range| document.text(*range).chars().take(80).collect::<String>())
                    .collect();
                broken.push(format!("{name}: {errors:?} {broken_texts:?}"));
            }
        }
    }
    Some((documents, broken, problems))
}

#[test]
fn plain_files() {
    let Some((documents, broken, problems)) = read_all("plain") else { return };
    println!("{documents} documents");
    assert_eq!(broken, [] as [String; 0], "Kubernetes reads all of them");
    assert_eq!(problems, [] as [String; 0]);
}

#[test]
fn helm_templates() {
    let Some((documents, broken, problems)) = read_all("helm") else { return };
    println!("{documents} documents, {} with broken regions:\n{}", broken.len(), broken.join("\n"));
    assert_eq!(problems, [] as [String; 0]);
}

#[test]
fn the_yaml_test_suite() {
    let Some((documents, _, problems)) = read_all("yaml-test-suite") else { return };
    println!("{documents} documents");
    assert_eq!(problems, [] as [String; 0]);
}
