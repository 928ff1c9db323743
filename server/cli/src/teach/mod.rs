//! `leastwise teach`: a label of one's own from a handful of files, with what it does on files left out shown before it is
//! kept.

mod examples;
mod marks;
mod report;
mod shelf;

use crate::console::Console;
use crate::local_model::{self, Choice, NoModel, Task};
use crate::{DONE, FAILED, progress};
use clap::Args;
use examples::ExampleFile;
use leastwise_analysis::configuration::Selector;
use leastwise_analysis::taught_label_file;
use leastwise_model::Error;
use leastwise_model::gguf::Header;
use leastwise_model::protocol::LineState;
use leastwise_model::teach::{
    CannotLearn, Example, FEW, Lesson, Tally, TaughtLabel, Whitening, is_name, learn,
};
use report::Report;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Teaches the model a label of your own from a handful of files.
#[derive(Debug, Args)]
#[command(after_help = "\
A comment `# leastwise: bad` behind a line of a bad file, or alone above it, says where the label belongs; without any, it is
found out from what the bad files have in common and the good ones have not. The label is stored in .leastwise/labels beside
your .leastwise.yaml, and counts wherever the model is asked.

Exit code: 0 learned (and kept, unless --dry-run), 1 not kept, 2 could not learn.")]
pub(crate) struct Teach {
    /// The label's name: words with dashes, such as image-from-outside.
    #[arg(value_name = "NAME", required_unless_present_any = ["list", "forget"])]
    name: Option<String>,
    /// Files, or folders of files, that have it; five or more are best.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present_any = ["list", "forget"])]
    bad: Vec<PathBuf>,
    /// Files, or folders of files, that have it not, and are otherwise like the bad ones.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present_any = ["list", "forget"])]
    good: Vec<PathBuf>,
    /// What is said of a line that has it [default: the name in words].
    #[arg(long, value_name = "WORDS")]
    title: Option<String>,
    /// Keep it without asking.
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Show how well it does, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// The local model to teach: default, or a GGUF file.
    #[arg(long, value_name = "MODEL", default_value = "default")]
    model: Choice,
    /// List the labels that were taught here.
    #[arg(long, conflicts_with_all = ["name", "bad", "good", "forget", "json"])]
    list: bool,
    /// Forget the label of this name.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "bad", "good", "json"])]
    forget: Option<String>,
}

/// Kept by nobody.
const NOT_KEPT: u8 = 1;

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
enum NotLearned {
    #[error(
        "\"{0}\" is no name for a label: words of small letters and digits with dashes between, such as image-from-outside"
    )]
    Name(String),
    #[error("\"{0}\" means something already; choose another name")]
    NameTaken(String),
    #[error(
        "there is nobody here to ask whether to keep it: --yes keeps it, --dry-run only shows how well it does"
    )]
    NobodyToAsk,
    #[error("{}: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("{}: this model cannot be taught: it says nothing of its states", .0.display())]
    NoStates(PathBuf),
    #[error("{}: {error}", path.display())]
    NoModelFile { path: PathBuf, error: leastwise_model::gguf::Error },
    #[error(transparent)]
    NoModel(#[from] NoModel),
    #[error(transparent)]
    Model(#[from] Error),
    #[error(transparent)]
    CannotLearn(#[from] CannotLearn),
    #[error("not written: {}: {error}", path.display())]
    Unwritable { path: PathBuf, error: io::Error },
}

pub(crate) fn run(teach: &Teach, console: &mut Console) -> io::Result<u8> {
    let here = std::env::current_dir()?;
    if teach.list {
        return shelf::list(&here, console);
    }
    if let Some(name) = &teach.forget {
        return shelf::forget(&here, name, console);
    }
    let name = teach.name.as_deref().unwrap_or_default();
    match taught(teach, name, &here, console) {
        Ok(code) => code,
        Err(error) => {
            console.error(&error);
            Ok(FAILED)
        }
    }
}

/// Learns, shows and keeps. What cannot be printed is the inner error.
fn taught(
    teach: &Teach,
    name: &str,
    here: &Path,
    console: &mut Console,
) -> Result<io::Result<u8>, NotLearned> {
    check_name(name)?;
    let asks = !teach.yes && !teach.dry_run;
    if asks && (teach.json || !io::stdin().is_terminal()) {
        return Err(NotLearned::NobodyToAsk);
    }
    let (files, errors) = examples::read(&teach.bad, &teach.good);
    if !errors.is_empty() {
        errors.iter().for_each(|error| console.error(error));
        return Ok(Ok(FAILED));
    }
    let detector = Detector::open(&teach.model, name)?;
    let lesson = lesson(name, &files, &detector.whitening, |text| detector.states(text))?;
    let label = TaughtLabel::new(name, teach.title.as_deref(), &detector.sha256, &lesson);
    let path = taught_label_file(here, name);
    let report = Report { label: &label, lesson: &lesson, files: &files };
    if !teach.json {
        if let Err(error) = write!(console.out(), "{report}") {
            return Ok(Err(error));
        }
        warn(&lesson, console);
    }
    let is_kept = !teach.dry_run && (teach.yes || agrees(console));
    if is_kept {
        shelf::keep(&label, &path).map_err(|error| NotLearned::Unwritable { path: path.clone(), error })?;
    }
    let kept = is_kept.then_some(path.as_path());
    let told = match (teach.json, kept) {
        (true, _) => writeln!(console.out(), "{}", report.json(kept)),
        (false, Some(path)) => writeln!(console.out(), "Kept in {}", path.display()),
        (false, None) => writeln!(console.out(), "Not kept."),
    };
    Ok(told.map(|()| if is_kept || teach.dry_run { DONE } else { NOT_KEPT }))
}

fn check_name(name: &str) -> Result<(), NotLearned> {
    if !is_name(name) {
        Err(NotLearned::Name(name.to_owned()))
    } else if name.parse::<Selector>().is_ok() {
        Err(NotLearned::NameTaken(name.to_owned()))
    } else {
        Ok(())
    }
}

fn warn(lesson: &Lesson, console: &mut Console) {
    let counts = lesson.taught_from;
    if counts.bad_files < FEW || counts.good_files < FEW {
        console.note(&format!("with fewer than {FEW} files of each kind, these figures say little"));
    }
    if is_useless(lesson) {
        console.note(
            &"on files that it has not seen it does no better than chance; more files help, and comments `# leastwise: bad` \
             on the lines that matter",
        );
    } else if counts.marked_lines == 0 {
        console.note(
            &"are these not the lines you mean? Comments `# leastwise: bad` in the bad files say which are",
        );
    }
}

/// Whether it says of bad files that it has not seen no more often that they are bad than of good ones.
fn is_useless(lesson: &Lesson) -> bool {
    let (Tally { found, false_alarms, .. }, counts) = (lesson.measured.files, lesson.taught_from);
    found * counts.good_files <= false_alarms * counts.bad_files
}

fn agrees(console: &mut Console) -> bool {
    let question = write!(console.out(), "Keep it? [y/N] ").and_then(|()| console.flush());
    let mut answer = String::new();
    let is_answered = question.and_then(|()| io::stdin().lock().read_line(&mut answer)).is_ok();
    is_answered && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// What reads the files.
struct Detector {
    supervisor: leastwise_model::Supervisor,
    sha256: String,
    whitening: Whitening,
}

impl Detector {
    fn open(choice: &Choice, name: &str) -> Result<Self, NotLearned> {
        let no_model = || NotLearned::NoModel(NoModel::NotFetched);
        let file = local_model::file(Task::Detect, choice)?.ok_or_else(no_model)?;
        let supervisor = local_model::open(Task::Detect, choice)?.ok_or_else(no_model)?;
        let path = file.path.clone();
        let header = match Header::open(&path) {
            Ok(header) => header,
            Err(error) => return Err(NotLearned::NoModelFile { path, error }),
        };
        let whitening = Whitening::of(&header.metadata).ok_or_else(|| NotLearned::NoStates(path.clone()))?;
        let sha256 = file.digest().map_err(|error| NotLearned::Unreadable { path, error })?;
        let detector = Self { supervisor, sha256, whitening };
        match detector.labels()?.iter().any(|label| label == name) {
            true => Err(NotLearned::NameTaken(name.to_owned())),
            false => Ok(detector),
        }
    }

    fn states(&self, text: &str) -> Result<Vec<LineState>, Error> {
        self.supervisor.states(text, &AtomicBool::new(false))
    }

    /// What it was trained to see. It is loaded for that.
    fn labels(&self) -> Result<Vec<String>, Error> {
        self.states("")?;
        Ok(match self.supervisor.status() {
            leastwise_model::Status::Ready { model } => model.labels,
            _ => Vec::new(),
        })
    }
}

/// What the files teach, by the states that the detector has in them.
fn lesson(
    name: &str,
    files: &[ExampleFile],
    whitening: &Whitening,
    mut states: impl FnMut(&str) -> Result<Vec<LineState>, Error>,
) -> Result<Lesson, NotLearned> {
    let bar = progress::slow_bar(files.len(), "Reading");
    let examples = files.iter().map(|file| {
        bar.inc(1);
        file.example(&mut states)
    });
    let examples = examples.collect::<Result<Vec<Example>, Error>>()?;
    bar.finish_and_clear();
    Ok(learn(name, &examples, whitening)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    /// Each line's state is whether an image comes from outside, beside a number of no meaning.
    fn states(text: &str) -> Result<Vec<LineState>, Error> {
        let state = |line: &str| {
            let is_outside = line.contains("image:") && !line.contains("registry.ours");
            vec![if is_outside { 6.0 } else { 0.0 }, (line.len() % 5) as f32 - 2.0]
        };
        let lines = (0..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        Ok(lines.map(|(line, text)| LineState { line, state: state(text) }).collect())
    }

    fn pod(image: &str) -> String {
        format!("kind: Pod\nspec:\n  containers:\n  - name: web\n    image: {image}\n")
    }

    /// Bad and good files in a folder; the first bad one has two documents.
    fn files(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let write = |name: String, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let bad = (0..4).map(|number| {
            let first = if number == 0 { "kind: ConfigMap\n---\n" } else { "" };
            write(format!("bad{number}.yaml"), format!("{first}{}", pod(&format!("docker.io/tool{number}"))))
        });
        let good = (0..4)
            .map(|number| write(format!("good{number}.yaml"), pod(&format!("registry.ours/tool{number}"))));
        (bad.collect(), good.collect())
    }

    #[test]
    fn from_files_to_a_label_and_its_report() {
        let folder = tempfile::tempdir().unwrap();
        let (bad, good) = files(folder.path());
        let (files, errors) = examples::read(&bad, &good);
        assert!(errors.is_empty(), "{errors:?}");
        let whitening = Whitening::new(vec![0.0; 2], vec![1.0, 0.0, 0.0, 1.0]).unwrap();
        let lesson = lesson("image-from-outside", &files, &whitening, states).unwrap();
        let label = TaughtLabel::new("image-from-outside", None, &"0".repeat(64), &lesson);
        let report = Report { label: &label, lesson: &lesson, files: &files };
        let shown = report.to_string();
        let expected = format!("  {}:7: image: docker.io/tool0\n", bad[0].display());
        assert!(shown.contains(&expected), "the row is that of the file: {shown}");
        assert!(shown.contains("files  precision 1.00 (0 false alarms), recall 1.00 (4 of 4)"), "{shown}");

        let path = taught_label_file(folder.path(), "image-from-outside");
        shelf::keep(&label, &path).unwrap();
        let kept = leastwise_analysis::TaughtLabels::near(&bad[0]);
        assert_eq!(kept.get("image-from-outside"), Some(&label));
        let json: serde_json::Value = serde_json::from_str(&report.json(Some(&path))).unwrap();
        assert_eq!(json["measured"]["files"]["precision"], 1.0);
        assert_eq!(json["chosen"][0]["row"], 7);
        assert_eq!(json["kept"], path.display().to_string());
    }
}
