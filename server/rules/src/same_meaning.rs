//! What a rule says follows from what a manifest means, not from how it is written.
//!
//! The examples of every rule, and manifests of the corpus where there is one, are written again in other styles; all
//! rules must say the same of the same fields.

use crate::rewriting::{Style, Tree, write};
use crate::testing::documentation::{example, settings};
use crate::{Context, Plan, Rule, Settings, judge, rules};
use leastwise_manifest::{Declarations, View, Workspace, objects};
use leastwise_yaml::{Stream, parse};
use proptest::prelude::*;
use std::path::PathBuf;

/// Rules about the text itself.
const ABOUT_TEXT: [(&str, &str); 1] = [("yaml-keys-unsorted", "the order of keys is what it is about")];

/// What holds nothing that others refer to.
const NEIGHBOUR: &str = "\
apiVersion: example.com/v1
kind: Unrelated
metadata:
  name: neighbour
  namespace: elsewhere
";

/// What a rule said of one document: rule, field, message and how it is weighed.
type Verdict = (&'static str, String, String, String);

/// What the rules say of each document, in an order that does not depend on the text.
fn verdicts(stream: &Stream, settings: &Settings, plan: &Plan) -> Vec<Vec<Verdict>> {
    let mut workspace = Workspace::default();
    workspace.update(Declarations::of("test.yaml", stream));
    let view = View::new(&workspace);
    let context = Context { settings, workspace: &view, plan };
    let of_document = |document| {
        let judgement = judge(document, &context);
        assert_eq!(judgement.panicked, []);
        let is_judged = |rule| ABOUT_TEXT.iter().all(|(id, _)| *id != rule);
        let verdict = |finding: crate::Finding| {
            let path = finding.path.to_string();
            let weighed = format!(
                "{:?} {:?} {:?} missing: {} covered: {:?}",
                finding.severity, finding.persona, finding.profile, finding.place.missing, finding.covered_by
            );
            (finding.rule.id, path, finding.message, weighed)
        };
        let findings = judgement.findings.into_iter().filter(|finding| is_judged(finding.rule.id));
        let mut verdicts: Vec<_> = findings.map(verdict).collect();
        verdicts.sort();
        verdicts
    };
    let documents = stream.documents().iter().filter(|placed| !objects(&placed.document).is_empty());
    documents.map(|placed| of_document(&placed.document)).collect()
}

/// A manifest's documents as trees; `None` where one of them is not wholly known.
fn trees(stream: &Stream) -> Option<Vec<Tree>> {
    let documents = stream.documents().iter().filter(|placed| !placed.document.root().is_null());
    let tree = |document: &leastwise_yaml::Document| {
        let is_whole = document.errors().is_empty() && document.templates().is_empty();
        if is_whole { Tree::of(document.root()) } else { None }
    };
    documents.map(|placed| tree(&placed.document)).collect()
}

/// A manifest with what the rules say of it as it is written.
struct Sample {
    name: String,
    trees: Vec<Tree>,
    settings: Settings,
    verdicts: Vec<Vec<Verdict>>,
}

impl Sample {
    fn new(name: String, text: &str, settings: Settings, plan: &Plan) -> Option<Self> {
        let stream = parse(text);
        let trees = trees(&stream)?;
        let verdicts = verdicts(&stream, &settings, plan);
        Some(Self { name, trees, verdicts, settings })
    }

    /// How the verdicts differ when it is written in that style; `None` where they do not.
    fn difference(&self, style: Style, has_neighbours: bool, plan: &Plan) -> Option<String> {
        let mut texts: Vec<_> = self.trees.iter().map(|tree| write(tree, style)).collect();
        if has_neighbours {
            texts.insert(0, "just: a thing\n".to_owned());
            texts.push(NEIGHBOUR.to_owned());
        }
        let text = texts.join("---\n");
        let stream = parse(&text);
        let again = trees(&stream).unwrap_or_else(|| panic!("{}: cannot be read again:\n{text}", self.name));
        let offset = usize::from(has_neighbours);
        for (tree, again) in self.trees.iter().zip(&again[offset..]) {
            // Of other scalars than strings JSON keeps the value only.
            assert!(
                style.json || tree.sorted() == again.sorted(),
                "{}: means something else:\n{text}",
                self.name
            );
        }
        let mut found = verdicts(&stream, &self.settings, plan);
        if has_neighbours {
            found.pop();
        }
        let mut lines = Vec::new();
        assert_eq!(self.verdicts.len(), found.len(), "{}: other objects in\n{text}", self.name);
        for (before, after) in self.verdicts.iter().zip(&found) {
            let gone = before.iter().filter(|one| !after.contains(one)).map(|one| format!("- {one:?}"));
            let new = after.iter().filter(|one| !before.contains(one)).map(|one| format!("+ {one:?}"));
            lines.extend(gone.chain(new));
        }
        (!lines.is_empty()).then(|| format!("{} in {style:?}:\n{}\n{text}", self.name, lines.join("\n")))
    }
}

/// The examples of every rule, each under settings that turn the rule on.
fn examples(plan: &Plan) -> Vec<Sample> {
    let of_rule = |rule: &'static Rule| {
        ["Avoid", "Prefer"].map(|heading| {
            let name = format!("{heading} of {}", rule.id);
            Sample::new(name, &example(rule, heading), settings(rule), plan)
        })
    };
    rules().flat_map(of_rule).flatten().collect()
}

/// One of a few hundred manifests of the corpus; none, with a message, where there is no corpus.
fn manifests(plan: &Plan, step: usize) -> Vec<Sample> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let root = std::env::var("LEASTWISE_CORPUS").unwrap_or_else(|_| default.to_owned());
    let mut pending = vec![PathBuf::from(&root).join("plain")];
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        match std::fs::read_dir(&path) {
            Ok(entries) => pending.extend(entries.map(|entry| entry.unwrap().path())),
            Err(_) => files.push(path),
        }
    }
    files.sort();
    let sample = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).ok().filter(|text| text.len() < 20_000)?;
        Sample::new(path.display().to_string(), &text, Settings::default(), plan)
    };
    files.iter().step_by(step).filter_map(sample).collect()
}

/// Each way of writing by itself, then all at once.
fn styles(seed: u64) -> [(Style, bool); 9] {
    let plain = Style { seed, ..Style::default() };
    [
        (Style { shuffled: true, ..plain }, false),
        (Style { flow: true, ..plain }, false),
        (Style { quoted: true, ..plain }, false),
        (Style { commented: true, ..plain }, false),
        (Style { aliased: true, ..plain }, false),
        (Style { indented: true, ..plain }, false),
        (Style { json: true, ..plain }, false),
        (plain, true),
        (
            Style {
                shuffled: true,
                flow: true,
                quoted: true,
                commented: true,
                aliased: true,
                indented: true,
                json: false,
                seed,
            },
            true,
        ),
    ]
}

fn assert_same(samples: &[Sample], plan: &Plan) {
    let mut differences = Vec::new();
    for (number, sample) in (1_u64..).zip(samples) {
        let seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let differing =
            styles(seed).into_iter().find_map(|(style, near)| sample.difference(style, near, plan));
        differences.extend(differing);
    }
    let shown: Vec<_> = differences.iter().take(20).map(String::as_str).collect();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), shown.join("\n"));
}

#[test]
fn examples_are_judged_alike_however_they_are_written() {
    let plan = Plan::all();
    let samples = examples(&plan);
    assert!(samples.len() > rules().count(), "most examples can be written again");
    assert_same(&samples, &plan);
}

#[test]
fn manifests_are_judged_alike_however_they_are_written() {
    let plan = Plan::all();
    assert_same(&manifests(&plan, 20), &plan);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn examples_are_judged_alike_in_any_mix_of_styles(
        seed in any::<u64>(),
        (shuffled, flow, quoted) in any::<(bool, bool, bool)>(),
        (commented, aliased, indented) in any::<(bool, bool, bool)>(),
        (json, near) in any::<(bool, bool)>(),
    ) {
        let plan = Plan::all();
        let style = Style { seed, shuffled, flow, quoted, commented, aliased, indented, json };
        for sample in examples(&plan).iter().skip(usize::try_from(seed % 16).unwrap_or_default()).step_by(16) {
            let difference = sample.difference(style, near, &plan);
            prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
        }
    }
}
