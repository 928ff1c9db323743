use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Object, Setting, pod_specs};
use leastwise_yaml::Patch;

rule! {
    /// The pods of a Job or CronJob are to be restarted always, which the API server refuses.
    ///
    /// ## Why
    /// A Job ends when its pods end. With `Always`, which is what holds for pods where `restartPolicy` is left
    /// out, they never would, so only `OnFailure` and `Never` are valid.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata: {name: migrate}
    /// spec:
    ///   template:
    ///     spec:
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
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///       - {name: migrate, image: "migrate:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Sets `restartPolicy: Never`: a failed pod is replaced by a new one, up to `backoffLimit`. `OnFailure`
    /// restarts the container in the same pod instead, which loses the logs of the failure sooner.
    ///
    /// ## When it is fine
    /// Never: the object is refused.
    ///
    /// ## References
    /// - [Jobs: pod template](https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-template)
    id: "job-restart-policy-invalid",
    title: "Job template has no valid restart policy",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fix: FixKind::Behavioural,
    fields: &["P.restartPolicy"],
    also: &[
        (KubeScore, "cronjob-restartpolicy"),
    ],
    check: Check::Kind(&["CronJob", "Job"], check),
}

/// What the API server accepts for the pods of a Job.
const VALID: [&str; 2] = ["Never", "OnFailure"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some("batch") {
        return;
    }
    for pod in pod_specs(object) {
        let message = match pod.string(&["restartPolicy"]) {
            Setting::Unset => {
                "restartPolicy is not set, and its default Always is refused for Jobs".to_owned()
            }
            Setting::Set(policy, _) if !VALID.contains(&policy) => {
                format!("restartPolicy {policy} is refused for Jobs: only Never and OnFailure are valid")
            }
            Setting::Set(..) | Setting::Unknown => continue,
        };
        let path = pod.path.key("restartPolicy");
        let patch = Patch::Set { path: path.clone(), value: "Never".into() };
        report.find(path, message).fix(crate::Fix::behavioural("Set restartPolicy: Never", [patch]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn always_and_nothing_are_found() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  template:
                    spec:
                    ^^^^ its default Always is refused for Jobs
                      containers: [{name: web, image: web}]
            ---
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                  restartPolicy: Always
                                 ^^^^^^ restartPolicy Always is refused
                  containers: [{name: web, image: web}]
            ",
        );
    }

    #[test]
    fn valid_policies_templates_and_other_kinds_are_fine() {
        for policy in
            ["restartPolicy: Never", "restartPolicy: OnFailure", "restartPolicy: {{ .Values.policy }}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      {policy}\n      containers: []\n"
                ),
            );
        }
        check_silent(&RULE, "apiVersion: v1\nkind: Pod\nspec:\n  restartPolicy: Always\n  containers: []\n");
    }

    #[test]
    fn the_fix_sets_never() {
        check_fix(
            &RULE,
            "
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                  restartPolicy: Always # so far
                  containers: []
            ",
            "
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                  restartPolicy: Never # so far
                  containers: []
            ",
        );
    }
}
