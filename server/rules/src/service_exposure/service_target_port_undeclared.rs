use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Persona, Severity};
use leastwise_manifest::{Object, PortReference, Service, ServicePort, Setting, integer, pod_specs, string};
use leastwise_yaml::{Field, Node};

rule! {
    /// No pod that the Service selects declares the port that the Service leads to.
    ///
    /// ## Why
    /// A name that no container declares leads nowhere. A number works without a declaration, but more often it is a
    /// slip, or a port that nobody is told of.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 80, targetPort: https}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the port, or declare it in the container.
    ///
    /// ## When it is fine
    /// For numbers of ports that containers leave undeclared on purpose. An absent `targetPort` is the same as
    /// `port`.
    ///
    /// ## References
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-target-port-undeclared",
    title: "Service port leads to no declared container port",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    confidence: Confidence::Medium,
    fields: &["spec.ports[*].targetPort", "spec.ports[*].port"],
    also: &[(Kics, "3ca03a61-3249-4c16-8427-6f8e47dda729")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    let mut wanted = service.ports().filter_map(|port| Some((wanted(&port)?, port))).peekable();
    if wanted.peek().is_none() {
        return;
    }
    let Some(declared) = declared_ports(&service, report) else { return };
    for ((wanted, key), port) in wanted {
        let is_declared = declared.iter().any(|(name, number)| match wanted {
            PortReference::Name(wanted) => *name == Some(wanted),
            PortReference::Number(wanted) => *number == wanted,
        });
        if is_declared {
            continue;
        }
        let (what, severity, persona) = match wanted {
            PortReference::Name(name) => (format!("\"{name}\""), Severity::Warning, Persona::Default),
            // To declare a port is optional.
            PortReference::Number(number) => (number.to_string(), Severity::Info, Persona::Pedantic),
        };
        let message = format!("no pod that {} selects declares port {what}", service.title());
        report.find(port.path.key(key), message).severity(severity).persona(persona);
    }
}

/// The port that it leads to and the key that says so, when known.
fn wanted<'d>(port: &ServicePort<'d>) -> Option<(PortReference<'d>, &'static str)> {
    match port.target() {
        Setting::Set(target, _) => Some((target, "targetPort")),
        Setting::Unset => Some((PortReference::Number(port.number().known()?), "port")),
        Setting::Unknown => None,
    }
}

/// The ports of all pods that it selects. `None` where it selects none, or some are hidden.
fn declared_ports<'w>(service: &Service<'_>, report: &Report<'w, '_>) -> Option<Vec<(Option<&'w str>, i64)>> {
    let selector = service.selector()?;
    if report.workspace().may_hide_pods(service.object.home()) {
        return None;
    }
    let mut ports = Vec::new();
    let mut is_selected = false;
    for declared in report.workspace().workloads() {
        if !declared.home().may_be(service.object.home()) || !declared.may_be_selected(&selector) {
            continue;
        }
        let object = declared.object();
        for pod in pod_specs(&object) {
            match selector.matches(&pod.labels()) {
                Some(true) => is_selected = true,
                Some(false) => continue,
                None => return None,
            }
            let is_hidden = |node: Node<'_>, key| match node.get(key) {
                Field::Absent => false,
                Field::Unknown => true,
                Field::Present(entry) => entry.value.is_unknown() || entry.value.is_open(),
            };
            if ["containers", "initContainers"].into_iter().any(|list| is_hidden(pod.node, list)) {
                return None;
            }
            for container in pod.containers() {
                if is_hidden(container.node, "ports") {
                    return None;
                }
                for item in container.node.get("ports").value().into_iter().flat_map(Node::items) {
                    let name = match string(item.value, &["name"]) {
                        Setting::Set(name, _) => Some(name),
                        Setting::Unset => None,
                        Setting::Unknown => return None,
                    };
                    ports.push((name, integer(item.value, &["containerPort"]).known()?));
                }
            }
        }
    }
    is_selected.then_some(ports)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn names_and_numbers_are_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports:
              - {port: 80, targetPort: http}
              - {port: 81, targetPort: 8080}
              - {port: 8080}
              - {port: 82, targetPort: https}
                                       ^^^^^ no pod that Service \"web\" selects declares port \"https\"
              - {port: 83}
                       ^^ declares port 83
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 1}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 1}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: a, ports: {{ .Values.ports }}}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 1, targetPort: \"{{ .Values.p }}\"}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 1}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {{ .Values.labels }}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn a_name_weighs_more_than_a_number() {
        let severity = |target: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Service\nspec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: {target}}}]}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {{labels: {{app: web}}}}\nspec: {{containers: []}}\n"
            );
            find(&RULE, &Settings::default(), &text)[0].1.severity
        };
        assert_eq!(severity("http"), Severity::Warning);
        assert_eq!(severity("80"), Severity::Info);
    }
}
