use super::probes::{handler, is_serving, may_have_probes};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, integer};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// Liveness and readiness probe ask the same question.
    ///
    /// ## Why
    /// Not being ready is no reason to be restarted. With one question for both, a program that is busy, or waits for
    /// its database, is killed instead of being left alone until it has caught up: a short trouble becomes an outage.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     livenessProbe:
    ///       httpGet: {path: /health, port: 8080}
    ///     readinessProbe:
    ///       httpGet: {path: /health, port: 8080}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     livenessProbe:
    ///       httpGet: {path: /livez, port: 8080}
    ///     readinessProbe:
    ///       httpGet: {path: /readyz, port: 8080}
    /// ```
    ///
    /// ## Fix
    /// By hand: ask for liveness what only a program that hangs cannot answer, or leave that probe out.
    ///
    /// ## When it is fine
    /// Where the liveness probe has a higher `failureThreshold`, so that the container is restarted long after it has
    /// stopped being ready: the documentation of Kubernetes describes that. It is then a hint.
    ///
    /// ## References
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    id: "probes-identical",
    title: "Liveness and readiness probes are the same",
    family: Family::ResourcesReliability,
    also: &[
        (KubeScore, "pod-probes-identical"),
        (Kyverno, "validate-probes"),
    ],
    fields: &["C[*].livenessProbe", "C[*].readinessProbe"],
    check: Check::Container(check),
}

const LIVENESS: &str = "livenessProbe";
const READINESS: &str = "readinessProbe";

/// What the API fills in where a probe does not say (Kubernetes, `SetDefaults_Probe`).
const PERIOD: i64 = 10;
const FAILURES: i64 = 3;

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let (Some((name, liveness)), Some((other, readiness))) =
        (handler(container, LIVENESS), handler(container, READINESS))
    else {
        return;
    };
    if name != other || !has_same_target(name, liveness, readiness) {
        return;
    }
    if !may_have_probes(container) || !is_serving(pod) {
        return;
    }
    let waits_longer = match (patience(container, LIVENESS), patience(container, READINESS)) {
        (Some(liveness), Some(readiness)) => liveness > readiness,
        // Hidden numbers may make it so.
        _ => true,
    };
    let (severity, persona) = if waits_longer {
        (Severity::Hint, Persona::Pedantic)
    } else {
        (Severity::Warning, Persona::Default)
    };
    let message =
        format!("{} is restarted by the question that tells whether it is ready", container.title());
    report
        .find(container.path.key(LIVENESS), message)
        .severity(severity)
        .persona(persona)
        .related(&container.path.key(READINESS), "The readiness probe");
}

/// Whether both handlers of that name certainly ask the same of the same.
fn has_same_target(name: &str, one: Node<'_>, other: Node<'_>) -> bool {
    let same = |key: &str, default: &str| match (target(one, key, default), target(other, key, default)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    };
    match name {
        "httpGet" => same("path", "/") && same("port", "") && same("host", ""),
        "tcpSocket" => same("port", "") && same("host", ""),
        "grpc" => same("port", "") && same("service", ""),
        _ => match (command(one), command(other)) {
            (Some(one), Some(other)) => one == other && !one.is_empty(),
            _ => false,
        },
    }
}

/// The text of a field, or its default; `None` where it is hidden.
fn target<'n>(handler: Node<'n>, key: &str, default: &'n str) -> Option<&'n str> {
    match handler.get(key) {
        Field::Absent => Some(default),
        Field::Present(entry) if entry.value.is_null() => Some(default),
        Field::Present(entry) => {
            entry.value.as_text().map(|text| if text.is_empty() { default } else { text })
        }
        Field::Unknown => None,
    }
}

fn command<'n>(handler: Node<'n>) -> Option<Vec<&'n str>> {
    let list = handler.get("command").value()?;
    let is_known = matches!(list.kind(), Kind::Sequence) && !list.is_open();
    is_known.then(|| list.items().map(|item| item.value.as_text()).collect())?
}

/// For how many seconds a probe may fail before it has its way.
fn patience(container: &Container<'_>, probe: &str) -> Option<i64> {
    let number = |key, default| match integer(container.node, &[probe, key]) {
        Setting::Set(number, _) => Some(number),
        Setting::Unset => Some(default),
        Setting::Unknown => None,
    };
    number("periodSeconds", PERIOD)?.checked_mul(number("failureThreshold", FAILURES)?)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_same_question_is_found_on_the_liveness_probe() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                readinessProbe: {httpGet: {path: /, port: http}, initialDelaySeconds: 5}
                livenessProbe: {httpGet: {port: \"http\"}}
                ^^^^^^^^^^^^^ container \"web\" is restarted by the question that tells whether it is ready
              - name: socket
                livenessProbe: {tcpSocket: {port: 80}}
                ^^^^^^^^^^^^^ container \"socket\"
                readinessProbe: {tcpSocket: {port: 80}}
              - name: remote
                livenessProbe: {grpc: {port: 80}}
                ^^^^^^^^^^^^^ container \"remote\"
                readinessProbe: {grpc: {port: 80, service: \"\"}}
              - name: command
                livenessProbe: {exec: {command: [cat, /tmp/up]}}
                ^^^^^^^^^^^^^ container \"command\"
                readinessProbe: {exec: {command: [\"cat\", \"/tmp/up\"]}}
            ",
        );
    }

    #[test]
    fn other_targets_handlers_and_templates_are_fine() {
        for probes in [
            "{livenessProbe: {httpGet: {path: /a, port: 80}}, readinessProbe: {httpGet: {path: /b, port: 80}}}",
            "{livenessProbe: {httpGet: {path: /a, port: 80}}, readinessProbe: {httpGet: {path: /a, port: 81}}}",
            "{livenessProbe: {tcpSocket: {port: 80}}, readinessProbe: {httpGet: {port: 80}}}",
            "{livenessProbe: {grpc: {port: 80, service: a}}, readinessProbe: {grpc: {port: 80, service: b}}}",
            "{livenessProbe: {exec: {command: [a]}}, readinessProbe: {exec: {command: [a, b]}}}",
            "{livenessProbe: {httpGet: {port: \"{{ .a }}\"}}, readinessProbe: {httpGet: {port: \"{{ .a }}\"}}}",
            "{livenessProbe: {tcpSocket: {port: 80}}}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{probes}]}}\n"));
        }
    }

    #[test]
    fn it_is_a_hint_where_liveness_waits_longer() {
        for (liveness, severity) in [
            ("failureThreshold: 3", Severity::Warning),
            ("failureThreshold: 30", Severity::Hint),
            ("periodSeconds: 60", Severity::Hint),
            ("periodSeconds: 1, failureThreshold: 30", Severity::Warning),
            ("periodSeconds: \"{{ .Values.period }}\"", Severity::Hint),
        ] {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - livenessProbe: {{tcpSocket: {{port: 80}}, {liveness}}}\n    readinessProbe: {{tcpSocket: {{port: 80}}}}\n"
            );
            assert_eq!(find(&RULE, &Settings::default(), &text)[0].1.severity, severity, "{liveness}");
        }
    }
}
