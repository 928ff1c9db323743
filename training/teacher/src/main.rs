//! The teacher of the detector: what training must not do by itself, because the product does it.
//!
//! Documents come as JSON lines on standard input and leave in their order on standard output.
//!
//! * `label` adds what the rules find, by line, and says which lines they could not judge.
//! * `cut` gives what the detector reads of each document: its pieces, and the line that is judged at each line's end.
//! * `hear` gives what a user hears of each document: the rules, and of what the detector said that on which no rule can judge.

mod cut;
mod hear;
mod label;

use std::io::{self, BufRead, Write};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("label") => each(label::label),
        Some("cut") => each(cut::cut),
        Some("hear") => each(hear::hear),
        _ => bail!("say what to do with the documents: label, cut or hear"),
    }
}

/// Documents that are read, worked on by all cores, and written together.
const BATCH: usize = 512;

fn each<I: DeserializeOwned + Send, O: Serialize + Send>(work: impl Fn(I) -> O + Sync) -> Result<()> {
    let mut lines = io::stdin().lock().lines();
    let mut output = io::BufWriter::new(io::stdout().lock());
    loop {
        let batch: Vec<String> = lines.by_ref().take(BATCH).collect::<io::Result<_>>()?;
        if batch.is_empty() {
            break;
        }
        let results: Result<Vec<String>> = batch
            .into_par_iter()
            .map(|line| {
                let document = serde_json::from_str(&line).context("a line is no document")?;
                Ok(serde_json::to_string(&work(document))?)
            })
            .collect();
        for result in results? {
            writeln!(output, "{result}")?;
        }
    }
    Ok(output.flush()?)
}
