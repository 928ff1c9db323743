use super::level::levels;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, KubernetesVersion, Profile};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container asks for an SELinux type that is not one of the types made for containers.
    ///
    /// ## Why
    /// On nodes with SELinux the type decides what a process may touch. The runtime's own, `container_t`, keeps
    /// containers off the node and off each other; others, such as `spc_t`, do not hold the process at all.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     seLinuxOptions:
    ///       type: spc_t
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
    ///     seLinuxOptions:
    ///       level: "s0:c123,c456"
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Removes the type, so that the runtime chooses it.
    ///
    /// ## When it is fine
    /// Node agents that must reach files of the node, best with a type written for them. `container_engine_t`, for
    /// containers that run containers, is allowed from Kubernetes 1.31 on.
    ///
    /// ## References
    /// - [Pod Security Standards: SELinux](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Assign SELinux labels to a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container)
    id: "selinux-type-not-allowed",
    title: "Custom SELinux type is requested",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Trivy, "KSV-0025"),
        (Kyverno, "disallow-selinux"),
    ],
    fields: &["P.securityContext.seLinuxOptions.type", "C[*].securityContext.seLinuxOptions.type"],
    check: Check::Pod(check),
}

/// The types the profile allows, each with the first version that does. Source: Pod Security Standards, baseline.
const ALLOWED: &[(&str, KubernetesVersion)] = &[
    ("", KubernetesVersion::minor(0)),
    ("container_t", KubernetesVersion::minor(0)),
    ("container_init_t", KubernetesVersion::minor(0)),
    ("container_kvm_t", KubernetesVersion::minor(0)),
    ("container_engine_t", KubernetesVersion::minor(31)),
];

const TYPE: &[&str] = &["seLinuxOptions", "type"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let version = report.context().settings.kubernetes;
    let is_allowed = |name| ALLOWED.iter().any(|(allowed, since)| *allowed == name && version >= *since);
    let containers = pod.containers();
    for level in levels(pod, &containers) {
        let Setting::Set(name, _) = level.string(TYPE) else { continue };
        if !is_allowed(name) {
            let path = level.path(TYPE);
            report
                .find(
                    path.clone(),
                    format!("The SELinux type {name} of {} is not one made for containers", level.title()),
                )
                .fix(Fix::behavioural(
                    "Remove the SELinux type",
                    [Patch::Remove { path, emptied: Emptied::Remove }],
                ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, check_with};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn other_types_are_found_on_the_value_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seLinuxOptions:
                  type: spc_t
                        ^^^^^ The SELinux type spc_t of the pod is not
                  level: s0
              containers:
              - name: web
                securityContext: {seLinuxOptions: {type: container_t_x}}
                                                         ^^^^^^^^^^^^^ container_t_x of container \"web\"
              initContainers:
              - name: init
                securityContext: {seLinuxOptions: {type: \"unconfined_t\"}}
                                                         ^^^^^^^^^^^^^^ unconfined_t of container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext: {seLinuxOptions: {type: spc_t}}
                                                         ^^^^^ spc_t of container \"debug\"
            ",
        );
    }

    #[test]
    fn the_types_made_for_containers_empty_absent_and_templates_are_fine() {
        for options in [
            "{type: container_t}",
            "{type: container_init_t}",
            "{type: container_kvm_t}",
            "{type: container_engine_t}",
            "{type: \"\"}",
            "{type: null}",
            "{level: s0}",
            "{type: \"{{ .Values.type }}\"}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{seLinuxOptions: {options}}}\n  \
                     containers:\n  - {{name: web, securityContext: {{seLinuxOptions: {options}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_type_for_engines_came_with_1_31() {
        check_with(
            &RULE,
            &Settings { kubernetes: KubernetesVersion::minor(30), ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: builder
                securityContext: {seLinuxOptions: {type: container_engine_t}}
                                                         ^^^^^^^^^^^^^^^^^^ container_engine_t of container \"builder\"
            ",
        );
    }

    #[test]
    fn the_fix_removes_the_type_alone() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  seLinuxOptions:
                    type: spc_t # reads the node
                    level: s0:c1 # shared volume
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  seLinuxOptions:
                    level: s0:c1 # shared volume
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {runAsUser: 1000, seLinuxOptions: {type: spc_t}}}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {runAsUser: 1000}}
            ",
        );
    }
}
