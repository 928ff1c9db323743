//! Writes a generated log to standard output: `cargo run --release -p leastwise-evidence --example generate -- audit 1 1000`
//! gives a thousand megabytes of an audit log, always the same for the seed 1.

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u64>().ok());
    let (Some(seed), Some(megabytes)) = (number(1), number(2)) else {
        return Err(io::Error::other("usage: generate audit|flows|calico SEED MEGABYTES"));
    };
    let mut out = io::stdout().lock();
    // In parts, so that memory stays small.
    for part in 0..megabytes.div_ceil(10) {
        let (seed, bytes) = (seed.wrapping_add(part), 10_000_000);
        let text = match arguments.first().map(String::as_str) {
            Some("flows") => generator::flows(seed, bytes),
            Some("calico") => generator::calico(seed, bytes),
            _ => generator::audit(seed, bytes),
        };
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}
