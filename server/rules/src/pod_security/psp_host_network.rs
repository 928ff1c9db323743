use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy admits pods in the network namespace of their node.
    ///
    /// ## Why
    /// A process in the network of its node reaches what listens on localhost there and is not held by
    /// NetworkPolicy.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   hostNetwork: true
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
    /// Removes `hostNetwork`, so that the default, false, counts. Pods that ask for it are then admitted only under
    /// another policy.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-host-network",
    title: "PodSecurityPolicy admits hostNetwork",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.hostNetwork"],
    also: &[(Checkov, "CKV_K8S_4"), (Kics, "a33e9173-b674-4dfb-9d82-cf3754816e4b"), (Kubescape, "C-0216")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_true(report, "hostNetwork", "share the network namespace of their node");
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
                  hostNetwork: yes # for now
                               ^^^ PodSecurityPolicy \"web\" admits pods that share the network namespace of their node
                ";
            check(&RULE, &marked.replace("GROUP", group));
        }
    }

    #[test]
    fn false_absent_templates_and_other_groups_are_fine() {
        for (group, setting) in [
            ("policy", "hostNetwork: false"),
            ("policy", "hostNetwork: {{ .Values.admit }}"),
            ("policy", "hostNetwork:"),
            ("policy", "volumes: ['*']"),
            ("example.org", "hostNetwork: true"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {group}/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
