//! The differential oracle: on every well-formed text, our model and the events of yaml-rust2 tell the same story:
//! structure, keys, texts, styles and what each alias stands for.
//!
//! They may differ in two things. A block scalar that the end of the text cuts off has no last line end for us and
//! for Kubernetes' reader, which descends from libyaml; yaml-rust2 adds one. And what a `!!binary` holds is not the
//! text that stands there, so our model calls it unknown.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod support;

use leastwise_yaml::{Document, Kind, Node, ScalarStyle, parse};
use yaml_rust2::Event;
use yaml_rust2::parser::Parser;
use yaml_rust2::scanner::TScalarStyle;

/// One step of the story.
#[derive(Debug, PartialEq)]
enum Step {
    Scalar {
        text: String,
        style: ScalarStyle,
    },
    /// The step that begins what it stands for.
    Alias(Option<usize>),
    Sequence,
    Mapping,
    End,
}

/// The story by yaml-rust2; `None` when it refuses the text.
fn theirs(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut anchors = std::collections::HashMap::new();
    // The collections that have begun and not ended: an alias to one of them would hold itself.
    let mut open: Vec<usize> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    loop {
        let (event, _) = parser.next_token().ok()?;
        let at = steps.len();
        let (step, anchor) = match event {
            Event::StreamEnd => return Some(steps),
            Event::Alias(id) => (Step::Alias(anchors.get(&id).copied().filter(|at| !open.contains(at))), 0),
            Event::Scalar(text, style, anchor, _) => {
                let style = match style {
                    TScalarStyle::Plain => ScalarStyle::Plain,
                    TScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
                    TScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
                    TScalarStyle::Literal => ScalarStyle::Literal,
                    TScalarStyle::Folded => ScalarStyle::Folded,
                };
                (Step::Scalar { text, style }, anchor)
            }
            Event::SequenceStart(anchor, _) => (Step::Sequence, anchor),
            Event::MappingStart(anchor, _) => (Step::Mapping, anchor),
            Event::SequenceEnd | Event::MappingEnd => (Step::End, 0),
            Event::Nothing | Event::StreamStart | Event::DocumentStart | Event::DocumentEnd => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, at);
        }
        match step {
            Step::Sequence | Step::Mapping => open.push(at),
            Step::End => drop(open.pop()),
            Step::Scalar { .. } | Step::Alias(_) => {}
        }
        steps.push(step);
    }
}

/// The story by our model.
fn ours(document: &Document) -> Vec<Step> {
    enum Visit<'d> {
        Node(Node<'d>),
        End,
    }
    let mut steps = Vec::new();
    let mut anchored: Vec<(Node<'_>, usize)> = Vec::new();
    let mut pending = vec![Visit::Node(document.root())];
    while let Some(visit) = pending.pop() {
        let Visit::Node(node) = visit else {
            steps.push(Step::End);
            continue;
        };
        if node.anchor().is_some() {
            anchored.push((node, steps.len()));
        }
        if node.is_alias() {
            let target = anchored.iter().rev().find(|(anchored, _)| *anchored == node.resolved());
            steps.push(Step::Alias(target.map(|(_, at)| *at)));
            continue;
        }
        match node.kind() {
            Kind::Scalar(_) => steps.push(Step::Scalar {
                text: node.as_text().unwrap_or_default().to_owned(),
                style: node.scalar_style().unwrap(),
            }),
            Kind::Sequence => {
                steps.push(Step::Sequence);
                pending.push(Visit::End);
                let items: Vec<_> = node.items().collect();
                pending.extend(items.iter().rev().map(|item| Visit::Node(item.value)));
            }
            Kind::Mapping => {
                steps.push(Step::Mapping);
                pending.push(Visit::End);
                for entry in node.written_entries().rev() {
                    pending.push(Visit::Node(entry.value));
                    pending.push(Visit::Node(entry.key));
                }
            }
            Kind::Dangling => steps.push(Step::Alias(None)),
        }
    }
    steps
}

/// Takes away the texts that our story does not tell.
fn hide_texts(theirs: &mut [Step], ours: &[Step]) {
    for pair in theirs.iter_mut().zip(ours) {
        if let (Step::Scalar { text, .. }, Step::Scalar { text: hidden, .. }) = pair
            && hidden.is_empty()
        {
            text.clear();
        }
    }
}

/// Takes away the line end that yaml-rust2 adds to a block scalar without text, or cut off by the end of the text.
fn drop_added_line_ends(document: &Document, theirs: &mut [Step], ours: &[Step]) {
    let is_cut = !document.source().ends_with('\n');
    for pair in theirs.iter_mut().zip(ours) {
        if let (
            Step::Scalar { text, style: ScalarStyle::Literal | ScalarStyle::Folded },
            Step::Scalar { text: cut, .. },
        ) = pair
            && (cut.is_empty() || is_cut)
            && text.strip_suffix('\n') == Some(cut)
        {
            text.clone_from(cut);
        }
    }
}

/// Where the stories of a text part ways; `None` when they agree or the text is not well-formed or a template.
fn difference(text: &str) -> Option<Result<(), String>> {
    let mut compared = false;
    for placed in parse(text).documents() {
        let document = &placed.document;
        if !document.templates().is_empty() {
            continue;
        }
        let Some(mut theirs) = theirs(document.source()) else { continue };
        compared = true;
        let ours = ours(document);
        // yaml-rust2 passes over a document without content in silence when no marker begins it.
        if theirs.is_empty() {
            theirs.push(Step::Scalar { text: String::new(), style: ScalarStyle::Plain });
        }
        if document.source().contains("!!binary") {
            hide_texts(&mut theirs, &ours);
        }
        drop_added_line_ends(document, &mut theirs, &ours);
        let at = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
        if at < theirs.len().max(ours.len()) {
            return Some(Err(format!(
                "step {at}: theirs {:?}, ours {:?}, errors {:?}",
                theirs.get(at),
                ours.get(at),
                document.errors()
            )));
        }
    }
    compared.then_some(Ok(()))
}

#[test]
fn agrees_on_every_plain_file_of_the_corpus() {
    let Some(corpus) = support::corpus() else { return };
    let (mut agreed, mut different) = (0, Vec::new());
    for file in support::files(&corpus.join("plain")) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        match difference(&text) {
            Some(Ok(())) => agreed += 1,
            Some(Err(why)) => different.push(format!("{}: {why}", file.display())),
            None => {}
        }
    }
    println!("{agreed} files agree");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(agreed > 4000, "only {agreed} files were compared");
}

#[test]
fn agrees_on_every_valid_case_of_the_yaml_test_suite() {
    let Some(corpus) = support::corpus() else { return };
    let (mut agreed, mut different) = (0, Vec::new());
    for file in support::files(&corpus.join("yaml-test-suite")) {
        for (name, text, fails) in support::cases(&file) {
            if fails {
                continue;
            }
            match difference(&text) {
                Some(Ok(())) => agreed += 1,
                Some(Err(why)) => different.push(format!("{name}: {why}")),
                None => println!("{name}: refused by yaml-rust2"),
            }
        }
    }
    println!("{agreed} cases agree");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(agreed > 200, "only {agreed} cases were compared");
}

/// Pieces of YAML that, thrown together, are sometimes YAML.
const PIECES: [&str; 36] = [
    "a", "b c", "é", "0", "~", "a: ", "b: ", "\"k\": ", "- ", "-", "? ", ": ", ":", "\n", "\n", "\n", "\n  ",
    "\n    ", "\r\n", " ", "\t", "'x'", "\"y\\n\"", "'", "\"", "[", "]", "{", "}", ", ", " # c", "|\n",
    ">-\n", "&x ", "*x ", "!t ",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 20000,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn agrees_on_whatever_is_yaml_by_chance(
        picks in proptest::collection::vec(proptest::sample::select(PIECES.as_slice()), 0..24),
    ) {
        let text = picks.concat();
        // yaml-rust2 takes some texts that are no YAML; where its story does not fit the text, ours says so.
        let refused = parse(&text).documents().iter().any(|placed| !placed.document.errors().is_empty());
        if let (Some(Err(why)), false) = (difference(&text), refused) {
            proptest::prop_assert!(false, "{text:?}: {why}");
        }
    }
}
