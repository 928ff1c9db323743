use super::enforced_profile::find_below;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::Object;

rule! {
    /// The namespace admits pods that can take over their node.
    ///
    /// ## Why
    /// Without the label, whoever may create pods in the namespace may create a privileged one, and with it reach
    /// the node and all that runs there. The label is the one place where the cluster itself says no.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    /// ```
    ///
    /// ## Fix
    /// Sets `pod-security.kubernetes.io/enforce: baseline`. Pods below it are then refused when they are next
    /// created. `kubectl label --dry-run=server` tells which of the running ones that would hit.
    ///
    /// ## When it is fine
    /// Namespaces of node agents, and clusters whose admission is configured with a default or done by a policy
    /// engine.
    ///
    /// ## References
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    /// - [Enforce Pod Security Standards with namespace labels](https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/)
    id: "namespace-pod-security-below-baseline",
    title: "Namespace admits privileged pods",
    family: Family::NamespaceHygiene,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["metadata.labels[\"pod-security.kubernetes.io/enforce\"]"],
    also: &[
        (Kubescape, "C-0193"),
        (Kubescape, "C-0194"),
        (Kubescape, "C-0195"),
        (Kubescape, "C-0196"),
        (Kubescape, "C-0199"),
        (Kubescape, "C-0202"),
        (Kubescape, "C-0203"),
        (Kubescape, "C-0204"),
        (Kyverno, "deny-privileged-profile"),
    ],
    covered_by: &["namespace-pod-security-unset"],
    check: Check::Kind(&["Namespace"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    find_below(object, report, Profile::Baseline);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn a_missing_or_weak_label_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
            ^^^^^^^^ Namespace \"shop\" enforces no profile of its own
              name: shop
            ---
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
              labels:
              ^^^^^^ enforces no profile of its own
                pod-security.kubernetes.io/warn: restricted
            ---
            apiVersion: v1
            kind: Namespace
            metadata:
              labels:
                pod-security.kubernetes.io/enforce: privileged
                                                    ^^^^^^^^^^ This namespace enforces \"privileged\" and so admits pods below the baseline profile
            ---
            apiVersion: v1
            kind: Namespace
            metadata:
              labels: {pod-security.kubernetes.io/enforce: \"Baseline\"}
                                                           ^^^^^^^^^^ enforces \"Baseline\"
            ",
        );
    }

    #[test]
    fn baseline_restricted_other_kinds_and_hidden_labels_are_fine() {
        for labels in [
            "{pod-security.kubernetes.io/enforce: baseline}",
            "{pod-security.kubernetes.io/enforce: restricted}",
            "{pod-security.kubernetes.io/enforce: \"{{ .Values.profile }}\"}",
            "{{ .Values.labels }}",
            "\n    {{- toYaml .Values.labels | nindent 4 }}",
            "\n    app: web\n    {{- include \"labels\" . | nindent 4 }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {labels}\n"),
            );
        }
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n");
    }

    #[test]
    fn the_fix_sets_the_label() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop # the shop
              labels:
                team: web
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop # the shop
              labels:
                team: web
                pod-security.kubernetes.io/enforce: baseline
            ",
        );
    }

    #[test]
    fn the_fix_brings_the_labels_where_there_are_none() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
              labels:
                pod-security.kubernetes.io/enforce: baseline
            ",
        );
    }
}
