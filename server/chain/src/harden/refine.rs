//! The chain beside a refinement: what a person should look at before it is taken away.

use super::{Chain, Seen};
use crate::quote;
use crate::steps::{Fact, look_before_removal};
use leastwise_harden::{Level, Proposal, Statement};
use leastwise_manifest::Resource;

impl Chain<'_, '_, '_> {
    /// Asks about each object from which something is taken away. `about` is what is known of the workloads.
    pub(super) fn look_before_removals(&mut self, proposal: &Proposal, about: &str) {
        let removals = proposal.applied().filter(|statement| statement.level == Level::Candidate);
        for (resource, removals) in by_resource(removals) {
            let seen: Vec<_> = removals.into_iter().map(seen).collect();
            let subject = title(resource);
            let intro = format!("Something is taken away from {}.{about}", quote(&subject));
            self.look("look-before-removal", &subject, &seen, |facts| {
                look_before_removal::prompt(&intro, facts)
            });
        }
    }
}

fn seen(statement: &Statement) -> Seen {
    let mut fact = quote(&statement.what);
    if let Some(risk) = statement.risk {
        fact.push_str(&format!(" (risk: {risk})"));
    }
    Seen { fact: Fact(fact), what: statement.what.clone(), because: statement.because.clone() }
}

/// Statements by their object, in the order in which objects come first.
pub(super) fn by_resource<'s>(
    statements: impl Iterator<Item = &'s Statement>,
) -> Vec<(&'s Resource, Vec<&'s Statement>)> {
    let mut of: Vec<(&Resource, Vec<&Statement>)> = Vec::new();
    for statement in statements {
        match of.iter_mut().find(|(resource, _)| **resource == statement.resource) {
            Some((_, statements)) => statements.push(statement),
            None => of.push((&statement.resource, vec![statement])),
        }
    }
    of
}

/// `Role shop/cart`.
pub(super) fn title(resource: &Resource) -> String {
    let name = resource.name.as_deref().unwrap_or_default();
    match &resource.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", resource.kind),
        None => format!("{} {name}", resource.kind),
    }
}
