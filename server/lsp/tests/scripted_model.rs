//! A worker without a model: it speaks the protocol, and does what it is asked about says.
//!
//! A prompt that holds `die-in-answer` ends it in the middle of its answer, and one that holds `say-nothing` is never
//! answered. A line that holds `curl` gets the label `command-harmful`.

use leastwise_model::protocol::{
    Event, Finish, ModelInfo, Request, Tag, Tags, Usage, VERSION, Weight, read_message, write_message,
};
use std::io;

fn say(event: &Event) -> io::Result<()> {
    write_message(&mut io::stdout().lock(), event)
}

fn main() -> io::Result<()> {
    say(&Event::Hello { version: VERSION })?;
    let labels = vec!["command-harmful".to_owned()];
    let model = ModelInfo { name: "scripted".to_owned(), labels, sha256: String::new() };
    say(&Event::Ready { model })?;
    let mut requests = io::stdin().lock();
    while let Some(request) = read_message(&mut requests)? {
        match request {
            Request::Tag { id, text, .. } => say(&Event::Tags { id, tags: tags(&text) })?,
            Request::Complete { id, prompt } => {
                say(&Event::Text { id, text: "It opens the node. It ".to_owned() })?;
                if prompt.user.contains("die-in-answer") {
                    std::process::abort();
                }
                if !prompt.user.contains("say-nothing") {
                    say(&Event::Text { id, text: "is rarely needed.".to_owned() })?;
                    say(&Event::Done { id, finish: Finish::End, usage: Usage::default() })?;
                }
            }
            Request::Weigh { id, line, .. } => {
                // The line before is why.
                let weights = line.checked_sub(1).map(|line| Weight { line, weight: 2.0 });
                say(&Event::Weights { id, weights: weights.into_iter().collect() })?;
            }
            Request::States { id, .. } => {
                say(&Event::States { id, states: Vec::new(), is_last: true })?;
            }
            Request::Cancel { id } => say(&Event::Cancelled { id })?,
        }
    }
    Ok(())
}

fn tags(text: &str) -> Tags {
    let lines = || (0..).zip(text.lines());
    let harmful = lines().filter(|(_, line)| line.contains("curl"));
    let tag = |line| Tag { label: "command-harmful".to_owned(), line, probability: 0.875 };
    Tags { tags: harmful.map(|(line, _)| tag(line)).collect(), judged_lines: lines().count() as u32 }
}
