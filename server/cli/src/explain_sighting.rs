//! `leastwise explain LABEL FILE[:ROW]`: what the model saw there, and which lines weighed.

use crate::configurations::Configurations;
use crate::console::Console;
use crate::explain_place::{HEADING, split};
use crate::judged::{Judged, judge};
use crate::local_model::{self, Choice, Task};
use crate::output::{Format, Human, Reported};
use crate::sources::sources;
use crate::taught::Taught;
use crate::{DONE, FAILED, model_pass};
use leastwise_analysis::configuration::{RuleId, Selector};
use leastwise_analysis::{Configuration, Sighting, weighed};
use leastwise_model::Supervisor;
use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

/// Shows what the model saw at a place, then `page`, then the lines that weighed.
pub(crate) fn run(
    label: &'static str,
    place: &str,
    page: &str,
    model: &Choice,
    console: &mut Console,
) -> io::Result<u8> {
    let detector = match local_model::open(Task::Detect, model) {
        Ok(Some(detector)) => detector,
        Ok(None) => {
            console.error(&format!("only a model sees {label}, and --model is off"));
            return Ok(FAILED);
        }
        Err(reason) => {
            console.error(&reason);
            return Ok(FAILED);
        }
    };
    let (path, row) = split(place);
    let (sources, mut problems) = sources(&[path], None);
    let only =
        Configuration { select: Some(vec![Selector::Rule(RuleId(label))]), ..Configuration::default() };
    let mut project = judge(sources, &mut Configurations::new(only));
    problems.append(&mut project.problems);
    for problem in &problems {
        console.error(problem);
    }
    let code = explain(&mut project.files, row, page, &detector, console)?;
    if code.is_none() && problems.is_empty() {
        console.error(&format!("the model does not see {label} at {place}"));
    }
    Ok(code.unwrap_or(FAILED))
}

/// Has the model look at the files, and shows what it sees in the row, if that is anything.
pub(crate) fn explain(
    files: &mut [Judged],
    row: Option<u32>,
    page: &str,
    detector: &Supervisor,
    console: &mut Console,
) -> io::Result<Option<u8>> {
    if let Err(stopped) = model_pass::look(files, detector, &mut Taught::on(detector.model()), None, None) {
        console.error(&stopped);
        return Ok(Some(FAILED));
    }
    let seen = files.iter().flat_map(|judged| judged.sightings.iter().map(move |one| (judged, one)));
    let is_meant = |(judged, one): &(&Judged, &Sighting)| row.is_none_or(|row| row == row_of(judged, one));
    let Some((judged, sighting)) = seen.into_iter().find(is_meant) else { return Ok(None) };
    let reported = Reported::by_model(&judged.source.name, &judged.file, sighting);
    let finding = Format::Human.finding(&reported, &Human::new(Console::width()));
    write!(console.out(), "{finding}\n\n{page}")?;
    weigh(judged, sighting, detector, console).map(Some)
}

fn weigh(
    judged: &Judged,
    sighting: &Sighting,
    detector: &Supervisor,
    console: &mut Console,
) -> io::Result<u8> {
    let Some(placed) = judged.file.stream().documents().get(sighting.document) else { return Ok(DONE) };
    let (text, cancel) = (placed.document.source(), AtomicBool::new(false));
    let weights = match detector.weigh(text, &sighting.label, sighting.line, &cancel) {
        Ok(weights) => weights,
        Err(error) => {
            console.error(&error);
            return Ok(FAILED);
        }
    };
    writeln!(console.out(), "\n{HEADING}Which lines weighed{HEADING:#}")?;
    let lines = weighed(&judged.file, sighting, &weights);
    if lines.is_empty() {
        writeln!(console.out(), "No other line.")?;
    }
    for line in lines {
        writeln!(console.out(), "{:>6} | {}", line.row, line.text)?;
    }
    Ok(DONE)
}

fn row_of(judged: &Judged, sighting: &Sighting) -> u32 {
    judged.file.buffer().place(sighting.range.start()).row
}
