use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// Pods may run cached images for which they hold no credentials.
    ///
    /// ## Why
    /// A private image that one pod has pulled lies on the node, and any other pod there can start it by name.
    /// The plugin makes every start ask the registry anew.
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
    ///     - --enable-admission-plugins=ResourceQuota,AlwaysPullImages
    /// ```
    ///
    /// ## Fix
    /// Appends `AlwaysPullImages` to the list. Every container start then needs the registry to be reachable.
    ///
    /// ## When it is fine
    /// Clusters of one tenant, and those where an outage of the registry must not stop pods. Kubelets from 1.35
    /// on can check credentials for cached images themselves.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-always-pull-images",
    title: "Cached images need no credentials",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_80"), (Kics, "a77f4d07-c6e0-4a48-8b35-0eeb51576f4f"), (Trivy, "KCV-0012"), (Kubescape, "C-0123")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &["AlwaysPullImages"],
    unless: &[],
    consequence: "a pod may run an image from the node's cache without credentials for it",
    cure: Cure::Append,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

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
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list AlwaysPullImages here, so a pod may run an image from the node's cache without credentials for it
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list AlwaysPullImages in --enable-admission-plugins, so a pod may run an image from the node's cache without credentials for it
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,AlwaysPullImages\"",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota, --enable-admission-plugins=AlwaysPullImages",
            "kube-apiserver, \"--admission-control=ResourceQuota,AlwaysPullImages\"",
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

    #[test]
    fn the_fix_appends_it() {
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
                - --enable-admission-plugins=ResourceQuota # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota,AlwaysPullImages # why
            ",
        );
    }

    #[test]
    fn the_fix_brings_the_flag() {
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
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2 # more
                - --enable-admission-plugins=AlwaysPullImages
            ",
        );
    }
}
