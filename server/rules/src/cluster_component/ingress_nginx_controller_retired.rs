use super::ingress_nginx::is_controller;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// The community ingress-nginx controller gets no more fixes.
    ///
    /// ## Why
    /// Its maintenance ended in March 2026. What is found in it from then on stays open, and it stands at the edge of
    /// the cluster with the right to read Secrets.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.k8s.io/ingress-nginx/controller:v1.13.3
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
    ///     image: docker.io/envoyproxy/gateway:v1.6.0
    /// ```
    ///
    /// ## Fix
    /// By hand: move to an implementation of the Gateway API or another ingress controller. Run it beside the old one,
    /// and move the names over one by one.
    ///
    /// ## When it is fine
    /// While the move is under way.
    ///
    /// ## References
    /// - [Ingress NGINX retirement](https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/)
    id: "ingress-nginx-controller-retired",
    title: "ingress-nginx controller no longer gets fixes",
    severity: Severity::Info,
    family: Family::ClusterComponent,
    fields: &["C[*].image"],
    also: &[(Kubescape, "C-0292")],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let is_of_kind = matches!(pod.object.kind(), Some("Deployment" | "DaemonSet" | "Pod"));
    if is_of_kind && container.image().as_ref().is_some_and(is_controller) {
        let message =
            format!("{} runs ingress-nginx, which gets no fixes since March 2026", container.title());
        report.find(container.path.key("image"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_controller_is_found_whatever_its_release() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
              template:
                spec:
                  containers:
                  - name: controller
                    image: registry.k8s.io/ingress-nginx/controller@sha256:00
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"controller\" runs ingress-nginx
            ",
        );
    }

    #[test]
    fn its_jobs_and_others_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx/nginx-ingress:3.0.0}]}\n",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1}]}\n",
        );
    }
}
