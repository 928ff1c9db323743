use crate::field::{in_pod, pattern};
use crate::meaning::{Meaning, meaning};
use crate::{File, Located, Sighting, Standing, WeighedLine, certainty, evidence};
use leastwise_rules::{FixKind, Profile, Rule, rule, rules};
use leastwise_text::{TextRange, TextSize};
use std::fmt::Write;

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The characters it is about, in the text.
    pub range: TextRange,
    /// The explanation.
    pub markdown: String,
}

/// Explains the findings at `offset` and, after them, what the model has seen there; or else the field that stands there,
/// if a rule knows it.
pub fn hover(file: &File, seen: &[Sighting], offset: TextSize) -> Option<Hover> {
    let found: Vec<_> = findings_at(file, offset).collect();
    let seen: Vec<_> = sightings_at(seen, offset).collect();
    let ranges = found.iter().map(Located::range).chain(seen.iter().map(|sighting| sighting.range));
    match ranges.into_iter().next() {
        Some(range) => {
            let parts: Vec<_> = found
                .iter()
                .map(|located| explain(file, located))
                .chain(seen.iter().map(|sighting| explain_sighting(sighting)))
                .chain(evidence::hover(file, offset).map(|hover| hover.markdown))
                .collect();
            Some(Hover { range, markdown: parts.join("\n\n---\n\n") })
        }
        None => evidence::hover(file, offset).or_else(|| field(file, offset)),
    }
}

/// What the model has seen at `offset`, without what rules say, too.
pub fn sightings_at(seen: &[Sighting], offset: TextSize) -> impl Iterator<Item = &Sighting> {
    seen.iter().filter(move |sighting| {
        sighting.range.contains_inclusive(offset) && !matches!(sighting.standing(), Standing::Covered(_))
    })
}

/// The lines that weighed in what the model saw, as part of its explanation.
pub fn weight_words(lines: &[WeighedLine]) -> String {
    if lines.is_empty() {
        return "**What weighed.** No other line.".to_owned();
    }
    // Code between two backticks may hold single ones.
    let lines = lines.iter().map(|WeighedLine { row, text }| format!("- line {row}: `` {text} ``"));
    format!("**What weighed.**\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// The findings whose characters hold `offset`, the covered ones left out.
pub(crate) fn findings_at(file: &File, offset: TextSize) -> impl Iterator<Item = Located<'_>> {
    let here = move |located: &Located<'_>| located.range().contains_inclusive(offset);
    file.diagnoses().filter(|located| !matches!(located.standing, Standing::Covered(_))).filter(here)
}

fn explain(file: &File, located: &Located<'_>) -> String {
    let finding = &located.diagnosis.finding;
    let rule = finding.rule;
    let mut text = heading(rule, located.diagnosis.severity.name(), finding.profile);
    // Writing to a string cannot fail.
    let _ = write!(text, "\n\n{}.", finding.message);
    if let Standing::Suppressed(reason) = located.standing {
        let _ = write!(text, "\n\n*Suppressed here: {reason}*");
    }
    for section in ["Why", "When it is fine"] {
        if let Some(words) = rule.section(section) {
            let _ = write!(text, "\n\n**{section}.** {words}");
        }
    }
    let fix = match (rule.section("Fix"), finding.fix.as_ref().map(|_| file.offer(located))) {
        (Some(words), Some(Ok(offer))) => format!("{words} *Offered here ({}).*", offer.applicability.name()),
        (Some(words), Some(Err(withheld))) => format!("{words} *Not offered here: {withheld}.*"),
        (words, _) => words.unwrap_or_default(),
    };
    let _ = write!(text, "\n\n**Fix.** {fix}");
    if let Some(references) = rule.section("References") {
        let _ = write!(text, "\n\n{references}");
    }
    text
}

fn explain_sighting(sighting: &Sighting) -> String {
    let (severity, certainty) = (sighting.severity.name(), certainty(sighting.probability));
    let mut text = format!("**{}** · `{}` · {severity} · {certainty}", sighting.message, sighting.label);
    // Writing to a string cannot fail.
    if let Standing::Suppressed(reason) = sighting.standing() {
        let _ = write!(text, "\n\n*Suppressed here: {reason}*");
    }
    if let Some(meaning) = meaning(&sighting.label) {
        let Meaning { summary, why, remedy, exception, .. } = meaning;
        let _ = write!(
            text,
            "\n\n{summary}\n\n**Why.** {why}\n\n**When it is fine.** {exception}\n\n**Fix.** By hand: {remedy}"
        );
    }
    if let Some(rule) = rule(&sighting.label) {
        let _ = write!(
            text,
            "\n\n{}\n\nThe rule cannot judge here: a template hides what it would look at, the text is not whole, or \
             the kind is none that it knows.",
            rule.summary()
        );
        for section in ["Why", "Fix"] {
            if let Some(words) = rule.section(section) {
                let _ = write!(text, "\n\n**{section}.** {words}");
            }
        }
    }
    text
}

fn heading(rule: &Rule, severity: &str, profile: Option<Profile>) -> String {
    let profile = profile.map(|profile| format!(" · forbidden by {}", profile.name())).unwrap_or_default();
    format!("**{}** · `{}` · {severity}{profile}", rule.title, rule.id)
}

/// What an object is called is no setting, though rules point there at objects that lack something.
const IDENTITY: [&str; 4] = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

fn field(file: &File, offset: TextSize) -> Option<Hover> {
    let (analysis, start, offset) = file.document_at(offset)?;
    let path = analysis.document.path_at(offset);
    let entry = analysis.document.entry_at(&path)?;
    if !entry.key.range().contains_inclusive(offset) || analysis.document.is_broken(entry.key.range()) {
        return None;
    }
    let (object, resource) = analysis.resources.iter().find(|(object, _)| object.holds(&path))?;
    let name = pattern(&path.relative_to(object)?);
    if IDENTITY.contains(&name.as_str()) {
        return None;
    }
    let mut names: Vec<_> =
        analysis.pods.iter().filter_map(|pod| Some(in_pod(&path.relative_to(pod)?))).collect();
    names.push(name);
    let configuration = &file.environment().configuration;
    let known: Vec<_> = rules()
        .filter(|rule| rule.looks_at(&resource.kind) && configuration.selects_rule(rule, rule.profile))
        .filter(|rule| rule.fields.iter().any(|field| names.iter().any(|name| name == field)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let parts = known.iter().map(|rule| {
        let fix = if rule.fix == FixKind::Manual { "" } else { " A fix is offered where it is found." };
        format!("{}\n\n{}{fix}", heading(rule, rule.severity.name(), rule.profile), rule.summary())
    });
    Some(Hover { range: entry.key.range() + start, markdown: parts.collect::<Vec<_>>().join("\n\n") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, sightings};
    use leastwise_model::Tag;

    const TEXT: &str = "\
apiVersion: v1
kind: Pod
spec:
  hostNetwork: true
  hostPID: false
  containers:
  - name: web
    image: web:1.2
";

    fn hover_at(text: &str, at: &str) -> Option<Hover> {
        let offset = TextSize::of(&text[..text.find(at).unwrap()]) + TextSize::new(1);
        hover(&File::new(text, &Environment::default()), &[], offset)
    }

    #[test]
    fn what_the_model_saw_comes_after_the_rules_and_says_whose_it_is() {
        let file = File::new(TEXT, &Environment::default());
        let saw = |label: &str, line| {
            let tags = [Tag { label: label.to_owned(), line, probability: 0.93 }];
            sightings(&file, 0, &tags)
        };
        let at = |at: &str| TextSize::of(&TEXT[..TEXT.find(at).unwrap()]);
        let both = hover(&file, &saw("setting-without-effect", 3), at("hostNetwork")).unwrap().markdown;
        assert!(
            both.contains("**Setting has no effect here** · `setting-without-effect` · info · seen by the local model, 93 %"),
            "{both}"
        );
        let image = hover(&file, &saw("image-imitates-known-name", 7), at("web:1.2")).unwrap();
        assert!(image.markdown.contains("**Why.** Names like this"), "{}", image.markdown);
        let lines = [WeighedLine { row: 3, text: "spec:".to_owned() }];
        assert_eq!(weight_words(&lines), "**What weighed.**\n\n- line 3: `` spec: ``");
    }

    #[test]
    fn a_finding_is_explained_whole_without_any_model() {
        let hover = hover_at(TEXT, "true").unwrap();
        for part in [
            "`host-network` · error · forbidden by baseline",
            "**Why.**",
            "**Fix.**",
            "Offered here (behavioural)",
        ] {
            assert!(hover.markdown.contains(part), "{part} is not in:\n{}", hover.markdown);
        }
        assert_eq!(usize::from(hover.range.start()), TEXT.find("true").unwrap());
    }

    #[test]
    fn a_field_that_a_rule_knows_is_explained_where_nothing_is_wrong() {
        let hover = hover_at(TEXT, "hostPID").unwrap();
        assert!(hover.markdown.contains("`host-pid`"), "{}", hover.markdown);
        assert_eq!(usize::from(hover.range.start()), TEXT.find("hostPID").unwrap());
        assert!(hover_at(TEXT, "image").unwrap().markdown.contains("`image-tag-latest`"));
    }

    #[test]
    fn other_fields_say_nothing() {
        assert_eq!(hover_at(TEXT, "apiVersion"), None);
        assert_eq!(hover_at("a: b\n", "a"), None);
    }
}
