use super::listed_value::{DISABLED_PLUGINS, ListHolds};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The admission plugin ServiceAccount is turned off.
    ///
    /// ## Why
    /// It gives each pod its ServiceAccount and checks that the account is there. Without it pods run without
    /// an identity that could be limited.
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
    ///     - --disable-admission-plugins=ResourceQuota,ServiceAccount
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
    ///     - --disable-admission-plugins=ResourceQuota
    /// ```
    ///
    /// ## Fix
    /// Removes `ServiceAccount` from the list.
    ///
    /// ## When it is fine
    /// Control planes that run no pods.
    ///
    /// ## How others differ
    /// checkov wants the plugin in the list of enabled ones, though it is on by default. As in KICS and Trivy
    /// only turning it off is a finding. checkov reads `command` alone, so flags in `args` pass or fail it by
    /// chance. Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a
    /// template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    id: "apiserver-service-account-plugin-off",
    title: "ServiceAccount admission is turned off",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --disable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_82"), (Kics, "9587c890-0524-40c2-9ce2-663af7c2f063"), (Trivy, "KCV-0014"), (Kubescape, "C-0125")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListHolds = ListHolds {
    names: DISABLED_PLUGINS,
    value: "ServiceAccount",
    consequence: "pods get no ServiceAccount and no bound token",
    removable: true,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_value_is_found_in_the_list() {
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
                - --v=2
                - --disable-admission-plugins=ResourceQuota,ServiceAccount
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" lists ServiceAccount, so pods get no ServiceAccount and no bound token
            ",
        );
    }

    #[test]
    fn other_lists_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --disable-admission-plugins=ResourceQuota",
            "kube-apiserver, --disable-admission-plugins=MyServiceAccount",
            "kube-apiserver, \"--disable-admission-plugins={{ .Values.x }}\"",
            "web, --disable-admission-plugins=ServiceAccount",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_removes_it_alone() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --disable-admission-plugins=ServiceAccount,ResourceQuota # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --disable-admission-plugins=ResourceQuota # why
            ",
        );
    }

    #[test]
    fn the_fix_removes_a_list_of_it_alone() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --disable-admission-plugins=ServiceAccount
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2
            ",
        );
    }
}
