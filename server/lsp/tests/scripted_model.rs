//! A worker without a model: it speaks the protocol, and does what it is asked about says.
//!
//! A prompt that holds `die-in-answer` ends it in the middle of its answer, and one that holds `say-nothing` is never
//! answered; a text that holds `die-in-tags` ends it, too. A line that holds `curl` is said to download and execute, and
//! one that holds `looks-bad` to give the host's processes away. Of `hostPID` elsewhere it says so with little
//! probability. What it says of a line hangs on the line before. Its state at a line is whether that holds `docker.io`,
//! beside a number of no meaning; taught labels are computed from it.

use leastwise_model::protocol::{
    Event, Finish, LineState, ModelInfo, Probe, Request, Tag, Tags, Usage, VERSION, Weight, read_message,
    write_message,
};
use std::io;

const HARMFUL: &str = "command-downloads-and-executes";
const HOST_PID: &str = "host-pid";

fn say(event: &Event) -> io::Result<()> {
    write_message(&mut io::stdout().lock(), event)
}

fn main() -> io::Result<()> {
    say(&Event::Hello { version: VERSION })?;
    let labels = [HARMFUL, HOST_PID].map(str::to_owned).to_vec();
    let model = ModelInfo { name: "scripted".to_owned(), labels, sha256: String::new() };
    say(&Event::Ready { model })?;
    let mut requests = io::stdin().lock();
    while let Some(request) = read_message(&mut requests)? {
        match request {
            Request::Tag { text, .. } if text.contains("die-in-tags") => std::process::abort(),
            Request::Tag { id, text, least, probes, .. } => {
                let mut tags = tags(&text, least.unwrap_or(0.5));
                tags.tags.extend(probes.iter().flat_map(|probe| taught(&text, probe)));
                say(&Event::Tags { id, tags })?;
            }
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
            Request::States { id, text } => say(&Event::States { id, states: states(&text), is_last: true })?,
            Request::Cancel { id } => say(&Event::Cancelled { id })?,
        }
    }
    Ok(())
}

fn tags(text: &str, least: f32) -> Tags {
    let mut tags = Vec::new();
    for (number, line) in (0..).zip(text.lines()) {
        let said = [
            (HARMFUL, line.contains("curl"), 0.875),
            (HOST_PID, line.contains("looks-bad"), 0.75),
            (HOST_PID, line.contains("hostPID") && !line.contains("looks-bad"), 0.25),
        ];
        for (label, is_said, probability) in said {
            if is_said && probability >= least {
                tags.push(Tag { label: label.to_owned(), line: number, probability });
            }
        }
    }
    Tags { tags, judged_lines: u32::try_from(text.lines().count()).unwrap_or(u32::MAX) }
}

fn states(text: &str) -> Vec<LineState> {
    let state =
        |line: &str| vec![if line.contains("docker.io") { 6.0 } else { 0.0 }, (line.len() % 5) as f32 - 2.0];
    let lines = (0..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(line, text)| LineState { line, state: state(text) }).collect()
}

fn taught(text: &str, probe: &Probe) -> Vec<Tag> {
    let tag = |LineState { line, state }: LineState| {
        let sum: f32 = state.iter().zip(&probe.weights).map(|(number, weight)| number * weight).sum();
        let probability = 1.0 / (1.0 + (-sum - probe.bias).exp());
        (probability >= probe.threshold).then(|| Tag { label: probe.label.clone(), line, probability })
    };
    states(text).into_iter().filter_map(tag).collect()
}
