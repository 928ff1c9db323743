//! The worker alone: `llama-worker --model PATH [--sha256 HEX] [--threads N] [--memory BYTES]`.

use std::io::{self, BufReader};

use leastwise_llama::{Options, serve};

fn main() -> io::Result<()> {
    let mut options = Options::new("");
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| io::Error::other(format!("{name} has no value")))?;
        let number = || value.parse::<u64>().map_err(io::Error::other);
        match name.as_str() {
            "--model" => options.model = value.into(),
            "--sha256" => options.sha256 = Some(value),
            "--threads" => options.threads = number()?.try_into().map_err(io::Error::other)?,
            "--memory" => options.available_memory = Some(number()?),
            _ => return Err(io::Error::other(format!("{name} is unknown"))),
        }
    }
    serve(BufReader::new(io::stdin()), io::stdout(), &options)
}
