use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the ClusterRole can create PersistentVolumes.
    ///
    /// ## Why
    /// A PersistentVolume may be a directory of the node (`hostPath`, `local`). Pod Security Admission looks at
    /// the pod, which only names a claim, so that a pod of the restricted profile reads and writes the file
    /// system of its node through it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [persistentvolumes]
    ///   verbs: [get, list, create]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [persistentvolumeclaims]
    ///   verbs: [get, list, create]
    /// ```
    ///
    /// ## Fix
    /// By hand: let programs create claims, and a provisioner the volumes.
    ///
    /// ## When it is fine
    /// Provisioners of storage, and administrators.
    ///
    /// ## References
    /// - [RBAC good practices: persistent volume creation](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation)
    /// - [Persistent volumes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/)
    id: "rbac-create-persistent-volumes",
    title: "Rule can create PersistentVolumes",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kubescape, "C-0278")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["create"],
    resources: &[("", &["persistentvolumes"])],
    what: "PersistentVolumes",
    so: "which mounts any directory of a node",
    at: At::Resource,
    severity: Grades::cluster_roles_only(Severity::Warning),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [persistentvolumes, persistentvolumeclaims], verbs: [create]}
                                            ^^^^^^^^^^^^^^^^^ This rule can create persistentvolumes wherever
            - {apiGroups: [\"\"], resources: [persistentvolumes], verbs: [get, list, watch, update]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [persistentvolumes], verbs: [create]}
            ",
        );
    }
}
