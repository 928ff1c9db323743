use super::probes::{is_serving, lacks, may_have_probes};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container that hangs is not started again.
    ///
    /// ## Why
    /// The kubelet restarts a container whose process ends. One that still runs but does nothing any more, say in a
    /// deadlock, is noticed by a liveness probe only.
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
    ///     livenessProbe:
    ///       httpGet: {path: /livez, port: 8080}
    /// ```
    ///
    /// ## Fix
    /// By hand: which question tells that the program hangs is known to its authors only.
    ///
    /// ## When it is fine
    /// Often. A program that ends when it can no longer work needs no probe, and a bad probe restarts a busy program
    /// just when it is needed. That is why this is a hint for those who ask.
    ///
    /// ## How others differ
    /// kubescape asks for it in Jobs and CronJobs too, which end by themselves; ours does not. kube-score and Kyverno
    /// are content with one probe of any kind.
    ///
    /// ## References
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    id: "liveness-probe-missing",
    title: "No liveness probe",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_8"),
        (KubeLinter, "no-liveness-probe"),
        (Kics, "ade74944-a674-4e00-859e-c6eab5bde441"),
        (Polaris, "livenessProbeMissing"),
        (Kubescape, "C-0056"),
        (KubeScore, "pod-probes"),
        (Kyverno, "require-pod-probes"),
    ],
    persona: Persona::Pedantic,
    fields: &["C[*].livenessProbe"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if may_have_probes(container) && lacks(container, "livenessProbe") && is_serving(pod) {
        let path = container.path.key("livenessProbe");
        report
            .find(path, format!("Nobody notices when {} hangs: it has no liveness probe", container.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn containers_and_sidecars_without_one_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  containers:
                  - name: web
                    ^^^^ Nobody notices when container \"web\" hangs
                  - name: proxy
                    livenessProbe: {tcpSocket: {port: 80}}
                  initContainers:
                  - name: migrate
                  - name: mesh
                    ^^^^ Nobody notices when container \"mesh\" hangs
                    restartPolicy: Always
                  ephemeralContainers:
                  - name: debug
            ",
        );
    }

    #[test]
    fn jobs_custom_resources_and_templates_are_fine() {
        for object in [
            "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: a, image: a}]}}}\n",
            "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}\n",
            "apiVersion: example.com/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: a}]}}}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    {{- toYaml .Values.probes | nindent 4 }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    livenessProbe: {{ .Values.probe }}\n",
        ] {
            check_silent(&RULE, object);
        }
    }
}
