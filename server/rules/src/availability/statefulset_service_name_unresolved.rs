use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{Labels, Object, PodSpec, Selector, Setting, lookup, pod_specs, string};
use leastwise_yaml::Node;

rule! {
    /// The StatefulSet names no headless Service that selects its pods.
    ///
    /// ## Why
    /// The pods of a StatefulSet have stable names only below the domain of the Service that `serviceName` names: it
    /// must be headless, so that each pod has an address of its own, and select the pods. Members of a cluster that
    /// look for each other find nobody.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db, namespace: shop}
    /// spec:
    ///   serviceName: database
    ///   template:
    ///     metadata:
    ///       labels: {app: db}
    ///     spec:
    ///       containers:
    ///       - name: db
    ///         image: db:1.2
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: db, namespace: shop}
    /// spec:
    ///   clusterIP: None
    ///   selector: {app: db}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: {name: db, namespace: shop}
    /// spec:
    ///   serviceName: db
    ///   template:
    ///     metadata:
    ///       labels: {app: db}
    ///     spec:
    ///       containers:
    ///       - name: db
    ///         image: db:1.2
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: db, namespace: shop}
    /// spec:
    ///   clusterIP: None
    ///   selector: {app: db}
    /// ```
    ///
    /// ## Fix
    /// By hand: declare the headless Service, or correct the name.
    ///
    /// ## When it is fine
    /// Where the Service is declared elsewhere: when the workspace declares no Service of the namespace, only pedantic
    /// listeners hear of it. StatefulSets that are wanted for their volumes alone need no stable addresses.
    ///
    /// ## References
    /// - [StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id)
    /// - [Headless Services](https://kubernetes.io/docs/concepts/services-networking/service/#headless-services)
    id: "statefulset-service-name-unresolved",
    title: "StatefulSet has no matching headless Service",
    family: Family::Availability,
    confidence: Confidence::Medium,
    fields: &["spec.serviceName"],
    also: &[(Kics, "bb241e61-77c3-4b97-9575-c0f8a1e008d0"), (KubeScore, "statefulset-has-servicename")],
    check: Check::Kind(&["StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if !is_built_in(object.api_group()) || lookup(object.node, &["spec"]).value().is_none_or(Node::is_null) {
        return;
    }
    let path = object.path.keys(&["spec", "serviceName"]);
    let name = match string(object.node, &["spec", "serviceName"]) {
        Setting::Unknown => return,
        Setting::Unset | Setting::Set("", _) => {
            report.find(path, "the StatefulSet names no Service, so its pods have no stable addresses");
            return;
        }
        Setting::Set(name, _) => name,
    };
    let (workspace, home) = (report.workspace(), object.home());
    let of_that_name: Vec<_> = workspace
        .of_kind("Service")
        .filter(|declared| {
            let service = declared.object();
            service.name().is_none_or(|own| own == name) && declared.home().may_be(home)
        })
        .collect();
    let Some(first) = of_that_name.first() else {
        let is_alone = workspace.in_namespace("Service", home).next().is_none();
        report
            .find(path, format!("no Service \"{name}\" is declared in the workspace"))
            .pedantic_if(is_alone);
        return;
    };
    let labels = pod_specs(object).first().map(PodSpec::labels);
    let faults = of_that_name.iter().map(|declared| fault(&declared.object(), labels.as_ref()));
    // One that may be right is enough.
    let Some(faults) = faults.collect::<Option<Vec<_>>>() else { return };
    if let Some(fault) = faults.first() {
        let message = format!("Service \"{name}\" {fault}, so the pods have no stable addresses");
        report.find(path, message).related_in(first, &first.path.key("spec"), "The Service");
    }
}

/// Why pods with these labels get no addresses of their own from the Service; `None` where they may.
fn fault(service: &Object<'_>, labels: Option<&Labels<'_>>) -> Option<&'static str> {
    let is_headless = match string(service.node, &["spec", "clusterIP"]) {
        Setting::Set(address, _) => Some(address == "None"),
        Setting::Unset => Some(false),
        Setting::Unknown => None,
    };
    if is_headless == Some(false) {
        return Some("is not headless");
    }
    let selects = match Selector::of_labels(lookup(service.node, &["spec", "selector"])) {
        None => Some(false),
        Some(selector) if selector.is_empty() => Some(false),
        Some(selector) => labels.and_then(|labels| selector.matches(labels)),
    };
    (selects == Some(false)).then_some("does not select the pods")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn names_that_resolve_to_nothing_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: database
                           ^^^^^^^^ no Service \"database\" is declared
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              clusterIP: None
              selector: {app: db}
            ",
        );
    }

    #[test]
    fn the_missing_name_is_found_on_the_spec() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
            ^^^^ names no Service
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ",
        );
    }

    #[test]
    fn a_service_with_an_address_of_its_own_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: db
                           ^^ Service \"db\" is not headless
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              selector: {app: db}
            ",
        );
    }

    #[test]
    fn a_service_of_other_pods_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: db
                           ^^ Service \"db\" does not select the pods
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              clusterIP: None
              selector: {app: web}
            ",
        );
    }

    #[test]
    fn what_is_not_in_the_workspace_or_hidden_is_not_judged() {
        for text in [
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: \"{{ .Values.service }}\"
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              clusterIP: None
              selector: {app: db}
            ",
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: db
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              clusterIP: None
              selector: {app: \"{{ .Values.app }}\"}
            ",
            "
            apiVersion: apps.kruise.io/v1beta1
            kind: StatefulSet
            spec: {replicas: 1}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        check_pedantic(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: shop}
            spec:
              serviceName: db
              template:
                metadata:
                  labels: {app: db}
                spec:
                  containers:
                  - name: db
                    image: db:1.2
            ",
        );
    }
}
