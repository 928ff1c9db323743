use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, lookup, quantity};
use leastwise_yaml::{Kind, Node, Path};

rule! {
    /// A claim on storage does not say how much it wants.
    ///
    /// ## Why
    /// `resources.requests.storage` is required: the API server refuses a claim without it, and a StatefulSet with
    /// such a template creates no pods.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources: {requests: {storage: 10Gi}}
    /// ```
    ///
    /// ## Fix
    /// By hand: only who knows the data knows its size.
    ///
    /// ## When it is fine
    /// Never: the claim is refused.
    ///
    /// ## References
    /// - [PersistentVolumeClaims](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims)
    id: "volume-claim-storage-request-missing",
    title: "Claim template requests no storage size",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["spec.resources.requests.storage", "spec.volumeClaimTemplates[*].spec.resources.requests.storage"],
    also: &[
        (Kubesec, "VolumeClaimRequestsStorage"),
    ],
    check: Check::Kind(&["PersistentVolumeClaim", "StatefulSet"], check),
}

const REQUEST: [&str; 3] = ["resources", "requests", "storage"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    match (object.api_group(), object.kind()) {
        (Some(""), Some("PersistentVolumeClaim")) => {
            if let Some(spec) = object.node.get("spec").value() {
                claim(spec, &object.path.key("spec"), "The claim", report);
            }
        }
        (Some("apps"), Some("StatefulSet")) => {
            let templates = ["spec", "volumeClaimTemplates"];
            for item in lookup(object.node, &templates).value().into_iter().flat_map(Node::items) {
                let Some(spec) = item.value.get("spec").value() else { continue };
                let name = lookup(item.value, &["metadata", "name"]).value().and_then(Node::as_str);
                let title = name.map_or("A claim".to_owned(), |name| format!("The claim \"{name}\""));
                claim(spec, &object.path.keys(&templates).index(item.index).key("spec"), &title, report);
            }
        }
        _ => {}
    }
}

fn claim(spec: Node<'_>, path: &Path, title: &str, report: &mut Report<'_, '_>) {
    if matches!(spec.kind(), Kind::Mapping) && quantity(spec, &REQUEST).is_unset() {
        report.find(path.keys(&REQUEST), format!("{title} does not say how much storage it requests"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn claims_and_templates_without_a_size_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            spec:
            ^^^^ The claim does not say how much storage
              accessModes: [ReadWriteOnce]
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              volumeClaimTemplates:
              - metadata: {name: data}
                spec:
                  accessModes: [ReadWriteOnce]
                  resources:
                  ^^^^^^^^^ The claim \"data\" does not say
                    limits: {storage: 1Gi}
              - metadata: {name: logs}
                spec: {resources: {requests: {storage: 1Gi}}}
            ",
        );
    }

    #[test]
    fn sizes_and_templates_are_fine() {
        for resources in [
            "resources: {requests: {storage: 5}}",
            "resources:\n    requests:\n      storage: {{ .Values.size }}",
            "{{- toYaml .Values.claim | nindent 2 }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: PersistentVolumeClaim\nspec:\n  {resources}\n"),
            );
        }
    }
}
