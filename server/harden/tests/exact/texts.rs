//! Logs and manifests as text.

use crate::random::Random;
use leastwise_evidence::{Input, Record, read};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Cursor;

/// Reads each text as a log of its own; all of it has to be readable.
pub(crate) fn record(logs: &[String]) -> Record {
    let inputs = logs.iter().enumerate().map(|(place, log)| Input::Stream {
        name: format!("log-{place}"),
        reader: Box::new(Cursor::new(log.clone().into_bytes())),
    });
    let reading = read(inputs.collect(), &());
    assert_eq!(reading.problems, []);
    reading.record
}

/// Events in one of the forms in which they are kept, perhaps cut in two that overlap.
pub(crate) fn logs(
    random: &mut Random,
    events: &[Value],
    form: impl Fn(&mut Random, &[Value]) -> String,
) -> Vec<String> {
    if events.len() < 2 || random.chance(70) {
        return vec![form(random, events)];
    }
    let cut = 1 + random.below(events.len() - 1);
    // What is in both is the same request in two sources, and counts as often as it is there.
    let first = form(random, &events[..cut]);
    let start = cut.saturating_sub(random.below(3));
    let second = form(random, &events[start..]);
    vec![first, second]
}

pub(crate) fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

pub(crate) fn audit_form(random: &mut Random, events: &[Value]) -> String {
    let list = |kind: &str, version: &str| json!({"kind": kind, "apiVersion": version, "items": events});
    match random.below(8) {
        0 => list("EventList", "audit.k8s.io/v1").to_string(),
        1 => format!("{:#}", list("List", "v1")),
        2 => json!(events).to_string(),
        3 => events.iter().map(|event| format!("---\n{}", serde_yaml::to_string(event).unwrap())).collect(),
        _ => lines(events),
    }
}

pub(crate) fn flow_form(random: &mut Random, events: &[Value]) -> String {
    match random.below(6) {
        0 => json!(events).to_string(),
        1 => format!("{:#}", json!({"flows": events})),
        // Without the envelope, in which there is nothing else but what is no flow.
        2 => events.iter().filter_map(|event| event.get("flow")).map(|flow| format!("{flow}\n")).collect(),
        _ => lines(events),
    }
}

/// Objects as a file of manifests, each in a style of its own.
pub(crate) fn manifests(random: &mut Random, objects: &[Value]) -> String {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n");
        match random.below(3) {
            0 => text.push_str(&format!("{object:#}\n")),
            _ => text.push_str(&format!("# as it was found\n{}", serde_yaml::to_string(object).unwrap())),
        }
    }
    text
}

/// The objects of a file of manifests.
pub(crate) fn objects(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let objects = documents.map(|document| Value::deserialize(document).unwrap());
    objects.filter(|object| !object.is_null()).collect()
}
