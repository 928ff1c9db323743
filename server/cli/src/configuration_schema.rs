//! `leastwise configuration-schema`

use crate::DONE;
use crate::console::Console;
use leastwise_analysis::Configuration;
use std::io::{self, Write};

pub(crate) fn run(console: &mut Console) -> io::Result<u8> {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Configuration))?;
    writeln!(console.out(), "{schema}")?;
    Ok(DONE)
}
