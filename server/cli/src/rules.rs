//! `leastwise rules`

use crate::DONE;
use crate::console::Console;
use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use leastwise_rules::{
    EVIDENCE_RULES, Family, FixKind, Persona, Profile, Rule, Severity, UNUSED_SUPPRESSION, rules,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Lists every rule.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The form of the output; markdown is the index of the rule reference.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Human,
    Json,
    Markdown,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    title: &'static str,
    family: Family,
    severity: Severity,
    persona: Persona,
    profile: Option<Profile>,
    fix: FixKind,
    /// Ids by the name of the checker that uses them.
    also: BTreeMap<String, Vec<&'static str>>,
}

impl Entry {
    fn new(rule: &Rule) -> Self {
        let mut also = BTreeMap::<_, Vec<_>>::new();
        for (checker, id) in rule.also {
            also.entry(word(checker)).or_default().push(*id);
        }
        Self {
            id: rule.id,
            title: rule.title,
            family: rule.family,
            severity: rule.severity,
            persona: rule.persona,
            profile: rule.profile,
            fix: rule.fix,
            also,
        }
    }
}

/// The word that output and settings have for a value.
pub(crate) fn word(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned()
}

pub(crate) fn run(options: &Rules, console: &mut Console) -> io::Result<u8> {
    let text = match options.format {
        Format::Human => human(),
        Format::Json => {
            let entries: Vec<_> = rules().map(Entry::new).collect();
            serde_json::to_string_pretty(&entries)? + "\n"
        }
        Format::Markdown => markdown(),
    };
    console.out().write_all(text.as_bytes())?;
    Ok(DONE)
}

/// A line a rule, by family.
fn human() -> String {
    let width = rules().map(|rule| rule.id.len()).max().unwrap_or_default();
    let heading = Style::new().bold().underline();
    let mut text = String::new();
    for family in Family::ALL {
        let own: Vec<_> = rules().filter(|rule| rule.family == family).collect();
        if own.is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{gap}{heading}{}{heading:#}", family.name());
        for rule in own {
            let style = style(rule.severity);
            let (severity, profile) = (rule.severity.name(), rule.profile.map_or("", Profile::name));
            let _ = writeln!(
                text,
                "{:width$}  {style}{severity:7}{style:#}  {profile:10}  {}",
                rule.id, rule.title
            );
        }
    }
    text
}

/// The colour of a severity.
pub(crate) fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
        Severity::Hint => AnsiColor::BrightCyan,
    };
    color.on_default()
}

/// A parameter as it is written in settings: `hostPorts`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// The index of the rule reference, `docs/rules/README.md`: a table a family.
fn markdown() -> String {
    let count = rules().count();
    let mut text = format!(
        "# Rules\n\nAll {count}, made from their own documentation by `cargo xtask generate`. In a terminal, \
         `leastwise explain ID` shows the same.\n"
    );
    for family in Family::ALL {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n## {}\n\n| rule | finds | severity | profile | for | fix |\n| --- | --- | --- | --- | --- | --- |\n",
            family.name()
        );
        for rule in rules().filter(|rule| rule.family == family) {
            let _ = writeln!(
                text,
                "| [{id}]({id}.md) | {} | {} | {} | {} | {} |",
                rule.title,
                rule.severity.name(),
                rule.profile.map_or("", Profile::name),
                word(&rule.persona),
                word(&rule.fix),
                id = rule.id,
            );
        }
    }
    let own = UNUSED_SUPPRESSION;
    let _ = write!(
        text,
        "\nBeside the index: [{id}]({id}.md), about comments that silence nothing.\n",
        id = own.id
    );
    text.push_str("\nWith evidence of what happened at run time, also:\n\n");
    for rule in EVIDENCE_RULES {
        let _ = writeln!(text, "- [{id}]({id}.md): {}", rule.title, id = rule.id);
    }
    text
}
