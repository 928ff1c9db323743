use super::jobs::{is_batch, is_standalone};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A Job is created by hand, which this site leaves to CronJobs.
    ///
    /// ## Why
    /// Who may create Jobs may run anything once, unseen by those who review schedules. Some sites want all batch work
    /// to be in CronJobs, where it is planned and repeated.
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
    /// kind: CronJob
    /// metadata: {name: migrate}
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///           - {name: migrate, image: "migrate:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: give the work a schedule.
    ///
    /// ## When it is fine
    /// Wherever the site has not chosen otherwise: the rule is off until it is selected. Migrations and set-up are Jobs
    /// for good reason.
    ///
    /// ## References
    /// - [CronJob](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/)
    /// - [Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/job/)
    id: "job-without-cronjob",
    title: "Job is created outside a CronJob",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "restrict-jobs")],
    persona: Persona::Policy,
    fields: &["kind"],
    check: Check::Kind(&["Job"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if is_batch(object) && is_standalone(object) {
        let what = object.name().map_or("This Job".to_owned(), |name| format!("Job \"{name}\""));
        report.find(object.path.key("kind"), format!("{what} is not made by a CronJob"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_job_is_found_on_its_kind_unless_something_owns_it() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: Job
                  ^^^ Job \"migrate\" is not made by a CronJob
            metadata: {name: migrate}
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, ownerReferences: [{kind: CronJob, name: a}]}\n",
        );
        check_silent(&RULE, "apiVersion: example.com/v1\nkind: Job\nmetadata: {name: a}\n");
    }
}
