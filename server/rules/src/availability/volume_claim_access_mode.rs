use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Kind};

rule! {
    /// No volume of the StatefulSet belongs to one node or pod alone.
    ///
    /// ## Why
    /// Each pod of a StatefulSet has claims of its own. Volumes that many nodes may write are slower and need a file
    /// system that bears it, and a second pod can write to data that are meant for one.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db}
    /// spec:
    ///   serviceName: db
    ///   volumeClaimTemplates:
    ///   - metadata: {name: data}
    ///     spec:
    ///       accessModes: [ReadWriteMany]
    ///       resources:
    ///         requests: {storage: 10Gi}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db}
    /// spec:
    ///   serviceName: db
    ///   volumeClaimTemplates:
    ///   - metadata: {name: data}
    ///     spec:
    ///       accessModes: [ReadWriteOncePod]
    ///       resources:
    ///         requests: {storage: 10Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: ask for `ReadWriteOncePod` or `ReadWriteOnce`, where the storage class offers it. The templates of a
    /// StatefulSet that runs cannot be changed.
    ///
    /// ## When it is fine
    /// Where the pods share what they write, or only read it.
    ///
    /// ## References
    /// - [Persistent volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes)
    /// - [StatefulSets: stable storage](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage)
    id: "volume-claim-access-mode",
    title: "StatefulSet claim is not ReadWriteOnce",
    family: Family::Availability,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["spec.volumeClaimTemplates[*].spec.accessModes"],
    also: &[(Kics, "3878dc92-8e5d-47cf-9cdd-7590f71d21b9"), (Kubesec, "VolumeClaimAccessModeReadWriteOnce")],
    check: Check::Kind(&["StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(templates) = lookup(object.node, &["spec", "volumeClaimTemplates"]).value() else { return };
    if !is_built_in(object.api_group()) || templates.is_open() {
        return;
    }
    let mut shared = Vec::new();
    for template in templates.items() {
        let modes = known_modes(lookup(template.value, &["spec", "accessModes"]));
        let Some(modes) = modes else { return };
        if modes.iter().any(|mode| matches!(*mode, "ReadWriteOnce" | "ReadWriteOncePod")) {
            return;
        }
        shared.push((template.index, modes.join(", ")));
    }
    for (index, modes) in shared {
        let path =
            object.path.keys(&["spec", "volumeClaimTemplates"]).index(index).keys(&["spec", "accessModes"]);
        let message = if modes.is_empty() {
            "the claim names no access mode that keeps its volume to one node or pod".to_owned()
        } else {
            format!("the access mode {modes} lets other pods have the volume as well")
        };
        report.find(path, message);
    }
}

/// The access modes; `None` where some are hidden.
fn known_modes(list: Field<'_>) -> Option<Vec<&str>> {
    match list {
        Field::Absent => Some(Vec::new()),
        Field::Present(list) if list.value.is_null() => Some(Vec::new()),
        Field::Present(list) => {
            let list = list.value;
            let is_known = matches!(list.kind(), Kind::Sequence) && !list.is_open();
            is_known.then(|| list.items().map(|item| item.value.as_str()).collect())?
        }
        Field::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn claims_that_many_may_write_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              volumeClaimTemplates:
              - metadata: {name: data}
                spec:
                  accessModes: [ReadWriteMany]
                  ^^^^^^^^^^^ the access mode ReadWriteMany lets other pods
                  resources:
                    requests: {storage: 10Gi}
            ",
        );
    }

    #[test]
    fn a_claim_without_modes_has_none_of_them() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              volumeClaimTemplates:
              - spec:
                ^^^^ names no access mode
                  resources: {}
              - spec:
                  accessModes: []
                  ^^^^^^^^^^^ names no access mode
            ",
        );
    }

    #[test]
    fn one_claim_of_its_own_and_hidden_modes_are_fine() {
        for text in [
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              volumeClaimTemplates:
              - metadata: {name: data}
                spec:
                  accessModes: [ReadWriteOnce]
                  resources:
                    requests: {storage: 10Gi}
            ",
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              volumeClaimTemplates:
              - metadata: {name: data}
                spec:
                  accessModes: [\"{{ .Values.mode }}\"]
                  resources:
                    requests: {storage: 10Gi}
            ",
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec: {volumeClaimTemplates: [{spec: {accessModes: [ReadWriteMany]}}, {spec: {accessModes: [ReadWriteOnce]}}]}
            ",
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec: {serviceName: db}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}
