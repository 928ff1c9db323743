use super::boolean_flag::BooleanFlag;
use super::component::Component;
use super::configuration_field::{BooleanField, Cure, KUBELET};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// The kubelet does not renew its client certificate.
    ///
    /// ## Why
    /// Certificates that nobody renews are issued for years, so a stolen one is good for years; or they end,
    /// and the node with them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// rotateCertificates: false
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// rotateCertificates: true
    /// ```
    ///
    /// ## Fix
    /// Sets `rotateCertificates: true`, or removes the flag that says otherwise.
    ///
    /// ## When it is fine
    /// Where another program renews the certificate.
    ///
    /// ## How others differ
    /// A configuration file has safe defaults, bare flags do not, so each is judged by its own. Other checkers
    /// treat them alike. checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here
    /// `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a template
    /// makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [TLS bootstrapping](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/)
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-client-certificate-rotation-off",
    title: "Kubelet client certificate is not rotated",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --rotate-certificates", "rotateCertificates"],
    also: &[(Checkov, "CKV_K8S_149"), (Kics, "52d70f2e-3257-474c-b3dc-8ad9ba6a061a"), (Trivy, "KCV-0090"), (Kubescape, "C-0182")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAG.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELD.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet's client certificate is not renewed";

// Left out the flag says nothing here: who starts a kubelet without a file renews certificates by other means.
const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Kubelet],
    name: "rotate-certificates",
    wanted: true,
    default: true,
    unless: &["config", "config-dir"],
    consequence: CONSEQUENCE,
};

const FIELD: BooleanField = BooleanField {
    group: KUBELET,
    keys: &["rotateCertificates"],
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
            rotateCertificates: false
                                ^^^^^ rotateCertificates is false, so the kubelet's client certificate is not renewed
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            ^^^^ rotateCertificates is left out, so the kubelet's client certificate is not renewed
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --rotate-certificates=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --rotate-certificates=false, so the kubelet's client certificate is not renewed
            ",
        );
    }

    #[test]
    fn safe_and_hidden_values_and_a_file_that_decides_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nrotateCertificates: true\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nrotateCertificates: {{ .Values.x }}\n",
            "apiVersion: example.com/v1\nkind: KubeletConfiguration\nrotateCertificates: false\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --rotate-certificates=true]\n  - command: [web, --rotate-certificates=false]\n",
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
                - --rotate-certificates=false
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
    fn the_fix_sets_the_field() {
        check_fix(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            rotateCertificates: false # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            # ours
            rotateCertificates: true # why
            ",
        );
    }
}
