//! A worker without a model, for the supervisor's tests: it speaks the protocol, and misbehaves as its arguments say.
//!
//! `scripted-worker LOG BEHAVIOUR... --model PATH [--sha256 HEX]`: each start adds a line to LOG; the first start behaves as the
//! first BEHAVIOUR says, the second as the second, and the last one stands for all that follow.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use leastwise_model::protocol::{
    Event, FailureKind, Finish, LineState, ModelInfo, Request, Tag, Tags, Usage, VERSION, Weight,
    read_message, write_message,
};

fn main() -> io::Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).take_while(|argument| argument != "--model").collect();
    let (log, behaviours) = arguments.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let start = starts(Path::new(log))?;
    let behaviour = behaviours.get(start).or(behaviours.last()).ok_or(io::ErrorKind::InvalidInput)?;
    behave(behaviour)
}

/// How often the worker was started before.
fn starts(log: &Path) -> io::Result<usize> {
    OpenOptions::new().create(true).append(true).open(log)?.write_all(b"start\n")?;
    Ok(std::fs::read_to_string(log)?.lines().count() - 1)
}

fn say(event: &Event) -> io::Result<()> {
    write_message(&mut io::stdout().lock(), event)
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

fn behave(behaviour: &str) -> io::Result<()> {
    match behaviour {
        "die-at-start" => {
            io::stderr().write_all(b"no such luck\n")?;
            std::process::exit(3);
        }
        "gibberish" => {
            io::stdout().write_all(b"Usage: something else entirely\n")?;
            hang();
        }
        "other-version" => {
            say(&Event::Hello { version: VERSION + 1 })?;
            hang();
        }
        _ => {}
    }
    say(&Event::Hello { version: VERSION })?;
    say(&Event::Loading { fraction: 0.5 })?;
    match behaviour {
        "die-at-load" => std::process::abort(),
        "hang-at-load" => hang(),
        "refuse-to-load" => {
            let message = "the file is cut short".to_owned();
            return say(&Event::LoadFailed { kind: FailureKind::ModelInvalid, message });
        }
        _ => {}
    }
    let model = ModelInfo { name: "scripted".into(), labels: vec!["bad".into()], sha256: String::new() };
    say(&Event::Ready { model })?;
    let mut requests = io::stdin().lock();
    while let Some(request) = read_message(&mut requests)? {
        match (behaviour, request) {
            ("good", request) => answer(request)?,
            (_, Request::Tag { id, .. } | Request::Complete { id, .. }) => {
                say(&Event::Progress { id, done: 1, total: 2 })?;
                say(&Event::Text { id, text: "It is bad. It ".into() })?;
                misbehave(behaviour, id)?;
            }
            ("patient", Request::Cancel { id }) => say(&Event::Cancelled { id })?,
            _ => {}
        }
    }
    Ok(())
}

fn misbehave(behaviour: &str, id: u64) -> io::Result<()> {
    match behaviour {
        "die-in-answer" => {
            io::stderr().write_all(b"GGML_ASSERT(n_tokens <= n_batch) failed\n")?;
            std::process::abort();
        }
        "hang-in-answer" => hang(),
        "refuse" => {
            say(&Event::Failed { id, kind: FailureKind::Grammar, message: "line 3: no such rule".into() })
        }
        // Alive, but it never gives up.
        "deaf" => loop {
            say(&Event::Progress { id, done: 1, total: 2 })?;
            std::thread::park_timeout(Duration::from_millis(20));
        },
        "grow" => {
            let mut kept = Vec::new();
            loop {
                // Written to, so that it is resident.
                kept.push(vec![1_u8; 4 * 1024 * 1024]);
                say(&Event::Progress { id, done: kept.len().try_into().unwrap_or(0), total: u32::MAX })?;
            }
        }
        // Waits to be told to give up.
        _ => Ok(()),
    }
}

/// Labels each line with the word "bad" in it, and completes a prompt with its own words.
fn answer(request: Request) -> io::Result<()> {
    match request {
        Request::Tag { id, text, .. } => {
            let tags = (0..)
                .zip(text.lines())
                .filter(|(_, line)| line.contains("bad"))
                .map(|(line, _)| Tag { label: "bad".into(), line, probability: 0.9 })
                .collect();
            let judged_lines = text.lines().count().try_into().unwrap_or(u32::MAX);
            say(&Event::Tags { id, tags: Tags { tags, judged_lines } })
        }
        Request::Complete { id, prompt } => {
            for word in prompt.user.split_inclusive(' ') {
                say(&Event::Text { id, text: word.to_owned() })?;
            }
            say(&Event::Done { id, finish: Finish::End, usage: Usage::default() })
        }
        Request::Weigh { id, line, .. } => {
            say(&Event::Weights { id, weights: vec![Weight { line: line + 1, weight: 2.0 }] })
        }
        // Each line's state is whether "bad" is in it; told in two parts.
        Request::States { id, text } => {
            let state = |line: &str| vec![f32::from(u8::from(line.contains("bad")))];
            let states = (0..).zip(text.lines()).map(|(line, text)| LineState { line, state: state(text) });
            say(&Event::States { id, states: states.collect(), is_last: false })?;
            say(&Event::States { id, states: Vec::new(), is_last: true })
        }
        Request::Cancel { .. } => Ok(()),
    }
}
