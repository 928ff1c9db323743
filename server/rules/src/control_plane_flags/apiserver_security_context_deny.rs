use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// Neither SecurityContextDeny nor PodSecurityPolicy is on. Off by default: both are gone.
    ///
    /// ## Why
    /// Old texts of the CIS benchmark ask for one of the two. Kubernetes removed PodSecurityPolicy in 1.25 and
    /// SecurityContextDeny in 1.30; PodSecurity, which is on by default, takes their place.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=ResourceQuota
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=ResourceQuota,SecurityContextDeny
    /// ```
    ///
    /// ## Fix
    /// By hand, and only on such old servers. Else label namespaces with Pod Security Standards.
    ///
    /// ## When it is fine
    /// On all current versions.
    ///
    /// ## How others differ
    /// Other checkers still demand one of the plugins for every version. A current API server does not start
    /// with either, so this rule speaks only where it is selected. checkov reads `command` alone, so flags in
    /// `args` pass or fail it by chance. Here `command` and `args` are one list, `--flag=value` and `--flag`
    /// `value` are the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-security-context-deny",
    title: "Legacy SecurityContextDeny plugin is absent",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Policy,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_81"), (Kics, "6a68bebe-c021-492e-8ddb-55b0567fb768"), (Trivy, "KCV-0013"), (Kubescape, "C-0124")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &["SecurityContextDeny", "PodSecurityPolicy"],
    unless: &[],
    consequence: "neither of the old pod plugins restricts pods",
    cure: Cure::None,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_list_without_it_and_no_list_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list SecurityContextDeny or PodSecurityPolicy here, so neither of the old pod plugins restricts pods
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list SecurityContextDeny or PodSecurityPolicy in --enable-admission-plugins, so neither of the old pod plugins restricts pods
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,SecurityContextDeny\"",
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,PodSecurityPolicy\"",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota, --enable-admission-plugins=SecurityContextDeny",
            "kube-apiserver, \"--admission-control=ResourceQuota,SecurityContextDeny\"",
            "kube-scheduler",
            "web",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}
