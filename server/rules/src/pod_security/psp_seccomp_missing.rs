use super::pod_security_policies::{KIND, Policy};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Object, Setting, string};
use leastwise_yaml::Patch;

rule! {
    /// A PodSecurityPolicy sets no default seccomp profile.
    ///
    /// ## Why
    /// Without a default, a pod that says nothing of seccomp runs with every system call open, and most ways to
    /// attack the kernel begin with one that ordinary programs do not use.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   privileged: false
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata:
    ///   name: web
    ///   annotations:
    ///     seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default
    /// spec:
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// Sets the annotation `seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default`, and allows that
    /// profile where none is allowed by name: a default that is not allowed has every pod refused. Programs that use
    /// one of the filtered calls fail.
    ///
    /// ## When it is fine
    /// Where every kubelet runs with `seccompDefault`, or every pod states its profile.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-seccomp-missing",
    title: "PodSecurityPolicy sets no default seccomp profile",
    severity: Severity::Info,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["metadata.annotations[\"seccomp.security.alpha.kubernetes.io/defaultProfileName\"]"],
    also: &[(Checkov, "CKV_K8S_32"), (Kics, "f377b83e-bd07-4f48-a591-60c82b14a78b")],
    check: Check::Kind(KIND, check),
}

const ANNOTATIONS: &[&str] = &["metadata", "annotations"];
const DEFAULT_PROFILE: &str = "seccomp.security.alpha.kubernetes.io/defaultProfileName";
const ALLOWED_PROFILES: &str = "seccomp.security.alpha.kubernetes.io/allowedProfileNames";
const RUNTIME: &str = "runtime/default";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let words = match string(object.node, &[ANNOTATIONS, &[DEFAULT_PROFILE]].concat()) {
        Setting::Set("runtime/default" | "docker/default", _) | Setting::Unknown => return,
        Setting::Set(other, _) => format!("gives pods the seccomp profile \"{other}\" by default"),
        Setting::Unset => "gives pods no seccomp profile by default".to_owned(),
    };
    let annotations = object.path.keys(ANNOTATIONS);
    let path = annotations.key(DEFAULT_PROFILE);
    let found = report.find(path.clone(), format!("{} {words}", policy.title));
    let set = |path| Patch::Set { path, value: RUNTIME.into() };
    let patches = match string(object.node, &[ANNOTATIONS, &[ALLOWED_PROFILES]].concat()) {
        // A default that is not among the allowed profiles has every pod refused.
        Setting::Unset => vec![set(path), set(annotations.key(ALLOWED_PROFILES))],
        Setting::Set(allowed, _) if allowed.split(',').any(|name| matches!(name, RUNTIME | "*")) => {
            vec![set(path)]
        }
        Setting::Set(..) | Setting::Unknown => return,
    };
    found.fix(Fix::behavioural(format!("Make {RUNTIME} the default seccomp profile"), patches));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn absent_is_found_in_the_metadata_and_others_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata:
            ^^^^^^^^ PodSecurityPolicy \"web\" gives pods no seccomp profile by default
              name: web
            spec: {privileged: false}
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata:
              name: web
              annotations:
                seccomp.security.alpha.kubernetes.io/defaultProfileName: unconfined
                                                                         ^^^^^^^^^^ the seccomp profile \"unconfined\" by default
            spec: {privileged: false}
            ",
        );
    }

    #[test]
    fn the_runtimes_profile_and_templates_are_fine() {
        for profile in ["runtime/default", "docker/default", "\"{{ .Values.seccomp }}\""] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  annotations:\n    \
                     seccomp.security.alpha.kubernetes.io/defaultProfileName: {profile}\nspec: {{}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_allows_what_it_makes_the_default() {
        check_fix(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata:
              name: web
              annotations:
                example.org/team: shop # ours
            spec: {privileged: false}
            ",
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata:
              name: web
              annotations:
                example.org/team: shop # ours
                seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default
                seccomp.security.alpha.kubernetes.io/allowedProfileNames: runtime/default
            spec: {privileged: false}
            ",
        );
        check_no_fix(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {annotations: {seccomp.security.alpha.kubernetes.io/allowedProfileNames: localhost/web}}
            spec: {privileged: false}
            ",
        );
    }
}
