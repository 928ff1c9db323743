use super::spokesman::{may_hold, speaks_for, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// Nothing at hand gives the namespace a ResourceQuota.
    ///
    /// ## Why
    /// One namespace may then take all CPU and memory of the cluster, or fill it with objects, by a slip or on purpose,
    /// and the others starve.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: {name: bounds, namespace: shop}
    /// spec: {hard: {}}
    /// ```
    ///
    /// ## Fix
    /// By hand: add a ResourceQuota with what the programs of the namespace were seen to need. It is told once for each
    /// namespace: at the Namespace, or where that is not at hand at the first workload in it.
    ///
    /// ## When it is fine
    /// Where the cluster or another repository gives one to each namespace.
    ///
    /// ## References
    /// - [Resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/)
    id: "resource-quota-missing",
    title: "Namespace has no ResourceQuota",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    fields: &["metadata.namespace"],
    also: &[(Kics, "48a5beba-e4c0-4584-a2aa-e6894e4cf424"), (Kyverno, "namespace-inventory-check")],
    check: Check::Kind(KINDS, check),
}

const KINDS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Namespace",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(namespace) = speaks_for(object, report) else { return };
    if !may_hold("ResourceQuota", namespace, report) {
        let message = format!("{} has no ResourceQuota, so it may take all of the cluster", title(namespace));
        report.find(object.path.keys(&["metadata", "namespace"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_namespace_is_told_once() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
            ^^^^^^^^ namespace \"shop\" has no ResourceQuota
              name: shop
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: a, namespace: shop}
            spec: {containers: []}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: a, namespace: other}
                                           ^^^^^ namespace \"other\" has no ResourceQuota
            spec: {containers: []}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: b, namespace: other}
            spec: {containers: []}
            ",
        );
    }

    #[test]
    fn one_in_the_namespace_or_perhaps_in_it_is_fine() {
        for metadata in ["{namespace: shop}", "{}", "{namespace: \"{{ .Release.Namespace }}\"}"] {
            let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
            check_silent(
                &RULE,
                &format!("{namespace}---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {metadata}\n"),
            );
        }
    }
}
