//! DuckDB, which makes the same record of an audit log by one statement: a peer of the bench, and a check of the tests.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const STATEMENT: &str = include_str!("../../sql/audit.duckdb.sql");

/// The record of a log as DuckDB prints it; `None` where it is not installed.
pub(crate) fn record(log: &Path) -> Option<String> {
    let mut duckdb = Command::new("duckdb")
        .args(["-noheader", "-list"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let script = format!("SET VARIABLE log = '{}';\n{STATEMENT}", log.display());
    duckdb.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = duckdb.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}
