use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, Object, PodSpec, string};
use leastwise_yaml::Patch;

rule! {
    /// The kubelet allows every request that it lets in.
    ///
    /// ## Why
    /// Whoever has any certificate of the cluster, and with anonymous access anybody, can then read logs of,
    /// and run commands in, every pod of the node. The webhook mode asks the API server, where RBAC decides.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// authorization:
    ///   mode: AlwaysAllow
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// authorization:
    ///   mode: Webhook
    /// ```
    ///
    /// ## Fix
    /// Sets `authorization.mode: Webhook`, or the flag `--authorization-mode=Webhook`. Whoever calls kubelets
    /// then needs the subresources of `nodes` in RBAC.
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
    id: "kubelet-authorization-always-allow",
    title: "Kubelet allows every request",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --authorization-mode", "authorization.mode"],
    also: &[(Checkov, "CKV_K8S_139"), (Kics, "f1f4d8da-1ac4-47d0-b1aa-91e69d33f7d5"), (Trivy, "KCV-0080"), (Kubescape, "C-0173")],
    check: Check::ContainerOrKind(check_flags, &["KubeletConfiguration"], check_file),
}

const FLAG: &str = "authorization-mode";
const FIELD: &[&str] = &["authorization", "mode"];
const OPEN: &str = "AlwaysAllow";
const WANTED: &str = "Webhook";

fn check_flags(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Kubelet) else { return };
    let title = container.title();
    let (path, how, patches) = match line.flag(FLAG, Takes::Value) {
        Flag::Set(OPEN, given) => {
            let patches = line.set(&given, WANTED);
            (given.path, "sets --authorization-mode=AlwaysAllow", patches)
        }
        Flag::Absent if !line.may_have("config") && !line.may_have("config-dir") => {
            (line.missing(), "leaves --authorization-mode out", line.add(FLAG, WANTED))
        }
        Flag::Set(..) | Flag::Absent | Flag::Unknown => return,
    };
    let found = report.find(path, format!("{title} {how}, so the kubelet allows every request"));
    if let Some(patches) = patches {
        found.fix(Fix::behavioural(format!("Set --{FLAG}={WANTED}"), patches));
    }
}

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() == Some(KUBELET) && string(object.node, FIELD).known() == Some(OPEN) {
        let message = "authorization.mode is AlwaysAllow, so the kubelet allows every request".to_owned();
        let patch = Patch::Set { path: object.path.keys(FIELD), value: WANTED.into() };
        find_field(object, report, FIELD, message)
            .fix(Fix::behavioural("Set authorization.mode: Webhook", [patch]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_mode_is_found_in_files_and_flags() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authorization:
              mode: AlwaysAllow
                    ^^^^^^^^^^^ authorization.mode is AlwaysAllow
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --authorization-mode=AlwaysAllow
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --authorization-mode=AlwaysAllow, so the kubelet allows every request
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --authorization-mode out, so the kubelet allows every request
                - kubelet
            ",
        );
    }

    #[test]
    fn the_webhook_and_a_file_that_decides_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthorization: {mode: Webhook}\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthorization: {mode: \"{{ .Values.mode }}\"}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --authorization-mode=Webhook]\n  - command: [kubelet, \"--authorization-mode={{ .Values.mode }}\"]\n",
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
                - --authorization-mode=AlwaysAllow # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --authorization-mode=Webhook # why
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
            authorization:
              mode: AlwaysAllow # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authorization:
              mode: Webhook # why
            ",
        );
    }
}
