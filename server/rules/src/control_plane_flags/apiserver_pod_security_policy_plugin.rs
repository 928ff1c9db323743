use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, KubernetesVersion, Persona, Severity};

rule! {
    /// The plugin PodSecurityPolicy is not on, for versions of Kubernetes below 1.25.
    ///
    /// ## Why
    /// On those versions PodSecurityPolicy was the built-in way to keep pods from taking over their node. It
    /// counts only where the settings name such a version: newer servers refuse the plugin's name.
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
    ///     - --enable-admission-plugins=ResourceQuota,PodSecurityPolicy
    /// ```
    ///
    /// ## Fix
    /// By hand: write policies first; with the plugin and no policy no pod is admitted.
    ///
    /// ## When it is fine
    /// Where Pod Security Admission (from 1.23 on) or a policy engine does the same.
    ///
    /// ## How others differ
    /// Other checkers demand the plugin whatever the version. From 1.25 on a server does not start with it.
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [PodSecurityPolicy: the historical context](https://kubernetes.io/blog/2022/08/23/podsecuritypolicy-the-historical-context/)
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    id: "apiserver-pod-security-policy-plugin",
    title: "Legacy PodSecurityPolicy plugin is absent",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    until: Some(KubernetesVersion::minor(25)),
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Checkov, "CKV_K8S_84"), (Kics, "afa36afb-39fe-4d94-b9b6-afb236f7a03d"), (Kubescape, "C-0068")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &["PodSecurityPolicy"],
    unless: &[],
    consequence: "PodSecurityPolicies have no effect",
    cure: Cure::None,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn a_list_without_it_and_no_list_are_found() {
        check_with(
            &RULE,
            &Settings { kubernetes: KubernetesVersion::minor(24), ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list PodSecurityPolicy here, so PodSecurityPolicies have no effect
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list PodSecurityPolicy in --enable-admission-plugins, so PodSecurityPolicies have no effect
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,PodSecurityPolicy\"",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota, --enable-admission-plugins=PodSecurityPolicy",
            "kube-apiserver, \"--admission-control=ResourceQuota,PodSecurityPolicy\"",
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
