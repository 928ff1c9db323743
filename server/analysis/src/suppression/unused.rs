//! Suppressions that silence nothing any more: whoever reads them believes in a danger that is gone, or in a rule
//! that does not exist.

use super::{Name, Rules, Scope, Suppression};
use crate::diagnosis::Diagnosis;
use crate::meaning::{MEANINGS, meaning};
use crate::taught_names::taught_name;
use crate::{Configuration, Environment};
use leastwise_manifest::objects;
use leastwise_rules::{Finding, UNUSED_SUPPRESSION, all_rules, rests_on_evidence, rule};
use leastwise_text::{TextEdit, TextRange, TextSize};
use leastwise_yaml::Document;

/// What is to be said of the names in our own comments of a document that silence nothing: none of `findings`, which
/// are those of the document or, for comments that are meant for the whole file, of the file.
pub(crate) fn unused<'f>(
    document: &Document,
    suppressions: &'f [Suppression],
    is_wanted: impl Fn(&Scope) -> bool + 'f,
    findings: &[&Finding],
    environment: &Environment,
) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    if !environment.configuration.selects_rule(UNUSED_SUPPRESSION, None) {
        return found;
    }
    for one in suppressions.iter().filter(|one| is_wanted(&one.scope)) {
        let Rules::Named { names, comment } = &one.rules else { continue };
        for name in names {
            if let Some(message) = complaint(document, one, name, findings, environment) {
                let edit = without(document, *comment, names, name);
                found.push(diagnosis(name.range, message, edit, &environment.configuration));
            }
        }
    }
    found
}

fn complaint(
    document: &Document,
    one: &Suppression,
    name: &Name,
    findings: &[&Finding],
    environment: &Environment,
) -> Option<String> {
    let Name { name, .. } = name;
    // What the model sees nobody knows before it has looked, and it may be off.
    if meaning(name).is_some() || taught_name(name).is_some() {
        return None;
    }
    if rule(name).is_none() {
        let ids = all_rules().map(|rule| rule.id).chain(MEANINGS.iter().map(|meaning| meaning.id));
        let near = ids.map(|id| (strsim::damerau_levenshtein(id, name), id)).min();
        let hint = near.filter(|(distance, _)| *distance <= 3).map(|(_, id)| format!("; did you mean {id}?"));
        return Some(format!("There is no rule {name}{}", hint.unwrap_or_default()));
    }
    let silences = findings
        .iter()
        .any(|finding| finding.rule.id == name.as_str() && one.reaches(&finding.object, finding.place.range));
    let is_applied =
        rule(name).is_some_and(|rule| environment.configuration.selects_rule(rule, rule.profile));
    match one.until {
        // What a rule would find that is not applied, nobody knows.
        _ if !is_applied => None,
        // Which evidence there is differs from day to day and from machine to machine.
        _ if !silences && rule(name).is_some_and(rests_on_evidence) => None,
        _ if !silences && is_partly_beyond_rules(document, one) => None,
        _ if !silences => Some(format!("This suppression of {name} silences nothing")),
        Some(until) if !one.is_in_force(environment.today) => {
            Some(format!("This suppression of {name} ended on {until}"))
        }
        _ => None,
    }
}

/// Whether the suppression covers text that rules cannot judge: what the model sees there goes by the names of rules.
fn is_partly_beyond_rules(document: &Document, one: &Suppression) -> bool {
    let covered = match &one.scope {
        Scope::Lines(lines) => Some(*lines),
        Scope::Object(path) => document.at(path).map(|object| object.range()),
        Scope::File => None,
    };
    let covered = covered.unwrap_or(TextRange::up_to(TextSize::of(document.source())));
    let objects = objects(document);
    document.templates().iter().any(|template| template.intersect(covered).is_some())
        || document.is_broken(covered)
        || objects.is_empty()
        || objects.iter().any(|object| object.is_built_in() != Some(true))
}

fn diagnosis(range: TextRange, message: String, edit: TextEdit, configuration: &Configuration) -> Diagnosis {
    let rule = UNUSED_SUPPRESSION;
    Diagnosis {
        severity: configuration.severity_of(rule.id, rule.severity),
        suppressed: None,
        removal: Some(edit),
        finding: Finding::of_text(rule, message, range),
    }
}

/// Takes a name out of a comment, or the comment away when it is the only one.
fn without(document: &Document, comment: TextRange, names: &[Name], name: &Name) -> TextEdit {
    let source = document.source();
    let removed = match names {
        [_] => whole(source, comment),
        [.., before, last] if last == name => TextRange::new(before.range.end(), last.range.end()),
        _ => {
            let next = names.iter().find(|next| next.range.start() > name.range.start());
            TextRange::new(name.range.start(), next.map_or(name.range.end(), |next| next.range.start()))
        }
    };
    TextEdit::replace(removed, String::new())
}

/// The comment with the blanks before it, and with its line where it stands alone.
fn whole(source: &str, comment: TextRange) -> TextRange {
    let (start, end) = (usize::from(comment.start()), usize::from(comment.end()));
    let content = source[..start].trim_end_matches([' ', '\t']);
    let is_alone = content.is_empty() || content.ends_with(['\n', '\r']);
    let line_end = &source[end..];
    let line_end = if line_end.starts_with("\r\n") { 2 } else { usize::from(!line_end.is_empty()) };
    let size = |bytes: usize| TextSize::try_from(bytes).unwrap_or_default();
    TextRange::new(size(content.len()), size(if is_alone { end + line_end } else { end }))
}

#[cfg(test)]
mod tests {
    use crate::{Environment, File};
    use leastwise_text::apply;

    /// What is said of the suppressions of a text on 25 November 2030, and the text without those.
    fn complaints(text: &str) -> (Vec<String>, String) {
        let environment =
            Environment { today: Some("2030-11-25".parse().unwrap()), ..Environment::default() };
        let file = File::new(text, &environment);
        let unused: Vec<_> =
            file.shown().filter(|located| located.diagnosis.rule() == "unused-suppression").collect();
        let edits: Vec<_> = unused.iter().flat_map(|located| file.offer(located).unwrap().edits).collect();
        let said = unused.iter().map(|located| {
            let range = std::ops::Range::<usize>::from(located.range());
            format!("{}: {}", &text[range], located.diagnosis.finding.message)
        });
        (said.collect(), apply(text, &edits).unwrap())
    }

    fn pod(above: &str, network: &str) -> String {
        format!("{above}apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: {network}\n  containers: []\n")
    }

    #[test]
    fn what_silences_something_is_used() {
        for text in [
            pod("", "true # leastwise: ignore[host-network] because it watches the node"),
            pod("", "true # leastwise: ignore[host-network] until 2030-11-25 because of the move"),
            pod("# leastwise: ignore-object[host-network] because …\n", "true"),
            pod("# leastwise: ignore-file[host-network] because …\n", "true"),
        ] {
            assert_eq!(complaints(&text), (vec![], text.clone()));
        }
    }

    #[test]
    fn what_silences_nothing_can_be_removed() {
        let fine = pod("", "false");
        for text in [
            pod("", "false # leastwise: ignore[host-network] because it watches the node"),
            pod("# leastwise: ignore-object[host-network] because …\n", "false"),
            pod("# leastwise: ignore-file[host-network] because …\n", "false"),
        ] {
            let (said, after) = complaints(&text);
            assert_eq!(said, ["host-network: This suppression of host-network silences nothing"], "{text}");
            assert_eq!(after, fine);
        }
    }

    #[test]
    fn what_may_silence_the_model_is_left_alone() {
        for text in [
            pod("", "false # leastwise: ignore[secret-in-plain-text] because it is public"),
            pod("", "{{ .Values.network }} # leastwise: ignore[host-network] because it watches the node"),
            pod("# leastwise: ignore-object[host-network] because …\n", "{{ .Values.network }}"),
            pod("", "false # leastwise: ignore[host-network] because …").replace(": v1", ": example.org/v1"),
        ] {
            assert_eq!(complaints(&text).0, [""; 0], "{text}");
        }
        let misspelt = pod("", "false # leastwise: ignore[secret-in-plain-txt] because …");
        let told =
            "secret-in-plain-txt: There is no rule secret-in-plain-txt; did you mean secret-in-plain-text?";
        assert_eq!(complaints(&misspelt).0, [told]);
        // On a line beside the template the rules know.
        let templated = "{{ .Values.network }}\n  hostPID: false # leastwise: ignore[host-pid] because …";
        assert_eq!(complaints(&pod("", templated)).0.len(), 1);
    }

    #[test]
    fn one_name_of_several_goes_alone() {
        for (names, left) in [
            ("host-pid, host-network", "host-network"),
            ("host-network , host-pid", "host-network"),
            ("host-network, host-pid, privileged-container", "host-network"),
        ] {
            let text = pod("", &format!("true # leastwise: ignore[{names}] because …"));
            // One at a time, as they are applied.
            let mut text = text;
            loop {
                let file = File::new(&text, &Environment::default());
                let next = file.shown().find(|located| located.diagnosis.rule() == "unused-suppression");
                let Some(next) = next else { break };
                text = apply(&text, &file.offer(&next).unwrap().edits).unwrap();
            }
            assert_eq!(text, pod("", &format!("true # leastwise: ignore[{left}] because …")));
        }
    }

    #[test]
    fn misspelt_names_and_ended_ones_are_told() {
        let text = pod("", "true # leastwise: ignore[host-netwrk] because …");
        assert_eq!(
            complaints(&text).0,
            ["host-netwrk: There is no rule host-netwrk; did you mean host-network?"]
        );
        let text = pod("", "true # leastwise: ignore[host-network] until 2030-11-24 because …");
        let (said, _) = complaints(&text);
        assert_eq!(said, ["host-network: This suppression of host-network ended on 2030-11-24"]);
    }

    #[test]
    fn the_examples_of_its_page_are_what_they_say() {
        let documentation = leastwise_rules::UNUSED_SUPPRESSION.documentation();
        let mut examples =
            documentation.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let (avoid, prefer) = (examples.next().unwrap(), examples.next().unwrap());
        assert_eq!(complaints(avoid).0.len(), 1);
        assert_eq!(complaints(prefer).0, [""; 0]);
    }
}
