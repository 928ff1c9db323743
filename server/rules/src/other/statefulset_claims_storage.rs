use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};

rule! {
    /// A StatefulSet claims storage that outlives its pods.
    ///
    /// ## Why
    /// Its volumes stay when it is scaled down or deleted, and cost money and hold data until somebody removes them. A
    /// claim must ask for an amount, so this is no fault: it lists the claims, for a review. Off by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db}
    /// spec:
    ///   volumeClaimTemplates:
    ///   - metadata: {name: data}
    ///     spec:
    ///       accessModes: [ReadWriteOnce]
    ///       resources: {requests: {storage: 10Gi}}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db}
    /// spec:
    ///   volumeClaimTemplates: []
    /// ```
    ///
    /// ## Fix
    /// By hand: see that the amount is right, and set `persistentVolumeClaimRetentionPolicy` to what shall become of
    /// the volumes.
    ///
    /// ## When it is fine
    /// For everything that keeps data.
    ///
    /// ## References
    /// - [StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/)
    id: "statefulset-claims-storage",
    title: "StatefulSet claims persistent storage",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fields: &["spec.volumeClaimTemplates[*].spec.resources.requests.storage"],
    also: &[(Kics, "8cf4671a-cf3d-46fc-8389-21e7405063a2")],
    check: Check::Kind(&["StatefulSet"], check),
}

const TEMPLATES: [&str; 2] = ["spec", "volumeClaimTemplates"];
const STORAGE: [&str; 4] = ["spec", "resources", "requests", "storage"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(templates) = lookup(object.node, &TEMPLATES).value() else { return };
    for item in templates.items() {
        let Some(storage) = lookup(item.value, &STORAGE).value().filter(|storage| !storage.is_null()) else {
            continue;
        };
        let Some(amount) = storage.as_text() else { continue };
        let path = object.path.keys(&TEMPLATES).index(item.index).keys(&STORAGE);
        report.find(path, format!("each pod claims {amount} of storage that outlives it"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_amount_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              volumeClaimTemplates:
              - spec: {resources: {requests: {storage: 10Gi}}}
                                                       ^^^^ each pod claims 10Gi
              - spec: {resources: {requests: {storage: \"{{ .Values.size }}\"}}}
              - spec: {}
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: PersistentVolumeClaim\nspec: {resources: {requests: {storage: 1Gi}}}\n",
        );
    }
}
