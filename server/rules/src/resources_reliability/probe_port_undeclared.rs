use super::probes::{HANDLERS, may_have_probes};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, integer, string};
use leastwise_yaml::{Field, Node};

rule! {
    /// A probe asks at a port that the container does not declare.
    ///
    /// ## Why
    /// The kubelet looks a port's name up among the ports of the same container. Where none is called so, every probe
    /// fails: the container is never ready, or is restarted for ever. A number works undeclared, but then often is
    /// a slip, left behind when the program's port changed.
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
    ///     ports:
    ///     - {name: http, containerPort: 8080}
    ///     livenessProbe:
    ///       httpGet: {path: /livez, port: web}
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
    ///     ports:
    ///     - {name: http, containerPort: 8080}
    ///     livenessProbe:
    ///       httpGet: {path: /livez, port: http}
    /// ```
    ///
    /// ## Fix
    /// By hand: name the port that is meant, or declare it.
    ///
    /// ## When it is fine
    /// A number, where the container chooses not to declare its ports: Kubernetes does not need to know them. That is
    /// a mere note, then. A name that is not declared is never fine.
    ///
    /// ## How others differ
    /// kube-linter finds names and numbers alike; only a name is certain to fail. It does not look at sidecars in
    /// `initContainers`, which may have probes as well.
    ///
    /// ## References
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port)
    /// - [Sidecar containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/)
    id: "probe-port-undeclared",
    title: "Probe targets an undeclared port",
    family: Family::ResourcesReliability,
    also: &[
        (KubeLinter, "liveness-port"),
        (KubeLinter, "readiness-port"),
        (KubeLinter, "startup-port"),
    ],
    fields: &["C[*].livenessProbe", "C[*].readinessProbe", "C[*].startupProbe", "C[*].ports"],
    check: Check::Container(check),
}

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if !may_have_probes(container) {
        return;
    }
    for probe in PROBES {
        let Some(node) = container.node.get(probe).value() else { continue };
        for handler in HANDLERS {
            let Field::Present(entry) = node.get(handler) else { continue };
            let Some(port) = port(handler, entry.value) else { continue };
            if declares(container, port) != Some(false) {
                continue;
            }
            let title = container.title();
            let (severity, persona, message) = match port {
                Port::Name(name) => (
                    Severity::Warning,
                    Persona::Default,
                    format!("No port of {title} is named \"{name}\", so the probe fails"),
                ),
                Port::Number(number) => (
                    Severity::Info,
                    Persona::Pedantic,
                    format!("Port {number} is not among the ports of {title}"),
                ),
            };
            let path = container.path.keys(&[probe, handler, "port"]);
            report.find(path, message).severity(severity).persona(persona);
        }
    }
}

/// The port that a handler asks at.
#[derive(Clone, Copy)]
enum Port<'d> {
    Name(&'d str),
    Number(i64),
}

/// The port that the handler asks at, where it is known.
fn port<'d>(handler: &str, node: Node<'d>) -> Option<Port<'d>> {
    if let Setting::Set(name, _) = string(node, &["port"]) {
        // The API server refuses any other name, and every name for gRPC; that is for other rules to tell.
        return (handler != "grpc" && is_port_name(name)).then_some(Port::Name(name));
    }
    integer(node, &["port"]).known().map(Port::Number)
}

/// Whether a port may have this name (Kubernetes, `IsValidPortName`).
fn is_port_name(name: &str) -> bool {
    let is_allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    name.len() <= 15 && name.chars().all(is_allowed) && name.contains(|char: char| char.is_ascii_lowercase())
}

/// Whether the container declares the port; `None` where nobody knows.
fn declares(container: &Container<'_>, port: Port<'_>) -> Option<bool> {
    let ports = match container.node.get("ports") {
        Field::Absent => return Some(false),
        Field::Present(entry) if entry.value.is_null() => return Some(false),
        Field::Present(entry) => entry.value,
        Field::Unknown => return None,
    };
    let mut answer = (!ports.is_open() && !ports.is_unknown()).then_some(false);
    for item in ports.items() {
        let is_it = match port {
            Port::Name(name) => {
                let own = string(item.value, &["name"]);
                (!own.is_unknown()).then(|| own.known() == Some(name))
            }
            Port::Number(number) => {
                let own = integer(item.value, &["containerPort"]);
                // Probes speak TCP, which is what a port without a protocol does as well.
                let protocol = string(item.value, &["protocol"]);
                let is_tcp = matches!(protocol, Setting::Set("TCP" | "", _) | Setting::Unset);
                (!own.is_unknown() && !protocol.is_unknown()).then(|| own.known() == Some(number) && is_tcp)
            }
        };
        match is_it {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn names_and_numbers_that_are_not_declared_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{name: http, containerPort: 80}]
                livenessProbe: {httpGet: {port: web}}
                                                ^^^ No port of container \"web\" is named \"web\", so the probe fails
                readinessProbe: {tcpSocket: {port: 81}}
                                                   ^^ Port 81 is not among the ports of container \"web\"
                startupProbe: {httpGet: {port: http}}
              - name: proxy
                livenessProbe: {grpc: {port: 9000}}
                                             ^^^^ Port 9000 is not among the ports of container \"proxy\"
              initContainers:
              - name: mesh
                restartPolicy: Always
                startupProbe: {httpGet: {port: http}}
                                               ^^^^ No port of container \"mesh\" is named \"http\"
            ",
        );
    }

    #[test]
    fn declared_ports_and_templates_are_fine() {
        for container in [
            "{ports: [{containerPort: 80, name: http}], livenessProbe: {httpGet: {port: 80}}, readinessProbe: {httpGet: {port: http}}}",
            "{livenessProbe: {httpGet: {port: \"{{ .Values.port }}\"}}}",
            "{ports: [{name: \"{{ .Values.port }}\"}], livenessProbe: {httpGet: {port: http}}}",
            "{ports: \"{{ .Values.ports }}\", livenessProbe: {httpGet: {port: http}}}",
            "{livenessProbe: {httpGet: {port: \"80\"}}}",
            "{livenessProbe: {httpGet: {port: HEALTH_PORT}}}",
            "{livenessProbe: {exec: {command: [a]}}}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{container}]}}\n"));
        }
    }

    #[test]
    fn a_number_is_a_note_and_a_name_a_warning() {
        for (port, severity) in [("80", Severity::Info), ("http", Severity::Warning)] {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{livenessProbe: {{httpGet: {{port: {port}}}}}}}]}}\n"
            );
            assert_eq!(find(&RULE, &Settings::default(), &text)[0].1.severity, severity);
        }
    }

    #[test]
    fn a_port_of_another_protocol_is_not_the_one() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 53, protocol: UDP}, {containerPort: 80, protocol: TCP}]
                livenessProbe: {tcpSocket: {port: 53}}
                                                  ^^ Port 53 is not among the ports
                readinessProbe: {tcpSocket: {port: 80}}
            ",
        );
    }
}
