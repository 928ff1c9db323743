use super::enforced_profile::{ENFORCE, LABELS};
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Object, string};
use leastwise_yaml::{Node, Patch};

rule! {
    /// The namespace enforces no Pod Security level.
    ///
    /// ## Why
    /// Without the label the default of the cluster holds, which is to admit every pod: whoever may create pods in the
    /// namespace may create a privileged one, and with it take over the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/warn: restricted
    ///     pod-security.kubernetes.io/audit: restricted
    ///     pod-security.kubernetes.io/enforce: baseline
    /// ```
    ///
    /// ## Fix
    /// Sets the labels `warn` and `audit` to `restricted`, which block nothing, and `enforce` to `baseline`. Pods below
    /// that are refused when they are next created; `kubectl label --dry-run=server` tells which of the running ones
    /// that would hit.
    ///
    /// ## When it is fine
    /// Where admission is configured with a default, or a policy engine does the same. A webhook at hand that sees pods
    /// being created counts as one.
    ///
    /// ## References
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    /// - [Enforce Pod Security Standards with namespace labels](https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/)
    id: "namespace-pod-security-unset",
    title: "Namespace enforces no pod security level",
    family: Family::NamespaceHygiene,
    fix: FixKind::Behavioural,
    fields: &["metadata.labels[\"pod-security.kubernetes.io/enforce\"]"],
    also: &[(Kubescape, "C-0192"), (Kyverno, "add-psa-namespace-reporting")],
    check: Check::Kind(&["Namespace"], check),
}

const WEBHOOKS: [&str; 2] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
const MODES: [(&str, &str); 3] = [
    ("pod-security.kubernetes.io/warn", "restricted"),
    ("pod-security.kubernetes.io/audit", "restricted"),
    (ENFORCE, "baseline"),
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let label = |key| string(object.node, &[&LABELS[..], &[key]].concat());
    if object.api_version() != Some("v1") || !label(ENFORCE).is_unset() || sees_pods(report) {
        return;
    }
    let labels = object.path.keys(&LABELS);
    let missing = MODES.iter().filter(|(mode, _)| label(mode).is_unset());
    let patches: Vec<_> =
        missing.map(|(mode, level)| Patch::Set { path: labels.key(mode), value: (*level).into() }).collect();
    let name = object.name().map_or("this namespace".to_owned(), |name| format!("namespace \"{name}\""));
    report
        .find(
            labels.key(ENFORCE),
            format!("{name} enforces no Pod Security level and so may admit privileged pods"),
        )
        .fix(Fix::behavioural("Enforce baseline, and warn of what is not restricted", patches));
}

/// Whether a webhook sees pods being created, and so could refuse them.
fn sees_pods(report: &Report<'_, '_>) -> bool {
    let objects = WEBHOOKS.iter().flat_map(|kind| report.workspace().of_kind(kind));
    objects.map(leastwise_manifest::Declared::object).any(|configuration| {
        let webhooks = configuration.node.get("webhooks").value().into_iter().flat_map(Node::items);
        let mut rules =
            webhooks.filter_map(|webhook| webhook.value.get("rules").value()).flat_map(Node::items);
        rules.any(|rule| {
            let lists = |key, wanted: &[&str]| {
                let items = rule.value.get(key).value().into_iter().flat_map(Node::items);
                items.filter_map(|item| item.value.as_str()).any(|item| wanted.contains(&item))
            };
            lists("resources", &["pods", "*", "*/*"]) && lists("operations", &["CREATE", "*"])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn missing_labels_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
            ^^^^^^^^ namespace \"shop\" enforces no Pod Security level
              name: shop
            ---
            apiVersion: v1
            kind: Namespace
            metadata:
              labels: {team: web}
              ^^^^^^ this namespace enforces
            ",
        );
    }

    #[test]
    fn labels_webhooks_and_templates_are_fine() {
        for text in [
            "metadata: {labels: {pod-security.kubernetes.io/enforce: privileged}}",
            "metadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}",
            "metadata: {name: a}\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nwebhooks: [{rules: [{operations: [CREATE], apiGroups: [\"\"], resources: [pods]}]}]",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Namespace\n{text}\n"));
        }
    }

    #[test]
    fn the_other_two_rules_say_no_more() {
        let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
        for id in ["namespace-pod-security-below-baseline", "namespace-pod-security-below-restricted"] {
            let rule = crate::rule(id).unwrap();
            let found = find(rule, &Settings::default(), text);
            assert_eq!(found[0].1.covered_by, Some(RULE.id), "{id}");
        }
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.covered_by, None);
    }

    #[test]
    fn the_fix_sets_what_is_missing() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop # the shop
              labels:
                pod-security.kubernetes.io/warn: baseline
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop # the shop
              labels:
                pod-security.kubernetes.io/warn: baseline
                pod-security.kubernetes.io/audit: restricted
                pod-security.kubernetes.io/enforce: baseline
            ",
        );
    }
}
