use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, PodSpec, string};

rule! {
    /// The Kubernetes Dashboard runs in the cluster.
    ///
    /// ## Why
    /// It is a web page with the rights of its ServiceAccount or of who logs in. Dashboards that anybody could reach,
    /// with the rights of an administrator, have let strangers into many clusters.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: docker.io/kubernetesui/dashboard:v2.7.0
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
    ///     image: registry.example.com/web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: remove it where nobody needs it; a tool on the own machine shows the same with the own rights. Else
    /// keep it off the internet and give its ServiceAccount nothing more than it ships with.
    ///
    /// ## When it is fine
    /// Where it is reached only through `kubectl port-forward` or a proxy that asks who one is.
    ///
    /// ## References
    /// - [Deploy and access the Kubernetes Dashboard](https://kubernetes.io/docs/tasks/access-application-cluster/web-ui-dashboard/)
    id: "kubernetes-dashboard-deployed",
    title: "Kubernetes Dashboard is deployed",
    severity: Severity::Info,
    family: Family::ClusterComponent,
    fields: &["C[*].image", "metadata.labels"],
    also: &[(Checkov, "CKV_K8S_33"), (Kics, "d2ad057f-0928-41ef-a83c-f59203bb855b")],
    check: Check::Pod(check),
}

/// Labels that it was given in its manifests.
const LABELS: [&str; 2] = ["k8s-app", "app"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    let mut found = false;
    for container in containers.iter().filter(|container| is_dashboard(container)) {
        found = true;
        let message = format!("{} runs the Kubernetes Dashboard", container.title());
        report.find(container.path.key("image"), message);
    }
    let metadata = pod.node.document().at(&pod.metadata);
    let is_label = |key: &&&str| {
        metadata.is_some_and(|node| string(node, &["labels", key]).known() == Some("kubernetes-dashboard"))
    };
    if !found && let Some(key) = LABELS.iter().find(is_label) {
        report.find(pod.metadata.keys(&["labels", key]), "This pod is labelled as the Kubernetes Dashboard");
    }
}

fn is_dashboard(container: &Container<'_>) -> bool {
    container.image().is_some_and(|image| {
        ["kubernetes-dashboard", "kubernetesui"].iter().any(|part| image.repository.contains(part))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn images_and_labels_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                metadata: {labels: {k8s-app: kubernetes-dashboard}}
                spec:
                  containers:
                  - name: ui
                    image: kubernetesui/dashboard:v2.7.0
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"ui\" runs the Kubernetes Dashboard
            ---
            apiVersion: v1
            kind: Pod
            metadata: {labels: {app: kubernetes-dashboard}}
                                     ^^^^^^^^^^^^^^^^^^^^ labelled as the Kubernetes Dashboard
            spec: {containers: [{image: \"{{ .Values.image }}\"}]}
            ",
        );
    }

    #[test]
    fn others_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: dashboard}}\nspec: {containers: [{image: grafana/dashboard}]}\n",
        );
    }
}
