use super::selected::selected;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, Service};

rule! {
    /// A Service opens an administrative interface to the outside of the cluster.
    ///
    /// ## Why
    /// Dashboards, workflow engines and build servers run what they are told, often without a password by default.
    /// Those that scan the internet look for them first.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: jenkins, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: jenkins, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: make it a ClusterIP, and reach it with `kubectl port-forward`, a VPN, or an Ingress that
    /// authenticates.
    ///
    /// ## When it is fine
    /// Behind a firewall and with authentication that does not rest on the interface itself.
    ///
    /// ## References
    /// - [Service types](https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types)
    id: "sensitive-interface-exposed",
    title: "Administrative interface is exposed outside the cluster",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fields: &["spec.type"],
    also: &[(Kubescape, "C-0021")],
    check: Check::Kind(&["Service"], check),
}

/// Interfaces through which a cluster, or what runs on it, is administered. A workload is one when its name is this,
/// or ends with it after a hyphen, as those of releases do.
const INTERFACES: &[&str] = &[
    "alertmanager",
    "argo-server",
    "argocd-server",
    "grafana",
    "jenkins",
    "jupyterhub",
    "kibana",
    "kubeflow",
    "kubernetes-dashboard",
    "mlflow",
    "nifi",
    "prometheus",
    "ray",
    "ray-head",
    "rook-ceph-mgr",
    "weave-scope-app",
];

/// What people put behind the name of the program.
const ENDINGS: &[&str] = &["-deployment", "-server", "-statefulset", "-ui", "-web"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    if !service.is_external() {
        return;
    }
    let exposed = selected(&service, report.workspace()).into_iter().find_map(|(declared, _)| {
        let name = declared.name()?.to_owned();
        INTERFACES.iter().any(|interface| is_called(&name, interface)).then_some((declared, name))
    });
    let Some((declared, name)) = exposed else { return };
    let message = format!("{} opens the administrative interface \"{name}\" to the outside", service.title());
    let place = declared.path.keys(&["metadata", "name"]);
    report.find(object.path.keys(&["spec", "type"]), message).related_in(
        declared,
        &place,
        "What the Service selects",
    );
}

fn is_called(name: &str, interface: &str) -> bool {
    let is_it = |name: &str| {
        name.strip_suffix(interface).is_some_and(|before| before.is_empty() || before.ends_with('-'))
    };
    let core = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    is_it(name) || core.is_some_and(is_it)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_type_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: ui}
            spec:
              type: NodePort
                    ^^^^^^^^ Service \"ui\" opens the administrative interface \"prod-jenkins\" to the outside
              selector: {app: web}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: prod-jenkins, labels: {app: web}}
            spec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}
            ",
        );
    }

    #[test]
    fn what_stands_behind_the_name_of_the_program_does_not_hide_it() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: ui}
            spec:
              type: LoadBalancer
                    ^^^^^^^^^^^^ \"prometheus-deployment\"
              selector: {app: web}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: prometheus-deployment, labels: {app: web}}
            spec: {containers: [{name: web, image: a}]}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: array, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: prometheus-adapter, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: \"{{ .T }}\", selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ray, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: x}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ray, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
