use super::entry::entry;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Service};

rule! {
    /// The pods are reached from outside of the cluster.
    ///
    /// ## Why
    /// A weakness of such a pod is one that strangers can try. It is no fault by itself: off until selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: LoadBalancer, selector: {app: web}}
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
    /// spec: {selector: {app: web}}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Fix
    /// None is needed; look at the other findings of the pod first.
    ///
    /// ## When it is fine
    /// For whatever is meant to be reached. A Service of type NodePort or LoadBalancer, an Ingress, a route of the
    /// Gateway API or a VirtualService with a gateway exposes.
    ///
    /// ## References
    /// - [Service types](https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types)
    /// - [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/)
    id: "workload-exposed-externally",
    title: "Workload is reachable from outside the cluster",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Policy,
    fields: &["metadata.labels"],
    also: &[(Kics, "69bbc5e3-0818-4150-89cc-1e989b48f23b"), (Kubescape, "C-0256"), (Kubescape, "C-0266")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let view = report.workspace();
    let exposing = view.in_namespace("Service", pod.object.home()).find_map(|declared| {
        let service = Service::of(&declared.object()).filter(|service| service.selects(pod) == Some(true))?;
        let by = if service.is_external() { declared } else { entry(&service, view)? };
        Some((by, by.object()))
    });
    let Some((by, object)) = exposing else { return };
    let (kind, name) = (object.kind().unwrap_or_default(), object.name().unwrap_or_default());
    let message = format!("the pods are reached from outside of the cluster through {kind} \"{name}\"");
    report.find(pod.metadata.key("labels"), message).related_in(
        by,
        &object.path.key("kind"),
        "What exposes them",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn the_labels_are_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {type: NodePort, selector: {app: web}}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              labels: {app: web}
              ^^^^^^ the pods are reached from outside of the cluster through Service \"web\"
            spec: {containers: []}
            ",
        );
    }

    #[test]
    fn whatever_names_the_service_exposes_it() {
        let beside = |entry: &str| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec: {{selector: {{app: web}}}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {{namespace: shop, labels: {{app: web}}}}\nspec: {{containers: []}}\n---\n{entry}\n"
            )
        };
        let found = |entry: &str| find(&RULE, &Settings::default(), &beside(entry)).len();
        let virtual_service =
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {namespace: a}\n";
        let route = |host: &str| format!("http: [{{route: [{{destination: {{host: {host}}}}}]}}]");
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {namespace: shop}\n";
        for entry in [
            format!("{ingress}spec: {{defaultBackend: {{service: {{name: web}}}}}}"),
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {namespace: a}\nspec: {rules: [{backendRefs: [{name: web, namespace: shop}]}]}".to_owned(),
            format!("{virtual_service}spec: {{gateways: [public], {}}}", route("web.shop.svc.cluster.local")),
        ] {
            assert_eq!(found(&entry), 1, "{entry}");
        }
        for entry in [
            format!("{ingress}spec: {{defaultBackend: {{service: {{name: other}}}}}}"),
            format!("{virtual_service}spec: {{gateways: [public], {}}}", route("web")),
            format!("{virtual_service}spec: {{gateways: [mesh], {}}}", route("web.shop")),
            format!("{virtual_service}spec: {{{}}}", route("web.shop")),
        ] {
            assert_eq!(found(&entry), 0, "{entry}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: x}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
