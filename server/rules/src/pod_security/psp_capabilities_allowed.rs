use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy lets containers add capabilities.
    ///
    /// ## Why
    /// What is listed may be added by every pod under the policy, whether it needs it or not. `*` allows all of
    /// them, which is as good as root on the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   allowedCapabilities: [NET_ADMIN]
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
    /// Removes `allowedCapabilities`. Containers then have the default capabilities, less those that must be
    /// dropped.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-capabilities-allowed",
    title: "PodSecurityPolicy admits added capabilities",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.allowedCapabilities"],
    also: &[(Checkov, "CKV_K8S_24"), (Kics, "7307579a-3abb-46ad-9ce5-2a915634d5c8"), (Kubescape, "C-0219")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_listed(report, "allowedCapabilities", "lets containers add");
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
              allowedCapabilities:
              ^^^^^^^^^^^^^^^^^^^ PodSecurityPolicy \"web\" lets containers add NET_ADMIN
              - NET_ADMIN
            ",
        );
    }

    #[test]
    fn empty_absent_and_hidden_lists_are_fine() {
        for setting in [
            "allowedCapabilities: []",
            "allowedCapabilities:",
            "volumes: [secret]",
            "allowedCapabilities: {{ .Values.allowed }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
