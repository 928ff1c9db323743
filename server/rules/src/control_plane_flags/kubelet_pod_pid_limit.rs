use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, Object, PodSpec, Setting, integer};

rule! {
    /// The kubelet sets no limit to the processes of a pod.
    ///
    /// ## Why
    /// A pod that starts processes without end takes the last process id of its node, and with it the kubelet
    /// and every other pod. There is no limit by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// podPidsLimit: -1
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// podPidsLimit: 4096
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a number that the largest pod needs.
    ///
    /// ## When it is fine
    /// Nodes that run one pod, or whose container runtime sets a limit.
    ///
    /// ## References
    /// - [Process ID limits and reservations](https://kubernetes.io/docs/concepts/policy/pid-limiting/)
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-pod-pid-limit",
    title: "Kubelet sets no per-pod process limit",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --pod-max-pids", "podPidsLimit"],
    also: &[(Kubescape, "C-0284")],
    check: Check::ContainerOrKind(check_flags, &["KubeletConfiguration"], check_file),
}

const FLAG: &str = "pod-max-pids";
const FIELD: &str = "podPidsLimit";
const CONSEQUENCE: &str = "one pod may use up all process ids of its node";

fn check_flags(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Kubelet) else { return };
    let title = container.title();
    match line.flag(FLAG, Takes::Value) {
        Flag::Set(text, given) if text.parse().is_ok_and(|limit: i64| limit <= 0) => {
            report.find(given.path, format!("{title} sets --{FLAG}={text}, so {CONSEQUENCE}"));
        }
        Flag::Absent if !line.may_have("config") && !line.may_have("config-dir") => {
            report.find(line.missing(), format!("{title} leaves --{FLAG} out, so {CONSEQUENCE}"));
        }
        Flag::Set(..) | Flag::Absent | Flag::Unknown => {}
    }
}

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some(KUBELET) {
        return;
    }
    let message = match integer(object.node, &[FIELD]) {
        Setting::Set(limit, _) if limit <= 0 => format!("{FIELD} is {limit}, so {CONSEQUENCE}"),
        Setting::Unset => format!("{FIELD} is left out, so {CONSEQUENCE}"),
        Setting::Set(..) | Setting::Unknown => return,
    };
    find_field(object, report, &[FIELD], message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn files_and_flags_are_found() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            podPidsLimit: -1
                          ^^ podPidsLimit is -1, so one pod may use up all process ids of its node
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            ^^^^ podPidsLimit is left out, so one pod
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --pod-max-pids=0
                  ^^^^^^^^^^^^^^^^ container \"a\" sets --pod-max-pids=0, so one pod
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --pod-max-pids out
                - kubelet
            ",
        );
    }

    #[test]
    fn other_values_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\npodPidsLimit: 4096\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\npodPidsLimit: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/x]\n  - command: [kubelet, --pod-max-pids=100]\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
