//! That somebody holds a role, and where that is said.

use super::atom::Subject;
use leastwise_manifest::{PolicyRule, Resource};
use leastwise_yaml::Path;
use std::sync::Arc;

/// That somebody holds a role.
#[derive(Clone, Debug)]
pub(super) struct Held<'d> {
    pub(super) subject: Subject,
    /// The namespace in which; `None` for all, and for what belongs to none.
    pub(super) namespace: Option<String>,
    pub(super) role: Arc<Grantable<'d>>,
    /// The binding by which.
    pub(super) binding: Option<Origin>,
    /// It is not said by the objects, but holds for whoever is bound to the role elsewhere.
    pub(super) is_tacit: bool,
}

/// What a role grants to who holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Grantable<'d> {
    /// The role in words, like `Role shop/reader`.
    pub(super) title: String,
    /// Its rules, each with the role in which it is written.
    pub(super) rules: Vec<(PolicyRule<'d>, Arc<Home>)>,
    /// Rules that a template hides, as they are written.
    pub(super) hidden: Vec<String>,
    /// The roles that are not among the objects whose rules it has as well, in words.
    pub(super) outside: Vec<String>,
    /// It has the rules of all roles with certain labels.
    pub(super) gathers: bool,
}

/// The role in which a rule is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Home {
    pub(super) resource: Resource,
    /// Where the role stands in its document.
    pub(super) path: Path,
}

/// Where something stands: an object, and the path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The object.
    pub resource: Resource,
    /// The path in the object.
    pub path: Path,
}
