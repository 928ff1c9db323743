use super::permission::{At, Grades, Permission, WILDCARDS, WRITING};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the ClusterRole can create, change or delete admission webhooks.
    ///
    /// ## Why
    /// A mutating webhook sees every object that anyone applies, Secrets included, and may rewrite it: put a
    /// container into each pod, or another image. Who deletes a validating webhook switches the policy off that
    /// it enforces.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [admissionregistration.k8s.io]
    ///   resources: [mutatingwebhookconfigurations]
    ///   verbs: [get, update]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [admissionregistration.k8s.io]
    ///   resources: [mutatingwebhookconfigurations]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: install the webhook along with the program; where it renews its own certificate, name the
    /// configuration under `resourceNames` and grant `get` and `patch`.
    ///
    /// ## When it is fine
    /// Policy engines and certificate managers that look after their own configurations, by name.
    ///
    /// ## How others differ
    /// Ours does not speak of Roles: webhook configurations belong to no namespace, so no Role grants them. It
    /// is one step milder where `resourceNames` narrows the rule.
    ///
    /// ## References
    /// - [RBAC good practices: control admission webhooks](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks)
    /// - [Dynamic admission control](https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/)
    id: "rbac-modify-admission-webhooks",
    title: "Rule can change admission webhooks",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Checkov, "CKV_K8S_155"), (Trivy, "KSV-0114"), (Kubescape, "C-0281"), (Kyverno, "restrict-clusterrole-mutating-validating-admission-webhooks")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: WRITING,
    resources: &[(
        "admissionregistration.k8s.io",
        &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    )],
    what: "admission webhooks",
    so: "which reads and rewrites what others apply",
    at: At::Resource,
    severity: Grades::cluster_roles_only(Severity::Error),
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
            - apiGroups: [admissionregistration.k8s.io]
              resources: [validatingwebhookconfigurations, validatingadmissionpolicies]
                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ This rule can delete validatingwebhookconfigurations wherever
              verbs: [get, delete]
            - {apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [get]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [create]}
            ",
        );
    }
}
