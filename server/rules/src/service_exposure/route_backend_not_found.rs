use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{Object, ROUTE_KINDS, Route, RouteBackend};

rule! {
    /// A route of the Gateway API leads to a Service that the workspace does not declare.
    ///
    /// ## Why
    /// Requests fail. Worse, whoever may create a Service of that name in the namespace receives them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: web}
    /// spec: {rules: [{backendRefs: [{name: wbe, port: 80}]}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {ports: [{name: http, port: 80}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: web}
    /// spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {ports: [{name: http, port: 80}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the name, or declare the Service.
    ///
    /// ## When it is fine
    /// For Services that an operator, or a chart elsewhere, brings. Where the workspace declares no Service in
    /// the namespace, only pedantic listeners hear of it. Backends of other kinds are not judged.
    ///
    /// ## References
    /// - [HTTPRoute](https://gateway-api.sigs.k8s.io/api-types/httproute/)
    id: "route-backend-not-found",
    title: "Gateway route backend is not declared",
    family: Family::ServiceExposure,
    confidence: Confidence::Medium,
    fields: &["spec.rules[*].backendRefs[*].name"],
    also: &[(Kubescape, "C-0302")],
    check: Check::Kind(ROUTE_KINDS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(route) = Route::of(object) else { return };
    let view = report.workspace();
    for RouteBackend { service, service_path, home } in route.backends() {
        let is_alone = view.in_namespace("Service", home).next().is_none();
        if !view.may_have("Service", home, service) {
            let kind = object.kind().unwrap_or_default();
            report
                .find(service_path, format!("{kind} leads to Service \"{service}\", which is not declared"))
                .pedantic_if(is_alone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn names_are_marked() {
        check(
            &RULE,
            "
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: web}
            spec:
              rules:
              - backendRefs:
                - name: web
                - name: wbe
                        ^^^ HTTPRoute leads to Service \"wbe\", which is not declared
                - {name: web, namespace: shop}
                - {name: bucket, kind: Bucket, group: example.com}
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
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {rules: [{backendRefs: [{name: \"{{ .N }}\", port: 80}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {rules: [{backendRefs: [{name: wbe, port: 80}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: \"{{ .N }}\"}\nspec: {ports: [{name: http, port: 80}]}\n",
            "apiVersion: example.com/v1\nkind: HTTPRoute\nspec: {rules: [{backendRefs: [{name: wbe}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        for text in [
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {rules: [{backendRefs: [{name: wbe, port: 80}]}]}\n",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {rules: [{backendRefs: [{name: wbe, namespace: \"{{ .N }}\", port: 80}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n",
        ] {
            check_pedantic(&RULE, text);
        }
    }
}
