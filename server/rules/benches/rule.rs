//! What each rule costs by itself, the dearest first, so that a slow one shows: `cargo bench -p leastwise-rules`, with a
//! manifest to judge in place of the demonstration where one is named.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench reports to a person and ends when it cannot go on"
)]

use leastwise_manifest::{Declarations, View, Workspace};
use leastwise_rules::{Context, Plan, Settings, judge, rules};
use leastwise_yaml::{Stream, parse};
use std::time::{Duration, Instant};

/// How many of the dearest are shown.
const SHOWN: usize = 20;
const ROUNDS: u32 = 5;

fn main() {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/demo/weak.yaml").to_owned();
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or(default);
    let stream = parse(&std::fs::read_to_string(&file).unwrap());
    let mut workspace = Workspace::default();
    workspace.update(Declarations::of(&file, &stream));

    let nothing = time(&stream, &workspace, &Plan::new(|_| false));
    let mut costs: Vec<_> = rules()
        .map(|rule| {
            let plan = Plan::new(|other| other.id == rule.id);
            (time(&stream, &workspace, &plan).saturating_sub(nothing), rule.id)
        })
        .collect();
    costs.sort_unstable_by(|one, other| other.cmp(one));
    println!("all rules: {:?}, none: {nothing:?}", time(&stream, &workspace, &Plan::all()));
    for (cost, rule) in costs.iter().take(SHOWN) {
        println!("{cost:>12?} {rule}");
    }
}

/// The best of some rounds, for what else runs on the machine only adds to it.
fn time(stream: &Stream, workspace: &Workspace, plan: &Plan) -> Duration {
    let settings = Settings::default();
    let round = || {
        let view = View::new(workspace);
        let context = Context { settings: &settings, workspace: &view, plan };
        let start = Instant::now();
        for placed in stream.documents() {
            std::hint::black_box(judge(&placed.document, &context));
        }
        start.elapsed()
    };
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}
