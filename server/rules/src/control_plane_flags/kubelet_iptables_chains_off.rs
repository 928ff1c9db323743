use super::boolean_flag::BooleanFlag;
use super::component::Component;
use super::configuration_field::{BooleanField, Cure, KUBELET};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The kubelet does not set up the iptables chains that others rely on.
    ///
    /// ## Why
    /// Programs on the node look at the kubelet's chains to tell which backend of iptables is in use; among
    /// them are network plugins that then write their rules to the wrong one.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// makeIPTablesUtilChains: false
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// makeIPTablesUtilChains: true
    /// ```
    ///
    /// ## Fix
    /// Removes the field or the flag, so that the default `true` holds.
    ///
    /// ## When it is fine
    /// Nodes without iptables.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-iptables-chains-off",
    title: "Kubelet does not keep its iptables chains",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --make-iptables-util-chains", "makeIPTablesUtilChains"],
    also: &[(Checkov, "CKV_K8S_145"), (Kics, "5f89001f-6dd9-49ff-9b15-d8cd71b617f4"), (Trivy, "KCV-0084"), (Kubescape, "C-0178")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAG.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELD.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet does not keep its iptables chains";

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Kubelet],
    name: "make-iptables-util-chains",
    wanted: true,
    default: true,
    unless: &["config", "config-dir"],
    consequence: CONSEQUENCE,
};

const FIELD: BooleanField = BooleanField {
    group: KUBELET,
    keys: &["makeIPTablesUtilChains"],
    wanted: true,
    default: true,
    cure: Cure::Delete,
    consequence: CONSEQUENCE,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_file_and_the_flags_are_judged_by_their_own_defaults() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            makeIPTablesUtilChains: false
                                    ^^^^^ makeIPTablesUtilChains is false, so the kubelet does not keep its iptables chains
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --make-iptables-util-chains=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --make-iptables-util-chains=false, so the kubelet does not keep its iptables chains
            ",
        );
    }

    #[test]
    fn safe_and_hidden_values_and_a_file_that_decides_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmakeIPTablesUtilChains: true\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmakeIPTablesUtilChains: {{ .Values.x }}\n",
            "apiVersion: example.com/v1\nkind: KubeletConfiguration\nmakeIPTablesUtilChains: false\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --make-iptables-util-chains=true]\n  - command: [web, --make-iptables-util-chains=false]\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_removes_the_flag() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --make-iptables-util-chains=false
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --v=2
            ",
        );
    }

    #[test]
    fn the_fix_removes_the_field() {
        check_fix(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            makeIPTablesUtilChains: false
            port: 10250
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            port: 10250
            ",
        );
    }
}
