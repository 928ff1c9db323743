use super::permission::{At, Grades, Permission};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can change or delete pods or workloads that make pods.
    ///
    /// ## Why
    /// Who changes a workload chooses its image, its command and its ServiceAccount, which is as much as to
    /// create one. Who deletes workloads stops them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments]
    ///   verbs: [get, patch]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments]
    ///   resourceNames: [web]
    ///   verbs: [get, patch]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the workloads under `resourceNames`; that narrows `update`, `patch` and `delete`, not
    /// `deletecollection`. To scale, grant `patch` on `deployments/scale`, which changes the number and nothing
    /// else.
    ///
    /// ## When it is fine
    /// Deployment tools and operators.
    ///
    /// ## How others differ
    /// Kubescape's C-0007 and Trivy's KSV-0048 do not look at `resourceNames`; named workloads are fine with
    /// ours.
    ///
    /// ## References
    /// - [RBAC good practices: workload creation](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-modify-workloads",
    title: "Rule can change or delete workloads",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Trivy, "KSV-0048"), (Kubescape, "C-0007")],
    covered_by: &["rbac-all-permissions", "rbac-create-pods", "rbac-wildcard-resource", "rbac-wildcard-verb"],
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["update", "patch", "delete", "deletecollection"],
    resources: &[
        ("", &["pods", "replicationcontrollers"]),
        ("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"]),
        // Of old servers, whose objects are those of apps.
        ("extensions", &["deployments", "daemonsets", "replicasets"]),
        ("batch", &["jobs", "cronjobs"]),
    ],
    what: "pods and what makes them",
    so: "which replaces or stops what runs there",
    at: At::Resource,
    severity: Grades::all(Severity::Info),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, find};

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [apps], resources: [deployments, deployments/scale], verbs: [get, patch, delete]}
                                              ^^^^^^^^^^^ This rule can patch, delete deployments in its namespace
            - {apiGroups: [apps], resources: [deployments], verbs: [get, list]}
            - {apiGroups: [apps], resources: [deployments], verbs: [patch, deletecollection], resourceNames: [web]}
            ",
        );
    }

    #[test]
    fn who_can_create_them_is_told_that() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n\
                    - {apiGroups: [apps], resources: [deployments], verbs: [create, patch]}\n";
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.covered_by, Some("rbac-create-pods"));
    }
}
