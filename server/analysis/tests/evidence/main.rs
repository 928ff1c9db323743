//! What is said of manifests beside what was seen at run time. Under each line of a manifest stand carets for what is
//! found there, with the rule and the message.

#![expect(clippy::unwrap_used, reason = "this is a test in all its parts")]

mod network;
mod roles;
mod workloads;

use leastwise_analysis::{Configuration, Environment, Evidence, File};
use leastwise_evidence::Record;
use leastwise_manifest::Workspace;
use std::sync::Arc;

/// A text beside another one, judged by what a record says and by nothing else.
fn judged(text: &str, elsewhere: &str, record: Record) -> File {
    let mut workspace = Workspace::default();
    for (source, text) in [("here.yaml", text), ("elsewhere.yaml", elsewhere)] {
        workspace.update(leastwise_analysis::Text::read(text).declarations(source));
    }
    let select = leastwise_rules::EVIDENCE_RULES.iter().map(|rule| rule.id.parse().unwrap()).collect();
    let environment = Environment {
        configuration: Arc::new(Configuration { select: Some(select), ..Configuration::default() }),
        workspace: Arc::new(workspace),
        source: Arc::from("here.yaml"),
        evidence: Some(Arc::new(Evidence::new(record))),
        ..Environment::default()
    };
    File::new(text, &environment)
}

/// The text with carets under what is found.
fn drawn(file: &File) -> String {
    let text = file.buffer().text();
    let mut drawn = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        drawn.push_str(line);
        for located in file.shown() {
            let (from, to) = (usize::from(located.range().start()), usize::from(located.range().end()));
            if (start..start + line.len()).contains(&from) {
                let (rule, message) = (located.diagnosis.rule(), &located.diagnosis.finding.message);
                drawn.push_str(&format!(
                    "{}{} {rule}: {message}\n",
                    " ".repeat(from - start),
                    "^".repeat(to - from)
                ));
            }
        }
        start += line.len();
    }
    drawn
}
