//! How a log was cut, ordered and repeated makes no difference to what was seen.

use crate::logs::{connections, read_bytes, record, requests};
use leastwise_evidence::{Record, Unite};
use proptest::prelude::{Just, Strategy, any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::json;

/// A line of an audit log or of flows, of a small world, with a number of its own.
fn line() -> impl Strategy<Value = String> {
    let request = (0..3u8, 0..4u8, 0..3u8, any::<bool>(), any::<u32>()).prop_map(|(user, verb, code, create, id)| {
        let verb = ["get", "list", "patch", "create"][usize::from(verb)];
        let code = [200, 201, 403][usize::from(code)];
        let name = if create { "made-up" } else { "fixed" };
        let event = json!({
            "auditID": id.to_string(), "stage": "ResponseComplete", "verb": verb, "user": {"username": format!("u{user}")},
            "objectRef": {"resource": "pods", "namespace": "shop", "name": name}, "responseStatus": {"code": code},
            "requestReceivedTimestamp": format!("2026-01-01T00:00:{:02}Z", id % 60)
        });
        event.to_string()
    });
    let flow = (0..3u8, 0..3u8, any::<bool>(), 0..60u8).prop_map(|(from, to, is_reply, second)| {
        let end = |number: u8| json!({"namespace": "shop", "labels": [format!("k8s:app=a{number}")]});
        let (source, target) = if is_reply { (to, from) } else { (from, to) };
        let ports = if is_reply { (80, 41_000) } else { (41_000, 80) };
        let flow = json!({
            "verdict": "FORWARDED", "is_reply": is_reply, "node_name": "n", "time": format!("2026-01-01T00:00:{second:02}Z"),
            "IP": {"source": format!("10.0.0.{source}"), "destination": format!("10.0.1.{target}")},
            "l4": {"TCP": {"source_port": ports.0, "destination_port": ports.1}},
            "source": end(source), "destination": end(target)
        });
        json!({"flow": flow}).to_string()
    });
    proptest::prop_oneof![request, flow]
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What was seen, how often and when, whatever the sources are called.
fn seen(record: &Record) -> Vec<String> {
    let times = record
        .requests
        .values()
        .map(|seen| &seen.seen)
        .chain(record.connections.values().map(|seen| &seen.seen));
    let times = times.map(|seen| format!("{:?}", (seen.total().first, seen.total().last)));
    requests(record).into_iter().chain(connections(record)).chain(times).collect()
}

proptest! {
    #[test]
    fn the_order_of_lines_makes_no_difference(
        (lines, shuffled) in prop::collection::vec(line(), 0..30)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
    ) {
        prop_assert_eq!(seen(&record(&text(&lines))), seen(&record(&text(&shuffled))));
    }

    #[test]
    fn where_a_log_is_cut_makes_no_difference(lines in prop::collection::vec(line(), 0..30), at in 0..30usize) {
        let (head, tail) = lines.split_at(at.min(lines.len()));
        let mut halves = record(&text(head));
        if !tail.is_empty() && text(head) != text(tail) {
            halves.unite(record(&text(tail)));
            prop_assert_eq!(seen(&halves), seen(&record(&text(&lines))));
        }
    }

    #[test]
    fn a_request_that_is_logged_again_counts_once(lines in prop::collection::vec(line(), 1..20)) {
        let audit: Vec<_> = lines.into_iter().filter(|line| line.contains("auditID")).collect();
        let twice = text(&audit) + &text(&audit);
        prop_assert_eq!(requests(&record(&text(&audit))), requests(&record(&twice)));
    }

    #[test]
    fn more_lines_never_take_an_atom_away(lines in prop::collection::vec(line(), 0..20), more in line()) {
        let before = record(&text(&lines));
        let after = record(&(text(&lines) + &more));
        prop_assert!(before.requests.keys().all(|request| after.requests.contains_key(request)));
        prop_assert!(before.connections.keys().all(|connection| after.connections.contains_key(connection)));
    }

    #[test]
    fn nothing_that_is_fed_in_is_fatal(mut bytes in prop::collection::vec(any::<u8>(), 0..200), lines in prop::collection::vec(line(), 0..4)) {
        let mut log = text(&lines).into_bytes();
        log.append(&mut bytes);
        let reading = read_bytes(log);
        prop_assert!(reading.is_complete);
    }

    #[test]
    fn a_log_that_is_damaged_anywhere_keeps_its_other_lines(
        lines in prop::collection::vec(line(), 3..6), which in 0..3usize, place in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut damaged: Vec<Vec<u8>> = lines.iter().map(|line| line.clone().into_bytes()).collect();
        if let Some(line) = damaged.get_mut(which) {
            let place = place.index(line.len());
            line[place] = if byte == b'\n' { b' ' } else { byte };
        }
        let kept: Vec<_> = lines.iter().enumerate().filter(|(index, _)| *index != which).map(|(_, line)| line.clone()).collect();
        let (reading, rest) = (read_bytes(damaged.join(&b'\n')), record(&text(&kept)));
        prop_assert!(rest.requests.keys().all(|request| reading.record.requests.contains_key(request)));
        prop_assert!(rest.connections.keys().all(|connection| reading.record.connections.contains_key(connection)));
    }
}
