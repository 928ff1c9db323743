use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting, string};

rule! {
    /// Volumes of the class stay when their claims are gone.
    ///
    /// ## Why
    /// With `Retain` the data of a deleted claim stays on the volume until somebody removes it by hand: it costs money,
    /// and the next who binds the volume can read it. Off by default, as many sites want exactly that.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// metadata: {name: fast}
    /// provisioner: disk.csi.example.com
    /// reclaimPolicy: Retain
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// metadata: {name: fast}
    /// provisioner: disk.csi.example.com
    /// reclaimPolicy: Delete
    /// ```
    ///
    /// ## Fix
    /// By hand: leave `reclaimPolicy` out, or set it to `Delete`, if backups hold what must not be lost.
    ///
    /// ## When it is fine
    /// For data that a slip must not delete.
    ///
    /// ## References
    /// - [Storage classes: reclaim policy](https://kubernetes.io/docs/concepts/storage/storage-classes/#reclaim-policy)
    id: "storage-class-reclaim-policy",
    title: "Storage class keeps released volumes",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fields: &["reclaimPolicy"],
    also: &[(Kyverno, "restrict-storageclass")],
    check: Check::Kind(&["StorageClass"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Setting::Set(policy, _) = string(object.node, &["reclaimPolicy"])
        && policy != "Delete"
    {
        let message =
            format!("volumes of this class stay when their claims are gone: the policy is {policy}");
        report.find(object.path.key("reclaimPolicy"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn other_policies_than_delete_are_found() {
        check(
            &RULE,
            "
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            reclaimPolicy: Retain
                           ^^^^^^ volumes of this class stay
            ",
        );
        for policy in ["Delete", "null", "\"{{ .Values.policy }}\""] {
            check_silent(
                &RULE,
                &format!("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nreclaimPolicy: {policy}\n"),
            );
        }
    }
}
