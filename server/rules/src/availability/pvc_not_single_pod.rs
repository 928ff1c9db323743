use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};

rule! {
    /// More than one pod can have the claim at a time.
    ///
    /// ## Why
    /// Only `ReadWriteOncePod` keeps a volume to one pod in the whole cluster; `ReadWriteOnce` keeps it to one node,
    /// where other pods can read and write it as well.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests: {storage: 10Gi}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata: {name: data}
    /// spec:
    ///   accessModes: [ReadWriteOncePod]
    ///   resources:
    ///     requests: {storage: 10Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: ask for `ReadWriteOncePod`. A claim that is bound cannot be changed, and not every driver offers the
    /// mode.
    ///
    /// ## When it is fine
    /// Wherever pods share data. The rule is off unless it is selected.
    ///
    /// ## References
    /// - [Persistent volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes)
    id: "pvc-not-single-pod",
    title: "Claim can be written by more than one pod",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["spec.accessModes"],
    also: &[(Kyverno, "readwriteonce-pod")],
    check: Check::Kind(&["PersistentVolumeClaim"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(list) = lookup(object.node, &["spec", "accessModes"]).value() else { return };
    let modes: Option<Vec<_>> = list.items().map(|item| item.value.as_str()).collect();
    let Some(modes) = modes.filter(|modes| !modes.is_empty() && !list.is_open()) else { return };
    if object.api_version() == Some("v1") && modes != ["ReadWriteOncePod"] {
        let message = format!("the access mode {} lets more than one pod have the volume", modes.join(", "));
        report.find(object.path.keys(&["spec", "accessModes"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn other_modes_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              ^^^^^^^^^^^ the access mode ReadWriteOnce lets more than one pod
              resources:
                requests: {storage: 10Gi}
            ",
        );
    }

    #[test]
    fn the_strict_mode_and_hidden_ones_are_fine() {
        for text in [
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [ReadWriteOncePod]
              resources:
                requests: {storage: 10Gi}
            ",
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [\"{{ .Values.mode }}\"]
              resources:
                requests: {storage: 10Gi}
            ",
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: null
              resources:
                requests: {storage: 10Gi}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}
