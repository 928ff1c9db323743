use super::listed_value::{DISABLED_PLUGINS, ListHolds};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The admission plugin NamespaceLifecycle is turned off.
    ///
    /// ## Why
    /// It refuses objects in namespaces that do not exist or are being deleted, and keeps `default`,
    /// `kube-system` and `kube-public` from deletion. Without it objects can outlive the namespace that was to
    /// limit them.
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
    ///     - --disable-admission-plugins=ResourceQuota,NamespaceLifecycle
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
    /// Removes `NamespaceLifecycle` from the list.
    ///
    /// ## When it is fine
    /// Never in a cluster that runs pods.
    ///
    /// ## How others differ
    /// checkov wants the plugin in the list of enabled ones, though it is on by default. As in KICS and Trivy
    /// only turning it off is a finding. checkov reads `command` alone, so flags in `args` pass or fail it by
    /// chance. Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a
    /// template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-namespace-lifecycle-off",
    title: "NamespaceLifecycle admission is turned off",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --disable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_83"), (Kics, "1ffe7bf7-563b-4b3d-a71d-ba6bd8d49b37"), (Trivy, "KCV-0015"), (Kubescape, "C-0126")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListHolds = ListHolds {
    names: DISABLED_PLUGINS,
    value: "NamespaceLifecycle",
    consequence: "objects can be created in namespaces that are being deleted",
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
                - --disable-admission-plugins=ResourceQuota,NamespaceLifecycle
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" lists NamespaceLifecycle, so objects can be created in namespaces that are being deleted
            ",
        );
    }

    #[test]
    fn other_lists_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --disable-admission-plugins=ResourceQuota",
            "kube-apiserver, --disable-admission-plugins=MyNamespaceLifecycle",
            "kube-apiserver, \"--disable-admission-plugins={{ .Values.x }}\"",
            "web, --disable-admission-plugins=NamespaceLifecycle",
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
                - --disable-admission-plugins=NamespaceLifecycle,ResourceQuota # why
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
                - --disable-admission-plugins=NamespaceLifecycle
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
