use super::jobs::{find_missing_field, is_batch};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A run that was missed is started however late it is.
    ///
    /// ## Why
    /// When the controller was down, a Job forbade the next, or the CronJob was suspended, the last missed run is made
    /// up for as soon as it can be: the nightly backup in the middle of the day. With `startingDeadlineSeconds` a run
    /// that is too late counts as missed.
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
    ///   startingDeadlineSeconds: 3600
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
    /// By hand: how late is too late depends on the work. Less than ten seconds may mean that it never starts, since
    /// the controller looks that often.
    ///
    /// ## When it is fine
    /// Work that is better done late than not at all, which is common; so it is told to those who ask.
    ///
    /// ## References
    /// - [CronJob: deadline for a delayed start](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline)
    id: "cronjob-deadline-missing",
    title: "CronJob has no starting deadline",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    also: &[
        (Kics, "192fe40b-b1c3-448a-aba2-6cc19a300fe3"),
        (KubeScore, "cronjob-has-deadline"),
    ],
    persona: Persona::Pedantic,
    fields: &["spec.startingDeadlineSeconds"],
    check: Check::Kind(&["CronJob"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if is_batch(object) {
        let message = "A run that was missed is started however late it is";
        find_missing_field(object, "startingDeadlineSeconds", message, report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_missing_deadline_is_found_on_the_spec() {
        check(
            &RULE,
            "
            apiVersion: batch/v1beta1
            kind: CronJob
            spec:
            ^^^^ A run that was missed is started however late it is
              schedule: \"@daily\"
            ",
        );
    }

    #[test]
    fn deadlines_templates_and_other_groups_are_fine() {
        for (version, line) in [
            ("batch/v1", "startingDeadlineSeconds: 60"),
            ("batch/v1", "startingDeadlineSeconds: {{ .Values.deadline }}"),
            ("batch/v1", "{{- toYaml .Values.cron | nindent 2 }}"),
            ("example.com/v1", "schedule: a"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {version}\nkind: CronJob\nspec:\n  schedule: a\n  {line}\n"),
            );
        }
        check_silent(&RULE, "apiVersion: batch/v1\nkind: CronJob\n");
    }
}
