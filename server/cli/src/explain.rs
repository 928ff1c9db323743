//! `leastwise explain`

use crate::console::Console;
use crate::local_model::Choice;
use crate::{DONE, FAILED, explain_finding, explain_sighting, markdown, rules};
use anstyle::Style;
use clap::{Args, ValueEnum};
use leastwise_analysis::{MEANINGS, Meaning, meaning};
use leastwise_rules::{Rule, rule};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Explains a rule: what it finds, why it matters, and what to do.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule's id, an id under which another checker knows it, or a label of the model.
    rule: String,
    /// A file, perhaps with a row, where the rule finds something, or the model sees it: explains that finding.
    #[arg(value_name = "FILE[:ROW]")]
    place: Option<String>,
    /// The local model to ask about the finding: off, default, or a GGUF file [default: off for rules; what the model
    /// sees is asked of the one that `leastwise model pull` has fetched].
    #[arg(long, value_name = "MODEL", requires = "place")]
    model: Option<Choice>,
    /// The form of the output; markdown is the rule's page in the reference.
    #[arg(long, value_name = "FORMAT", default_value = "human", conflicts_with = "place")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Markdown,
}

pub(crate) fn run(explain: &Explain, console: &mut Console) -> io::Result<u8> {
    let width = Console::width().unwrap_or(markdown::WIDTH).min(markdown::WIDTH);
    let is_page = explain.format == Format::Markdown;
    if let Some(rule) = rule(&explain.rule) {
        let page = if is_page { markdown_page(rule) } else { page(rule, width) };
        return match &explain.place {
            Some(place) => explain_finding::run(rule, place, &page, explain.model.as_ref(), console),
            None => print(&page, console),
        };
    }
    if let Some(meaning) = meaning(&explain.rule) {
        let page = if is_page { markdown_page_of_meaning(meaning) } else { page_of_meaning(meaning, width) };
        let model = explain.model.as_ref().unwrap_or(&Choice::Default);
        return match &explain.place {
            Some(place) => explain_sighting::run(meaning.id, place, &page, model, console),
            None => print(&page, console),
        };
    }
    console.error(&unknown(&explain.rule));
    Ok(FAILED)
}

fn print(page: &str, console: &mut Console) -> io::Result<u8> {
    console.out().write_all(page.as_bytes())?;
    Ok(DONE)
}

fn page_of_meaning(meaning: &Meaning, width: usize) -> String {
    let bold = Style::new().bold();
    let Meaning { id, title, .. } = meaning;
    let text = markdown::render(&meaning.documentation(), width);
    format!("{bold}{title}{bold:#} ({id})\ninfo, seen by the local model, fix: manual\n\n{text}")
}

fn markdown_page_of_meaning(meaning: &Meaning) -> String {
    let Meaning { id, title, .. } = meaning;
    format!("# {id}\n\n**{title}.** {}\n", meaning.documentation())
}

fn page(rule: &Rule, width: usize) -> String {
    let bold = Style::new().bold();
    let mut page = format!("{bold}{}{bold:#} ({})\n", rule.title, rule.id);
    let profile = rule.profile.map_or(String::new(), |profile| format!(", forbidden by {}", profile.name()));
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "{}, {}{profile}, fix: {}\n",
        rule.severity.name(),
        rule.family.name(),
        rules::word(&rule.fix)
    );
    page.push_str(&markdown::render(&rule.documentation(), width));
    if !rule.also.is_empty() {
        let also = rule.also.iter().map(|(checker, id)| format!("{} {id}", rules::word(checker)));
        let also = format!("Elsewhere: {}.", also.collect::<Vec<_>>().join(", "));
        let _ = write!(page, "\n{}\n", textwrap::fill(&also, markdown::options(width)));
    }
    page
}

/// The rule's page in the reference.
fn markdown_page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n**{}.** {}\n", rule.id, rule.title, rule.summary());
    let mut facts = vec![
        ("Family", rule.family.name().to_owned()),
        ("Severity", rule.severity.name().to_owned()),
        ("Confidence", rules::word(&rule.confidence)),
        ("For", rules::word(&rule.persona)),
        ("Fix", rules::word(&rule.fix)),
    ];
    facts.extend(rule.profile.map(|profile| ("Forbidden by", profile.name().to_owned())));
    facts.extend(
        rule.parameter.map(|parameter| ("Turned on by", format!("`{}`", rules::camel_case(parameter)))),
    );
    facts.push((
        "Looks at",
        rule.fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", "),
    ));
    page.push_str("\n| | |\n| --- | --- |\n");
    // Writing to a string cannot fail.
    for (name, fact) in facts {
        let _ = writeln!(page, "| {name} | {} |", fact.replace('|', "\\|"));
    }
    let documentation = rule.documentation();
    if let Some(start) = documentation.find("\n## ") {
        let _ = writeln!(page, "{}", documentation[start..].trim_end());
    }
    if !rule.also.is_empty() {
        page.push_str("\n## Elsewhere\n");
        for (checker, id) in rule.also {
            let _ = writeln!(page, "- {}: `{id}`", rules::word(checker));
        }
    }
    page
}

/// Helps whoever mistyped an id, or knows the rule from another checker.
fn unknown(word: &str) -> String {
    let elsewhere: Vec<_> = leastwise_rules::rules()
        .filter(|rule| rule.also.iter().any(|(_, id)| id.eq_ignore_ascii_case(word)))
        .map(|rule| rule.id)
        .collect();
    if !elsewhere.is_empty() {
        return format!("\"{word}\" is another checker's name for {}", elsewhere.join(" and "));
    }
    let ids =
        leastwise_rules::all_rules().map(|rule| rule.id).chain(MEANINGS.iter().map(|meaning| meaning.id));
    let likeness = |id: &str| strsim::jaro_winkler(id, word);
    let nearest = ids.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match nearest.filter(|id| likeness(id) > 0.8) {
        Some(id) => format!("there is no rule \"{word}\"; did you mean {id}?"),
        None => format!("there is no rule \"{word}\"; `leastwise rules` lists them"),
    }
}
