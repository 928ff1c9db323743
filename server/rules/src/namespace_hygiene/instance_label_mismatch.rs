use super::metadata::WORKLOADS;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting, string};

rule! {
    /// The label of the instance is missing, or not the name of the workload.
    ///
    /// ## Why
    /// Where a site names workloads after their instance, tools find one by the other. Off by default: Helm gives all
    /// objects of a release the name of the release.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: web
    ///   labels: {app.kubernetes.io/instance: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: web
    ///   labels: {app.kubernetes.io/instance: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: set `app.kubernetes.io/instance` to the name of the workload.
    ///
    /// ## When it is fine
    /// With Helm, and wherever one instance has several workloads.
    ///
    /// ## References
    /// - [Recommended labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)
    id: "instance-label-mismatch",
    title: "Instance label differs from the object name",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    fields: &["metadata.labels[\"app.kubernetes.io/instance\"]"],
    also: &[(Polaris, "metadataAndInstanceMismatched")],
    check: Check::Kind(WORKLOADS, check),
}

const LABEL: [&str; 3] = ["metadata", "labels", "app.kubernetes.io/instance"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(name) = object.name() else { return };
    let message = match string(object.node, &LABEL) {
        Setting::Set(instance, _) if instance == name => return,
        Setting::Set(instance, _) => {
            format!("the instance label says \"{instance}\", the workload is called \"{name}\"")
        }
        Setting::Unset => format!("workload \"{name}\" has no instance label"),
        Setting::Unknown => return,
    };
    report.find(object.path.keys(&LABEL), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn other_values_and_missing_labels_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app.kubernetes.io/instance: shop}}
                                                                       ^^^^ the instance label says \"shop\"
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {a: b}}
                                  ^^^^^^ workload \"web\" has no instance label
            ",
        );
        for metadata in [
            "{name: web, labels: {app.kubernetes.io/instance: web}}",
            "{name: \"{{ .Release.Name }}\"}",
            "{name: web, labels: \"{{ .Values.labels }}\"}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n"));
        }
    }
}
