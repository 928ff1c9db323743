//! How logs come: compressed, in folders, broken, mixed, hostile.

use crate::logs::{problems, read_bytes, record, requests};
use flate2::Compression;
use flate2::write::GzEncoder;
use leastwise_evidence::{Input, Loss, Reading, Record, Watch, read};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// A line on which somebody lists pods.
fn line(user: &str, id: u64) -> String {
    let event = json!({
        "auditID": id.to_string(), "stage": "ResponseComplete", "verb": "list", "user": {"username": user},
        "requestURI": "/api/v1/pods", "objectRef": {"resource": "pods"}, "responseStatus": {"code": 200},
        "annotations": {"authorization.k8s.io/decision": "allow"}
    });
    format!("{event}\n")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn compression_is_known_by_content_and_makes_no_other_source() {
    let text = line("carol", 1) + &line("carol", 2);
    let plain = record(&text);
    assert_eq!(requests(&plain), ["carol list pods in the cluster x2"]);
    let halves = [gzip(&line("carol", 1)), gzip(&line("carol", 2))].concat();
    let frames = [zstd(&line("carol", 1)), zstd(&line("carol", 2))].concat();
    for bytes in [gzip(&text), halves, zstd(&text), frames] {
        let reading = read_bytes(bytes);
        assert!(reading.is_complete && reading.problems.is_empty(), "{reading:?}");
        assert_eq!(reading.record, plain);
    }
}

#[test]
fn a_compressed_log_that_breaks_off_is_kept_as_far_as_it_goes() {
    let text: String = (0..2000).map(|id| line("carol", id)).collect();
    let whole = gzip(&text);
    let reading = read_bytes(&whole[..whole.len() / 2]);
    assert!(!reading.is_complete);
    assert!(!reading.record.requests.is_empty());
    assert_eq!(reading.record.sources.values().next().unwrap().losses[&Loss::BrokenOff], 1);
    assert!(!reading.record.certificate().without_known_loss);
}

#[test]
fn a_line_that_cannot_be_read_is_said_with_its_place_and_costs_nothing_else() {
    let text = [
        &line("carol", 1),
        "{\"auditID\": \"2\", \"stage\": NaN}\n",
        "\n",
        "{\"auditID\":\n",
        "plain text\n",
        &line("carol", 3),
        "{\"a\": 1}\n",
    ]
    .concat();
    let reading = read_bytes(text.as_str());
    assert_eq!(requests(&reading.record), ["carol list pods in the cluster x2"]);
    assert_eq!(reading.problem_count, 4);
    assert_eq!(
        problems(text),
        [
            "log:2: expected value, at byte 27",
            "log:4: EOF while parsing a value, at byte 11",
            "log:5: no JSON object",
            "log:7: no event of a known format",
        ]
    );
}

#[test]
fn places_are_right_in_lists_over_many_lines() {
    let text = format!("[\n{},\n{{\"auditID\": \"1\",\n  \"stage\": x}}\n]", line("carol", 1).trim());
    assert_eq!(problems(text), ["log:4: expected value, at byte 12"]);
}

#[test]
fn nesting_without_end_is_no_trouble() {
    let deep = format!(
        "{{\"auditID\": \"1\", \"stage\": \"Panic\", \"requestObject\": {}{}}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let text = line("carol", 1) + &deep + "\n" + &line("carol", 2) + &"[".repeat(200_000);
    let reading = read_bytes(text);
    assert_eq!(requests(&reading.record), ["carol list pods in the cluster x2"]);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_left_out() {
    let mut bytes = line("carol", 1).into_bytes();
    bytes.extend(b"{\"auditID\": \"");
    bytes.resize(bytes.len() + 100_000_000, b'x');
    bytes.extend(b"\"}\n");
    bytes.extend(line("carol", 2).into_bytes());
    let reading = read_bytes(bytes);
    assert_eq!(requests(&reading.record), ["carol list pods in the cluster x2"]);
    assert_eq!(
        reading.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["log:2: longer than 32 MiB"]
    );
}

#[test]
fn formats_may_be_mixed() {
    let flow = json!({"flow": {"verdict": "FORWARDED", "is_reply": false, "IP": {"source": "10.0.0.1",
        "destination": "192.0.2.1"}, "l4": {"TCP": {"source_port": 4, "destination_port": 443}},
        "source": {"namespace": "shop"}, "destination": {"identity": 2}}});
    let text = format!("{}{flow}\n{}{flow}\n", line("carol", 1), line("carol", 2));
    let record = record(&text);
    assert_eq!(requests(&record), ["carol list pods in the cluster x2"]);
    assert_eq!(crate::logs::connections(&record), ["shop[] -> outside 192.0.2.1 Tcp/443 x2"]);
}

#[test]
fn bytes_that_are_no_text_at_all_are_one_problem() {
    assert_eq!(problems(vec![0xff, 0xfe, 0, 1, 2, 0x80]).len(), 1);
    assert_eq!(problems(""), [""; 0]);
    assert_eq!(problems("just words\n").len(), 1);
}

#[test]
fn nothing_from_a_log_reaches_a_terminal_as_an_effect() {
    let hostile = "eve\u{1b}[2J\u{9b}31m\u{202e}";
    let text = line(hostile, 1) + "{\"auditID\": \"x\u{1b}]0;t\u{7}\", \"stage\": {\"\u{9b}\": 1}}\n";
    let reading = read_bytes(text.as_str());
    assert_eq!(
        reading.record.requests.keys().next().unwrap().subject,
        hostile,
        "the record knows it as it is"
    );
    let json = reading.record.to_json().unwrap();
    let shown = json.clone() + &problems(text).concat();
    assert!(!shown.chars().any(|char| char.is_control() || char == '\u{202e}'), "{shown:?}");
    assert_eq!(
        serde_json::from_str::<Record>(&json).unwrap(),
        reading.record,
        "and nothing is lost in writing it"
    );
}

#[test]
fn folders_are_read_in_order_and_a_missing_file_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("old")).unwrap();
    std::fs::write(folder.path().join("b.log"), line("bob", 1)).unwrap();
    std::fs::write(folder.path().join("a.log.gz"), gzip(&line("alice", 1))).unwrap();
    std::fs::write(folder.path().join("old/c"), zstd(&line("carol", 1))).unwrap();
    let (inputs, problems) = Input::of_paths(&[folder.path().to_owned(), PathBuf::from("/nowhere.log")]);
    assert_eq!(problems, []);
    let names: Vec<_> =
        inputs.iter().map(|input| input.name().rsplit('/').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(names, ["a.log.gz", "b.log", "c", "nowhere.log"]);
    let reading = read(inputs, &());
    assert_eq!(requests(&reading.record).len(), 3);
    assert!(!reading.is_complete);
    assert!(reading.problems[0].to_string().starts_with("/nowhere.log: "), "{:?}", reading.problems);
}

#[test]
fn the_same_log_twice_counts_once_and_a_record_reads_like_its_log() {
    let text = line("carol", 1);
    let whole = record(&text);
    let input = |bytes: &str| Input::Stream {
        name: "log".into(),
        reader: Box::new(std::io::Cursor::new(bytes.to_owned())),
    };
    let json = whole.to_json().unwrap();
    let Reading { record, problems, .. } = read(vec![input(&text), input(&text), input(&json)], &());
    assert_eq!(problems, []);
    assert_eq!(record, whole);
}

/// Stops after so many bytes.
struct Until(AtomicU64, u64);

impl Watch for Until {
    fn advance(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= self.1
    }
}

#[test]
fn reading_can_be_stopped_and_what_was_read_is_kept() {
    let text: String = (0..50_000).map(|id| line("carol", id)).collect();
    let until = Until(AtomicU64::new(0), 4_000_000);
    let reader = Box::new(std::io::Cursor::new(text));
    let reading = read(vec![Input::Stream { name: "log".into(), reader }], &until);
    assert!(!reading.is_complete);
    let count = reading.record.requests.values().next().unwrap().seen.count();
    assert!((10_000..50_000).contains(&count), "{count}");
}
