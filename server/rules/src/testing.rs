//! How a rule's tests are written: YAML with carets under the characters of each finding, and before and after of
//! each fix.
//!
//! A line of blanks, carets and words marks the line above it and is taken out before the YAML is read:
//!
//! ```text
//! hostNetwork: yes
//!              ^^^ runs in the network namespace
//! ```

use crate::context::{Context, Settings};
use crate::finding::sentence;
use crate::judge::judge;
use crate::proof::{Census, prove};
use crate::{Finding, Persona, Plan, Rule};
use leastwise_manifest::{Declarations, View, Workspace};
use leastwise_text::apply;

/// The rule finds what the carets mark, with messages that hold the words beside them, and nothing else.
pub(crate) fn check(rule: &Rule, marked: &str) {
    check_with(rule, &Settings::default(), marked);
}

/// Like [`check`], under settings of the test's own.
pub(crate) fn check_with(rule: &Rule, settings: &Settings, marked: &str) {
    let (text, marks) = unmark(&unindent(marked));
    assert!(!marks.is_empty(), "no caret in the test; use check_silent");
    let found: Vec<_> = find(rule, settings, &text)
        .iter()
        .map(|(offset, finding)| {
            let range = finding.place.range;
            let start = offset + usize::from(range.start());
            (start..offset + usize::from(range.end()), finding.message.clone())
        })
        .collect();
    let shown = show(&text, &found);
    let expected = show(&text, &marks);
    let agree = found.len() == marks.len()
        && marks.iter().all(|(range, words)| {
            // The words may be the message's first, which has a capital letter.
            let says =
                |message: &str| message.contains(words) || message.starts_with(&sentence(words.clone()));
            found.iter().any(|(at, message)| at == range && says(message))
        });
    assert!(agree, "expected findings of {}:\n{expected}\nfound:\n{shown}", rule.id);
}

/// The rule finds nothing.
pub(crate) fn check_silent(rule: &Rule, text: &str) {
    let text = unindent(text);
    let found = find(rule, &Settings::default(), &text);
    let messages: Vec<_> = found.iter().map(|(_, finding)| &finding.message).collect();
    assert!(messages.is_empty(), "{} found {messages:?} in:\n{text}", rule.id);
}

/// The rule finds something, which only pedantic listeners hear.
pub(crate) fn check_pedantic(rule: &Rule, text: &str) {
    let text = unindent(text);
    let found = find(rule, &Settings::default(), &text);
    let is_pedantic = |(_, finding): &(usize, Finding)| finding.persona == Persona::Pedantic;
    assert!(!found.is_empty() && found.iter().all(is_pedantic), "{} found {found:?} in:\n{text}", rule.id);
}

/// The fix of the rule's first finding is proved, and makes `after` of `before`. All documents of the text are one
/// workspace.
pub(crate) fn check_fix(rule: &Rule, before: &str, after: &str) {
    check_fix_with(rule, &Settings::default(), before, after);
}

/// Like [`check_fix`], under settings of the test's own.
pub(crate) fn check_fix_with(rule: &Rule, settings: &Settings, before: &str, after: &str) {
    let (before, after) = (unindent(before), unindent(after));
    let found = find(rule, settings, &before);
    let (offset, finding) = found.into_iter().next().unwrap_or_else(|| panic!("{} found nothing", rule.id));
    let stream = leastwise_yaml::parse(&before);
    let placed = stream.documents().iter().find(|placed| usize::from(placed.offset) == offset).unwrap();
    let document = &placed.document;
    let workspace = workspace(&before);
    let view = View::new(&workspace);
    let plan = Plan::all();
    let context = Context { settings, workspace: &view, plan: &plan };
    let census = Census::of(&judge(document, &context));
    let is_heard = |found: &Finding| found.rule.persona == Persona::Default;
    let offer = prove(document, &census, &finding, &context, is_heard)
        .unwrap_or_else(|withheld| panic!("withheld: {withheld}"));
    let edits: Vec<_> = offer.edits.iter().map(|edit| edit.shifted(placed.offset)).collect();
    let fixed = apply(&before, &edits).unwrap();
    assert_eq!(fixed, after, "the fix of {}", rule.id);
}

/// The rule finds something, and offers a fix for none of it.
pub(crate) fn check_no_fix(rule: &Rule, text: &str) {
    let found = find(rule, &Settings::default(), &unindent(text));
    assert!(!found.is_empty(), "{} found nothing", rule.id);
    for (_, finding) in found {
        assert_eq!(finding.fix, None, "{}", finding.message);
    }
}

/// The findings of a rule, each with the offset of its document.
pub(crate) fn find(rule: &Rule, settings: &Settings, text: &str) -> Vec<(usize, Finding)> {
    let workspace = workspace(text);
    let view = View::new(&workspace);
    let plan = Plan::all();
    let context = Context { settings, workspace: &view, plan: &plan };
    let stream = leastwise_yaml::parse(text);
    let mut found = Vec::new();
    for placed in stream.documents() {
        let judgement = judge(&placed.document, &context);
        assert_eq!(judgement.panicked, []);
        let findings = judgement.findings.into_iter().filter(|finding| finding.rule.id == rule.id);
        found.extend(findings.map(|finding| (usize::from(placed.offset), finding)));
    }
    found
}

/// All objects of the text are one workspace.
fn workspace(text: &str) -> Workspace {
    let mut workspace = Workspace::default();
    workspace.update(Declarations::of("test.yaml", &leastwise_yaml::parse(text)));
    workspace
}

/// Takes the first line break and the common indentation off.
pub(crate) fn unindent(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else { return text.to_owned() };
    let lines: Vec<_> = text.trim_end_matches(' ').split_inclusive('\n').collect();
    let depth = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or_default();
    lines.iter().map(|line| line.get(common..).unwrap_or("\n")).collect()
}

type Mark = (std::ops::Range<usize>, String);

/// Splits marked YAML into the YAML and what the carets say of it.
fn unmark(marked: &str) -> (String, Vec<Mark>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut line_start = 0;
    for line in marked.split_inclusive('\n') {
        let content = line.trim_start();
        if content.starts_with('^') {
            let column = line.len() - content.len();
            let words = content.trim_start_matches('^');
            let start = line_start + column;
            marks.push((start..start + (content.len() - words.len()), words.trim().to_owned()));
        } else {
            line_start = text.len();
            text.push_str(line);
        }
    }
    (text, marks)
}

/// The text with marks under their lines, as the tests write them.
fn show(text: &str, marks: &[Mark]) -> String {
    let mut shown = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        shown.push_str(line);
        for (range, words) in
            marks.iter().filter(|(range, _)| (start..start + line.len()).contains(&range.start))
        {
            shown.push_str(&format!(
                "{}{} {words}\n",
                " ".repeat(range.start - start),
                "^".repeat(range.len())
            ));
        }
        start += line.len();
    }
    shown
}

pub(crate) mod documentation {
    use super::find;

    use crate::{
        AnnotationLists, BoundedResources, Identities, ImageRegistries, KubernetesVersion, Parameters,
        Persona, QuantityRange, Range, ResourceBounds, Rule, SecretReferences, ServiceAccountImages,
        Settings, WrittenQuantity, rules,
    };

    const HEADINGS: [&str; 6] = ["Why", "Avoid", "Prefer", "Fix", "When it is fine", "References"];

    pub(crate) fn example(rule: &Rule, heading: &str) -> String {
        let section = rule.section(heading).unwrap_or_else(|| panic!("{} has no {heading}", rule.id));
        let yaml = section.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("\n```"));
        format!("{}\n", yaml.unwrap_or_else(|| panic!("{heading} of {} has no example", rule.id)).0)
    }

    /// What turns every rule of persona policy on.
    fn parameters() -> Parameters {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let pattern = |key: &str, pattern: &str| Some([(key.to_owned(), pattern.to_owned())].into());
        let identities =
            Identities { users: Some(vec![Range { from: 20000, to: 20999 }]), ..Identities::default() };
        let own_images = ServiceAccountImages {
            service_account: "web".to_owned(),
            images: vec!["registry.example.org/web".to_owned()],
        };
        let resource_bounds = ResourceBounds {
            limits: BoundedResources {
                memory: QuantityRange { minimum: None, maximum: WrittenQuantity::parse("8Gi") },
                ..BoundedResources::default()
            },
            ..ResourceBounds::default()
        };
        Parameters {
            annotation_lists: Some(AnnotationLists {
                block: owned(&["example.com/debug*"]),
                ..AnnotationLists::default()
            }),
            denied_env_values: Some([("LOG_LEVEL".to_owned(), owned(&["debug"]))].into()),
            host_path_prefixes: Some(vec!["/data".to_owned()]),
            host_ports: Some(Range { from: 30000, to: 32767 }),
            identities: Some(identities),
            image_registries: Some(ImageRegistries {
                allow: owned(&["registry.example.com"]),
                ..ImageRegistries::default()
            }),
            ingress_classes: Some(owned(&["internal"])),
            label_patterns: pattern("team", "team-*"),
            maximum_replicas: Some(100),
            priority_classes: Some([("*".to_owned(), vec!["front-end".to_owned()])].into()),
            private_registries: Some(owned(&["registry.example.com"])),
            required_annotations: pattern("example.com/owner", "*@example.com"),
            required_labels: Some(owned(&["team"])),
            resource_bounds: Some(resource_bounds),
            runtime_classes: Some(vec!["gvisor".to_owned()]),
            secret_references: Some(SecretReferences {
                prefixes: owned(&["web-"]),
                ..SecretReferences::default()
            }),
            service_account_images: Some(vec![own_images]),
            service_ports: Some(Range { from: 30000, to: 32767 }),
            ..Parameters::default()
        }
    }

    /// Settings under which the rule speaks, whatever its persona and version.
    pub(crate) fn settings(rule: &Rule) -> Settings {
        let kubernetes = rule.until.map_or(KubernetesVersion::LATEST, |until| KubernetesVersion {
            minor: until.minor.saturating_sub(1),
            ..until
        });
        Settings { kubernetes, parameters: parameters(), ..Settings::default() }
    }

    #[test]
    fn every_rule_is_documented_in_the_same_form() {
        for rule in rules() {
            assert!(!rule.summary().is_empty(), "{} does not say what it finds", rule.id);
            for heading in HEADINGS {
                assert!(rule.section(heading).is_some_and(|text| !text.is_empty()), "{}: {heading}", rule.id);
            }
            assert!(!rule.title.ends_with('.') && !rule.fields.is_empty(), "{}", rule.id);
            if let Some(parameter) = rule.parameter {
                assert!(Parameters::NAMES.contains(&parameter), "{} names no parameter", rule.id);
                assert_eq!(rule.persona, Persona::Policy, "{}", rule.id);
            }
        }
    }

    #[test]
    fn the_example_to_avoid_is_found_and_the_one_to_prefer_is_not() {
        for rule in rules() {
            assert!(!find(rule, &settings(rule), &example(rule, "Avoid")).is_empty(), "Avoid of {}", rule.id);
            assert!(
                find(rule, &settings(rule), &example(rule, "Prefer")).is_empty(),
                "Prefer of {}",
                rule.id
            );
        }
    }

    #[test]
    fn ids_are_unique_and_covering_rules_exist() {
        let mut ids: Vec<_> = rules().map(|rule| rule.id).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
        for rule in rules() {
            for covering in rule.covered_by {
                assert!(ids.binary_search(covering).is_ok(), "{} is covered by {covering}", rule.id);
            }
        }
    }
}
