use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can read Secrets without naming them.
    ///
    /// ## Why
    /// Secrets hold passwords, keys and tokens of other ServiceAccounts, so who reads them all can soon do what
    /// their owners can. `list` and `watch` return the contents just as `get` does.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [secrets]
    ///   verbs: [get, list]
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
    ///   resourceNames: [web-database]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the Secrets under `resourceNames` and grant `get` alone, or mount them into the pod, which needs
    /// no grant at all.
    ///
    /// ## When it is fine
    /// Controllers that hand out or copy Secrets: certificate managers, secret stores. Prefer a Role for each
    /// namespace to a ClusterRole.
    ///
    /// ## How others differ
    /// KubeLinter's `access-to-secrets` and Checkov's CKV2_K8S_5 speak of bound roles only, ours of every role, one
    /// step worse where a binding is known. KICS and Kyverno do not look at `resourceNames`; named Secrets are fine
    /// with ours.
    ///
    /// ## References
    /// - [RBAC good practices: listing secrets](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets)
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    id: "rbac-read-secrets",
    title: "Rule can read Secrets",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[
        (Checkov, "CKV2_K8S_5"),
        (KubeLinter, "access-to-secrets"),
        (Kics, "b7bca5c4-1dab-4c2c-8cbe-3050b9d59b14"),
        (Kics, "056ac60e-fe07-4acc-9b34-8e1d51716ab9"),
        (Trivy, "KSV-0041"),
        (Trivy, "KSV-0113"),
        (Kubescape, "C-0015"),
        (Kubescape, "C-0186"),
        (Kyverno, "restrict-secret-role-verbs"),
    ],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["get", "list", "watch"],
    resources: &[("", &["secrets"])],
    what: "Secrets",
    so: "which shows the passwords, keys and tokens in them",
    at: At::Resource,
    severity: Grades {
        in_role: Some(Severity::Warning),
        in_cluster_role: Severity::Error,
        named: None,
        telling: &[],
    },
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn secrets_are_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - apiGroups: [\"\"]
              resources: [configmaps, secrets]
                                      ^^^^^^^ This rule can get, watch secrets in its namespace, which shows
              verbs: [create, watch, get]
            - apiGroups: [\"*\"]
              resources:
              - \"secrets\"
                ^^^^^^^^^ This rule can do anything with secrets in its namespace
              verbs: [\"*\"]
              resourceNames: []
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [secrets], verbs: [list]}
                                            ^^^^^^^ This rule can list secrets wherever the role is bound
            ",
        );
    }

    #[test]
    fn other_grants_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [secrets], verbs: [get], resourceNames: [web]}
            - {apiGroups: [\"\"], resources: [secrets], verbs: [get], resourceNames: [\"{{ .Values.name }}\"]}
            - {apiGroups: [\"\"], resources: [secrets], verbs: [create, update]}
            - {apiGroups: [apps], resources: [secrets, \"*\"], verbs: [get]}
            - {apiGroups: [\"\"], resources: [\"*/status\", configmaps], verbs: [get]}
            - {apiGroups: [\"\"], resources: [secrets], verbs: [\"{{ .Values.verb }}\"]}
            ",
        );
    }

    #[test]
    fn a_match_by_wildcard_folds_into_the_finding_about_it() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules:\n\
                    - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [get]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("rbac-wildcard-resource"));
    }

    #[test]
    fn it_is_worse_in_a_cluster_role() {
        for (kind, severity) in [("Role", Severity::Warning), ("ClusterRole", Severity::Error)] {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nrules:\n\
                 - {{apiGroups: [\"\"], resources: [secrets], verbs: [get]}}\n"
            );
            assert_eq!(find(&RULE, &Settings::default(), &text)[0].1.severity, severity);
        }
    }
}
