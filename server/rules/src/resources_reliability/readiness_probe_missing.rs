use super::probes::{is_serving, lacks};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{ContainerList, Declared, PodSpec, Selector, boolean, lookup, string};

rule! {
    /// A container counts as ready as soon as it runs.
    ///
    /// ## Why
    /// A Service sends requests to pods that are ready, and a rollout goes on when they are. Without a probe that is
    /// the moment the process starts: the first requests fail, and a broken version replaces a working one unnoticed.
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
    ///     readinessProbe:
    ///       httpGet: {path: /readyz, port: 8080}
    /// ```
    ///
    /// ## Fix
    /// By hand: which question tells that the program can serve is known to its authors only.
    ///
    /// ## When it is fine
    /// Programs that nobody calls, and containers that stand beside the one that is called. It weighs more where a
    /// Service of the workspace selects the pod.
    ///
    /// ## How others differ
    /// kube-score looks only at pods that a Service selects, and is content with a probe in one container; others ask
    /// for it everywhere, kubescape in Jobs and CronJobs too. Ours tells of every container of pods that serve, as a
    /// warning where a Service selects them. A Service that publishes addresses that are not ready does not count.
    ///
    /// ## References
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [Pod readiness](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-status)
    id: "readiness-probe-missing",
    title: "No readiness probe",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_9"),
        (KubeLinter, "no-readiness-probe"),
        (Kics, "a659f3b5-9bf0-438a-bd9a-7d3a6427f1e3"),
        (Polaris, "readinessProbeMissing"),
        (Kubescape, "C-0018"),
        (KubeScore, "pod-probes"),
        (Kyverno, "require-pod-probes"),
    ],
    fields: &["C[*].readinessProbe"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if !is_serving(pod) {
        return;
    }
    let containers = pod.containers();
    let lacking = containers.iter().filter(|container| {
        container.list == ContainerList::Containers && lacks(container, "readinessProbe")
    });
    let mut lacking = lacking.peekable();
    if lacking.peek().is_none() {
        return;
    }
    let service = calling_service(pod, report);
    for container in lacking {
        let title = container.title();
        let path = container.path.key("readinessProbe");
        let Some(service) = service else {
            let message = format!("{title} counts as ready as soon as it runs: it has no readiness probe");
            report.find(path, message).persona(Persona::Pedantic);
            continue;
        };
        let name =
            service.object().name().map_or("A Service".to_owned(), |name| format!("Service \"{name}\""));
        report
            .find(path, format!("{name} calls {title} as soon as it runs: it has no readiness probe"))
            .severity(Severity::Warning)
            .related_in(service, &service.path.keys(&["spec", "selector"]), "What selects the pod");
    }
}

/// A Service of the workspace that certainly selects the pod, and waits until it is ready.
fn calling_service<'r>(pod: &PodSpec<'_>, report: &Report<'r, '_>) -> Option<&'r Declared> {
    let labels = pod.labels();
    report.workspace().in_namespace("Service", pod.object.home()).find(|declared| {
        let service = declared.object();
        let selects = || {
            let selector = Selector::of_labels(lookup(service.node, &["spec", "selector"]));
            // A Service without a selector selects nothing.
            selector.is_some_and(|selector| !selector.is_empty() && selector.matches(&labels) == Some(true))
        };
        let waits = boolean(service.node, &["spec", "publishNotReadyAddresses"]).known() != Some(true);
        let is_external = string(service.node, &["spec", "type"]).known() == Some("ExternalName");
        service.api_version() == Some("v1") && waits && !is_external && selects()
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn only_regular_containers_need_one() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              template:
                spec:
                  containers:
                  - name: web
                    ^^^^ container \"web\" counts as ready as soon as it runs
                  - name: proxy
                    readinessProbe: {tcpSocket: {port: 80}}
                  initContainers:
                  - name: mesh
                    restartPolicy: Always
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: a, image: a}]}}}\n",
        );
    }

    fn severity_beside(service: &str) -> Severity {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop, labels: {{app: web, tier: front}}}}\nspec: {{containers: [{{name: web}}]}}\n---\n{service}\n"
        );
        let found = find(&RULE, &Settings::default(), &text);
        let severity = found[0].1.severity;
        assert_eq!(found[0].1.related.is_empty(), severity == Severity::Info);
        severity
    }

    #[test]
    fn a_service_that_selects_the_pod_makes_it_a_warning() {
        let service = |spec: &str| {
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec: {spec}")
        };
        assert_eq!(severity_beside(&service("{selector: {app: web}}")), Severity::Warning);
        for spec in [
            "{selector: {app: web, tier: back}}",
            "{selector: {}}",
            "{}",
            "{selector: {app: web}, publishNotReadyAddresses: true}",
            "{selector: {app: web}, type: ExternalName}",
            "{selector: {app: \"{{ .Values.app }}\"}}",
        ] {
            assert_eq!(severity_beside(&service(spec)), Severity::Info, "{spec}");
        }
        let elsewhere =
            "apiVersion: v1\nkind: Service\nmetadata: {namespace: other}\nspec: {selector: {app: web}}";
        assert_eq!(severity_beside(elsewhere), Severity::Info);
    }
}
