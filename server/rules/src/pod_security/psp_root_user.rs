use super::pod_security_policies::{KIND, Policy};
use super::pod_security_policy_ranges::{Zero, zero};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;
use leastwise_yaml::Patch;

rule! {
    /// A PodSecurityPolicy admits containers that run as root.
    ///
    /// ## Why
    /// Root in a container is root on the node as soon as a volume, a kernel bug or a runtime bug lets it out. Most
    /// images run as root unless told otherwise, so a policy that does not rule it out admits it in fact.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   runAsUser: {rule: RunAsAny}
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
    /// Sets `runAsUser.rule: MustRunAsNonRoot`. Images whose user is root are then refused by the kubelet. It is
    /// not offered for `MustRunAs`, whose ranges are to be changed by hand.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-root-user",
    title: "PodSecurityPolicy admits UID 0",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.runAsUser.rule"],
    also: &[(Checkov, "CKV_K8S_6"), (Kics, "e3aa0612-4351-4a0d-983f-aefea25cf203"), (Kubescape, "C-0218")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let (words, is_open) = match zero(policy.spec, "runAsUser") {
        Zero::Ruled | Zero::Unknown | Zero::Admitted("MustRunAsNonRoot") => return,
        Zero::Admitted("MustRunAs") => ("admits user 0 by the ranges of MustRunAs".to_owned(), false),
        Zero::Admitted(rule) => (format!("admits user 0 by the rule {rule}"), true),
        Zero::Unset => ("does not say which users it admits".to_owned(), true),
    };
    let path = policy.path.keys(&["runAsUser", "rule"]);
    let found = report.find(path.clone(), format!("{} {words}", policy.title));
    if is_open {
        found.fix(Fix::behavioural(
            "Set runAsUser.rule: MustRunAsNonRoot",
            [Patch::Set { path, value: "MustRunAsNonRoot".into() }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn rules_that_admit_root_are_found_on_the_rule() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              runAsUser:
                rule: RunAsAny
                      ^^^^^^^^ PodSecurityPolicy \"web\" admits user 0 by the rule RunAsAny
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec: {runAsUser: {rule: MustRunAs, ranges: [{min: 1, max: 9}, {min: 0, max: 0}]}}
                                     ^^^^^^^^^ admits user 0 by the ranges of MustRunAs
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec: {privileged: false}
            ^^^^ does not say which users it admits
            ",
        );
    }

    #[test]
    fn rules_without_root_and_templates_are_fine() {
        for strategy in [
            "{rule: MustRunAsNonRoot}",
            "{rule: MustRunAs, ranges: [{min: 1, max: 65535}]}",
            "{rule: \"{{ .Values.rule }}\"}",
            "{rule: MustRunAs, ranges: [{min: \"{{ .Values.first }}\", max: 9}]}",
            "{rule: MustRunAs, ranges: \"{{ .Values.ranges }}\"}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {{runAsUser: {strategy}}}\n"
                ),
            );
        }
    }
}
