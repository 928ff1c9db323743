use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy admits privileged containers.
    ///
    /// ## Why
    /// A privileged container has every capability and every device of its node: whoever may create pods under this
    /// policy is root on the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   privileged: true
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
    /// Removes `privileged`, so that the default, false, counts. Pods that ask for it are then admitted only under
    /// another policy.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-privileged",
    title: "PodSecurityPolicy admits privileged containers",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.privileged"],
    also: &[
        (Checkov, "CKV_K8S_2"),
        (Kics, "c48e57d3-d642-4e0b-90db-37f807b41b91"),
        (Kics, "e3aa0612-4351-4a0d-983f-aefea25cf203"),
        (Kubescape, "C-0213"),
    ],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_true(report, "privileged", "run privileged containers");
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
                  privileged: yes # for now
                              ^^^ PodSecurityPolicy \"web\" admits pods that run privileged containers
                ";
            check(&RULE, &marked.replace("GROUP", group));
        }
    }

    #[test]
    fn false_absent_templates_and_other_groups_are_fine() {
        for (group, setting) in [
            ("policy", "privileged: false"),
            ("policy", "privileged: {{ .Values.admit }}"),
            ("policy", "privileged:"),
            ("policy", "volumes: ['*']"),
            ("example.org", "privileged: true"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {group}/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
