use super::pod_security_policies::{KIND, Policy};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Object, Setting, boolean};
use leastwise_yaml::Patch;

rule! {
    /// A PodSecurityPolicy admits containers that may gain privileges after start.
    ///
    /// ## Why
    /// With the default, true, a setuid binary in an image turns code execution into root inside the container. A
    /// policy that says false refuses that, and starts containers with `no_new_privs`.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   allowPrivilegeEscalation: true
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
    ///   allowPrivilegeEscalation: false
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// Sets `allowPrivilegeEscalation: false`. It is not offered while the policy admits privileged containers:
    /// those always may.
    ///
    /// ## When it is fine
    /// For programs that work through `sudo` or another setuid binary, in a policy of their own.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-privilege-escalation",
    title: "PodSecurityPolicy admits privilege escalation",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.allowPrivilegeEscalation"],
    also: &[
        (Checkov, "CKV_K8S_5"),
        (Kics, "87554eef-154d-411d-bdce-9dbd91e56851"),
        (Kics, "e3aa0612-4351-4a0d-983f-aefea25cf203"),
        (Kubescape, "C-0217"),
    ],
    check: Check::Kind(KIND, check),
}

const FIELD: &str = "allowPrivilegeEscalation";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let words = match boolean(policy.spec, &[FIELD]) {
        Setting::Set(true, _) => "admits containers that may gain privileges after start",
        Setting::Unset => "admits containers that may gain privileges after start, which is the default",
        Setting::Set(false, _) | Setting::Unknown => return,
    };
    let path = policy.path.key(FIELD);
    let found = report.find(path.clone(), format!("{} {words}", policy.title));
    if boolean(policy.spec, &["privileged"]).known() != Some(true) {
        found
            .fix(Fix::behavioural(format!("Set {FIELD}: false"), [Patch::Set { path, value: false.into() }]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_no_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_and_absent_on_the_spec() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec: {allowPrivilegeEscalation: true}
                                             ^^^^ PodSecurityPolicy \"web\" admits containers that may gain privileges
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
            ^^^^ after start, which is the default
              volumes: [secret]
            ",
        );
    }

    #[test]
    fn false_and_templates_are_fine() {
        for value in ["false", "{{ .Values.escalation }}"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  allowPrivilegeEscalation: {value}\n"
                ),
            );
        }
    }

    #[test]
    fn no_fix_while_privileged_containers_are_admitted() {
        check_no_fix(
            &RULE,
            "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {privileged: true}\n",
        );
    }
}
