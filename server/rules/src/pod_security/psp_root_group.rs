use super::pod_security_policies::{KIND, Policy};
use super::pod_security_policy_ranges::{Zero, zero};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy does not keep pods out of the root group.
    ///
    /// ## Why
    /// Files of the node and of many images belong to group 0 and are readable or writable by it. A pod that may
    /// choose 0 as `fsGroup` or among its `supplementalGroups` gets at them without being root.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   fsGroup: {rule: RunAsAny}
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
    ///   fsGroup: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]}
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// By hand: `MustRunAs` with ranges above 0, chosen so that they own the files that the pods need.
    ///
    /// ## When it is fine
    /// For images made to run as any user of group 0, as OpenShift asks for.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-root-group",
    title: "PodSecurityPolicy admits group 0",
    severity: Severity::Info,
    family: Family::PodSecurity,
    // Policies of every kind leave groups open, and few images mind.
    persona: Persona::Pedantic,
    fields: &["spec.fsGroup", "spec.supplementalGroups"],
    also: &[(Kics, "e3aa0612-4351-4a0d-983f-aefea25cf203")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    for key in ["fsGroup", "supplementalGroups"] {
        let words = match zero(policy.spec, key) {
            // The API server refuses a policy without these, so there is nothing to judge.
            Zero::Ruled | Zero::Unknown | Zero::Unset => continue,
            Zero::Admitted("MustRunAs") => format!("admits group 0 by the ranges of {key}"),
            Zero::Admitted("MayRunAs") => {
                format!("does not oblige pods to take a group of the ranges of {key}")
            }
            Zero::Admitted(rule) => format!("admits group 0 by the rule {rule} of {key}"),
        };
        report.find(policy.path.key(key), format!("{} {words}", policy.title));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn strategies_that_admit_the_root_group_are_found_on_their_key() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              fsGroup: {rule: RunAsAny}
              ^^^^^^^ PodSecurityPolicy \"web\" admits group 0 by the rule RunAsAny of fsGroup
              supplementalGroups:
              ^^^^^^^^^^^^^^^^^^ admits group 0 by the ranges of supplementalGroups
                rule: MustRunAs
                ranges:
                - {min: 0, max: 65535}
            ",
        );
    }

    #[test]
    fn ranges_above_zero_absent_and_templates_are_fine() {
        for setting in [
            "fsGroup: {rule: MustRunAs, ranges: [{min: 1, max: 9}]}",
            "supplementalGroups: {rule: \"{{ .Values.rule }}\"}",
            "privileged: false",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
