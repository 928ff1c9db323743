use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy admits pods in the process namespace of their node.
    ///
    /// ## Why
    /// A pod that sees the processes of its node reads their environment and files under `/proc`, and may signal or
    /// trace them with one capability more.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   hostPID: true
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
    /// Removes `hostPID`, so that the default, false, counts. Pods that ask for it are then admitted only under
    /// another policy.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-host-pid",
    title: "PodSecurityPolicy admits hostPID",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.hostPID"],
    also: &[(Checkov, "CKV_K8S_1"), (Kics, "91dacd0e-d189-4a9c-8272-5999a3cc32d9"), (Kubescape, "C-0214")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_true(report, "hostPID", "share the process namespace of their node");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn true_is_found_on_the_value_in_either_group() {
        for group in ["policy", "extensions"] {
            let marked = "
                apiVersion: GROUP/v1beta1
                kind: PodSecurityPolicy
                metadata: {name: web}
                spec:
                  hostPID: yes # for now
                           ^^^ PodSecurityPolicy \"web\" admits pods that share the process namespace of their node
                ";
            check(&RULE, &marked.replace("GROUP", group));
        }
    }

    #[test]
    fn false_absent_templates_and_other_groups_are_fine() {
        for (group, setting) in [
            ("policy", "hostPID: false"),
            ("policy", "hostPID: {{ .Values.admit }}"),
            ("policy", "hostPID:"),
            ("policy", "volumes: ['*']"),
            ("example.org", "hostPID: true"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {group}/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
