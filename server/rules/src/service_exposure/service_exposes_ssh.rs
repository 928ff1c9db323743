use super::selected::selects_some;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, PortReference, Service};

rule! {
    /// A Service leads to a port where SSH listens, on a pod of the workspace.
    ///
    /// ## Why
    /// A shell that is reached over the network stands beside the access control of the API server: nobody audits it,
    /// and its keys and passwords are managed by hand.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 22}]}
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
    /// By hand: take the port out; `kubectl exec` and `kubectl debug` open a shell under RBAC.
    ///
    /// ## When it is fine
    /// For servers of which SSH is the trade: Git hosts, SFTP, jump hosts.
    ///
    /// ## References
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-exposes-ssh",
    title: "Service leads to an SSH port",
    family: Family::ServiceExposure,
    fields: &["spec.ports[*].port", "spec.ports[*].targetPort"],
    also: &[(Kubescape, "C-0042")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    for port in service.ports() {
        let (number, key) = match (port.number().known(), port.target().known()) {
            (Some(number), _) if is_ssh(number) => (number, "port"),
            (_, Some(PortReference::Number(number))) if is_ssh(number) => (number, "targetPort"),
            _ => continue,
        };
        if !selects_some(&service, report.workspace()) {
            return;
        }
        report.find(
            port.path.key(key),
            format!("{} leads to port {number}, where SSH listens", service.title()),
        );
    }
}

fn is_ssh(port: i64) -> bool {
    matches!(port, 22 | 2222)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn either_port_is_marked_once() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports:
              - {port: 22, targetPort: 2222}
                       ^^ Service \"web\" leads to port 22, where SSH listens
              - {port: 80, targetPort: 2222}
                                       ^^^^ leads to port 2222
              - {port: 80, targetPort: ssh}
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
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 22}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: shop}, ports: [{port: 22}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: \"{{ .Values.port }}\"}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
