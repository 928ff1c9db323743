use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{Ingress, IngressBackend, Object, PortReference, Service};

rule! {
    /// An Ingress sends requests to a Service, or a port of one, that the workspace does not declare.
    ///
    /// ## Why
    /// Requests fail. Worse, whoever may create a Service of that name in the namespace receives them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: wbe, port: {number: 80}}}}]}}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {ports: [{name: http, port: 80}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {ports: [{name: http, port: 80}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the name or the port, or declare the Service.
    ///
    /// ## When it is fine
    /// For Services that an operator, or a chart elsewhere, brings. Where the workspace declares no Service in
    /// the namespace of the Ingress, only pedantic listeners hear of it. Backends that are other resources are not
    /// judged.
    ///
    /// ## References
    /// - [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/)
    id: "ingress-backend-not-found",
    title: "Ingress backend Service is not declared",
    family: Family::ServiceExposure,
    confidence: Confidence::Medium,
    fields: &["spec.rules[*].http.paths[*].backend.service", "spec.defaultBackend.service"],
    also: &[(KubeLinter, "dangling-ingress"), (Kubescape, "C-0298"), (KubeScore, "ingress-targets-service")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let (view, home) = (report.workspace(), object.home());
    let is_alone = view.in_namespace("Service", home).next().is_none();
    for backend in ingress.backends() {
        let IngressBackend { service: name, .. } = backend;
        if !view.may_have("Service", home, name) {
            let message = format!("{} leads to Service \"{name}\", which is not declared", ingress.title());
            report.find(backend.service_path, message).pedantic_if(is_alone);
            continue;
        }
        let (Some(port), Some(declared)) = (backend.port, view.named("Service", home, name)) else {
            continue;
        };
        let service = declared.object();
        // The ports of an alias are those of the host that it names.
        let lacks = Service::of(&service).is_some_and(|service| {
            !service.kind().is_unknown() && !service.is_of("ExternalName") && service.lacks_port(port)
        });
        if lacks {
            let port = match port {
                PortReference::Number(number) => number.to_string(),
                PortReference::Name(name) => format!("\"{name}\""),
            };
            let place = service.path.keys(&["spec", "ports"]);
            report.find(backend.port_path, format!("Service \"{name}\" has no port {port}")).related_in(
                declared,
                &place,
                "Its ports",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn names_and_ports_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              defaultBackend: {service: {name: wbe, port: {number: 80}}}
                                               ^^^ Ingress \"web\" leads to Service \"wbe\", which is not declared
              rules:
              - http:
                  paths:
                  - backend: {service: {name: web, port: {number: 81}}}
                                                   ^^^^ Service \"web\" has no port 81
                  - backend: {service: {name: web, port: {name: https}}}
                                                   ^^^^ Service \"web\" has no port \"https\"
                  - backend: {service: {name: web, port: {name: http}}}
                  - backend: {resource: {kind: StorageBucket, name: static}}
            ---
            apiVersion: extensions/v1beta1
            kind: Ingress
            spec:
              backend: {serviceName: wbe, servicePort: 80}
                                     ^^^ leads to Service \"wbe\"
              rules: [{http: {paths: [{backend: {serviceName: web, servicePort: 81}}]}}]
                                                                                ^^ has no port 81
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {ports: [{name: http, port: 80}]}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: wbe, port: {number: 80}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: \"{{ .N }}\"}\nspec: {ports: [{name: http, port: 80}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: \"{{ .N }}\", port: {number: 80}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 81}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: {{ .Values.ports }}}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 81}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: \"{{ .P }}\"}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: wbe, port: {number: 80}}}}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: wbe, port: {number: 80}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {ports: [{name: http, port: 80}]}\n",
        ] {
            check_pedantic(&RULE, text);
        }
    }
}
