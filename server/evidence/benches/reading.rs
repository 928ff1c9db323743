//! How fast logs are read, in bytes a second of one log on one machine: by this crate, and by the fastest readers of JSON
//! known to us, which find the same fields and do nothing with them.

mod generator;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use leastwise_evidence::{Input, read};
use serde::Deserialize;
use std::io::Cursor;
use std::sync::LazyLock;

const SIZE: usize = 64 << 20;

static AUDIT: LazyLock<String> = LazyLock::new(|| generator::audit(1, SIZE));
static FLOWS: LazyLock<String> = LazyLock::new(|| generator::flows(1, SIZE));

fn main() {
    divan::main();
}

/// The fields of an audit event that are needed, as any reader of JSON may be asked for them.
#[derive(Deserialize)]
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

#[derive(Deserialize)]
struct User<'a> {
    username: &'a str,
}

#[derive(Deserialize)]
struct ObjectRef<'a> {
    resource: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl Event<'_> {
    fn weight(&self) -> usize {
        let object = &self.object_ref;
        [self.audit_id, self.stage, self.verb, self.user.username, self.request_received_timestamp]
            .iter()
            .chain(&[object.resource, object.namespace, object.name])
            .map(|text| text.len())
            .sum()
    }
}

fn record_of(log: &'static str) -> usize {
    let reader = Box::new(Cursor::new(log.as_bytes()));
    let reading = read(vec![Input::Stream { name: "log".into(), reader }], &());
    assert!(reading.problems.is_empty());
    reading.record.requests.len() + reading.record.connections.len()
}

#[divan::bench(sample_count = 8, sample_size = 1)]
fn audit_to_record(bencher: Bencher) {
    bencher.counter(BytesCount::of_str(AUDIT.as_str())).bench(|| record_of(black_box(&AUDIT)));
}

#[divan::bench(sample_count = 8, sample_size = 1)]
fn audit_fields_with_serde_json(bencher: Bencher) {
    bencher.counter(BytesCount::of_str(AUDIT.as_str())).bench(|| {
        let events = AUDIT.lines().filter_map(|line| serde_json::from_str::<Event<'_>>(line).ok());
        events.map(|event| event.weight()).sum::<usize>()
    });
}

#[divan::bench(sample_count = 8, sample_size = 1)]
fn audit_fields_with_sonic_rs(bencher: Bencher) {
    bencher.counter(BytesCount::of_str(AUDIT.as_str())).bench(|| {
        let events = AUDIT.lines().filter_map(|line| sonic_rs::from_str::<Event<'_>>(line).ok());
        events.map(|event| event.weight()).sum::<usize>()
    });
}

#[divan::bench(sample_count = 8, sample_size = 1)]
fn flows_to_record(bencher: Bencher) {
    bencher.counter(BytesCount::of_str(FLOWS.as_str())).bench(|| record_of(black_box(&FLOWS)));
}
