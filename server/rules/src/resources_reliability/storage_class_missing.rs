use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Kind, Node, Path};

rule! {
    /// A claim takes whatever storage the cluster gives by default.
    ///
    /// ## Why
    /// Without `storageClassName` the cluster's default class decides how fast, how safe and how dear the volume is,
    /// and whether it is deleted with the claim. The same manifest gets different storage in different clusters, and
    /// waits for ever where there is no default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources: {requests: {storage: 10Gi}}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   storageClassName: fast
    ///   accessModes: [ReadWriteOnce]
    ///   resources: {requests: {storage: 10Gi}}
    /// ```
    ///
    /// ## Fix
    /// By hand: the class must exist in the cluster.
    ///
    /// ## When it is fine
    /// Manifests for many clusters, charts above all, leave the choice to the cluster on purpose. So it is a hint for
    /// those who ask. An empty name is a choice, too: a volume made beforehand.
    ///
    /// ## References
    /// - [Persistent volumes: class](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1)
    /// - [Default storage class](https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass)
    id: "storage-class-missing",
    title: "Claim names no storage class",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "require-storageclass")],
    persona: Persona::Pedantic,
    fields: &["spec.storageClassName", "spec.volumeClaimTemplates[*].spec.storageClassName"],
    check: Check::Kind(&["PersistentVolumeClaim", "StatefulSet"], check),
}

const FIELD: &str = "storageClassName";

/// How a claim named its class before there was a field; still read.
const ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.is_built_in() == Some(false) {
        return;
    }
    if object.kind() == Some("PersistentVolumeClaim") {
        check_claim(object.node, &object.path, "The claim", report);
        return;
    }
    let templates = ["spec", "volumeClaimTemplates"];
    let list = object.path.keys(&templates);
    for item in lookup(object.node, &templates).value().into_iter().flat_map(Node::items) {
        let name = lookup(item.value, &["metadata", "name"]).value().and_then(Node::as_text);
        let what = name.map_or("A claim".to_owned(), |name| format!("Claim \"{name}\""));
        check_claim(item.value, &list.index(item.index), &what, report);
    }
}

fn check_claim(claim: Node<'_>, path: &Path, what: &str, report: &mut Report<'_, '_>) {
    let Some(spec) = claim.get("spec").value().filter(|spec| matches!(spec.kind(), Kind::Mapping)) else {
        return;
    };
    let is_missing = |field: Field<'_>| match field {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    };
    if is_missing(spec.get(FIELD)) && is_missing(lookup(claim, &["metadata", "annotations", ANNOTATION])) {
        report.find(path.keys(&["spec", FIELD]), format!("{what} takes the cluster's default storage class"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn claims_and_templates_without_class_are_found_on_their_spec() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            spec:
            ^^^^ The claim takes the cluster's default storage class
              accessModes: [ReadWriteOnce]
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce]}
                ^^^^ Claim \"data\" takes the cluster's default storage class
              - metadata: {name: logs}
                spec: {storageClassName: slow}
            ",
        );
    }

    #[test]
    fn any_choice_and_templates_are_fine() {
        for claim in [
            "spec: {storageClassName: \"\"}",
            "spec: {storageClassName: \"{{ .Values.class }}\"}",
            "spec:\n  {{- toYaml .Values.claim | nindent 2 }}",
            "metadata: {annotations: {volume.beta.kubernetes.io/storage-class: slow}}\nspec: {accessModes: []}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: PersistentVolumeClaim\n{claim}\n"));
        }
    }
}
