use super::listed_value::{ENABLED_PLUGINS, ListHolds};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server admits everything.
    ///
    /// ## Why
    /// The plugin lets every request through and stands for admission being turned off; nothing that other
    /// plugins would check can be relied on. It is deprecated, for it does nothing useful.
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
    ///     - --enable-admission-plugins=ResourceQuota,AlwaysAdmit
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
    ///     - --enable-admission-plugins=ResourceQuota
    /// ```
    ///
    /// ## Fix
    /// Removes `AlwaysAdmit` from the list.
    ///
    /// ## When it is fine
    /// Never in a cluster that anyone uses.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-always-admit",
    title: "Admission is bypassed by AlwaysAdmit",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_79"), (Kics, "ce30e584-b33f-4c7d-b418-a3d7027f8f60"), (Trivy, "KCV-0011"), (Kubescape, "C-0122")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListHolds = ListHolds {
    names: ENABLED_PLUGINS,
    value: "AlwaysAdmit",
    consequence: "admission is bypassed",
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
                - --enable-admission-plugins=ResourceQuota,AlwaysAdmit
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" lists AlwaysAdmit, so admission is bypassed
            ",
        );
    }

    #[test]
    fn other_lists_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota",
            "kube-apiserver, --enable-admission-plugins=MyAlwaysAdmit",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "web, --enable-admission-plugins=AlwaysAdmit",
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
                - --enable-admission-plugins=AlwaysAdmit,ResourceQuota # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota # why
            ",
        );
    }
}
