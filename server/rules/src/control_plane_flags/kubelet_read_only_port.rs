use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, Object, PodSpec, integer};
use leastwise_yaml::Patch;

rule! {
    /// The kubelet serves its read-only port, which asks nobody who they are.
    ///
    /// ## Why
    /// Whoever reaches the node reads there what pods run, with their environment and addresses. In a
    /// configuration file it is off by default, with flags alone it is 10255.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// readOnlyPort: 10255
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// readOnlyPort: 0
    /// ```
    ///
    /// ## Fix
    /// Sets `readOnlyPort: 0`, or the flag. What reads metrics there must go to the authenticated port 10250.
    ///
    /// ## When it is fine
    /// Never; port 10250 serves the same to those who may see it.
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
    id: "kubelet-read-only-port",
    title: "Kubelet serves the unauthenticated read-only port",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --read-only-port", "readOnlyPort"],
    also: &[(Checkov, "CKV_K8S_141"), (Kics, "2940d48a-dc5e-4178-a3f8-bfbd80720b41"), (Trivy, "KCV-0082"), (Kubescape, "C-0175")],
    check: Check::ContainerOrKind(check_flags, &["KubeletConfiguration"], check_file),
}

const FLAG: &str = "read-only-port";
const FIELD: &str = "readOnlyPort";
const CONSEQUENCE: &str = "the kubelet serves it without authentication";

fn check_flags(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Kubelet) else { return };
    let title = container.title();
    let (path, message, patches) = match line.flag(FLAG, Takes::Value) {
        Flag::Set(text, given) if text.parse().is_ok_and(|port: i64| port != 0) => {
            let patches = line.set(&given, "0");
            (given.path, format!("{title} sets --{FLAG}={text}, and {CONSEQUENCE}"), patches)
        }
        Flag::Absent if !line.may_have("config") && !line.may_have("config-dir") => {
            let message = format!("{title} leaves --{FLAG} out, which means 10255, and {CONSEQUENCE}");
            (line.missing(), message, line.add(FLAG, "0"))
        }
        Flag::Set(..) | Flag::Absent | Flag::Unknown => return,
    };
    let found = report.find(path, message);
    if let Some(patches) = patches {
        found.fix(Fix::behavioural(format!("Set --{FLAG}=0"), patches));
    }
}

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some(KUBELET) {
        return;
    }
    let Some(port) = integer(object.node, &[FIELD]).known().filter(|port| *port != 0) else { return };
    let patch = Patch::Set { path: object.path.key(FIELD), value: 0_i64.into() };
    find_field(object, report, &[FIELD], format!("{FIELD} is {port}, and {CONSEQUENCE}"))
        .fix(Fix::behavioural(format!("Set {FIELD}: 0"), [patch]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn files_and_flags_are_found() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            readOnlyPort: 10255
                          ^^^^^ readOnlyPort is 10255, and the kubelet serves it without authentication
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --read-only-port=10255
                  ^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --read-only-port=10255
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --read-only-port out, which means 10255
                - kubelet
            ",
        );
    }

    #[test]
    fn other_values_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 0\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: {{ .Values.port }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --read-only-port=0]\n  - command: [web]\n",
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
                - --read-only-port=10255 # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kubelet
                - --read-only-port=0 # why
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
            readOnlyPort: 10255 # why
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            readOnlyPort: 0 # why
            ",
        );
    }
}
