//! What was asked and answered is written, one file a question.

use crate::scripted::Answer::{Dies, Says};
use crate::scripted::Scripted;
use crate::support::{Case, requests};
use leastwise_chain::TraceFolder;
use leastwise_harden::{Kind, Task};
use serde_json::Value;

#[test]
fn questions_and_answers_are_traced() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("trace");
    let backend = Scripted::new(&[Says("look at 1"), Says("nonsense"), Dies]);
    let trace = Some(TraceFolder::new(&folder).unwrap());
    Case { trace, ..Case::new(Task::Create, Kind::Role, "") }.run(&requests(), &backend);
    let read =
        |name: &str| -> Value { serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap() };
    let (first, second, third) =
        (read("001-look-at-requests.json"), read("002-create-role.json"), read("003-create-role.json"));
    assert_eq!((&first["answer"], &first["outcome"]["is"]), (&"look at 1".into(), &"used".into()));
    assert_eq!(first["model"], "scripted");
    assert_eq!(second["outcome"]["is"], "sent-back");
    assert_eq!(second["outcome"]["because"], "it does not begin with a name");
    assert_eq!((&third["attempt"], &third["outcome"]["is"]), (&1.into(), &"failed".into()));
    assert!(third["seconds"].as_f64().is_some());
    assert!(third["user"].as_str().unwrap().contains("named \"settings\""));
    assert!(third["grammar"].as_str().unwrap().contains("\"3: rule \" (\"1\" | \"2\" | \"3\")"));
}

#[test]
fn a_second_run_writes_after_the_first() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let trace = Some(TraceFolder::new(folder.path()).unwrap());
        let case = Case { trace, ..Case::new(Task::Create, Kind::Role, "") };
        case.run(&requests(), &Scripted::new(&[Dies]));
    }
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["001-look-at-requests.json", "002-look-at-requests.json"]);
}
