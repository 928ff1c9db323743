use super::capabilities::canonical;
use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::Object;

rule! {
    /// A PodSecurityPolicy does not require that containers drop `NET_RAW`.
    ///
    /// ## Why
    /// `NET_RAW` is among the capabilities that most runtimes grant by default. With it a container forges packets,
    /// and so can answer for other pods in ARP and DNS (CVE-2020-10749 is one way).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   requiredDropCapabilities: [MKNOD]
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
    /// Sets `requiredDropCapabilities: ["ALL"]`. Programs that need one of the default capabilities stop working
    /// under the policy; list `NET_RAW` and others by name there.
    ///
    /// ## When it is fine
    /// Where `ping` or another program with raw sockets must run under the policy.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-net-raw-not-dropped",
    title: "PodSecurityPolicy does not require dropping NET_RAW",
    severity: Severity::Info,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.requiredDropCapabilities"],
    also: &[(Checkov, "CKV_K8S_7"), (Kics, "2270987f-bb51-479f-b8be-3ca73e5ad648")],
    covered_by: &["psp-required-drop-missing"],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let is_telling = |name: &&str| matches!(canonical(name).as_str(), "ALL" | "NET_RAW");
    if policy.required_drops().is_some_and(|dropped| !dropped.iter().any(is_telling)) {
        policy.find_required_drops(report, "does not require that NET_RAW is dropped");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn a_list_without_it_is_found_on_its_key() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              requiredDropCapabilities: [KILL]
              ^^^^^^^^^^^^^^^^^^^^^^^^ PodSecurityPolicy \"web\" does not require that NET_RAW is dropped
            ",
        );
    }

    #[test]
    fn no_list_at_all_is_the_more_telling_finding() {
        let text = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {volumes: [secret]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("psp-required-drop-missing"));
    }

    #[test]
    fn all_net_raw_and_templates_are_fine() {
        for list in ["[ALL]", "[KILL, NET_RAW]", "{{ .Values.drop }}", "[KILL, \"{{ .Values.drop }}\"]"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  requiredDropCapabilities: {list}\n"
                ),
            );
        }
    }
}
