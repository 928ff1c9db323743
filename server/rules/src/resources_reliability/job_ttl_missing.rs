use super::jobs::{find_missing_field, is_batch, is_standalone};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// The Job stays in the cluster after it has finished.
    ///
    /// ## Why
    /// A finished Job and its pods are kept until somebody deletes them. They fill lists and the API server's storage,
    /// and a Job of the same name cannot be applied again while the old one is there.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata: {name: migrate}
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///       - {name: migrate, image: "migrate:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata: {name: migrate}
    /// spec:
    ///   ttlSecondsAfterFinished: 86400
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///       - {name: migrate, image: "migrate:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose how long its logs and its result are needed.
    ///
    /// ## When it is fine
    /// Where something else cleans up: Helm hooks with a delete policy, a controller that owns the Job, or a delivery
    /// tool that would make a deleted Job anew. So it is a hint for those who ask.
    ///
    /// ## References
    /// - [Automatic cleanup for finished Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/)
    id: "job-ttl-missing",
    title: "Finished Job is never cleaned up",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(KubeLinter, "job-ttl-seconds-after-finished")],
    persona: Persona::Pedantic,
    fields: &["spec.ttlSecondsAfterFinished"],
    check: Check::Kind(&["Job"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if is_batch(object) && is_standalone(object) {
        let message = "The Job stays in the cluster after it has finished";
        find_missing_field(object, "ttlSecondsAfterFinished", message, report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_job_that_stays_is_found_on_its_spec() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: Job
            metadata: {name: a, ownerReferences: []}
            spec:
            ^^^^ The Job stays in the cluster after it has finished
              template: {spec: {containers: []}}
            ",
        );
    }

    #[test]
    fn owned_jobs_and_jobs_that_go_are_fine() {
        for job in [
            "metadata: {ownerReferences: [{kind: CronJob, name: a}]}\nspec: {template: {}}\n",
            "spec: {ttlSecondsAfterFinished: 0}\n",
            "spec: {ttlSecondsAfterFinished: \"{{ .Values.ttl }}\"}\n",
        ] {
            check_silent(&RULE, &format!("apiVersion: batch/v1\nkind: Job\n{job}"));
        }
        check_silent(&RULE, "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: []}\n");
    }
}
