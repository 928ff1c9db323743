use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, ContainerList, PodSpec, Setting, integer, string};
use leastwise_yaml::{Kind, Node};

rule! {
    /// A port of a container has no name.
    ///
    /// ## Why
    /// Services, probes and monitors can refer to a port by name, and then do not change when its number does. The
    /// name also says what the port is for.
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
    ///     - containerPort: 8080
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
    ///     - name: http
    ///       containerPort: 8080
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a name of at most 15 characters.
    ///
    /// ## When it is fine
    /// Nearly always: one port that everybody knows needs no name. The rule is off until it is selected.
    ///
    /// ## References
    /// - [Services: port definitions](https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports)
    id: "container-port-unnamed",
    title: "Container port has no name",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "require-container-port-names")],
    persona: Persona::Policy,
    fields: &["C[*].ports[*].name"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    // The API lets ephemeral containers have no ports at all.
    if container.list == ContainerList::EphemeralContainers {
        return;
    }
    let list = container.path.key("ports");
    for item in container.node.get("ports").value().into_iter().flat_map(Node::items) {
        let is_port = matches!(item.value.kind(), Kind::Mapping);
        if is_port && matches!(string(item.value, &["name"]), Setting::Unset | Setting::Set("", _)) {
            let port = match integer(item.value, &["containerPort"]) {
                Setting::Set(number, _) => format!("Port {number}"),
                Setting::Unset | Setting::Unknown => "A port".to_owned(),
            };
            report.find(
                list.index(item.index).key("name"),
                format!("{port} of {} has no name", container.title()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_port_without_name_is_found_on_its_first_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 80
                  ^^^^^^^^^^^^^ Port 80 of container \"web\" has no name
                  protocol: TCP
                - {name: \"\", containerPort: 81}
                         ^^ Port 81 of container \"web\" has no name
                - {name: admin, containerPort: 82}
                - {name: \"{{ .Values.port }}\", containerPort: 83}
            ",
        );
    }
}
