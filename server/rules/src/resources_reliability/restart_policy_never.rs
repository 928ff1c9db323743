use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container that fails is not started again.
    ///
    /// ## Why
    /// With `restartPolicy: Never` one crash ends the pod for good. In a Deployment, ReplicaSet, StatefulSet or
    /// DaemonSet the API server refuses it, since their pods are to run until they are told to stop.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Removes `restartPolicy`, so that it is `Always`. A program that ends when it is done is then started again, and
    /// again.
    ///
    /// ## When it is fine
    /// Pods that do one thing and end: tests, migrations, a shell to look around. Since a Pod does not tell which it
    /// is, this is a hint for those who ask. Jobs are never found, theirs must not be `Always`.
    ///
    /// ## How others differ
    /// kube-linter also finds a policy that is left out, and `OnFailure`. The first is `Always`, the second starts
    /// what fails again.
    ///
    /// ## References
    /// - [Container restart policy](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy)
    id: "restart-policy-never",
    title: "Restart policy does not restart failed containers",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    fix: FixKind::Behavioural,
    also: &[(KubeLinter, "restart-policy")],
    persona: Persona::Pedantic,
    fields: &["P.restartPolicy"],
    check: Check::Pod(check),
}

const FIELD: &str = "restartPolicy";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.string(&[FIELD]).known() != Some("Never") {
        return;
    }
    // What pods of other groups are for is not known: many of them are jobs by another name.
    let is_job = matches!(pod.object.kind(), Some("Job" | "CronJob") | None);
    if is_job || pod.object.is_built_in() == Some(false) {
        return;
    }
    let path = pod.path.key(FIELD);
    let remove = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
    report
        .find(path, "No container of the pod is started again when it fails")
        .fix(Fix::behavioural("Remove restartPolicy: Never", [remove]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn never_is_found_on_its_value() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  restartPolicy: Never
                                 ^^^^^ No container of the pod is started again
                  containers: [{name: web}]
            ",
        );
    }

    #[test]
    fn jobs_other_policies_and_other_groups_are_fine() {
        for object in [
            "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {restartPolicy: Never, containers: []}}}\n",
            "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: []}}}}}\n",
            "apiVersion: example.com/v1\nkind: Train\nspec: {template: {spec: {restartPolicy: Never, containers: [{image: a}]}}}\n",
            "apiVersion: v1\nkind: Pod\nspec: {restartPolicy: OnFailure, containers: []}\n",
            "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n",
            "apiVersion: v1\nkind: Pod\nspec: {restartPolicy: \"{{ .Values.policy }}\", containers: []}\n",
        ] {
            check_silent(&RULE, object);
        }
    }

    #[test]
    fn the_fix_removes_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              restartPolicy: Never # once
              containers: [] # none
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none
            ",
        );
    }
}
