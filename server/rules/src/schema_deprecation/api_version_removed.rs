use super::api_versions::{Served, find};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::Object;

rule! {
    /// The API server of the target version does not know this version of the kind.
    ///
    /// ## Why
    /// What was applied long ago lives on under a newer version, but the manifest can no longer be applied: the
    /// next deployment, or the first one on a new cluster, fails.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: batch/v1beta1
    /// kind: CronJob
    /// metadata: {name: backup}
    /// spec: {schedule: "0 3 * * *"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: {name: backup}
    /// spec: {schedule: "0 3 * * *"}
    /// ```
    ///
    /// ## Fix
    /// Writes the version that takes its place, where nothing else has to be changed. Where fields or defaults
    /// differ, the migration guide says how.
    ///
    /// ## When it is fine
    /// Where the cluster is older: set `kubernetesVersion`.
    ///
    /// ## References
    /// - [Deprecated API migration guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/)
    id: "api-version-removed",
    title: "apiVersion no longer exists",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fix: FixKind::Behavioural,
    fields: &["apiVersion"],
    also: &[
        (KubeLinter, "no-extensions-v1beta"),
        (Kics, "94b76ea5-e074-4ca2-8a03-c5a606e30645"),
        (Trivy, "KSV-0107"),
        (KubeScore, "stable-version"),
        (Kyverno, "check-deprecated-apis"),
    ],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    find(object, Served::Removed, report);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, check_with, find};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn what_is_gone_in_the_target_version_is_found_on_the_version() {
        let text = "
            apiVersion: autoscaling/v2beta2
                        ^^^^^^^^^^^^^^^^^^^ HorizontalPodAutoscaler of autoscaling/v2beta2 is no longer served since Kubernetes 1.26; use autoscaling/v2
            kind: HorizontalPodAutoscaler
            ";
        check(&RULE, text);
        check_with(
            &RULE,
            &Settings { kubernetes: KubernetesVersion::minor(26), ..Settings::default() },
            text,
        );
        let before = Settings { kubernetes: KubernetesVersion::minor(25), ..Settings::default() };
        assert!(
            find(&RULE, &before, "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\n")
                .is_empty()
        );
    }

    #[test]
    fn other_kinds_of_the_version_and_templates_are_fine() {
        check_silent(&RULE, "apiVersion: batch/v1\nkind: CronJob\n");
        check_silent(&RULE, "apiVersion: extensions/v1beta1\nkind: Scale\n");
        check_silent(&RULE, "apiVersion: {{ .Values.version }}\nkind: CronJob\n");
    }

    #[test]
    fn the_fix_replaces_the_version() {
        for (before, after, kind) in [
            (
                "batch/v1beta1",
                "batch/v1",
                "CronJob\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: web}]}}}}",
            ),
            (
                "policy/v1beta1",
                "policy/v1",
                "PodDisruptionBudget\nspec:\n  selector: {matchLabels: {app: web}}",
            ),
        ] {
            let text = |version: &str| {
                format!("apiVersion: {version} # of the API\nkind: {kind}\nmetadata: {{name: web}}\n")
            };
            check_fix(&RULE, &text(before), &text(after));
        }
    }

    #[test]
    fn no_fix_where_more_has_to_change() {
        check_no_fix(&RULE, "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nspec: {selector: {}}\n");
        check_no_fix(&RULE, "apiVersion: extensions/v1beta1\nkind: Ingress\nspec: {rules: []}\n");
        check_no_fix(&RULE, "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {}\n");
    }
}
