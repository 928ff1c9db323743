//! Whatever a worker does, the supervisor lives, says what happened, and has a new worker for the next question.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leastwise_model::protocol::{FailureKind, Finish, LineState, Prompt, Sampling, VERSION, Weight};
use leastwise_model::{Backend, Error, Limits, ModelFile, Status, Supervisor, Tags, WorkerCommand};

/// A supervisor of scripted workers, and the folder with their log.
struct Scripted {
    supervisor: Supervisor,
    folder: tempfile::TempDir,
}

impl std::ops::Deref for Scripted {
    type Target = Supervisor;

    fn deref(&self) -> &Supervisor {
        &self.supervisor
    }
}

impl Scripted {
    /// The first worker behaves as the first word says, and so on.
    fn new(behaviours: &[&str], limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model.gguf");
        std::fs::write(&model, "weights").unwrap();
        let mut arguments = vec![folder.path().join("log").into_os_string()];
        arguments.extend(behaviours.iter().map(Into::into));
        let command = WorkerCommand { program: env!("CARGO_BIN_EXE_scripted-worker").into(), arguments };
        let supervisor = Supervisor::new(command, ModelFile { path: model, sha256: None }, limits);
        Self { supervisor, folder }
    }

    fn model(&self) -> PathBuf {
        self.folder.path().join("model.gguf")
    }

    /// How many workers were started.
    fn starts(&self) -> usize {
        std::fs::read_to_string(self.folder.path().join("log")).map_or(0, |log| log.lines().count())
    }

    fn ask(&self) -> Result<Tags, Error> {
        self.tag("a.yaml", "good\nbad\ngood\n", &[], None, &AtomicBool::new(false))
    }

    fn say(&self, text: &str) -> (String, Result<Finish, Error>) {
        let mut said = String::new();
        let end = self.complete(&prompt(text), &mut |piece| said.push_str(piece), &AtomicBool::new(false));
        (said, end)
    }

    fn assert_answers(&self) {
        let tags = self.ask().unwrap();
        assert_eq!(tags.tags.len(), 1);
        assert_eq!(tags.tags[0].line, 1);
        assert_eq!(tags.judged_lines, 3);
    }
}

/// Limits that make a fault show soon, and leave a slow machine enough time to start a process.
fn impatient() -> Limits {
    Limits { silence: Duration::from_secs(2), cancel: Duration::from_millis(200), ..Limits::default() }
}

fn prompt(user: &str) -> Prompt {
    Prompt {
        system: String::new(),
        user: user.to_owned(),
        grammar: String::new(),
        max_tokens: 10,
        sampling: Sampling::Greedy,
    }
}

/// Looks until it is so, for at most a minute.
fn wait_until(mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < deadline, "it never came to be");
        std::thread::yield_now();
    }
}

fn reason(error: &Error) -> String {
    assert!(matches!(error, Error::WorkerEnded(_)), "{error:?}");
    error.to_string()
}

#[test]
fn a_worker_is_started_by_the_first_question_and_kept() {
    let scripted = Scripted::new(&["good"], Limits::default());
    assert_eq!(scripted.status(), Status::Off);
    assert_eq!(scripted.starts(), 0);
    scripted.assert_answers();
    let Status::Ready { model } = scripted.status() else { panic!("{:?}", scripted.status()) };
    assert_eq!(model.name, "scripted");
    scripted.assert_answers();
    assert_eq!(scripted.starts(), 1);
}

#[test]
fn an_answer_is_streamed() {
    let scripted = Scripted::new(&["good"], Limits::default());
    let mut pieces = Vec::new();
    let end = scripted.complete(
        &prompt("one two three"),
        &mut |piece| pieces.push(piece.to_owned()),
        &false.into(),
    );
    assert_eq!(end, Ok(Finish::End));
    assert_eq!(pieces, ["one ", "two ", "three"]);
}

#[test]
fn weights_come_back_and_states_of_several_parts_are_joined() {
    let scripted = Scripted::new(&["good"], Limits::default());
    let cancel = AtomicBool::new(false);
    assert_eq!(scripted.weigh("bad\n", "bad", 3, &cancel), Ok(vec![Weight { line: 4, weight: 2.0 }]));
    let state = |line, number| LineState { line, state: vec![number] };
    assert_eq!(scripted.states("good\nbad\n", &cancel), Ok(vec![state(0, 0.0), state(1, 1.0)]));
}

#[test]
fn questions_of_many_threads_get_their_own_answers() {
    let scripted = Scripted::new(&["good"], Limits::default());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let scripted = &scripted;
            scope.spawn(move || {
                for turn in 0..20 {
                    let text = format!("{thread} {turn}");
                    assert_eq!(scripted.say(&text), (text.clone(), Ok(Finish::End)));
                }
            });
        }
    });
    assert_eq!(scripted.starts(), 1);
}

#[test]
fn a_death_in_mid_tag_costs_one_answer() {
    let scripted = Scripted::new(&["die-in-answer", "good"], Limits::default());
    let reason = reason(&scripted.ask().unwrap_err());
    assert!(
        reason.contains("GGML_ASSERT(n_tokens <= n_batch) failed"),
        "its last words are missing: {reason}"
    );
    scripted.assert_answers();
    assert_eq!(scripted.starts(), 2);
}

#[test]
fn a_death_in_mid_explanation_costs_the_rest_of_it() {
    let scripted = Scripted::new(&["die-in-answer", "good"], Limits::default());
    let (said, end) = scripted.say("anything");
    assert_eq!(said, "It is bad. It ");
    reason(&end.unwrap_err());
    assert_eq!(scripted.say("word"), ("word".to_owned(), Ok(Finish::End)));
}

#[test]
fn a_death_costs_every_question_that_was_waiting_and_no_more() {
    let scripted = Scripted::new(&["die-in-answer", "good"], Limits::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| match scripted.ask() {
                Err(error) => drop(reason(&error)),
                Ok(tags) => assert_eq!(tags.tags.len(), 1),
            });
        }
    });
    scripted.assert_answers();
    assert_eq!(scripted.starts(), 2);
}

#[test]
fn a_death_at_the_start_is_told_with_its_last_words() {
    let scripted = Scripted::new(&["die-at-start", "good"], Limits::default());
    let reason = reason(&scripted.ask().unwrap_err());
    assert!(reason.contains("exit status: 3") && reason.contains("no such luck"), "{reason}");
    scripted.assert_answers();
}

#[test]
fn a_death_at_load_costs_one_answer() {
    let scripted = Scripted::new(&["die-at-load", "good"], Limits::default());
    reason(&scripted.ask().unwrap_err());
    scripted.assert_answers();
}

#[test]
fn a_death_in_idleness_is_noticed_and_costs_nothing() {
    let scripted = Scripted::new(&["good"], Limits::default());
    scripted.assert_answers();
    let process = scripted.process().unwrap().to_string();
    assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
    wait_until(|| scripted.status() == Status::Off);
    scripted.assert_answers();
    assert_eq!(scripted.starts(), 2);
}

#[test]
fn a_worker_that_hangs_is_ended_and_replaced() {
    for behaviour in ["hang-in-answer", "hang-at-load"] {
        let scripted = Scripted::new(&[behaviour, "good"], impatient());
        let reason = reason(&scripted.ask().unwrap_err());
        assert!(reason.contains("no sign of life"), "{behaviour}: {reason}");
        scripted.assert_answers();
        assert_eq!(scripted.starts(), 2);
    }
}

#[test]
fn a_worker_that_grows_too_large_is_ended() {
    let limits = Limits { spare_memory: 64 * 1024 * 1024, ..impatient() };
    let scripted = Scripted::new(&["grow", "good"], limits);
    let reason = reason(&scripted.ask().unwrap_err());
    assert!(reason.contains("MiB of memory"), "{reason}");
    scripted.assert_answers();
}

#[test]
fn a_program_that_is_no_worker_is_ended() {
    let other_version = format!("version {}", VERSION + 1);
    for (behaviour, expected) in
        [("gibberish", "Usage: something else"), ("other-version", other_version.as_str())]
    {
        let scripted = Scripted::new(&[behaviour, "good"], Limits::default());
        let reason = reason(&scripted.ask().unwrap_err());
        assert!(reason.contains(expected), "{behaviour}: {reason}");
        scripted.assert_answers();
    }
}

#[test]
fn a_program_that_is_not_there_is_told() {
    let command = WorkerCommand { program: "/nonexistent/leastwise".into(), arguments: vec![] };
    let model = ModelFile { path: "/nonexistent/model.gguf".into(), sha256: None };
    let supervisor = Supervisor::new(command, model, Limits::default());
    let error = supervisor.tag("a", "b\n", &[], None, &AtomicBool::new(false)).unwrap_err();
    assert!(
        matches!(&error, Error::Unavailable(_)) && error.to_string().contains("/nonexistent/leastwise"),
        "{error}"
    );
    assert!(matches!(supervisor.status(), Status::Failed(_)), "{:?}", supervisor.status());
}

#[test]
fn a_refusal_is_an_answer_and_the_worker_lives_on() {
    let scripted = Scripted::new(&["refuse"], Limits::default());
    for _ in 0..3 {
        let error = scripted.ask().unwrap_err();
        assert_eq!(
            error,
            Error::Refused { kind: FailureKind::Grammar, message: "line 3: no such rule".into() },
            "{error:?}"
        );
    }
    assert_eq!(scripted.starts(), 1);
}

#[test]
fn a_model_that_cannot_be_loaded_is_tried_again_when_its_file_changes() {
    let scripted = Scripted::new(&["refuse-to-load", "good"], Limits::default());
    let expect_unavailable = || {
        let error = scripted.ask().unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains("the file is cut short"), "{error}");
    };
    expect_unavailable();
    expect_unavailable();
    assert_eq!(scripted.starts(), 1, "the same file must not be loaded again and again");
    let Status::Failed(unavailable) = scripted.status() else { panic!("{:?}", scripted.status()) };
    assert_eq!(unavailable.retry_at, None);

    std::fs::write(scripted.model(), "the whole weights").unwrap();
    assert_eq!(scripted.status(), Status::Off);
    scripted.assert_answers();
}

#[test]
fn a_restart_forgets_what_failed() {
    let scripted = Scripted::new(&["refuse-to-load", "good"], Limits::default());
    scripted.ask().unwrap_err();
    scripted.restart();
    scripted.assert_answers();
}

#[test]
fn workers_that_die_again_and_again_are_started_ever_more_seldom() {
    let pause = Duration::from_secs(100);
    let limits = Limits { first_pause: pause, longest_pause: pause, ..Limits::default() };
    let scripted = Scripted::new(&["die-in-answer"], limits);
    reason(&scripted.ask().unwrap_err());
    assert_eq!(scripted.status(), Status::Off, "the first replacement is free");
    let before = Instant::now();
    reason(&scripted.ask().unwrap_err());
    assert_eq!(scripted.starts(), 2);

    let error = scripted.ask().unwrap_err();
    let Error::Unavailable(unavailable) = error else { panic!("{error:?}") };
    assert!(unavailable.retry_at.unwrap() >= before + pause, "{unavailable:?}");
    assert!(unavailable.reason.contains("GGML_ASSERT"), "{unavailable:?}");
    assert_eq!(scripted.status(), Status::Failed(unavailable));
    assert_eq!(scripted.starts(), 2, "none is started before the pause is over");
}

#[test]
fn an_answer_makes_the_next_replacement_free_again() {
    let limits = Limits { first_pause: Duration::from_secs(100), ..Limits::default() };
    let scripted = Scripted::new(&["die-in-answer", "good"], limits);
    scripted.ask().unwrap_err();
    scripted.assert_answers();
    let process = scripted.process().unwrap().to_string();
    assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
    wait_until(|| scripted.status() == Status::Off);
    scripted.assert_answers();
}

#[test]
fn a_cancelled_question_returns_at_once_and_the_worker_is_kept() {
    let scripted = Arc::new(Scripted::new(&["patient"], Limits::default()));
    let cancel = AtomicBool::new(false);
    // The first piece is the proof that the worker is at it.
    let end = scripted.complete(&prompt("x"), &mut |_| cancel.store(true, Ordering::Relaxed), &cancel);
    assert_eq!(end, Err(Error::Cancelled));
    let process = scripted.process();
    let end = scripted.complete(&prompt("x"), &mut |_| cancel.store(true, Ordering::Relaxed), &cancel);
    assert_eq!(end, Err(Error::Cancelled), "cancelled before it was asked");
    assert_eq!(scripted.process(), process);
    assert_eq!(scripted.starts(), 1);
}

#[test]
fn a_worker_that_does_not_give_up_a_cancelled_question_is_ended() {
    let scripted = Scripted::new(&["deaf", "good"], impatient());
    let cancel = AtomicBool::new(false);
    let end = scripted.complete(&prompt("x"), &mut |_| cancel.store(true, Ordering::Relaxed), &cancel);
    assert_eq!(end, Err(Error::Cancelled));
    wait_until(|| scripted.status() == Status::Off);
    scripted.assert_answers();
    assert_eq!(scripted.starts(), 2);
}

#[test]
fn dropping_the_supervisor_ends_the_worker() {
    let scripted = Scripted::new(&["good"], Limits::default());
    scripted.assert_answers();
    let process = PathBuf::from(format!("/proc/{}", scripted.process().unwrap()));
    if !process.exists() {
        println!("skipped: there is no /proc here");
        return;
    }
    drop(scripted);
    wait_until(|| !process.exists());
}
