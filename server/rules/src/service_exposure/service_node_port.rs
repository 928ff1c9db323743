use super::selected::selects_some;
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Object, Service};
use leastwise_yaml::{Emptied, Field, Literal, Node, Patch};

rule! {
    /// A Service opens a port on every node.
    ///
    /// ## Why
    /// Whoever reaches any node of the cluster reaches the port, past the Ingress and its TLS and authentication. It
    /// weighs more where the workspace declares a pod that the Service selects.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80}]}
    /// ```
    ///
    /// ## Fix
    /// Makes it a ClusterIP and removes `nodePort`. Clients outside of the cluster then need an Ingress or a Gateway.
    /// Not offered beside `externalTrafficPolicy` and `healthCheckNodePort`, which a ClusterIP cannot have.
    ///
    /// ## When it is fine
    /// Behind a load balancer of your own that sends to node ports, and on clusters without any.
    ///
    /// ## References
    /// - [Service: type NodePort](https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport)
    id: "service-node-port",
    title: "Service opens a port on every node",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["spec.type"],
    also: &[(KubeLinter, "exposed-services"), (Kics, "845acfbe-3e10-4b8e-b656-3b404d36dfb2"), (Kubescape, "C-0256"), (KubeScore, "service-type"), (Kyverno, "restrict-nodeport")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    if !service.is_of("NodePort") {
        return;
    }
    let severity =
        if selects_some(&service, report.workspace()) { Severity::Warning } else { Severity::Info };
    let message = format!("{} opens a port on every node: it is of type NodePort", service.title());
    let fix = fix(&service);
    let found = report.find(object.path.keys(&["spec", "type"]), message).severity(severity);
    if let Some(fix) = fix {
        found.fix(fix);
    }
}

fn fix(service: &Service<'_>) -> Option<Fix> {
    let spec = service.object.node.get("spec").value()?;
    let needs_node_ports =
        ["externalTrafficPolicy", "healthCheckNodePort"].into_iter().any(|key| !spec.get(key).is_absent());
    if needs_node_ports || spec.get("ports").value().is_some_and(Node::is_open) {
        return None;
    }
    let path = service.object.path.keys(&["spec", "type"]);
    let mut patches = vec![Patch::Set { path, value: Literal::from("ClusterIP") }];
    for port in service.ports() {
        match port.node.get("nodePort") {
            Field::Absent => {}
            Field::Unknown => return None,
            Field::Present(_) => {
                patches.push(Patch::Remove { path: port.path.key("nodePort"), emptied: Emptied::Keep });
            }
        }
    }
    Some(Fix::behavioural("Make it a ClusterIP", patches))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_type_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
                    ^^^^^^^^ Service \"web\" opens a port on every node
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ClusterIP}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: \"{{ .Values.type }}\"}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: null}\n",
            "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {type: NodePort}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn a_pod_that_it_selects_makes_it_a_warning() {
        let severity = |labels: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Service\nspec: {{type: NodePort, selector: {{app: web}}}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {{labels: {{app: {labels}}}}}\nspec: {{containers: []}}\n"
            );
            find(&RULE, &Settings::default(), &text)[0].1.severity
        };
        assert_eq!(severity("web"), Severity::Warning);
        assert_eq!(severity("shop"), Severity::Info);
        assert_eq!(severity("\"{{ .Values.app }}\""), Severity::Info);
    }

    #[test]
    fn no_fix_where_the_api_server_would_refuse_it() {
        check_no_fix(
            &RULE,
            "apiVersion: v1\nkind: Service\nspec: {type: NodePort, externalTrafficPolicy: Local}\n",
        );
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort # open
              selector: {app: web}
              ports:
              - name: http # plain
                port: 80
                nodePort: 30080
              - {name: https, port: 443, nodePort: 30443}
            ",
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: ClusterIP # open
              selector: {app: web}
              ports:
              - name: http # plain
                port: 80
              - {name: https, port: 443}
            ",
        );
    }
}
