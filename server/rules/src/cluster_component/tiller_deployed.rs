use super::tiller::{is_tiller, told_by};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// Tiller, the server of Helm 2, runs in the cluster.
    ///
    /// ## Why
    /// Tiller installs what anyone asks it to, with its own rights, which are mostly those of a cluster administrator,
    /// and by default it asks nobody who they are. It has had no fixes since November 2020.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: tiller, namespace: kube-system}
    /// spec:
    ///   selector: {matchLabels: {app: tiller}}
    ///   template:
    ///     metadata: {labels: {app: tiller}}
    ///     spec:
    ///       containers:
    ///       - name: tiller
    ///         image: registry.example.com/tiller:v2.17.0
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: kube-system}
    /// spec:
    ///   selector: {matchLabels: {app: web}}
    ///   template:
    ///     metadata: {labels: {app: web}}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: registry.example.com/web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: move the releases with the plugin `helm-2to3`, then delete Tiller, its Service, its ServiceAccount and
    /// the binding of that.
    ///
    /// ## When it is fine
    /// Nowhere. An object that only has the name or labels can be called something else.
    ///
    /// ## References
    /// - [Helm: changes since Helm 2](https://helm.sh/docs/faq/changes_since_helm2/)
    /// - [Helm 2 reached its end](https://helm.sh/blog/helm-v2-deprecation-timeline/)
    id: "tiller-deployed",
    title: "Helm v2 Tiller is deployed",
    severity: Severity::Error,
    family: Family::ClusterComponent,
    fields: &["C[*].image", "metadata.labels", "metadata.name"],
    also: &[(Checkov, "CKV_K8S_34"), (Kics, "6d173be7-545a-46c6-a81d-2ae52ed1605d"), (Trivy, "KSV-0102"), (Kyverno, "disallow-helm-tiller")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    let mut found = false;
    for container in containers.iter().filter(|container| is_tiller(container)) {
        found = true;
        let message = format!("{} runs Tiller, through which anyone may install anything", container.title());
        report.find(container.path.key("image"), message);
    }
    if !found && let Some(path) = told_by(pod) {
        report.find(
            path,
            "This says that Tiller of Helm 2 runs here, through which anyone may install anything",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn images_labels_and_names_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: tiller-deploy}
            spec:
              template:
                metadata: {labels: {app: helm, name: tiller}}
                spec:
                  containers:
                  - {name: tiller, image: gcr.io/kubernetes-helm/tiller:v2.17.0}
                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"tiller\" runs Tiller
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: deploy}
            spec:
              template:
                metadata: {labels: {name: tiller}}
                                          ^^^^^^ This says that Tiller of Helm 2 runs here
                spec: {containers: [{name: t, image: \"{{ .Values.image }}\"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: my-tiller
                    ^^^^^^^^^ This says that Tiller
            spec: {containers: [{name: t, image: t}]}
            ",
        );
    }

    #[test]
    fn other_labels_and_names_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web, chart: helm}}\nspec: {containers: [{image: helm}]}\n",
        );
    }
}
