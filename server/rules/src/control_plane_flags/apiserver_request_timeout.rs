use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use super::duration::seconds;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// The request timeout of the API server is none, or unusually long.
    ///
    /// ## Why
    /// Slow requests hold a connection and memory until the timeout ends them; with a long one a few clients
    /// can occupy the server. 60 seconds is the default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --request-timeout=10m
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --request-timeout=60s
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a time, or leave the flag out.
    ///
    /// ## When it is fine
    /// Where slow links or large lists need longer.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-request-timeout",
    title: "Request timeout is unusual",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --request-timeout"],
    also: &[(Checkov, "CKV_K8S_95"), (Kics, "d89a15bb-8dba-4c71-9529-bef6729b9c09"), (Kubescape, "C-0134")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::ApiServer) else { return };
    let Flag::Set(text, given) = line.flag("request-timeout", Takes::Value) else { return };
    let what = match seconds(text) {
        None => "no duration",
        Some(seconds) if seconds <= 0.0 => "no time at all",
        Some(seconds) if seconds > 300.0 => "more than 300 seconds",
        Some(_) => return,
    };
    report.find(given.path, format!("{} sets --request-timeout={text}, which is {what}", container.title()));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn odd_times_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --request-timeout=1h
                  ^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --request-timeout=1h, which is more than 300 seconds
              - name: b
                command:
                - kube-apiserver
                - --request-timeout=0s
                  ^^^^^^^^^^^^^^^^^^^^ which is no time at all
              - name: c
                command:
                - kube-apiserver
                - --request-timeout=60
                  ^^^^^^^^^^^^^^^^^^^^ which is no duration
            ",
        );
    }

    #[test]
    fn usual_times_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --request-timeout=5m0s",
            "kube-apiserver, --request-timeout=300s",
            "kube-apiserver, \"--request-timeout={{ .Values.x }}\"",
            "web, --request-timeout=0",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}
