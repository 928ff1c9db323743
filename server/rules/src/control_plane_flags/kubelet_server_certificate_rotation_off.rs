use super::command_line::{CommandLine, Takes, boolean};
use super::component::Component;
use super::configuration_field::{BooleanField, Cure, KUBELET};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// Serving certificates of kubelets are not renewed.
    ///
    /// ## Why
    /// With the feature gate kubelets ask for a new serving certificate before the old one ends. It is on by
    /// default; turned off, certificates end unseen, and the usual cure is to stop verifying them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --feature-gates=RotateKubeletServerCertificate=false
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    /// ```
    ///
    /// ## Fix
    /// Removes the gate, so that its default, on, holds.
    ///
    /// ## When it is fine
    /// Where serving certificates are issued and renewed by something else.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [TLS bootstrapping](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-server-certificate-rotation-off",
    title: "Kubelet serving certificate is not rotated",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --feature-gates", "featureGates.RotateKubeletServerCertificate"],
    also: &[(Checkov, "CKV_K8S_112"), (Kics, "1c621b8e-2c6a-44f5-bd6a-fb0fb7ba33e2"), (Trivy, "KCV-0038"), (Trivy, "KCV-0091"), (Kubescape, "C-0149"), (Kubescape, "C-0183")],
    check: Check::ContainerOrKind(check, &["KubeletConfiguration"], |object, report| FIELD.check(object, report)),
}

const GATE: &str = "RotateKubeletServerCertificate";

const FIELD: BooleanField = BooleanField {
    group: KUBELET,
    keys: &["featureGates", GATE],
    wanted: true,
    default: true,
    cure: Cure::Delete,
    consequence: "the kubelet's serving certificate is not renewed",
};

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for component in [Component::ControllerManager, Component::Kubelet] {
        let Some(line) = CommandLine::of(container, component) else { continue };
        let gates = line.list(&["feature-gates"]);
        let own = |gate: &str| {
            gate.split_once('=').and_then(|(name, value)| (name == GATE).then(|| boolean(value))?)
        };
        // Of a gate that is set twice the last counts.
        let last = gates.values.iter().rev().find_map(|(gate, at)| Some((own(gate)?, *at)));
        let Some((false, at)) = last else { continue };
        let given = &gates.given[at];
        let here = gates.values.iter().filter(|(_, place)| *place == at).map(|(gate, _)| *gate);
        let rest: Vec<_> = here.filter(|gate| own(gate).is_none()).collect();
        let patches = match (&rest[..], &gates.given[..]) {
            ([], [_]) => line.delete("feature-gates", Takes::Value),
            (rest, _) => line.set(given, &rest.join(",")),
        };
        let message = format!(
            "{} turns {GATE} off, so the kubelet's serving certificate is not renewed",
            container.title()
        );
        let found = report.find(given.path.clone(), message);
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("Remove {GATE}=false"), patches));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_gate_is_found_in_flags_and_files() {
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
                - --feature-gates=A=true,RotateKubeletServerCertificate=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" turns RotateKubeletServerCertificate off
              - name: b
                command:
                - kube-controller-manager
                - --feature-gates=RotateKubeletServerCertificate=0
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" turns RotateKubeletServerCertificate off
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            featureGates:
              RotateKubeletServerCertificate: false
                                              ^^^^^ featureGates.RotateKubeletServerCertificate is false
            ",
        );
    }

    #[test]
    fn on_and_left_out_are_fine() {
        for command in [
            "kubelet",
            "kubelet, --feature-gates=RotateKubeletServerCertificate=true",
            "kubelet, --feature-gates=RotateKubeletServerCertificate=false, --feature-gates=RotateKubeletServerCertificate=true",
            "kubelet, --feature-gates=A=false",
            "web",
            "kube-scheduler, --feature-gates=RotateKubeletServerCertificate=false",
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
    fn the_fix_keeps_other_gates() {
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
                - --feature-gates=RotateKubeletServerCertificate=false,A=true # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --feature-gates=A=true # why
            ",
        );
    }

    #[test]
    fn the_fix_removes_a_flag_that_is_empty_then() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-controller-manager
                - --feature-gates=RotateKubeletServerCertificate=false
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-controller-manager
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
            featureGates:
              Other: true
              RotateKubeletServerCertificate: false # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            featureGates:
              Other: true
            ",
        );
    }
}
