use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::{Labels, Namespace, Object, Selector, Setting, boolean, lookup};
use leastwise_yaml::Field;

rule! {
    /// The ServiceMonitor selects no Service of the workspace.
    ///
    /// ## Why
    /// Nothing is measured, and alerts that rest on the measurements never fire.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   selector: {matchLabels: {app: wbe}}
    ///   endpoints:
    ///   - port: metrics
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    ///   namespace: shop
    ///   labels: {app: web}
    /// spec:
    ///   selector: {app: web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   selector: {matchLabels: {app: web}}
    ///   endpoints:
    ///   - port: metrics
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    ///   namespace: shop
    ///   labels: {app: web}
    /// spec:
    ///   selector: {app: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the selector, which is about the labels of Services, not of pods.
    ///
    /// ## When it is fine
    /// For Services that are declared elsewhere. Where the workspace declares none in the namespaces that the
    /// monitor looks at, only pedantic listeners hear of it.
    ///
    /// ## References
    /// - [Prometheus Operator: API reference](https://prometheus-operator.dev/docs/api-reference/api/)
    id: "service-monitor-selects-nothing",
    title: "ServiceMonitor selects no Service",
    family: Family::Network,
    severity: Severity::Info,
    confidence: Confidence::Medium,
    fields: &["spec.selector"],
    also: &[(KubeLinter, "dangling-servicemonitor")],
    check: Check::Kind(&["ServiceMonitor"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group().is_some_and(|group| group != "monitoring.coreos.com") {
        return;
    }
    let Some(selector) = Selector::of(lookup(object.node, &["spec", "selector"])) else { return };
    let Some(scope) = Scope::of(object) else { return };
    let mut is_alone = true;
    for declared in report.workspace().of_kind("Service") {
        let service = declared.object();
        if !scope.may_hold(service.home()) {
            continue;
        }
        let labels = Labels::of(lookup(service.node, &["metadata", "labels"]));
        if selector.matches(&labels) != Some(false) {
            return;
        }
        is_alone &= !scope.holds(service.home());
    }
    let asks_something = !selector.requirements.is_empty();
    if asks_something && (!is_alone || selector.is_known()) {
        let path = object.path.keys(&["spec", "selector"]);
        report
            .find(path, "no Service of the workspace has the labels that the ServiceMonitor selects")
            .pedantic_if(is_alone);
    }
}

/// The namespaces that a ServiceMonitor looks at.
enum Scope<'d> {
    All,
    These(Vec<Namespace<'d>>),
}

impl<'d> Scope<'d> {
    /// `None` when nobody knows.
    fn of(object: &Object<'d>) -> Option<Self> {
        match boolean(object.node, &["spec", "namespaceSelector", "any"]) {
            Setting::Set(true, _) => return Some(Self::All),
            Setting::Unknown => return None,
            Setting::Set(false, _) | Setting::Unset => {}
        }
        match lookup(object.node, &["spec", "namespaceSelector", "matchNames"]) {
            Field::Absent => Some(Self::These(vec![object.home()])),
            Field::Unknown => None,
            Field::Present(list) if list.value.is_open() => None,
            Field::Present(list) => {
                let names: Option<Vec<_>> =
                    list.value.items().map(|item| item.value.as_str().map(Namespace::Named)).collect();
                names.filter(|names| !names.is_empty()).map(Self::These)
            }
        }
    }

    fn may_hold(&self, home: Namespace<'_>) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| name.may_be(home)),
        }
    }

    fn holds(&self, home: Namespace<'_>) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| name.is(home)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn labels_that_no_service_has_are_found() {
        check(
            &RULE,
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: wbe}}
              ^^^^^^^^ no Service of the workspace has the labels
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {app: web}
            spec:
              selector: {app: web}
            ",
        );
    }

    #[test]
    fn the_named_namespaces_count() {
        check(
            &RULE,
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              ^^^^^^^^ no Service of the workspace
              namespaceSelector: {matchNames: [other]}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {app: web}
            spec:
              selector: {app: web}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: other
              labels: {app: api}
            spec:
              selector: {app: web}
            ",
        );
    }

    #[test]
    fn matches_hidden_ones_are_fine() {
        for text in [
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {app: web}
            spec:
              selector: {app: web}
            ",
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              namespaceSelector: {any: true}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: other
              labels: {app: web}
            spec:
              selector: {app: web}
            ",
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: \"{{ .Values.app }}\"}}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {app: api}
            spec:
              selector: {app: web}
            ",
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {app: \"{{ .Values.app }}\"}
            spec:
              selector: {app: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        for text in [
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              endpoints:
              - port: metrics
            ",
            "
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata: {name: web, namespace: shop}
            spec:
              selector: {matchLabels: {app: web}}
              endpoints:
              - port: metrics
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: other
              labels: {app: api}
            spec:
              selector: {app: web}
            ",
        ] {
            check_pedantic(&RULE, text);
        }
    }
}
