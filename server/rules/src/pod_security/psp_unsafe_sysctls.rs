use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy admits kernel parameters that are not safe to set.
    ///
    /// ## Why
    /// Such a parameter is not confined to the pod, or has not been shown to be: it can harm other pods or the
    /// node, or take resources past every limit.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   allowedUnsafeSysctls: ['kernel.msg*']
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// Removes `allowedUnsafeSysctls`; safe parameters may still be set.
    ///
    /// ## When it is fine
    /// For pods that run on nodes of their own, whose kubelets allow the parameter.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-unsafe-sysctls",
    title: "PodSecurityPolicy admits unsafe sysctls",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.allowedUnsafeSysctls"],
    also: &[(Kics, "9127f0d9-2310-42e7-866f-5fd9d20dcbad")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_listed(report, "allowedUnsafeSysctls", "admits the unsafe sysctls");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_list_with_items_is_found_on_its_key() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              allowedUnsafeSysctls:
              ^^^^^^^^^^^^^^^^^^^^ PodSecurityPolicy \"web\" admits the unsafe sysctls kernel.msgmax
              - kernel.msgmax
            ",
        );
    }

    #[test]
    fn empty_absent_and_hidden_lists_are_fine() {
        for setting in [
            "allowedUnsafeSysctls: []",
            "allowedUnsafeSysctls:",
            "volumes: [secret]",
            "allowedUnsafeSysctls: {{ .Values.allowed }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
