use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can create pods, or workloads that make pods.
    ///
    /// ## Why
    /// A pod runs under any ServiceAccount of its namespace, mounts any Secret and volume there, and unless
    /// admission forbids it, asks for the node itself. Whoever creates pods therefore holds what all accounts
    /// and Secrets of the namespace hold together.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments]
    ///   verbs: [get, create]
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
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop `create` where the program does not start workloads. Where it does, give it a namespace of
    /// its own in which Pod Security Admission enforces `restricted`.
    ///
    /// ## When it is fine
    /// Deployment tools, operators and schedulers of jobs, whose purpose it is.
    ///
    /// ## How others differ
    /// Trivy's KSV-0048 reports the same verbs together with those that change workloads; those are `rbac-
    /// modify-workloads` here. KubeLinter reports bound roles only. Ours asks for the fitting API group:
    /// `deployments` of the core group is no resource.
    ///
    /// ## References
    /// - [RBAC good practices: workload creation](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-create-pods",
    title: "Rule can create pods",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(KubeLinter, "access-to-create-pods"), (Kics, "592ad21d-ad9b-46c6-8d2d-fad09d62a942"), (Trivy, "KSV-0048"), (Kubescape, "C-0188")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["create"],
    resources: &[
        ("", &["pods", "replicationcontrollers"]),
        ("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"]),
        // Of old servers, whose objects are those of apps.
        ("extensions", &["deployments", "daemonsets", "replicasets"]),
        ("batch", &["jobs", "cronjobs"]),
    ],
    what: "pods and what makes them",
    so: "which runs any image as any ServiceAccount there",
    at: At::Resource,
    severity: Grades::all(Severity::Warning),
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
            - {apiGroups: [\"\", batch], resources: [pods, jobs, configmaps], verbs: [create, get]}
                                                   ^^^^ This rule can create pods wherever the role is bound, which runs any image
                                                         ^^^^ This rule can create jobs
            - {apiGroups: [\"\"], resources: [deployments, pods/log], verbs: [create]}
            - {apiGroups: [extensions], resources: [daemonsets], verbs: [create]}
                                                    ^^^^^^^^^^ This rule can create daemonsets
            - {apiGroups: [apps], resources: [deployments], verbs: [get, update]}
            - {apiGroups: [apps], resources: [deployments], verbs: [create], resourceNames: [web]}
            ",
        );
    }
}
