//! Stands between an editor and the server, and writes down what the editor says: `cargo xtask record` uses it.
//!
//! It starts `LEASTWISE_BIN` with its own arguments, and writes every message of the editor to the file
//! `LEASTWISE_RECORDING`, one line each, without what is of this run only: the folder `LEASTWISE_RECORDED_FOLDER` is
//! called `/workspace`, and the editor's process has no number.

use std::env;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result};
use leastwise_tests::client::read_message;

fn main() -> Result<ExitCode> {
    let variable = |name| env::var_os(name).with_context(|| format!("{name} is not set"));
    let mut record = File::create(variable("LEASTWISE_RECORDING")?)?;
    let folder = variable("LEASTWISE_RECORDED_FOLDER")?.display().to_string();
    let mut server = Command::new(variable("LEASTWISE_BIN")?)
        .args(env::args_os().skip(1))
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = server.stdin.take().context("the server has no input")?;
    // Not joined: an editor may keep its end open after the server has ended.
    thread::spawn(move || -> Result<()> {
        let mut editor = BufReader::new(io::stdin());
        while let Some(mut message) = read_message(&mut editor)? {
            let body = message.to_string();
            write!(input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
            input.flush()?;
            if let Some(process) = message.pointer_mut("/params/processId") {
                process.take();
            }
            writeln!(record, "{}", message.to_string().replace(&folder, "/workspace"))?;
        }
        Ok(())
    });
    let status = server.wait()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
