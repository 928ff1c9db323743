use super::user_namespace::makes_profiles_lenient;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container sees `/proc` without the masks that runtimes put over its dangerous parts.
    ///
    /// ## Why
    /// Runtimes hide or protect paths such as `/proc/kcore`, `/proc/sysrq-trigger` and `/proc/sys`. `procMount:
    /// Unmasked` opens them: root in the container can read the kernel's memory layout and write its settings.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: builder}
    /// spec:
    ///   containers:
    ///   - name: builder
    ///     image: builder:1.2
    ///     securityContext:
    ///       procMount: Unmasked
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: builder}
    /// spec:
    ///   containers:
    ///   - name: builder
    ///     image: builder:1.2
    ///     securityContext:
    ///       procMount: Default
    /// ```
    ///
    /// ## Fix
    /// Removes `procMount`.
    ///
    /// ## When it is fine
    /// Containers that start containers inside, in a user namespace of their own (`hostUsers: false`). The baseline
    /// profile allows that from Kubernetes 1.35 on, the restricted profile never; the API server wants the user
    /// namespace in any case.
    ///
    /// ## References
    /// - [Pod Security Standards: /proc mount type](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [User namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/)
    /// - [proc(5)](https://man7.org/linux/man-pages/man5/proc.5.html)
    id: "proc-mount-unmasked",
    title: "/proc masking is turned off",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (KubeLinter, "unsafe-proc-mount"),
        (Polaris, "procMount"),
        (Trivy, "KSV-0027"),
        (Kubescape, "C-0211"),
        (Kyverno, "disallow-proc-mount"),
    ],
    fields: &["C[*].securityContext.procMount"],
    check: Check::Container(check),
}

const PROC_MOUNT: &[&str] = &["procMount"];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(mount, _) = container.security_string(PROC_MOUNT) else { return };
    if mount == "Default" {
        return;
    }
    let profile = match makes_profiles_lenient(pod, report.context()) {
        Some(false) => Profile::Baseline,
        // Restricted forbids it in any case, so that much is known.
        Some(true) | None => Profile::Restricted,
    };
    let path = container.security_path(PROC_MOUNT);
    report
        .find(path.clone(), format!("procMount is {mount}, so {} sees all of /proc", container.title()))
        .profile(Some(profile))
        .fix(Fix::behavioural("Remove procMount", [Patch::Remove { path, emptied: Emptied::Remove }]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, find};
    use crate::{KubernetesVersion, Profile, Settings};

    #[test]
    fn what_is_not_the_default_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: builder
                securityContext:
                  procMount: Unmasked
                             ^^^^^^^^ so container \"builder\" sees all of /proc
              initContainers:
              - name: init
                securityContext: {procMount: \"Unmasked\"}
                                             ^^^^^^^^^^ so container \"init\" sees
              ephemeralContainers:
              - name: debug
                securityContext: {procMount: Unmasked}
                                             ^^^^^^^^ so container \"debug\" sees
            ",
        );
    }

    #[test]
    fn the_default_absent_and_templates_are_fine() {
        for context in
            ["{procMount: Default}", "{procMount: null}", "{}", "{procMount: \"{{ .Values.proc }}\"}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext: {context}\n"
                ),
            );
        }
    }

    #[test]
    fn with_a_user_namespace_only_restricted_forbids_it() {
        let profile = |minor, users: &str| {
            let settings = Settings { kubernetes: KubernetesVersion::minor(minor), ..Settings::default() };
            let text = format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  hostUsers: {users}\n  containers:\n  - name: web\n    \
                 securityContext: {{procMount: Unmasked}}\n"
            );
            find(&RULE, &settings, &text)[0].1.profile
        };
        assert_eq!(profile(35, "false"), Some(Profile::Restricted));
        assert_eq!(profile(35, "true"), Some(Profile::Baseline));
        assert_eq!(profile(34, "false"), Some(Profile::Baseline));
    }

    #[test]
    fn the_fix_removes_the_key_alone() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostUsers: false # own users
              containers:
              - name: builder
                securityContext:
                  procMount: Unmasked # builds images
                  runAsUser: 1000
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostUsers: false # own users
              containers:
              - name: builder
                securityContext:
                  runAsUser: 1000
            ",
        );
    }
}
