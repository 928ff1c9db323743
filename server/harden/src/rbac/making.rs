//! The parts of a role that is made, with its binding.

use super::needs::Need;
use super::packing::Rule;
use crate::seen::Seen;
use leastwise_privilege::rbac::{RbacAtom, Subject};
use leastwise_yaml::Literal;
use std::collections::BTreeSet;

/// Where something is granted. Namespaces come before the cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Namespace(String),
    Cluster,
}

impl Place {
    pub(super) fn of(atom: &RbacAtom) -> Self {
        atom.namespace.clone().map_or(Self::Cluster, Self::Namespace)
    }
}

pub(super) fn because(needs: &[&Need]) -> String {
    let mut seen = Seen::default();
    needs.iter().for_each(|need| seen.add(&need.seen));
    let notes: BTreeSet<_> = needs.iter().flat_map(|need| &need.notes).copied().collect();
    let notes: String = notes.iter().map(|note| format!("; {note}")).collect();
    format!("{}{notes}", seen.words("request"))
}

fn mapping(entries: Vec<(&str, Literal)>) -> Literal {
    Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn head(kind: &str, place: &Place, name: &str) -> Vec<(&'static str, Literal)> {
    let mut metadata = vec![("name", Literal::from(name))];
    if let Place::Namespace(namespace) = place {
        metadata.push(("namespace", Literal::from(namespace.as_str())));
    }
    vec![
        ("apiVersion", Literal::from("rbac.authorization.k8s.io/v1")),
        ("kind", Literal::from(kind)),
        ("metadata", mapping(metadata)),
    ]
}

pub(super) fn role(place: &Place, name: &str, rules: &[Rule]) -> Literal {
    let mut entries = head(if *place == Place::Cluster { "ClusterRole" } else { "Role" }, place, name);
    entries.push(("rules", Literal::Sequence(rules.iter().map(Rule::literal).collect())));
    mapping(entries)
}

pub(super) fn binding(subject: &Subject, place: &Place, name: &str) -> Literal {
    let is_cluster = *place == Place::Cluster;
    let mut entries = head(if is_cluster { "ClusterRoleBinding" } else { "RoleBinding" }, place, name);
    let role = if is_cluster { "ClusterRole" } else { "Role" };
    let group = || Literal::from("rbac.authorization.k8s.io");
    entries.push((
        "roleRef",
        mapping(vec![("apiGroup", group()), ("kind", Literal::from(role)), ("name", Literal::from(name))]),
    ));
    let subject = match subject {
        Subject::ServiceAccount { namespace, name } => mapping(vec![
            ("kind", Literal::from("ServiceAccount")),
            ("name", Literal::from(name.as_str())),
            ("namespace", Literal::from(namespace.as_str())),
        ]),
        Subject::User(name) => mapping(vec![
            ("kind", Literal::from("User")),
            ("apiGroup", group()),
            ("name", Literal::from(name.as_str())),
        ]),
        other => mapping(vec![("kind", Literal::from(other.to_string().as_str()))]),
    };
    entries.push(("subjects", Literal::Sequence(vec![subject])));
    mapping(entries)
}
