use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy admits pods in the IPC namespace of their node.
    ///
    /// ## Why
    /// Shared memory and message queues of the node and of other pods that share it can be read and written.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   hostIPC: true
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
    /// Removes `hostIPC`, so that the default, false, counts. Pods that ask for it are then admitted only under
    /// another policy.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-host-ipc",
    title: "PodSecurityPolicy admits hostIPC",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.hostIPC"],
    also: &[(Checkov, "CKV_K8S_3"), (Kics, "80f93444-b240-4ebb-a4c6-5c40b76c04ea"), (Kubescape, "C-0215")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Some(policy) = Policy::of(object) {
        policy.find_true(report, "hostIPC", "share the IPC namespace of their node");
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
                  hostIPC: yes # for now
                           ^^^ PodSecurityPolicy \"web\" admits pods that share the IPC namespace of their node
                ";
            check(&RULE, &marked.replace("GROUP", group));
        }
    }

    #[test]
    fn false_absent_templates_and_other_groups_are_fine() {
        for (group, setting) in [
            ("policy", "hostIPC: false"),
            ("policy", "hostIPC: {{ .Values.admit }}"),
            ("policy", "hostIPC:"),
            ("policy", "volumes: ['*']"),
            ("example.org", "hostIPC: true"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {group}/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
