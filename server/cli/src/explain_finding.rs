//! `leastwise explain RULE FILE[:ROW]`: the finding itself, and what a model says about it.

use crate::configurations::Configurations;
use crate::console::Console;
use crate::explain_place::{HEADING, split};
use crate::judged::{Judged, judge};
use crate::local_model::{self, Choice, Task};
use crate::markdown::{Flow, WIDTH};
use crate::output::{Format, Human, Reported};
use crate::sources::sources;
use crate::{DONE, FAILED, explain_sighting};
use leastwise_analysis::configuration::{RuleId, Selector};
use leastwise_analysis::{Configuration, Located, explain_request};
use leastwise_model::Explainer;
use leastwise_rules::Rule;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Shows what the rule found at a place, then `page`, then the model's words as they come.
pub(crate) fn run(
    rule: &Rule,
    place: &str,
    page: &str,
    model: Option<&Choice>,
    console: &mut Console,
) -> io::Result<u8> {
    let (path, row) = split(place);
    let (sources, mut problems) = sources(&[path], None);
    let only =
        Configuration { select: Some(vec![Selector::Rule(RuleId(rule.id))]), ..Configuration::default() };
    let mut project = judge(sources, &mut Configurations::new(only));
    problems.append(&mut project.problems);
    for problem in &problems {
        console.error(problem);
    }
    let found: Vec<_> = project
        .files
        .iter()
        .flat_map(|judged| judged.file.diagnoses().map(move |located| (judged, located)))
        .filter(|(_, located)| located.diagnosis.rule() == rule.id)
        .collect();
    let Some((judged, located)) =
        found.iter().find(|(judged, located)| row.is_none_or(|row| row == row_of(judged, located)))
    else {
        let nothing = nothing(rule, place, &found);
        // Where the rule cannot judge, the model may have seen it.
        let detector = if model == Some(&Choice::Off) { None } else { local_model::detector_if_there() };
        if let Some(detector) = detector
            && let Some(code) = explain_sighting::explain(&mut project.files, row, page, &detector, console)?
        {
            return Ok(code);
        }
        if problems.is_empty() {
            console.error(&nothing);
        }
        return Ok(FAILED);
    };
    let offer = judged.file.offer(located).ok();
    let reported = Reported::by_rule(&judged.source.name, &judged.file, located, offer);
    let finding = Format::Human.finding(&reported, &Human::new(Console::width()));
    write!(console.out(), "{finding}\n\n{page}")?;
    ask(judged, located, model.unwrap_or(&Choice::Off), console)
}

fn ask(judged: &Judged, located: &Located<'_>, model: &Choice, console: &mut Console) -> io::Result<u8> {
    let supervisor = match local_model::open(Task::Explain, model) {
        Ok(None) => return Ok(DONE),
        Ok(Some(supervisor)) => supervisor,
        Err(reason) => {
            console.error(&reason);
            return Ok(FAILED);
        }
    };
    writeln!(console.out(), "\n{HEADING}What the model says about this finding{HEADING:#}")?;
    console.flush()?;
    let request = explain_request(&judged.file, located);
    let mut flow = Flow::new(Console::width().unwrap_or(WIDTH).min(WIDTH));
    let mut written = Ok(());
    let mut show = |piece: &str| {
        if written.is_ok() {
            written = console.out().write_all(flow.set(piece).as_bytes()).and_then(|()| console.flush());
        }
    };
    let explanation =
        Explainer::new(Arc::new(supervisor)).explain(&request, &mut show, &AtomicBool::new(false));
    written?;
    writeln!(console.out())?;
    match explanation {
        Ok(explanation) if explanation.text.is_empty() => {
            console.note(&"nothing that the model said could be believed");
            Ok(DONE)
        }
        Ok(_) => Ok(DONE),
        Err(error) => {
            console.error(&error);
            Ok(FAILED)
        }
    }
}

fn row_of(judged: &Judged, located: &Located<'_>) -> u32 {
    judged.file.buffer().place(located.range().start()).row
}

fn nothing(rule: &Rule, place: &str, found: &[(&Judged, Located<'_>)]) -> String {
    let mut rows: Vec<_> =
        found.iter().map(|(judged, located)| row_of(judged, located).to_string()).collect();
    rows.dedup();
    let elsewhere =
        if rows.is_empty() { String::new() } else { format!("; it does in row {}", rows.join(", ")) };
    format!("{} finds nothing at {place}{elsewhere}", rule.id)
}
