use super::jobs::is_batch;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Object, Setting, integer};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// Finished Jobs of a CronJob are deleted by two rules.
    ///
    /// ## Why
    /// A CronJob keeps its last three successful Jobs and the last failed one, or as many as its history limits say.
    /// With `ttlSecondsAfterFinished` in the Job's template they go by age as well, whichever comes first: the failed
    /// run that somebody wants to look at may be gone.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: {name: backup}
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       ttlSecondsAfterFinished: 600
    ///       template:
    ///         spec:
    ///           restartPolicy: OnFailure
    ///           containers:
    ///           - {name: backup, image: "backup:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: {name: backup}
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   failedJobsHistoryLimit: 3
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: OnFailure
    ///           containers:
    ///           - {name: backup, image: "backup:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Removes `ttlSecondsAfterFinished`, so that the history limits alone decide.
    ///
    /// ## When it is fine
    /// CronJobs that run rarely and whose Jobs are to be gone long before the next run. So it is told to those who ask.
    ///
    /// ## References
    /// - [CronJob: Jobs history limits](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobs-history-limits)
    /// - [Automatic cleanup for finished Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/)
    id: "cronjob-job-ttl-set",
    title: "Job TTL competes with the CronJob history limits",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    fix: FixKind::Behavioural,
    also: &[(KubeLinter, "job-ttl-seconds-after-finished")],
    persona: Persona::Pedantic,
    fields: &["spec.jobTemplate.spec.ttlSecondsAfterFinished"],
    check: Check::Kind(&["CronJob"], check),
}

const FIELD: [&str; 4] = ["spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(seconds, _) = integer(object.node, &FIELD) else { return };
    if !is_batch(object) {
        return;
    }
    let path = object.path.keys(&FIELD);
    let remove = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
    let message = format!("Finished Jobs go after {seconds} seconds, whatever the history limits say");
    report.find(path, message).fix(Fix::behavioural("Remove ttlSecondsAfterFinished", [remove]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn it_is_found_in_the_template_of_a_cronjob_only() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  ttlSecondsAfterFinished: 600
                                           ^^^ Finished Jobs go after 600 seconds
            ",
        );
        check_silent(&RULE, "apiVersion: batch/v1\nkind: Job\nspec: {ttlSecondsAfterFinished: 600}\n");
        check_silent(
            &RULE,
            "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {ttlSecondsAfterFinished: \"{{ .Values.ttl }}\"}}}\n",
        );
    }

    #[test]
    fn the_fix_removes_it() {
        check_fix(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  ttlSecondsAfterFinished: 600
                  backoffLimit: 1 # once
                  template: {spec: {restartPolicy: Never, containers: []}}
            ",
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  backoffLimit: 1 # once
                  template: {spec: {restartPolicy: Never, containers: []}}
            ",
        );
    }
}
