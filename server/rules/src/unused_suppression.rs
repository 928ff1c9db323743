//! The one rule that is about comments and not about Kubernetes: it is no part of the index, and who reads the
//! comments, reports it.

use crate::rule::{Check, Rule, rule};
use crate::{Family, FixKind, Severity};

/// A comment that silences a rule silences nothing.
pub static UNUSED_SUPPRESSION: &Rule = &RULE;

rule! {
    /// A comment silences a rule that finds nothing there, that does not exist, or only until a day that has passed.
    ///
    /// ## Why
    /// Who reads the comment believes in a danger that is gone. And it would silence the next finding, which nobody
    /// has decided about.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostNetwork: false # leastwise: ignore[host-network] because it watches the node
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostNetwork: true # leastwise: ignore[host-network] because it watches the node
    /// ```
    ///
    /// ## Fix
    /// Removes the rule from the comment, or the comment when it names no other.
    ///
    /// ## When it is fine
    /// Where a template decides whether there is something to silence.
    ///
    /// ## References
    /// - [Comments in YAML](https://yaml.org/spec/1.2.2/#66-comments)
    id: "unused-suppression",
    title: "Suppression silences nothing",
    severity: Severity::Info,
    family: Family::Other,
    fix: FixKind::Safe,
    fields: &["comments"],
    check: Check::Object(|_, _| {}),
}
