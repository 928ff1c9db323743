use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use super::duration::seconds;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, Object, PodSpec};
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// The kubelet never closes idle streams of exec, attach and port-forward.
    ///
    /// ## Why
    /// Streams that nobody uses hold memory and ports on the node, and a session that was left open stays open
    /// for whoever finds it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// streamingConnectionIdleTimeout: 0s
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// streamingConnectionIdleTimeout: 4h0m0s
    /// ```
    ///
    /// ## Fix
    /// Removes the field or flag, so that the default of 4 hours holds.
    ///
    /// ## When it is fine
    /// Where long sessions must survive without a sign of life.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-streaming-timeout-off",
    title: "Idle exec streams are never closed",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --streaming-connection-idle-timeout", "streamingConnectionIdleTimeout"],
    also: &[(Checkov, "CKV_K8S_143"), (Kics, "ed89b97d-04e9-4fd4-919f-ee5b27e555e9"), (Trivy, "KCV-0085"), (Kubescape, "C-0176")],
    check: Check::ContainerOrKind(check_flags, &["KubeletConfiguration"], check_file),
}

const FLAG: &str = "streaming-connection-idle-timeout";
const FIELD: &str = "streamingConnectionIdleTimeout";
const CONSEQUENCE: &str = "idle exec and port-forward streams are never closed";

fn check_flags(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Kubelet) else { return };
    let Flag::Set(text, given) = line.flag(FLAG, Takes::Value) else { return };
    if seconds(text) == Some(0.0) {
        let patches = line.delete(FLAG, Takes::Value);
        let found =
            report.find(given.path, format!("{} sets --{FLAG}={text}, so {CONSEQUENCE}", container.title()));
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("Remove --{FLAG}"), patches));
        }
    }
}

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some(KUBELET) {
        return;
    }
    // Without quotes 0 is a number, which people write all the same.
    let text = object.node.get(FIELD).value().and_then(Node::as_text).unwrap_or_default();
    if seconds(text) == Some(0.0) {
        let patch = Patch::Remove { path: object.path.key(FIELD), emptied: Emptied::Keep };
        find_field(object, report, &[FIELD], format!("{FIELD} is {text}, so {CONSEQUENCE}"))
            .fix(Fix::behavioural(format!("Remove {FIELD}"), [patch]));
    }
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
            streamingConnectionIdleTimeout: 0s
                                            ^^ streamingConnectionIdleTimeout is 0s, so idle
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --streaming-connection-idle-timeout=0
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --streaming-connection-idle-timeout=0, so idle exec
            ",
        );
    }

    #[test]
    fn other_values_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 5m\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet]\n  - command: [kubelet, --streaming-connection-idle-timeout=1h]\n",
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
                - --streaming-connection-idle-timeout=0
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
            streamingConnectionIdleTimeout: 0s
            port: 10250
            ",
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            port: 10250
            ",
        );
    }
}
