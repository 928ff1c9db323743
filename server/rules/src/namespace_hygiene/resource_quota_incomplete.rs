use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::Field;

rule! {
    /// A ResourceQuota leaves CPU or memory open.
    ///
    /// ## Why
    /// What it does not bound, the namespace may take, up to all of the cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: {name: bounds, namespace: shop}
    /// spec:
    ///   hard: {requests.cpu: "4", requests.memory: 8Gi}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: {name: bounds, namespace: shop}
    /// spec:
    ///   hard: {requests.cpu: "4", requests.memory: 8Gi, limits.cpu: "8", limits.memory: 16Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: add what is missing. From then on every container must state the same resource, or get it from a
    /// LimitRange.
    ///
    /// ## When it is fine
    /// Where another ResourceQuota of the namespace has the rest, as one that only counts objects.
    ///
    /// ## References
    /// - [Resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/)
    id: "resource-quota-incomplete",
    title: "ResourceQuota leaves CPU or memory open",
    severity: Severity::Info,
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    fields: &["spec.hard"],
    also: &[(Trivy, "KSV-0040")],
    check: Check::Kind(&["ResourceQuota"], check),
}

/// What should be bounded, each with the other name that the API has for it.
const RESOURCES: [(&str, &str); 4] = [
    ("requests.cpu", "cpu"),
    ("requests.memory", "memory"),
    ("limits.cpu", "limits.cpu"),
    ("limits.memory", "limits.memory"),
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let is_missing = |name: &str| match lookup(object.node, &["spec", "hard", name]) {
        Field::Absent => true,
        Field::Unknown => false,
        Field::Present(entry) => entry.value.is_null(),
    };
    let missing = RESOURCES.iter().filter(|(name, other)| is_missing(name) && is_missing(other));
    let missing: Vec<_> = missing.map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let message = format!("this ResourceQuota leaves {} open", missing.join(", "));
        report.find(object.path.keys(&["spec", "hard"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn open_resources_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ResourceQuota
            spec:
              hard:
              ^^^^ this ResourceQuota leaves requests.memory, limits.memory open
                requests.cpu: 1
                limits.cpu: 2
            ---
            apiVersion: v1
            kind: ResourceQuota
            spec: {}
            ^^^^ leaves requests.cpu, requests.memory, limits.cpu, limits.memory open
            ",
        );
    }

    #[test]
    fn complete_quotas_other_names_and_templates_are_fine() {
        for hard in [
            "{requests.cpu: 1, requests.memory: 1Gi, limits.cpu: 1, limits.memory: 1Gi}",
            "{cpu: 1, memory: 1Gi, limits.cpu: 1, limits.memory: 1Gi}",
            "\"{{ .Values.hard }}\"",
            "\n    {{- toYaml .Values.hard | nindent 4 }}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: ResourceQuota\nspec:\n  hard: {hard}\n"));
        }
    }
}
