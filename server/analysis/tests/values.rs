//! Values of Helm charts: left in peace, but for literal security contexts and credentials.

use leastwise_analysis::composition::{Composition, is_chart_values};
use leastwise_analysis::{Environment, File};
use std::sync::Arc;

/// The findings in the values of a chart: the rule, and the text that is marked.
fn found(text: &str) -> Vec<(&'static str, &str)> {
    let composition = Composition { is_chart_values: true, ..Composition::default() };
    let environment = Environment { composition: Arc::new(composition), ..Environment::default() };
    let file = File::new(text, &environment);
    let marked = file.shown().map(|located| {
        let range = std::ops::Range::<usize>::from(located.range());
        (located.diagnosis.rule(), &text[range])
    });
    marked.collect()
}

#[test]
fn what_security_contexts_set_is_judged_and_what_they_leave_out_is_not() {
    let text = "\
replicaCount: 1
hostNetwork: true
podSecurityContext:
  seccompProfile: {type: Unconfined}
web:
  securityContext:
    privileged: yes
    capabilities:
      drop: [ALL]
      add: [SYS_ADMIN]
  containerSecurityContext:
    enabled: true
    procMount: Unmasked
  image: {repository: web, tag: latest}
";
    assert_eq!(
        found(text),
        [
            ("seccomp-unconfined", "Unconfined"),
            ("privileged-container", "yes"),
            ("capability-sys-admin", "SYS_ADMIN"),
            ("proc-mount-unmasked", "Unmasked"),
        ]
    );
}

#[test]
fn nothing_is_offered_for_what_only_the_chart_understands() {
    let composition = Composition { is_chart_values: true, ..Composition::default() };
    let environment = Environment { composition: Arc::new(composition), ..Environment::default() };
    let file = File::new("securityContext:\n  privileged: true\n", &environment);
    let located = file.shown().next().unwrap();
    assert!(file.offer(&located).is_err());
}

#[test]
fn contexts_that_set_nothing_weak_are_fine() {
    for text in [
        "securityContext: {}\npodSecurityContext: {fsGroup: 2000}\n",
        "securityContext:\n  runAsNonRoot: true\n  readOnlyRootFilesystem: true\n",
        "securityContext: null\n",
        "containers: [{name: web, image: 'web:latest'}]\n",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn literal_credentials_are_found_and_placeholders_are_not() {
    let text = "\
auth:
  username: shop
  password: hunter2hunter2
  existingSecret: shop-credentials
extraEnv:
- name: DB_PASSWORD
  value: s3cr3tpassw0rd
- name: LEVEL
  value: info
rootPassword: \"\"
";
    let rule = "secret-literal-in-environment";
    assert_eq!(found(text), [(rule, "hunter2hunter2"), (rule, "s3cr3tpassw0rd")]);
}

#[test]
fn values_are_known_by_their_name_beside_or_below_a_chart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(!is_chart_values(&at("values.yaml")));
    std::fs::write(at("Chart.yaml"), "name: web\n").unwrap();
    for (name, expected) in [
        ("values.yaml", true),
        ("values-prod.yml", true),
        ("ci/values.yaml", true),
        ("deployment.yaml", false),
    ] {
        assert_eq!(is_chart_values(&at(name)), expected, "{name}");
    }
}
