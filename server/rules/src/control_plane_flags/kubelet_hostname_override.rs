use super::component::Component;
use super::forbidden_flag::ForbiddenFlag;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// The kubelet calls its node something else than the host is called.
    ///
    /// ## Why
    /// Certificates, authorization of the node and logs go by the node's name. One that is chosen by a flag can
    /// name another node, and makes it harder to tell which host did what.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kubelet, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kubelet
    ///     image: registry.k8s.io/kubelet:v1.34.0
    ///     command:
    ///     - kubelet
    ///     - --hostname-override=worker-1
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kubelet, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kubelet
    ///     image: registry.k8s.io/kubelet:v1.34.0
    ///     command:
    ///     - kubelet
    /// ```
    ///
    /// ## Fix
    /// By hand: a node with another name is another node, with its own certificate and its pods to be moved.
    ///
    /// ## When it is fine
    /// Where cloud providers or provisioning need names of their own.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    /// - [Node authorization](https://kubernetes.io/docs/reference/access-authn-authz/node/)
    id: "kubelet-hostname-override",
    title: "Kubelet overrides its node name",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --hostname-override"],
    also: &[(Checkov, "CKV_K8S_146"), (Kics, "bf36b900-b5ef-4828-adb7-70eb543b7cfb"), (Trivy, "KCV-0086"), (Kubescape, "C-0179")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: ForbiddenFlag = ForbiddenFlag {
    component: Component::Kubelet,
    name: "hostname-override",
    removable: false,
    consequence: "its node is not named after its host",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_flag_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --hostname-override=worker-1
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --hostname-override, so its node is not named after its host
            ",
        );
    }

    #[test]
    fn without_it_all_is_fine() {
        for command in [
            "kubelet",
            "kubelet, \"{{ .Values.flags }}\"",
            "web, --hostname-override=x",
            "kube-proxy, --hostname-override=x",
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
