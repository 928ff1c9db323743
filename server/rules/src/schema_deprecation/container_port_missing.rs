use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, integer};
use leastwise_yaml::{Kind, Node};

rule! {
    /// A port of a container has no number.
    ///
    /// ## Why
    /// `containerPort` is required, and 0 is no port: the API server refuses both.
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
    ///     - {name: http}
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
    /// ```
    ///
    /// ## Fix
    /// By hand: name the port on which the program listens, or remove the item.
    ///
    /// ## When it is fine
    /// Never: the object is refused.
    ///
    /// ## References
    /// - [Pod: ports](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports)
    id: "container-port-missing",
    title: "Container port number is absent",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["C[*].ports[*].containerPort"],
    also: &[
        (KubeScore, "container-ports-check"),
    ],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for port in container.node.get("ports").value().into_iter().flat_map(Node::items) {
        if !matches!(port.value.kind(), Kind::Mapping) {
            continue;
        }
        let says = match integer(port.value, &["containerPort"]) {
            Setting::Unset => "has no containerPort",
            Setting::Set(0, _) => "has the containerPort 0, which is none",
            Setting::Set(..) | Setting::Unknown => continue,
        };
        let path = container.path.key("ports").index(port.index).key("containerPort");
        report.find(path, format!("A port of {} {says}", container.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn nothing_and_zero_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - name: http
                  ^^^^ A port of container \"web\" has no containerPort
                - {name: admin, containerPort: 0}
                                               ^ containerPort 0
                - {hostPort: 80, containerPort: 80}
            ",
        );
    }

    #[test]
    fn templates_are_fine() {
        for port in ["containerPort: {{ .Values.port }}", "{{- toYaml .Values.port | nindent 6 }}"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    ports:\n    - name: http\n      {port}\n"
                ),
            );
        }
    }
}
