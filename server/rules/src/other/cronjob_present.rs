use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A CronJob runs a program again and again.
    ///
    /// ## Why
    /// Who has got into a cluster once can leave a CronJob behind to come back by. This is no fault of any one CronJob:
    /// it lists them, for a review. Off by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: {name: report}
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: report, image: "report:1.2"}]}}}}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata: {name: report}
    /// spec:
    ///   template: {spec: {restartPolicy: OnFailure, containers: [{name: report, image: "report:1.2"}]}}
    /// ```
    ///
    /// ## Fix
    /// By hand: see that somebody owns it, and what its ServiceAccount may do.
    ///
    /// ## When it is fine
    /// Wherever somebody knows it.
    ///
    /// ## References
    /// - [CronJob](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/)
    id: "cronjob-present",
    title: "CronJob is present",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fields: &["kind"],
    also: &[(Kubescape, "C-0026")],
    check: Check::Kind(&["CronJob"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let name = object.name().unwrap_or("without a name");
    report.find(object.path.key("kind"), format!("CronJob {name} starts a program again and again"));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_kind_is_found() {
        check(
            &RULE,
            "
            apiVersion: batch/v1beta1
            kind: CronJob
                  ^^^^^^^ CronJob report starts a program
            metadata: {name: report}
            ",
        );
        check_silent(&RULE, "apiVersion: batch/v1\nkind: Job\n");
    }
}
