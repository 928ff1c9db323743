use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy does not require that containers drop capabilities.
    ///
    /// ## Why
    /// Unless told otherwise a container keeps the capabilities that the runtime grants by default, about fourteen,
    /// of which most programs need none. What the policy requires is dropped from every container, without a word
    /// in its manifest.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   requiredDropCapabilities: []
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
    ///   requiredDropCapabilities: [ALL]
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// Sets `requiredDropCapabilities: ["ALL"]`. Programs that start as root and change user or the owner of files
    /// stop working under the policy.
    ///
    /// ## When it is fine
    /// For programs that need some of the default capabilities; require the others by name.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-required-drop-missing",
    title: "PodSecurityPolicy requires no capability drop",
    severity: Severity::Info,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.requiredDropCapabilities"],
    also: &[(Checkov, "CKV_K8S_36"), (Kics, "caa93370-791f-4fc6-814b-ba6ce0cb4032"), (Kubescape, "C-0220")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    if policy.required_drops().is_some_and(|dropped| dropped.is_empty()) {
        policy.find_required_drops(report, "requires no capability to be dropped");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn an_empty_list_is_found_on_its_key_and_an_absent_one_on_the_spec() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              requiredDropCapabilities: []
              ^^^^^^^^^^^^^^^^^^^^^^^^ PodSecurityPolicy \"web\" requires no capability to be dropped
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            spec: {volumes: [secret]}
            ^^^^ This PodSecurityPolicy requires no capability to be dropped
            ",
        );
    }

    #[test]
    fn any_item_and_templates_are_fine() {
        for list in ["[KILL]", "{{ .Values.drop }}", "[\"{{ .Values.drop }}\"]"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  requiredDropCapabilities: {list}\n"
                ),
            );
        }
    }
}
