//! How fast logs are read, in bytes a second of one log on one machine: by this crate, and by the fastest readers of JSON
//! known to us, which find the fields that are needed most and do nothing with them.
//!
//! Compare within one run, by the fastest sample: other programs on the machine only ever slow things down.

#![expect(dead_code, reason = "what a peer finds is not looked at")]
#![expect(clippy::unwrap_used, reason = "a bench ends when it cannot go on")]

mod generator;
mod peer;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use leastwise_evidence::{Input, read};
use serde::Deserialize;
use std::fmt::Debug;
use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

const SIZE: usize = 128 << 20;

static AUDIT: LazyLock<String> = LazyLock::new(|| generator::audit(1, SIZE));
static FLOWS: LazyLock<String> = LazyLock::new(|| generator::flows(1, SIZE));
static CALICO: LazyLock<String> = LazyLock::new(|| generator::calico(1, SIZE));

fn main() {
    divan::main();
}

/// The fields of an audit event that are needed, as any reader of JSON may be asked for them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(rename = "auditID")]
    audit_id: &'a str,
    stage: &'a str,
    verb: &'a str,
    #[serde(borrow)]
    user: User<'a>,
    #[serde(borrow)]
    object_ref: ObjectRef<'a>,
    request_received_timestamp: &'a str,
}

#[derive(Debug, Deserialize)]
struct User<'a> {
    username: &'a str,
}

#[derive(Debug, Deserialize)]
struct ObjectRef<'a> {
    resource: &'a str,
    namespace: &'a str,
    name: &'a str,
}

/// Those of a flow of Hubble.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    flow: Flow<'a>,
}

#[derive(Debug, Deserialize)]
struct Flow<'a> {
    time: &'a str,
    verdict: &'a str,
    #[serde(borrow)]
    source: Peer<'a>,
    #[serde(borrow)]
    destination: Peer<'a>,
    l4: L4,
    is_reply: bool,
}

#[derive(Debug, Deserialize)]
struct Peer<'a> {
    namespace: &'a str,
    pod_name: &'a str,
}

#[derive(Debug, Deserialize)]
struct L4 {
    #[serde(rename = "TCP")]
    tcp: Tcp,
}

#[derive(Debug, Deserialize)]
struct Tcp {
    source_port: u16,
    destination_port: u16,
}

/// Those of a flow of Calico.
#[derive(Debug, Deserialize)]
struct CalicoFlow<'a> {
    start_time: u64,
    action: &'a str,
    reporter: &'a str,
    source_namespace: &'a str,
    source_name_aggr: &'a str,
    dest_namespace: &'a str,
    dest_name_aggr: &'a str,
    dest_port: u16,
}

/// Reads a log to its record.
fn to_record(bencher: Bencher, log: &'static str) {
    bencher.counter(BytesCount::of_str(log)).bench(|| {
        let reader = Box::new(Cursor::new(black_box(log).as_bytes()));
        let reading = read(vec![Input::Stream { name: "log".into(), reader }], &());
        assert!(reading.problems.is_empty());
        reading.record
    });
}

/// Finds the fields in each line.
fn fields<'a, T, E: Debug>(bencher: Bencher, log: &'a str, parse: impl Fn(&'a str) -> Result<T, E> + Sync) {
    bencher.counter(BytesCount::of_str(log)).bench(|| {
        for line in black_box(log).lines() {
            let event = parse(line);
            assert!(black_box(&event).is_ok());
        }
    });
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn audit_to_record(bencher: Bencher) {
    to_record(bencher, &AUDIT);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn audit_fields_with_serde_json(bencher: Bencher) {
    fields(bencher, &AUDIT, serde_json::from_str::<Event<'_>>);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn audit_fields_with_sonic_rs(bencher: Bencher) {
    fields(bencher, &AUDIT, sonic_rs::from_str::<Event<'_>>);
}

/// The same record, made by DuckDB of a file; nothing where it is not installed.
#[divan::bench(sample_count = 4, sample_size = 1)]
fn audit_to_record_with_duckdb(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.log");
    fs::write(&log, &*AUDIT).unwrap();
    if peer::record(&log).is_some() {
        bencher.counter(BytesCount::of_str(&*AUDIT)).bench(|| peer::record(&log));
    }
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn hubble_to_record(bencher: Bencher) {
    to_record(bencher, &FLOWS);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn hubble_fields_with_serde_json(bencher: Bencher) {
    fields(bencher, &FLOWS, serde_json::from_str::<Line<'_>>);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn hubble_fields_with_sonic_rs(bencher: Bencher) {
    fields(bencher, &FLOWS, sonic_rs::from_str::<Line<'_>>);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn calico_to_record(bencher: Bencher) {
    to_record(bencher, &CALICO);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn calico_fields_with_serde_json(bencher: Bencher) {
    fields(bencher, &CALICO, serde_json::from_str::<CalicoFlow<'_>>);
}

#[divan::bench(sample_count = 12, sample_size = 1)]
fn calico_fields_with_sonic_rs(bencher: Bencher) {
    fields(bencher, &CALICO, sonic_rs::from_str::<CalicoFlow<'_>>);
}
