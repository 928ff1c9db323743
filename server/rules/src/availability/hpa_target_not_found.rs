use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{Autoscaler, Object};

rule! {
    /// The autoscaler scales a workload that the workspace does not declare.
    ///
    /// ## Why
    /// It does nothing, without a word in the manifest: the workload that was meant stays at its number of replicas.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
    ///   minReplicas: 2
    ///   maxReplicas: 6
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
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 2
    ///   maxReplicas: 6
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
    /// ## How others differ
    /// KICS reads under this name the object of a metric, not the target. kube-linter, kubescape and kube-score look
    /// for the target in whatever they are given; ours tells of a file alone only to pedantic listeners.
    ///
    /// ## References
    /// - [Horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/)
    /// - [HorizontalPodAutoscaler walkthrough](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/)
    id: "hpa-target-not-found",
    title: "Autoscaler target is not declared",
    family: Family::Availability,
    confidence: Confidence::Medium,
    fields: &["spec.scaleTargetRef.name"],
    also: &[(KubeLinter, "dangling-horizontalpodautoscaler"), (Kubescape, "C-0300"), (KubeScore, "horizontalpodautoscaler-has-target")],
    check: Check::Kind(&["HorizontalPodAutoscaler"], check),
}

/// The kinds that Kubernetes itself can scale.
const SCALABLE: &[&str] = &["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

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
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
                                                                            ^^^ no Deployment \"wbe\" is declared
              minReplicas: 2
              maxReplicas: 6
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
    fn declared_hidden_and_foreign_targets_are_fine() {
        for text in [
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
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
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
              minReplicas: 2
              maxReplicas: 6
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
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: \"{{ .Release.Name }}-web\"}
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
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Deployment, name: wbe}
              minReplicas: 2
              maxReplicas: 6
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
        for text in [
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: other}
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
            check_pedantic(&RULE, text);
        }
    }

    #[test]
    fn a_workload_whose_pods_a_template_hides_may_be_the_one() {
        let others = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: other}}\nspec: {containers: [{name: other, image: a}]}\n";
        let hidden = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
        let text = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: shop}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n";
        check_silent(&RULE, &format!("{text}{others}{hidden}"));
    }
}
