use super::level::levels;
use super::seccomp::{SECCOMP_TYPE, Seccomp, seccomp};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::Patch;

rule! {
    /// The manifest turns the filtering of system calls off.
    ///
    /// ## Why
    /// `Unconfined` opens every system call of the kernel to the process, and overrides a default that the kubelet may
    /// have. Kernel bugs that a filter keeps out of reach become ways out of the container.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     seccompProfile:
    ///       type: Unconfined
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     seccompProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Replaces the value by `RuntimeDefault`. A program that needs a call outside of it gets a `Localhost` profile of
    /// its own.
    ///
    /// ## When it is fine
    /// Debuggers and tracers, until they have a profile that allows what they do.
    ///
    /// ## References
    /// - [Pod Security Standards: seccomp](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Restrict a container's system calls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/)
    /// - [Seccomp BPF](https://docs.kernel.org/userspace-api/seccomp_filter.html)
    id: "seccomp-unconfined",
    title: "Seccomp filtering is explicitly turned off",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_31"),
        (Kics, "f377b83e-bd07-4f48-a591-60c82b14a78b"),
        (Polaris, "linuxHardening"),
        (Trivy, "KSV-0104"),
        (Kubescape, "C-0210"),
        (Kubesec, "SeccompUnconfined"),
        (Kyverno, "restrict-seccomp"),
    ],
    fields: &["P.securityContext.seccompProfile.type", "C[*].securityContext.seccompProfile.type"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    for level in levels(pod, &containers) {
        let Seccomp::Off(word) = seccomp(level) else { continue };
        let path = level.path(SECCOMP_TYPE);
        report
            .find(
                path.clone(),
                format!("Seccomp is {word} for {}: no system call is filtered", level.title()),
            )
            .fix(Fix::behavioural(
                "Set seccompProfile.type: RuntimeDefault",
                [Patch::Set { path, value: "RuntimeDefault".into() }],
            ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn it_is_found_on_the_value_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seccompProfile: {type: Unconfined}
                                       ^^^^^^^^^^ Seccomp is Unconfined for the pod
              containers:
              - name: web
                securityContext: {seccompProfile: {type: \"Unconfined\"}}
                                                         ^^^^^^^^^^^^ Seccomp is Unconfined for container \"web\"
              initContainers:
              - name: init
                securityContext: {seccompProfile: {type: runtime/default}}
                                                         ^^^^^^^^^^^^^^^ Seccomp is runtime/default for container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext:
                  seccompProfile:
                    type: Unconfined
                          ^^^^^^^^^^ for container \"debug\"
            ",
        );
    }

    #[test]
    fn profiles_absent_and_templates_are_fine() {
        for profile in [
            "{type: RuntimeDefault}",
            "{type: Localhost}",
            "{type: null}",
            "{}",
            "{type: \"{{ .Values.type }}\"}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{seccompProfile: {profile}}}\n  \
                     containers:\n  - {{name: web, securityContext: {{seccompProfile: {profile}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_replaces_the_value() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seccompProfile:
                  type: Unconfined # traces
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seccompProfile:
                  type: RuntimeDefault # traces
              containers:
              - name: web
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {seccompProfile: {type: Unconfined}}}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {seccompProfile: {type: RuntimeDefault}}}
            ",
        );
    }
}
