use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container runs privileged, with nearly all that the node's root can do.
    ///
    /// ## Why
    /// A privileged container has every capability, sees the node's devices, and runs without the seccomp, AppArmor
    /// and SELinux rules that hold others. Code in it can mount the node's disk and take the node over.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     securityContext:
    ///       privileged: true
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     securityContext:
    ///       allowPrivilegeEscalation: false
    /// ```
    ///
    /// ## Fix
    /// Removes `privileged`. A program that needs a part of it gets that part alone: a capability, or a device
    /// through a device plugin.
    ///
    /// ## When it is fine
    /// Node agents: network plugins, storage drivers, device plugins. Keep them in a namespace of their own that
    /// alone admits them.
    ///
    /// ## References
    /// - [Pod Security Standards: privileged containers](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Privileged containers](https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/#privileged-containers)
    id: "privileged-container",
    title: "Container runs in privileged mode",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_16"),
        (KubeLinter, "privileged-container"),
        (Kics, "dd29336b-fe57-445b-a26e-e6aa867ae609"),
        (Polaris, "runAsPrivileged"),
        (Trivy, "KSV-0017"),
        (Kubescape, "C-0057"),
        (Kubescape, "C-0211"),
        (Kubesec, "Privileged"),
        (KubeScore, "container-security-context-privileged"),
        (Kyverno, "disallow-privileged-containers"),
    ],
    fields: &["C[*].securityContext.privileged"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if let Setting::Set(true, _) = container.security_boolean(&["privileged"]) {
        let path = container.security_path(&["privileged"]);
        report
            .find(
                path.clone(),
                format!("{} is privileged: it can do what the node's root can", container.title()),
            )
            .fix(Fix::behavioural("Remove privileged", [Patch::Remove { path, emptied: Emptied::Remove }]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_in_all_lists() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
              template:
                spec:
                  containers:
                  - name: agent
                    securityContext:
                      privileged: yes
                                  ^^^ container \"agent\" is privileged
                  - name: calm
                    securityContext: {privileged: false}
                  initContainers:
                  - name: init
                    securityContext: {privileged: true}
                                                  ^^^^ container \"init\" is privileged
                  ephemeralContainers:
                  - name: debug
                    securityContext: {\"privileged\": true}
                                                    ^^^^ container \"debug\" is privileged
            ",
        );
    }

    #[test]
    fn false_absent_templates_and_a_copy_at_the_pod_are_fine() {
        for context in
            ["{privileged: false}", "{privileged: null}", "{}", "{privileged: \"{{ .Values.x }}\"}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext: {context}\n"
                ),
            );
        }
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                privileged: true
              containers:
              - name: web
                securityContext:
                  privileged: {{ .Values.privileged }}
            ",
        );
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  # read only, please
                  readOnlyRootFilesystem: true
                  privileged: true # mounts
                  runAsUser: 1000 # web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  # read only, please
                  readOnlyRootFilesystem: true
                  runAsUser: 1000 # web
            ",
        );
    }

    #[test]
    fn the_fix_works_in_flow_style() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {privileged: true, runAsUser: 1000}} # web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {runAsUser: 1000}} # web
            ",
        );
    }
}
