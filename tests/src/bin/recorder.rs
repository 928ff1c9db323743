//! Stands between an editor and the server, and writes down what either says: `cargo xtask record` uses it.
//!
//! It starts `LEASTWISE_BIN` with its own arguments. Where that is the language server, every message goes to the file
//! `LEASTWISE_RECORDING`, one line each, in an order in which it may have happened: nothing stands before what caused it.
//! What is of this run only is left out: the folder `LEASTWISE_RECORDED_FOLDER` is called `/workspace`, and the editor's
//! process has no number.

use std::env;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use leastwise_tests::client::read_message;
use serde_json::json;

fn main() -> Result<ExitCode> {
    let mut program = Command::new(variable("LEASTWISE_BIN")?);
    program.args(env::args_os().skip(1));
    let is_server = env::args_os().nth(1).is_some_and(|command| command == "lsp");
    let status = if is_server { recorded(program)? } else { program.status()? };
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("{name} is not set"))
}

fn recorded(mut server: Command) -> Result<ExitStatus> {
    let record = Record {
        file: Arc::new(Mutex::new(File::create(variable("LEASTWISE_RECORDING")?)?)),
        folder: variable("LEASTWISE_RECORDED_FOLDER")?,
    };
    let mut server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let input = server.stdin.take().context("the server has no input")?;
    let output = server.stdout.take().context("the server has no output")?;
    let (said, heard) = (record.clone(), record);
    // Not joined: an editor may keep its end open after the server has ended.
    thread::spawn(move || said.pass("editor", io::stdin(), input));
    heard.pass("server", output, io::stdout())?;
    Ok(server.wait()?)
}

/// Where messages are written down.
#[derive(Clone)]
struct Record {
    file: Arc<Mutex<File>>,
    folder: String,
}

impl Record {
    /// Writes down each message before it is passed on.
    fn pass(&self, from: &str, source: impl Read, mut target: impl Write) -> Result<()> {
        let mut source = BufReader::new(source);
        while let Some(message) = read_message(&mut source)? {
            let body = message.to_string();
            let mut line = json!({"from": from, "message": message});
            if let Some(process) = line.pointer_mut("/message/params/processId") {
                process.take();
            }
            let line = line.to_string().replace(&self.folder, "/workspace");
            writeln!(self.file.lock().unwrap_or_else(PoisonError::into_inner), "{line}")?;
            write!(target, "Content-Length: {}\r\n\r\n{body}", body.len())?;
            target.flush()?;
        }
        Ok(())
    }
}
