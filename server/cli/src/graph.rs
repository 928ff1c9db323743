//! `leastwise graph`

use crate::console::Console;
use crate::evidence::gather;
use crate::manifests::Manifests;
use crate::{DONE, FAILED};
use clap::{Args, ValueEnum};
use leastwise_graph::{BlastRadius, Workload, blast_radius, workloads};
use leastwise_privilege::Applied;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// Draws what a workload may do, and what of that it was seen to need.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 drawn, 2 something could not be read or written, or it is not clear which workload is meant."
)]
pub(crate) struct Graph {
    /// Manifests: files, folders, or `-` for standard input. The more of the cluster they tell, the more the picture does:
    /// roles, bindings, network policies, other workloads.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The workload, where there are several.
    #[arg(long, value_name = "NAMESPACE/KIND/NAME")]
    workload: Option<Workload>,
    /// Print the workloads, one a line, and draw none.
    #[arg(long, conflicts_with_all = ["workload", "evidence", "output", "format"])]
    list: bool,
    /// Runtime logs, or records that `leastwise evidence` made of them: what was not used is drawn grey.
    #[arg(long, short, value_name = "LOG", num_args = 1)]
    evidence: Vec<PathBuf>,
    /// The namespace of objects that do not say one.
    #[arg(long, short, value_name = "NAMESPACE", default_value = "default")]
    namespace: String,
    /// The form of the picture.
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    format: Format,
    /// Where to write it; standard output otherwise.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A form of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A drawing for browsers and documents.
    Svg,
    /// A graph for Graphviz.
    Dot,
    /// Nodes and edges, for programs.
    Json,
}

pub(crate) fn run(options: &Graph, console: &mut Console) -> io::Result<u8> {
    let manifests = Manifests::read(&options.paths);
    manifests.problems.iter().for_each(|problem| console.error(problem));
    let reading = (!options.evidence.is_empty()).then(|| gather(&options.evidence, console));
    let is_unread = reading.as_ref().is_some_and(|reading| reading.record.sources.is_empty());
    if !manifests.problems.is_empty() || is_unread {
        return Ok(FAILED);
    }
    manifests.errors().iter().for_each(|error| console.note(error));
    let objects = manifests.objects();
    let all = workloads(Applied { objects: &objects, namespace: &options.namespace });
    if options.list {
        for workload in &all {
            writeln!(console.out(), "{workload}")?;
        }
        return Ok(DONE);
    }
    let meant = match (&options.workload, all.as_slice()) {
        (Some(named), _) => named,
        (None, [only]) => only,
        (None, []) => {
            console.error(&"there is no workload in these files");
            return Ok(FAILED);
        }
        (None, several) => {
            let names: Vec<_> = several.iter().map(|workload| format!("\n  {workload}")).collect();
            console.error(&format!("say with --workload which one is meant:{}", names.concat()));
            return Ok(FAILED);
        }
    };
    let record = reading.as_ref().map(|reading| &reading.record);
    let Some(radius) = blast_radius(meant, &objects, &options.namespace, record) else {
        console.error(&format!("{meant} is not in these files"));
        return Ok(FAILED);
    };
    radius.unknown.iter().for_each(|what| console.note(what));
    let picture = drawn(&radius, &manifests, options.format)?;
    match &options.output {
        None => console.out().write_all(picture.as_bytes())?,
        Some(path) => {
            if let Err(error) = fs::write(path, picture) {
                console.error(&format!("{}: not written: {error}", path.display()));
                return Ok(FAILED);
            }
        }
    }
    Ok(if reading.is_none_or(|reading| reading.is_complete) { DONE } else { FAILED })
}

fn drawn(radius: &BlastRadius, manifests: &Manifests, format: Format) -> io::Result<String> {
    Ok(match format {
        Format::Svg => radius.svg()? + "\n",
        Format::Dot => radius.dot(),
        Format::Json => {
            let mut json = serde_json::to_value(radius)?;
            let nodes = json.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten();
            for (node, written) in radius.nodes.iter().zip(nodes) {
                if let (Some(resource), Some(path)) = (&node.resource, &node.path)
                    && let Some(standing) = manifests.find(resource, path)
                {
                    written["filename"] = standing.name.into();
                    written["location"] = json!({"row": standing.row, "column": standing.column});
                }
            }
            serde_json::to_string_pretty(&json)? + "\n"
        }
    })
}
