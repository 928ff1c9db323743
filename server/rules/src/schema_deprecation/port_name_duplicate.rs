use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, ContainerList, PodSpec};
use leastwise_text::TextRange;
use leastwise_yaml::{Node, Path};

rule! {
    /// Two ports have the same name.
    ///
    /// ## Why
    /// Within one container the API server refuses it. In two containers of a pod it is accepted, but a Service or
    /// probe that names the port means the first one, which changes when somebody reorders the list.
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
    ///     - {name: http, containerPort: 8081}
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
    ///     - {name: admin, containerPort: 8081}
    /// ```
    ///
    /// ## Fix
    /// By hand: give the second port a name of its own.
    ///
    /// ## When it is fine
    /// In two containers, where nothing refers to the port by its name; this is a warning only.
    ///
    /// ## References
    /// - [Port names](https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports)
    id: "port-name-duplicate",
    title: "Container port name is used twice",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["C[*].ports[*].name"],
    also: &[
        (KubeScore, "container-ports-check"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    // Both sides of a condition are read as if they stood beside each other.
    if !pod.node.document().templates().is_empty() {
        return;
    }
    let containers = pod.containers();
    let mut seen: Vec<(&str, usize, Path, TextRange)> = Vec::new();
    for (at, container) in containers.iter().enumerate() {
        for port in container.node.get("ports").value().into_iter().flat_map(Node::items) {
            let Some(name) = port.value.get("name").value().and_then(Node::as_str) else { continue };
            if name.is_empty() {
                continue;
            }
            let path = container.path.key("ports").index(port.index).key("name");
            let runs_along = |other: usize| runs_along(container) && runs_along(&containers[other]);
            let earlier = seen.iter().rfind(|(known, other, _, range)| {
                let between = TextRange::new(range.end(), port.value.range().start().max(range.end()));
                // Of two branches of a template only one is there.
                *known == name
                    && (*other == at || runs_along(*other))
                    && !port.value.document().branches_in(between)
            });
            if let Some((_, other, first, _)) = earlier {
                let title = container.title();
                let (message, severity) = match *other == at {
                    true => (format!("{title} has two ports named \"{name}\""), RULE.severity),
                    false => (
                        format!(
                            "{title} and {} both have a port named \"{name}\"",
                            containers[*other].title()
                        ),
                        Severity::Warning,
                    ),
                };
                report
                    .find(path.clone(), message)
                    .severity(severity)
                    .related(first, "the other port of that name");
            }
            seen.push((name, at, path, port.value.range()));
        }
    }
}

/// Whether a Service can reach it: an init container that ends cannot be meant.
fn runs_along(container: &Container<'_>) -> bool {
    container.list == ContainerList::Containers
        || container.node.get("restartPolicy").value().and_then(Node::as_str) == Some("Always")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_second_port_of_a_name_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - {name: http, containerPort: 80}
                - {name: http, containerPort: 81, protocol: UDP}
                         ^^^^ container \"web\" has two ports named \"http\"
              - name: proxy
                ports:
                - {name: http, containerPort: 82}
                         ^^^^ container \"proxy\" and container \"web\" both have a port named \"http\"
            ",
        );
    }

    #[test]
    fn two_containers_may_but_should_not() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, ports: [{name: http}]}\n  - {name: b, ports: [{name: http}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1.severity, Severity::Warning);
    }

    #[test]
    fn other_names_init_containers_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{name: http}, {name: admin}, {containerPort: 1}, {containerPort: 2}]
              - name: proxy
                ports:
                - name: {{ .Values.first }}
                - name: {{ .Values.second }}
              initContainers:
              - name: init
                ports: [{name: http}]
            ",
        );
    }
}
