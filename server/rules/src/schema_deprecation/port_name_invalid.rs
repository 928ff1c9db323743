use super::port_names::fault;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, Object, PodSpec, lookup};
use leastwise_yaml::{Node, Scalar};

rule! {
    /// The name of a port breaks the rule for port names, or the port that a Service aims at is none.
    ///
    /// ## Why
    /// The API server refuses port names that are no IANA service names: up to 15 characters of `a-z`, `0-9` and
    /// `-`, with a letter, without dashes at the ends or side by side. A number in quotes as `targetPort` is such
    /// a name, not a number.
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
    ///     - {name: http_metrics, containerPort: 9090}
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
    ///     - {name: http-metrics, containerPort: 9090}
    /// ```
    ///
    /// ## Fix
    /// By hand: rename it here and wherever it is named (Services, probes, Ingresses, monitors), or take the
    /// quotes of a number off.
    ///
    /// ## When it is fine
    /// Never: the object is refused. A `targetPort` that is 0 or empty is the same as none, so it is not reported.
    ///
    /// ## References
    /// - [Service: field spec.ports](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/)
    /// - [Port names](https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports)
    id: "port-name-invalid",
    title: "Port name breaks the naming rule",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["C[*].ports[*].name", "spec.ports[*].targetPort"],
    also: &[
        (KubeLinter, "invalid-target-ports"),
        (KubeScore, "container-ports-check"),
    ],
    check: Check::ContainerOrKind(container_ports, &["Service"], service_ports),
}

fn container_ports(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for port in container.node.get("ports").value().into_iter().flat_map(Node::items) {
        let Some(name) = port.value.get("name").value().and_then(Node::as_str) else { continue };
        if let Some(fault) = fault(name).filter(|_| !name.is_empty()) {
            let path = container.path.key("ports").index(port.index).key("name");
            report.find(path, format!("\"{name}\" of {} is no port name: it {fault}", container.title()));
        }
    }
}

fn service_ports(service: &Object<'_>, report: &mut Report<'_, '_>) {
    if service.api_group() != Some("") {
        return;
    }
    for port in lookup(service.node, &["spec", "ports"]).value().into_iter().flat_map(Node::items) {
        let Some(target) = port.value.get("targetPort").value() else { continue };
        let message = match (target.scalar(), target.as_str()) {
            (Some(Scalar::Integer(number)), _) if !(0..=65535).contains(number) => {
                format!("targetPort {number} is no port: ports end at 65535")
            }
            (_, Some(name)) if !name.is_empty() => match fault(name) {
                Some(_) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                    format!(
                        "targetPort \"{name}\" is in quotes, so it is a port name without a letter and not a number"
                    )
                }
                Some(fault) => format!("targetPort \"{name}\" is no port name: it {fault}"),
                None => continue,
            },
            _ => continue,
        };
        let path = service.path.keys(&["spec", "ports"]).index(port.index).key("targetPort");
        report.find(path, message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn names_and_target_ports_are_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - {containerPort: 80, name: http_80}
                                            ^^^^^^^ \"http_80\" of container \"web\" is no port name: it has other characters
                - {containerPort: 81, name: http}
            ---
            apiVersion: v1
            kind: Service
            spec:
              ports:
              - {port: 80, targetPort: \"8080\"}
                                       ^^^^^^ is in quotes
              - {port: 81, targetPort: 70000}
                                       ^^^^^ targetPort 70000 is no port
              - {port: 82, targetPort: a-name-that-is-too-long}
                                       ^^^^^^^^^^^^^^^^^^^^^^^ more than 15 characters
            ",
        );
    }

    #[test]
    fn good_names_defaults_and_templates_are_fine() {
        for target in ["http", "8080", "0", "\"\"", "{{ .Values.port }}", "null"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n    targetPort: {target}\n"
                ),
            );
        }
        check_silent(
            &RULE,
            "apiVersion: serving.knative.dev/v1\nkind: Service\nspec:\n  ports: [{targetPort: A_B}]\n",
        );
    }
}
