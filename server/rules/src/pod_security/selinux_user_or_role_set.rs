use super::level::levels;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container asks for an SELinux user or role of its own choice.
    ///
    /// ## Why
    /// On nodes with SELinux user and role decide which types a process may change into. The runtime gives containers
    /// a user and role that lead nowhere; others may lead to types that reach the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     seLinuxOptions:
    ///       role: sysadm_r
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
    /// Removes the user or the role, so that the runtime chooses it.
    ///
    /// ## When it is fine
    /// Hardly ever: what a container may touch is chosen by its type and level.
    ///
    /// ## References
    /// - [Pod Security Standards: SELinux](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Assign SELinux labels to a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container)
    id: "selinux-user-or-role-set",
    title: "SELinux user or role is overridden",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Trivy, "KSV-0025"),
        (Kyverno, "disallow-selinux"),
    ],
    fields: &[
        "P.securityContext.seLinuxOptions.user",
        "P.securityContext.seLinuxOptions.role",
        "C[*].securityContext.seLinuxOptions.user",
        "C[*].securityContext.seLinuxOptions.role",
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    for level in levels(pod, &containers) {
        for key in ["user", "role"] {
            let path = level.path(&["seLinuxOptions", key]);
            match level.string(&["seLinuxOptions", key]) {
                Setting::Set(name, _) if !name.is_empty() => {
                    let message = format!("The SELinux {key} of {} is set to {name}", level.title());
                    report.find(path.clone(), message).fix(Fix::behavioural(
                        format!("Remove the SELinux {key}"),
                        [Patch::Remove { path, emptied: Emptied::Remove }],
                    ));
                }
                Setting::Set(..) | Setting::Unset | Setting::Unknown => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn each_is_found_on_its_value_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seLinuxOptions:
                  user: system_u
                        ^^^^^^^^ The SELinux user of the pod is set to system_u
                  role: 'sysadm_r'
                        ^^^^^^^^^^ The SELinux role of the pod is set to sysadm_r
              containers:
              - name: web
                securityContext: {seLinuxOptions: {role: sysadm_r}}
                                                         ^^^^^^^^ The SELinux role of container \"web\"
              initContainers:
              - name: init
                securityContext: {seLinuxOptions: {user: root}}
                                                         ^^^^ The SELinux user of container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext: {seLinuxOptions: {user: root}}
                                                         ^^^^ The SELinux user of container \"debug\"
            ",
        );
    }

    #[test]
    fn empty_absent_type_level_and_templates_are_fine() {
        for options in [
            "{user: \"\", role: \"\"}",
            "{user: null}",
            "{type: spc_t, level: s0}",
            "{role: \"{{ .Values.role }}\"}",
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
    fn the_fix_removes_one_of_them() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seLinuxOptions:
                  # as the host
                  level: s0:c1
                  user: system_u
                  role: system_r # still
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seLinuxOptions:
                  # as the host
                  level: s0:c1
                  role: system_r # still
              containers:
              - name: web
            ",
        );
    }
}
