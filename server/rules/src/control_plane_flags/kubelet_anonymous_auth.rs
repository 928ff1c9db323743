use super::boolean_flag::BooleanFlag;
use super::component::Component;
use super::configuration_field::{BooleanField, Cure, KUBELET};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The kubelet lets requests in that say nothing of who sends them.
    ///
    /// ## Why
    /// The kubelet's port reads logs of, and runs commands in, every pod of its node. With anonymous requests
    /// let in, only its authorization is left to refuse them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// authentication:
    ///   anonymous:
    ///     enabled: true
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// authentication:
    ///   anonymous:
    ///     enabled: false
    /// ```
    ///
    /// ## Fix
    /// Sets `authentication.anonymous.enabled: false`, or the flag `--anonymous-auth=false`.
    ///
    /// ## When it is fine
    /// Never on a node that runs pods.
    ///
    /// ## How others differ
    /// A configuration file has safe defaults, bare flags do not, so each is judged by its own. Other checkers
    /// treat them alike. checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here
    /// `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a template
    /// makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Kubelet authentication and authorization](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/)
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-anonymous-auth",
    title: "Kubelet accepts anonymous requests",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --anonymous-auth", "authentication.anonymous.enabled"],
    also: &[(Checkov, "CKV_K8S_138"), (Kics, "1de5cc51-f376-4638-a940-20f2e85ae238"), (Trivy, "KCV-0079"), (Kubescape, "C-0172"), (Kubescape, "C-0069")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAG.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELD.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet accepts anonymous requests";

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Kubelet],
    name: "anonymous-auth",
    wanted: false,
    default: true,
    unless: &["config", "config-dir"],
    consequence: CONSEQUENCE,
};

const FIELD: BooleanField = BooleanField {
    group: KUBELET,
    keys: &["authentication", "anonymous", "enabled"],
    wanted: false,
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
            authentication:
              anonymous:
                enabled: true
                         ^^^^ authentication.anonymous.enabled is true, so the kubelet accepts anonymous requests
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --anonymous-auth=true
                  ^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --anonymous-auth=true, so the kubelet accepts anonymous requests
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --anonymous-auth out, so the kubelet accepts anonymous requests
                - kubelet
            ",
        );
    }

    #[test]
    fn safe_and_hidden_values_and_a_file_that_decides_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: false\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: {{ .Values.x }}\n",
            "apiVersion: example.com/v1\nkind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: true\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --anonymous-auth=false]\n  - command: [web, --anonymous-auth=true]\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
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
                - --anonymous-auth=true # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --anonymous-auth=false # why
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
            authentication:
              anonymous:
                enabled: true # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            authentication:
              anonymous:
                enabled: false # why
            ",
        );
    }
}
