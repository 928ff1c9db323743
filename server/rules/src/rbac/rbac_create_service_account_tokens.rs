use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can make tokens of ServiceAccounts.
    ///
    /// ## Why
    /// A token of a ServiceAccount is a login: whoever makes one for the most powerful account of the
    /// namespace, or of the cluster, has its rights, from anywhere and for as long as the token lasts.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [serviceaccounts/token]
    ///   verbs: [create]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [serviceaccounts/token]
    ///   resourceNames: [web]
    ///   verbs: [create]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the accounts under `resourceNames`; a request for a token has a name, so that narrows it.
    ///
    /// ## When it is fine
    /// Secret stores and controllers that log in elsewhere for others, with the accounts named.
    ///
    /// ## How others differ
    /// Kubescape's C-0282 does not look at `resourceNames`; named accounts are fine with ours.
    ///
    /// ## References
    /// - [RBAC good practices: token request](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request)
    /// - [TokenRequest v1](https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/)
    id: "rbac-create-service-account-tokens",
    title: "Rule can mint ServiceAccount tokens",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kubescape, "C-0282")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["create"],
    resources: &[("", &["serviceaccounts/token"])],
    what: "serviceaccounts/token",
    so: "which logs in as any of the accounts",
    at: At::Resource,
    severity: Grades::all(Severity::Error),
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
            - {apiGroups: [\"\"], resources: [serviceaccounts, serviceaccounts/token], verbs: [create]}
                                                             ^^^^^^^^^^^^^^^^^^^^^ This rule can create serviceaccounts/token wherever
            - {apiGroups: [\"\"], resources: [serviceaccounts/token], verbs: [create], resourceNames: [web]}
            - {apiGroups: [\"\"], resources: [serviceaccounts], verbs: [create]}
            - {apiGroups: [\"\"], resources: [serviceaccounts/token], verbs: [get]}
            ",
        );
    }
}
