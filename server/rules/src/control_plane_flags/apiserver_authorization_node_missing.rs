use super::listed_value::{Cure, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// The API server does not use the Node authorizer.
    ///
    /// ## Why
    /// The Node authorizer lets a kubelet read the Secrets and ConfigMaps of pods on its own node alone.
    /// Without it kubelets get what RBAC gives to the group of all nodes, and one stolen kubelet certificate
    /// reads for all.
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
    ///     - --authorization-mode=Webhook
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
    ///     - --authorization-mode=Webhook,Node
    /// ```
    ///
    /// ## Fix
    /// Appends `Node` to the list. Where the flag is missing altogether, `apiserver-authorization-always-allow`
    /// offers the whole list.
    ///
    /// ## When it is fine
    /// Clusters whose nodes do not authenticate as `system:nodes`.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Node authorization](https://kubernetes.io/docs/reference/access-authn-authz/node/)
    /// - [Authorization](https://kubernetes.io/docs/reference/access-authn-authz/authorization/)
    id: "apiserver-authorization-node-missing",
    title: "API server does not confine kubelets",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --authorization-mode"],
    also: &[(Checkov, "CKV_K8S_75"), (Kics, "4d7ee40f-fc5d-427d-8cac-dffbe22d42d1"), (Trivy, "KCV-0008"), (Kubescape, "C-0119")],
    covered_by: &["apiserver-authorization-always-allow"],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: &["authorization-mode"],
    values: &["Node"],
    unless: &["authorization-config"],
    consequence: "kubelets are not confined to what their own pods need",
    cure: Cure::AppendToGiven,
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
                - --authorization-mode=Webhook
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list Node here, so kubelets are not confined to what their own pods need
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list Node in --authorization-mode, so kubelets are not confined to what their own pods need
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--authorization-mode=Webhook,Node\"",
            "kube-apiserver, \"--authorization-mode={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --authorization-mode=Webhook, --authorization-mode=Node",
            "kube-apiserver, --authorization-config=/etc/x",
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
                - --authorization-mode=Webhook # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --authorization-mode=Webhook,Node # why
            ",
        );
    }
}
