use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, Object, PodSpec, integer};

rule! {
    /// The kubelet records fewer events than are needed, or has a rate that means nothing.
    ///
    /// ## Why
    /// Events above the rate are dropped, and with them traces of what happened on the node. What is enough
    /// depends on the cluster: the parameter `kubeletEventRate` says it, and without it only negative rates are
    /// found.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// eventRecordQPS: -1
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// eventRecordQPS: 50
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a rate, or leave it out; 50 is the default.
    ///
    /// ## When it is fine
    /// Where events are collected by other means.
    ///
    /// ## How others differ
    /// checkov fails above 5, KICS fails unless the rate is 0, Trivy fails below 0. The CIS benchmark asks for
    /// a rate that records what you need, so the threshold is yours to set. checkov reads `command` alone, so
    /// flags in `args` pass or fail it by chance. Here `command` and `args` are one list, `--flag=value` and
    /// `--flag` `value` are the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-event-rate",
    title: "Kubelet may drop or flood events",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --event-qps", "eventRecordQPS"],
    also: &[(Checkov, "CKV_K8S_147"), (Kics, "1a07a446-8e61-4e4d-bc16-b0781fcb8211"), (Trivy, "KCV-0087"), (Kubescape, "C-0180")],
    check: Check::ContainerOrKind(check_flags, &["KubeletConfiguration"], check_file),
}

const FLAG: &str = "event-qps";
const FIELD: &str = "eventRecordQPS";

/// What is wrong with the rate, if anything is. 0 means no limit.
fn fault(rate: i64, report: &Report<'_, '_>) -> Option<String> {
    let least = report.context().settings.parameters.kubelet_event_rate;
    match least {
        _ if rate < 0 => Some("which the kubelet does not understand".to_owned()),
        Some(least) if rate > 0 && rate < least => Some(format!("below the {least} that are to be recorded")),
        _ => None,
    }
}

fn check_flags(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Kubelet) else { return };
    let Flag::Set(text, given) = line.flag(FLAG, Takes::Value) else { return };
    if let Some(fault) = text.parse().ok().and_then(|rate| fault(rate, report)) {
        report.find(given.path, format!("{} sets --{FLAG}={text}, {fault}", container.title()));
    }
}

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some(KUBELET) {
        return;
    }
    let Some(rate) = integer(object.node, &[FIELD]).known() else { return };
    if let Some(fault) = fault(rate, report) {
        find_field(object, report, &[FIELD], format!("{FIELD} is {rate}, {fault}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};

    #[test]
    fn files_and_flags_are_found() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            eventRecordQPS: -1
                            ^^ eventRecordQPS is -1, which the kubelet does not understand
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --event-qps=-5
                  ^^^^^^^^^^^^^^ container \"a\" sets --event-qps=-5, which
            ",
        );
    }

    #[test]
    fn other_values_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\neventRecordQPS: 0\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\neventRecordQPS: 1\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\neventRecordQPS: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet]\n  - command: [kubelet, --event-qps=50]\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn a_site_may_ask_for_a_rate() {
        let parameters = crate::Parameters { kubelet_event_rate: Some(10), ..Default::default() };
        let settings = crate::Settings { parameters, ..Default::default() };
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            eventRecordQPS: 5
                            ^ eventRecordQPS is 5, below the 10 that are to be recorded
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            eventRecordQPS: 0 # no limit
            ",
        );
    }
}
