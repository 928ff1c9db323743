use super::api_versions::{Served, find};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::Object;

rule! {
    /// The target version still serves this version of the kind, but a later one will not.
    ///
    /// ## Why
    /// A deprecated version is served for some releases and then removed. Who changes the manifest before that is
    /// not surprised by an update of the cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Endpoints
    /// metadata: {name: database}
    /// subsets:
    /// - addresses: [{ip: 192.0.2.7}]
    ///   ports: [{port: 5432}]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: discovery.k8s.io/v1
    /// kind: EndpointSlice
    /// metadata: {name: database, labels: {kubernetes.io/service-name: database}}
    /// addressType: IPv4
    /// endpoints:
    /// - addresses: [192.0.2.7]
    /// ports: [{port: 5432}]
    /// ```
    ///
    /// ## Fix
    /// Writes the version that takes its place, where nothing else has to be changed. Where fields or defaults
    /// differ, the migration guide says how.
    ///
    /// ## When it is fine
    /// Where the same manifest must work on clusters that do not know the new version yet.
    ///
    /// ## References
    /// - [Deprecated API migration guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/)
    /// - [Deprecation policy](https://kubernetes.io/docs/reference/using-api/deprecation-policy/)
    id: "api-version-deprecated",
    title: "apiVersion is deprecated",
    severity: Severity::Warning,
    family: Family::SchemaDeprecation,
    fix: FixKind::Behavioural,
    fields: &["apiVersion"],
    also: &[
        (Kics, "94b76ea5-e074-4ca2-8a03-c5a606e30645"),
        (Trivy, "KSV-0107"),
        (KubeScore, "stable-version"),
        (Kyverno, "check-deprecated-apis"),
    ],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    find(object, Served::Deprecated, report);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_fix_with, check_silent, check_with, find};
    use crate::{KubernetesVersion, Settings};

    fn target(minor: u32) -> Settings {
        Settings { kubernetes: KubernetesVersion::minor(minor), ..Settings::default() }
    }

    #[test]
    fn what_is_served_but_deprecated_is_found_on_the_version() {
        check_with(
            &RULE,
            &target(24),
            "
            apiVersion: batch/v1beta1
                        ^^^^^^^^^^^^^ CronJob of batch/v1beta1 is deprecated since Kubernetes 1.21 and gone in 1.25; use batch/v1
            kind: CronJob
            ",
        );
        let text = "apiVersion: batch/v1beta1\nkind: CronJob\n";
        assert!(find(&RULE, &target(20), text).is_empty(), "there is no other version yet");
        check_silent(&RULE, text);
    }

    #[test]
    fn the_fix_replaces_the_version() {
        check_fix_with(
            &RULE,
            &target(24),
            "apiVersion: batch/v1beta1\nkind: CronJob # nightly\nmetadata: {name: web}\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: web}]}}}}\n",
            "apiVersion: batch/v1\nkind: CronJob # nightly\nmetadata: {name: web}\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: web}]}}}}\n",
        );
    }
}
