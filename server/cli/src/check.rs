//! `leastwise check`

use crate::configurations::Configurations;
use crate::console::Console;
use crate::evidence::gather;
use crate::judged::{Judged, Project, judge};
use crate::judging::{Judging, word};
use crate::local_model::{self, Choice, Task};
use crate::model_pass::{Log, Stopped};
use crate::output::{Format, Human, Reported};
use crate::problem::Problem;
use crate::rules::style;
use crate::sources::sources;
use crate::taught::Taught;
use crate::{DONE, FAILED, FOUND, model_pass};
use clap::Args;
use leastwise_analysis::{Baseline, Evidence, Standing};
use leastwise_model::Supervisor;
use leastwise_rules::Severity;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Files that are drawn at a time, so that the text of all findings never lies in memory at once.
const BATCH: usize = 64;

/// Finds privilege that a manifest does not need.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 nothing at or above the threshold, 1 findings, 2 something could not be judged."
)]
pub(crate) struct Check {
    #[command(flatten)]
    judging: Judging,
    /// The form of the output.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The local model to ask where no rule can judge: off, default, or a GGUF file. What it says is shown as its
    /// own, and does not change the exit code unless you have set its severity. [default: the one that `leastwise model
    /// pull` has made, if it has, for ten seconds at most]
    #[arg(long, value_name = "MODEL")]
    model: Option<Choice>,
    /// Write where a rule and the model disagree to this file, a JSON object a line: it finds defects in either.
    #[arg(long, value_name = "FILE")]
    log_disagreements: Option<PathBuf>,
    /// Logs of what happened at run time, or records that `leastwise evidence` has made of them: what roles grant and
    /// nobody used is found. In place of the setting `evidence`. May be repeated.
    #[arg(long, value_name = "LOG")]
    evidence: Vec<PathBuf>,
    /// The least severity that makes the exit code 1 [default: warning].
    #[arg(long, value_name = "SEVERITY", value_parser = word::<Severity>(&["hint", "info", "warning", "error"]))]
    fail_on: Option<Severity>,
    /// Show findings that are suppressed or in the baseline, too, with the reason.
    #[arg(long)]
    show_suppressed: bool,
    /// Show only what is not among the findings in this file, which --write-baseline has written.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all that is found to this file, for --baseline or the setting `baseline`, and show nothing.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    infos: usize,
    hints: usize,
    suppressed: usize,
    fixable_safely: usize,
    fixable: usize,
    by_model: usize,
    /// Findings at or above the threshold.
    failing: usize,
}

pub(crate) fn run(check: &Check, console: &mut Console) -> io::Result<u8> {
    let (sources, unfound) = sources(&check.judging.paths, check.judging.stdin_filename.as_deref());
    let mut flags = check.judging.settings.configuration(check.fail_on);
    flags.known = match known(check) {
        Ok(known) => known,
        Err(problem) => {
            console.error(&problem);
            return Ok(FAILED);
        }
    };
    let mut configurations = Configurations::new(flags);
    let mut is_whole = true;
    if !check.evidence.is_empty() {
        let reading = gather(&check.evidence, console);
        is_whole = reading.is_complete;
        configurations.give_evidence(Evidence::new(reading.record));
    }
    let mut project = judge(sources, &mut configurations);
    for problem in configurations.evidence_problems() {
        console.note(problem);
    }
    project.problems.splice(..0, unfound);
    let has_model = ask_model(check, &mut project, console);
    if let Some(path) = &check.write_baseline {
        let code = write_baseline(path, &project, console)?;
        return Ok(if has_model { code } else { FAILED });
    }

    let human = Human::new(Console::width());
    let mut counts = Counts::default();
    let mut rules = BTreeSet::new();
    console.out().write_all(check.format.opening().as_bytes())?;
    for batch in project.files.chunks(BATCH) {
        let drawn: Vec<_> = batch.par_iter().map(|judged| report(judged, check, &human)).collect();
        for (texts, own) in drawn {
            counts.add(own);
            for (rule, text) in texts {
                let separator = if rules.is_empty() { "" } else { check.format.separator() };
                rules.insert(rule);
                console.out().write_all(separator.as_bytes())?;
                console.out().write_all(text.as_bytes())?;
            }
        }
    }
    console.out().write_all(check.format.closing(&rules).as_bytes())?;
    let not_judged = say_what_was_not_judged(&project, console);
    if check.format == Format::Human {
        let summary = summary(&project, counts, not_judged);
        let summary = Console::width().map_or(summary.clone(), |width| textwrap::fill(&summary, width));
        writeln!(console.out(), "{summary}")?;
    }
    Ok(match (project.problems.is_empty() && has_model && is_whole, counts.failing) {
        (false, _) => FAILED,
        (true, 0) => DONE,
        (true, _) => FOUND,
    })
}

/// What the flags say is known already. Who writes a baseline wants to see everything.
fn known(check: &Check) -> Result<Option<Arc<Baseline>>, Problem> {
    match (&check.baseline, &check.write_baseline) {
        (Some(path), _) => match Baseline::load(path) {
            Ok(baseline) => Ok(Some(Arc::new(baseline))),
            Err(error) => Err(Problem::Baseline { name: path.display().to_string(), error: Arc::new(error) }),
        },
        (None, Some(_)) => Ok(Some(Arc::default())),
        (None, None) => Ok(None),
    }
}

fn write_baseline(path: &Path, project: &Project, console: &mut Console) -> io::Result<u8> {
    let shown = project.files.iter().flat_map(|judged| judged.file.shown());
    let seen =
        project.files.iter().flat_map(|judged| &judged.sightings).filter(|sighting| sighting.is_shown());
    let baseline = Baseline::of(shown).with(seen.map(|sighting| sighting.identity.clone()));
    let not_judged = say_what_was_not_judged(project, console);
    let name = path.display().to_string();
    if let Err(error) = std::fs::write(path, baseline.text()) {
        console.error(&Problem::unwritable(&name, error));
        return Ok(FAILED);
    }
    writeln!(console.out(), "{} in {name}", number(baseline.len(), "finding", "findings"))?;
    Ok(if not_judged > 0 { FAILED } else { DONE })
}

/// How long who has not asked for the model waits for it. It reads a few documents a second, and a repository may have
/// thousands.
const PATIENCE: Duration = Duration::from_secs(10);

/// Has the model look at the files, if it is wanted or there. Whether all is as wanted: without a model rules go on
/// working.
fn ask_model(check: &Check, project: &mut Project, console: &mut Console) -> bool {
    let is_wanted = check.model.is_some() || check.log_disagreements.is_some();
    let model = match &check.model {
        None if !is_wanted => Ok(local_model::detector_if_there()),
        choice => local_model::open(Task::Detect, choice.as_ref().unwrap_or(&Choice::Default)),
    };
    let outcome = model.map_err(|reason| reason.to_string()).and_then(|model| match model {
        Some(model) => look(check, &mut project.files, &model, console),
        None if check.log_disagreements.is_some() => {
            Err("--log-disagreements needs a model, and --model is off".to_owned())
        }
        None => Ok(()),
    });
    match outcome {
        Ok(()) => true,
        // Who has not asked for it still gets what was asked for: what the rules find.
        Err(reason) if !is_wanted => {
            console.note(&format!("the model did not look at everything: {reason}"));
            true
        }
        Err(reason) => {
            console.error(&reason);
            false
        }
    }
}

fn look(
    check: &Check,
    files: &mut [Judged],
    model: &Supervisor,
    console: &mut Console,
) -> Result<(), String> {
    let mut taught = Taught::on(model.model());
    let outcome = look_and_log(check, files, model, &mut taught, console);
    taught.errors().iter().for_each(|error| console.note(error));
    outcome
}

fn look_and_log(
    check: &Check,
    files: &mut [Judged],
    model: &Supervisor,
    taught: &mut Taught<'_>,
    console: &mut Console,
) -> Result<(), String> {
    let Some(path) = &check.log_disagreements else {
        let until = check.model.is_none().then(|| Instant::now() + PATIENCE);
        return end_of(model_pass::look(files, model, taught, until, None), check, console);
    };
    let name = path.display().to_string();
    let unwritable = |error| Problem::unwritable(&name, error).to_string();
    let mut writer = BufWriter::new(File::create(path).map_err(unwritable)?);
    let mut log = Log::to(&mut writer);
    let outcome = model_pass::look(files, model, taught, None, Some(&mut log));
    let count = number(log.len(), "disagreement", "disagreements");
    writer.flush().map_err(unwritable)?;
    end_of(outcome, check, console)?;
    console.note(&format!("{count} between the rules and the model, in {name}"));
    Ok(())
}

/// How the model's look ended. One that sees nothing is no failure: it explains.
fn end_of(outcome: Result<(), Stopped>, check: &Check, console: &mut Console) -> Result<(), String> {
    match outcome {
        Err(stopped) if stopped.is_blindness() => {
            if check.model.is_some() {
                console.note(&"the model has no labels: it can explain findings, but sees none itself");
            }
            Ok(())
        }
        outcome => outcome.map_err(|stopped| stopped.to_string()),
    }
}

/// The findings of a file, drawn.
fn report(judged: &Judged, check: &Check, human: &Human) -> (Vec<(String, String)>, Counts) {
    let file = &judged.file;
    let fail_on = file.environment().configuration.fail_on();
    let name = judged.source.name.as_str();
    let located: Vec<_> = file.diagnoses().collect();
    // Proving a fix means judging a document again, so the findings of one large file are shared out, too.
    let mut reported: Vec<_> = located
        .par_iter()
        .map(|located| {
            let is_told = check.format.shows(located.standing, check.show_suppressed);
            let offer = if is_told { file.offer(located).ok() } else { None };
            let reported = Reported::by_rule(name, file, located, offer);
            let text = is_told.then(|| (reported.rule.to_string(), check.format.finding(&reported, human)));
            (reported.document, reported.range.start(), text, count(&reported, fail_on))
        })
        .collect();
    reported.extend(judged.sightings.iter().map(|sighting| {
        let reported = Reported::by_model(name, file, sighting);
        let is_told = check.format.shows(reported.standing, check.show_suppressed);
        let text = is_told.then(|| (reported.rule.to_string(), check.format.finding(&reported, human)));
        let is_counted_apart = reported.standing == Standing::Shown && !sighting.has_users_severity;
        let counts = match is_counted_apart {
            true => Counts { by_model: 1, ..Counts::default() },
            false => count(&reported, fail_on),
        };
        (reported.document, reported.range.start(), text, counts)
    }));
    reported.sort_by_key(|(document, start, ..)| (*document, *start));
    let mut counts = Counts::default();
    let mut drawn = Vec::new();
    for (_, _, text, own) in reported {
        counts.add(own);
        drawn.extend(text);
    }
    (drawn, counts)
}

fn count(reported: &Reported<'_>, fail_on: Severity) -> Counts {
    let severity = reported.severity;
    let one = usize::from;
    match reported.standing {
        Standing::Covered(_) => Counts::default(),
        Standing::Suppressed(_) => Counts { suppressed: 1, ..Counts::default() },
        Standing::Shown => Counts {
            errors: one(severity == Severity::Error),
            warnings: one(severity == Severity::Warning),
            infos: one(severity == Severity::Info),
            hints: one(severity == Severity::Hint),
            suppressed: 0,
            fixable_safely: one(reported.is_safely_fixable()),
            fixable: one(reported.is_fixable()),
            by_model: 0,
            failing: one(severity >= fail_on),
        },
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.infos += other.infos;
        self.hints += other.hints;
        self.suppressed += other.suppressed;
        self.fixable_safely += other.fixable_safely;
        self.fixable += other.fixable;
        self.by_model += other.by_model;
        self.failing += other.failing;
    }
}

/// Says what could not be judged, and answers how many files that is.
fn say_what_was_not_judged(project: &Project, console: &mut Console) -> usize {
    let mut count = project.problems.len();
    for problem in &project.problems {
        console.error(problem);
    }
    for Judged { source, file, .. } in &project.files {
        let mut is_whole = true;
        for error in file.syntax_errors() {
            is_whole = false;
            let place = file.buffer().place(error.range.start());
            let (row, column) = (place.row, place.column);
            console.note(&format!("{}:{row}:{column}: not judged here: {}", source.name, error.message));
        }
        for failed in file.panicked() {
            is_whole = false;
            console.note(&format!(
                "{}: not judged by {}: the rule failed ({})",
                source.name, failed.rule, failed.message
            ));
        }
        count += usize::from(!is_whole);
    }
    count
}

fn summary(project: &Project, counts: Counts, not_judged: usize) -> String {
    let mut found: Vec<_> = [
        (counts.errors, Severity::Error, "error", "errors"),
        (counts.warnings, Severity::Warning, "warning", "warnings"),
        (counts.infos, Severity::Info, "info", "infos"),
        (counts.hints, Severity::Hint, "hint", "hints"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, severity, one, many)| {
        let style = style(severity);
        format!("{style}{}{style:#}", number(count, one, many))
    })
    .collect();
    if found.is_empty() {
        found.push("no findings".to_owned());
    }
    let mut summary = format!("{}: {}", number(project.files.len(), "file", "files"), found.join(", "));
    let unsafely = counts.fixable - counts.fixable_safely;
    match (counts.fixable_safely, unsafely) {
        (0, 0) => {}
        (safely, 0) => summary.push_str(&format!("; {safely} fixable with `leastwise fix`")),
        (0, unsafely) => summary.push_str(&format!("; {unsafely} fixable with `leastwise fix --unsafe`")),
        (safely, unsafely) => summary
            .push_str(&format!("; {safely} fixable with `leastwise fix`, {unsafely} more with `--unsafe`")),
    }
    for (count, what) in [
        (counts.by_model, "seen by the model"),
        (counts.suppressed, "suppressed"),
        (not_judged, "not judged, or not all of it"),
        (project.others, "without Kubernetes objects"),
    ] {
        if count > 0 {
            summary.push_str(&format!("; {count} {what}"));
        }
    }
    summary
}

fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
