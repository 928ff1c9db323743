use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::{Autoscaler, Object};

rule! {
    /// The vertical autoscaler watches a workload that the workspace does not declare.
    ///
    /// ## Why
    /// It recommends and changes nothing, without a word in the manifest.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the name or the kind.
    ///
    /// ## When it is fine
    /// Where the workload is declared elsewhere. Where the workspace declares no workload of the
    /// namespace, only pedantic listeners hear of it. Only kinds of Kubernetes itself are looked for.
    ///
    /// ## References
    /// - [Vertical pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/)
    id: "vpa-target-not-found",
    title: "Vertical autoscaler target is not declared",
    family: Family::Availability,
    severity: Severity::Info,
    confidence: Confidence::Medium,
    fields: &["spec.targetRef.name"],
    also: &[(Kyverno, "verify-vpa-target")],
    check: Check::Kind(&["VerticalPodAutoscaler"], check),
}

/// The kinds that Kubernetes itself can run pods by.
const SCALABLE: &[&str] =
    &["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(Autoscaler { target, .. }) = Autoscaler::of(object) else { return };
    let Some((kind, name)) = target.kind.zip(target.name) else { return };
    if !SCALABLE.contains(&kind) || !is_built_in(target.group) {
        return;
    }
    let (workspace, home) = (report.workspace(), object.home());
    let mut is_alone = true;
    for declared in workspace.workloads().chain(workspace.hidden_workloads()) {
        let workload = declared.object();
        if declared.home().may_be(home) && target.is(&workload) != Some(false) {
            return;
        }
        is_alone &= !workspace.is_in(declared, home);
    }
    let message = format!("no {kind} \"{name}\" is declared in the workspace");
    report.find(target.path.key("name"), message).pedantic_if(is_alone);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn a_name_that_no_workload_has_is_found() {
        check(
            &RULE,
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
                                                                       ^^^ no Deployment \"wbe\" is declared
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
        );
    }

    #[test]
    fn declared_and_hidden_targets_are_fine() {
        for text in [
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
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
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
            ",
        );
    }

    #[test]
    fn a_workload_whose_pods_a_template_hides_may_be_the_one() {
        let others = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: other}}\nspec: {containers: [{name: other, image: a}]}\n";
        let hidden = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
        let text = "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: web, namespace: shop}\nspec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n";
        check_silent(&RULE, &format!("{text}{others}{hidden}"));
    }
}
