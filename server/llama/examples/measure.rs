//! Measures the worker with a model against llama.cpp's own loop: `measure MODEL DOCUMENT [THREADS [ROUNDS]]`.
#![allow(clippy::print_stdout)]

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, document, numbers @ ..] = &arguments[..] else {
        return Err("usage: measure MODEL DOCUMENT [THREADS [ROUNDS]]".into());
    };
    let number = |index: usize, default: u32| numbers.get(index).map_or(Ok(default), |text| text.parse());
    let document = std::fs::read_to_string(document)?;
    println!("{}", leastwise_llama::measure(Path::new(model), &document, number(0, 1)?, number(1, 5)?)?);
    Ok(())
}
