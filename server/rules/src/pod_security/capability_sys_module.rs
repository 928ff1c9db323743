use super::capabilities::{canonical, find_added};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given `SYS_MODULE`, the capability to load code into the kernel.
    ///
    /// ## Why
    /// A kernel module runs with every right there is, outside any container. Whoever takes over a process that
    /// holds `SYS_MODULE` owns the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: driver}
    /// spec:
    ///   containers:
    ///   - name: driver
    ///     image: driver:1.2
    ///     securityContext:
    ///       capabilities:
    ///         add: [SYS_MODULE]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: driver}
    /// spec:
    ///   containers:
    ///   - name: driver
    ///     image: driver:1.2
    ///     securityContext:
    ///       capabilities:
    ///         drop: [ALL]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay. Modules that the program needs are then loaded when the
    /// node starts, not by the container.
    ///
    /// ## When it is fine
    /// Agents whose very task is to install drivers on nodes. Keep them in a namespace of their own.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-sys-module",
    title: "SYS_MODULE capability is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Trivy, "KSV-0120"),
        (Kubescape, "C-0046"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_added(
        container,
        report,
        |name| canonical(name) == "SYS_MODULE",
        |name| format!("{name} lets {} load kernel modules", container.title()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn each_spelling_is_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  template:
                    spec:
                      containers:
                      - name: driver
                        securityContext: {capabilities: {add: [SYS_MODULE, CHOWN]}}
                                                               ^^^^^^^^^^ lets container \"driver\" load
                      initContainers:
                      - name: load
                        securityContext: {capabilities: {add: [cap_sys_module]}}
                                                               ^^^^^^^^^^^^^^ lets container \"load\" load
            ",
        );
    }

    #[test]
    fn other_lists_and_templates_are_fine() {
        for capabilities in
            ["drop: [SYS_MODULE]", "add: [SYS_TIME]", "add: []", "add:", "add: {{ .Values.add }}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext:\n      \
                     capabilities:\n        {capabilities}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_takes_emptied_parents_along() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: driver # installs
                securityContext:
                  capabilities:
                    add:
                    - SYS_MODULE
                image: driver:1.2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: driver # installs
                image: driver:1.2
            ",
        );
    }
}
