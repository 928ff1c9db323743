use super::permission::{At, Grades, Permission, WILDCARDS, WRITING};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can create, change or delete Secrets.
    ///
    /// ## Why
    /// Programs believe what their Secrets say. Who writes them puts in a key or certificate of their own,
    /// points a program at another database, or takes the Secret away and the program down with it. Who may
    /// create Secrets can also ask for the long-lived token of any ServiceAccount in the namespace, by a Secret
    /// of type `kubernetes.io/service-account-token`, though to read it takes `get`.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [secrets]
    ///   verbs: [create, update]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [secrets]
    ///   resourceNames: [web-session]
    ///   verbs: [update]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the Secrets under `resourceNames`. That cannot narrow `create` and `deletecollection`,
    /// whose requests have no name: leave those out, and have the Secret made by whoever installs the program.
    ///
    /// ## When it is fine
    /// Controllers that hand out Secrets: certificate managers, secret stores. Prefer a Role for each namespace
    /// to a ClusterRole.
    ///
    /// ## How others differ
    /// KubeLinter's `access-to-secrets` speaks of bound roles only, ours of every role, one step worse where a
    /// binding is known. Others do not look at `resourceNames`; named Secrets are fine with ours.
    ///
    /// ## References
    /// - [RBAC good practices: Secrets](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets)
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    id: "rbac-write-secrets",
    title: "Rule can change Secrets",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(KubeLinter, "access-to-secrets"), (Trivy, "KSV-0041"), (Trivy, "KSV-0113")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: WRITING,
    resources: &[("", &["secrets"])],
    what: "Secrets",
    so: "which replaces the credentials that programs trust",
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
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [configmaps, secrets], verbs: [get, patch, create]}
                                                        ^^^^^^^ This rule can create, patch secrets in its namespace
            - {apiGroups: [\"\"], resources: [secrets], verbs: [get, list]}
            - {apiGroups: [apps], resources: [secrets], verbs: [create]}
            - {apiGroups: [\"\"], resources: [secrets], verbs: [create, update, deletecollection], resourceNames: [web]}
            ",
        );
    }
}
