//! What a log looks like, from its first bytes.

use memchr::memchr;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// How a log is cut into events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// One event a line.
    Lines,
    /// JSON values of any layout: one after the other, or as items of arrays.
    Values,
    /// YAML documents.
    Yaml,
    /// A record that was made earlier.
    Record,
}

/// How many bytes are looked at.
pub(super) const HEAD: usize = 64 << 10;

/// The key that tells a record.
const RECORD: &[u8] = b"\"leastwise_evidence\"";

/// What the first bytes look like. A line that they cut off does not count, unless it is the only one.
pub(super) fn framing(head: &[u8]) -> Framing {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if is_record(head) {
        return Framing::Record;
    }
    let first = line(head);
    match head.first() {
        Some(b'{') if is_object(first) => {
            if is_envelope(first) {
                Framing::Values
            } else {
                Framing::Lines
            }
        }
        // Either a value over many lines, or a line that is damaged among others that are not.
        Some(b'{' | b'[') => {
            let (mut all, mut objects) = (0, 0);
            for line in lines(head).skip(1).filter(|line| !line.is_empty()) {
                all += 1;
                objects += usize::from(is_object(line));
            }
            if objects * 2 > all { Framing::Lines } else { Framing::Values }
        }
        // YAML writes what is empty as JSON does.
        _ if first == b"---" => Framing::Yaml,
        _ if lines(head).filter_map(object_in).any(|object| is_object(object) && object != b"{}") => {
            Framing::Lines
        }
        _ => Framing::Yaml,
    }
}

fn is_record(head: &[u8]) -> bool {
    head.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(RECORD))
}

fn line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).map_or(text, |end| text.get(..end).unwrap_or_default()).trim_ascii()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
}

/// Container runtimes and `kubectl logs` put times and names before what a program had written.
pub(super) fn object_in(line: &[u8]) -> Option<&[u8]> {
    line.get(memchr(b'{', line)?..)
}

fn is_object(line: &[u8]) -> bool {
    line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether an object is there to hold a list of others.
fn is_envelope(line: &[u8]) -> bool {
    serde_json::from_slice::<Lists>(line).is_ok_and(|lists| lists.is_some())
}

/// The keys under which objects hold lists of events.
pub(super) const LISTS: [&[u8]; 5] = [b"items", b"records", b"events", b"logEvents", b"flows"];

#[derive(Deserialize)]
struct Lists {
    items: Option<Vec<IgnoredAny>>,
    records: Option<Vec<IgnoredAny>>,
    events: Option<Vec<IgnoredAny>>,
    #[serde(rename = "logEvents")]
    log_events: Option<Vec<IgnoredAny>>,
    flows: Option<Vec<IgnoredAny>>,
}

impl Lists {
    fn is_some(&self) -> bool {
        [&self.items, &self.records, &self.events, &self.log_events, &self.flows]
            .iter()
            .any(|list| list.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_as_its_first_bytes_say() {
        for (head, expected) in [
            ("{\"auditID\":\"a\"}\n{\"auditID\":\"b\"}\n", Framing::Lines),
            ("{\"auditID\":\"a\"", Framing::Values),
            ("\u{feff}\n {\"auditID\":\"a\"}", Framing::Lines),
            ("{\"auditID\":\"brok\n{\"auditID\":\"b\"}\n", Framing::Lines),
            ("{\"kind\":\"EventList\",\"items\":[{}]}", Framing::Values),
            ("{\"kind\":\"EventList\",\"items\":[\n{\"a\":1},\n{\"b\":1}\n]}", Framing::Values),
            ("{\n  \"kind\": \"EventList\",\n", Framing::Values),
            ("[{\"id\":1}]", Framing::Values),
            ("[\n{\"id\":1},\n{\"id\":2}\n]", Framing::Values),
            ("[\"id\":1}\n{\"id\":2}\n", Framing::Lines),
            ("2026-01-01T00:00:00Z stdout F {\"time\":1}\n", Framing::Lines),
            ("The log begins\n{\"time\":1}\n", Framing::Lines),
            ("apiVersion: audit.k8s.io/v1\nkind: Event\n", Framing::Yaml),
            ("kind: Event\nresponseStatus:\n  metadata: {}\n  code: 200\n", Framing::Yaml),
            (
                "---\nkind: Event\nannotations: {\"authorization.k8s.io/decision\": \"allow\"}\n",
                Framing::Yaml,
            ),
            ("{\"leastwise_evidence\": 1}", Framing::Record),
            ("", Framing::Yaml),
        ] {
            assert_eq!(framing(head.as_bytes()), expected, "{head}");
        }
    }
}
