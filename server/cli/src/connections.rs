//! `leastwise connections`

use crate::console::Console;
use crate::manifests::Manifests;
use crate::prove::{Format, UNDECIDED};
use crate::{DONE, FAILED};
use clap::Args;
use leastwise_privilege::network::{ConnectionAtom, Connections, Network};
use leastwise_privilege::{Applied, Grant};
use std::io::{self, Write};
use std::path::PathBuf;

/// Lists what network policies allow between workloads.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 listed, 2 something could not be read, 3 nobody can know: a template hides it, or there \
                  are policies of a kind that is not understood."
)]
pub(crate) struct ListConnections {
    /// Files and folders with workloads, network policies and namespaces.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The form of the output.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The namespace of objects that do not say one.
    #[arg(long, short, value_name = "NAMESPACE", default_value = "default")]
    namespace: String,
}

pub(crate) fn run(options: &ListConnections, console: &mut Console) -> io::Result<u8> {
    let manifests = Manifests::read(&options.paths);
    manifests.problems.iter().for_each(|problem| console.error(problem));
    if !manifests.problems.is_empty() {
        return Ok(FAILED);
    }
    let objects = manifests.objects();
    let network = Network::of(Applied { objects: &objects, namespace: &options.namespace });
    let mut why = manifests.errors();
    match Connections::of_workloads(&network).between_workloads() {
        Ok(atoms) if why.is_empty() => print(&atoms, options.format, console)?,
        Ok(_) => {}
        Err(faults) => why.extend(faults),
    }
    why.iter().for_each(|why| console.error(why));
    Ok(if why.is_empty() { DONE } else { UNDECIDED })
}

fn print(atoms: &[ConnectionAtom], format: Format, console: &mut Console) -> io::Result<()> {
    match format {
        Format::Json => writeln!(console.out(), "{}", serde_json::to_string_pretty(atoms)?),
        Format::Human => {
            for atom in atoms {
                let words = Grant::Network(atom.clone()).what();
                writeln!(console.out(), "{}", words.trim_start_matches("allows connections from "))?;
            }
            Ok(())
        }
    }
}
