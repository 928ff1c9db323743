use super::enforced_profile::find_below;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Profile, Severity};
use leastwise_manifest::Object;

rule! {
    /// The namespace admits pods that are not hardened.
    ///
    /// ## Why
    /// Below the restricted profile pods may run as root, gain privileges after start and use every system call. Most
    /// programs need none of that; a namespace that refuses it keeps new ones from starting that way.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: restricted
    /// ```
    ///
    /// ## Fix
    /// Sets `pod-security.kubernetes.io/enforce: restricted`. Pods below it are then refused when they are next
    /// created, so begin with the `warn` label.
    ///
    /// ## When it is fine
    /// Namespaces whose programs need to run as root, and those of node agents.
    ///
    /// ## References
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    /// - [Pod Security Standards: restricted](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    id: "namespace-pod-security-below-restricted",
    title: "Namespace does not enforce the restricted level",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    fields: &["metadata.labels[\"pod-security.kubernetes.io/enforce\"]"],
    also: &[
        (Kubescape, "C-0197"),
        (Kubescape, "C-0198"),
        (Kubescape, "C-0200"),
        (Kubescape, "C-0201"),
    ],
    covered_by: &["namespace-pod-security-unset", "namespace-pod-security-below-baseline"],
    check: Check::Kind(&["Namespace"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    find_below(object, report, Profile::Restricted);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn baseline_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
              labels:
                pod-security.kubernetes.io/enforce: baseline
                                                    ^^^^^^^^ enforces \"baseline\" and so admits pods below the restricted profile
            ",
        );
    }

    #[test]
    fn restricted_and_hidden_labels_are_fine() {
        for labels in ["{pod-security.kubernetes.io/enforce: restricted}", "{{ .Values.labels }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {labels}\n"),
            );
        }
    }

    #[test]
    fn below_baseline_the_other_rule_says_more() {
        let labels = "{pod-security.kubernetes.io/enforce: privileged}";
        let text = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{labels: {labels}}}\n");
        let found = find(&RULE, &Settings::default(), &text);
        assert_eq!(found[0].1.covered_by, Some("namespace-pod-security-below-baseline"));
    }

    #[test]
    fn the_fix_changes_the_value() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: \"baseline\"}} # for now
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: \"restricted\"}} # for now
            ",
        );
    }
}
