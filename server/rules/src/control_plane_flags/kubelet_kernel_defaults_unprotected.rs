use super::boolean_flag::BooleanFlag;
use super::component::Component;
use super::configuration_field::{BooleanField, Cure, KUBELET};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// The kubelet changes kernel settings without telling.
    ///
    /// ## Why
    /// Settings that an administrator hardened are set back in silence when the kubelet starts. Protected, it
    /// stops with an error instead, so that someone decides.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// protectKernelDefaults: false
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// protectKernelDefaults: true
    /// ```
    ///
    /// ## Fix
    /// Sets `protectKernelDefaults: true`, or the flag. A kubelet whose node has other settings does not start
    /// then.
    ///
    /// ## When it is fine
    /// Nodes whose kernel settings nobody else manages.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-kernel-defaults-unprotected",
    title: "Kubelet changes kernel settings silently",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --protect-kernel-defaults", "protectKernelDefaults"],
    also: &[(Checkov, "CKV_K8S_144"), (Kics, "6cf42c97-facd-4fda-b8af-ea4529123355"), (Trivy, "KCV-0083"), (Kubescape, "C-0177")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAG.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELD.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet changes kernel settings that differ from what it expects";

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Kubelet],
    name: "protect-kernel-defaults",
    wanted: true,
    default: false,
    unless: &["config", "config-dir"],
    consequence: CONSEQUENCE,
};

const FIELD: BooleanField = BooleanField {
    group: KUBELET,
    keys: &["protectKernelDefaults"],
    wanted: true,
    default: false,
    cure: Cure::Set,
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
            protectKernelDefaults: false
                                   ^^^^^ protectKernelDefaults is false, so the kubelet changes kernel settings that differ from what it expects
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            ^^^^ protectKernelDefaults is left out, so the kubelet changes kernel settings that differ from what it expects
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --protect-kernel-defaults=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --protect-kernel-defaults=false, so the kubelet changes kernel settings that differ from what it expects
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --protect-kernel-defaults out, so the kubelet changes kernel settings that differ from what it expects
                - kubelet
            ",
        );
    }

    #[test]
    fn safe_and_hidden_values_and_a_file_that_decides_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nprotectKernelDefaults: true\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nprotectKernelDefaults: {{ .Values.x }}\n",
            "apiVersion: example.com/v1\nkind: KubeletConfiguration\nprotectKernelDefaults: false\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --protect-kernel-defaults=true]\n  - command: [web, --protect-kernel-defaults=false]\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_sets_the_flag() {
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
                - --protect-kernel-defaults=false # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --protect-kernel-defaults=true # why
            ",
        );
    }

    #[test]
    fn the_fix_sets_the_field() {
        check_fix(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            protectKernelDefaults: false # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            protectKernelDefaults: true # why
            ",
        );
    }
}
