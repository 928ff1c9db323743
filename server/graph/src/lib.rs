//! The blast radius of a workload: what whoever takes it over may do, and what of that it was seen to need.
//!
//! A [`BlastRadius`] is a tree. The workload stands at its root; the branches are its ServiceAccount with the roles that it
//! holds and what they grant, what network policies let it connect to and let in, and what its pods may do on their node.
//! Everything in it was read by [`leastwise_privilege`]. Where evidence of a kind was given, each leaf says whether it was
//! seen used: what was not is drawn grey. The same tree becomes JSON, a drawing (SVG) or a graph for Graphviz (DOT).

mod access;
mod connections;
mod dot;
mod host;
mod layout;
mod radius;
mod svg;
mod workload;

pub use radius::{BlastRadius, Edge, Node, NodeKind, Observed, Part};
pub use workload::{Workload, workloads};

use leastwise_evidence::{Channel, Record};
use leastwise_manifest::Object;
use leastwise_privilege::Applied;
use radius::Tree;

/// Draws up what a workload may do, by all objects together. `None` where it is not among them.
pub fn blast_radius(
    workload: &Workload,
    objects: &[Object<'_>],
    namespace: &str,
    record: Option<&Record>,
) -> Option<BlastRadius> {
    let applied = Applied { objects, namespace };
    let object = workload.find(applied)?;
    let mut tree = Tree::new(workload.to_string(), record.map(Observed::of));
    let needed = record.map(|record| (record, leastwise_harden::needed(record).0));
    let seen_by = |channel| {
        let heard = |record: &Record| record.sources.values().any(|of| of.channels.contains_key(&channel));
        needed.as_ref().filter(|(record, _)| heard(record)).map(|(_, needed)| needed)
    };
    access::add(&object, applied, seen_by(Channel::Audit), &mut tree);
    connections::add(workload, applied, seen_by(Channel::Flows), &mut tree);
    host::add(&object, applied, &mut tree);
    Some(tree.finish())
}
