use super::capabilities::{canonical, find_added};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given `SYS_ADMIN`, the capability that is nearly root.
    ///
    /// ## Why
    /// With `SYS_ADMIN` a process can mount file systems, enter other namespaces and load eBPF programs: most ways
    /// out of a container begin there. It also forces privilege escalation on.
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
    ///       capabilities:
    ///         add: [SYS_ADMIN]
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
    ///       capabilities:
    ///         drop: [ALL]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay.
    ///
    /// ## When it is fine
    /// Storage drivers and other node agents that mount on behalf of pods. Keep them in a namespace of their own.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-sys-admin",
    title: "SYS_ADMIN capability is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext.capabilities.add"],
    also: &[
        (Checkov, "CKV_K8S_39"),
        (KubeLinter, "privilege-escalation-container"),
        (Kics, "235236ee-ad78-4065-bd29-61b061f28ce0"),
        (Polaris, "dangerousCapabilities"),
        (Trivy, "KSV-0005"),
        (Kubescape, "C-0046"),
        (Kubesec, "CapSysAdmin"),
    ],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_added(
        container,
        report,
        |name| canonical(name) == "SYS_ADMIN",
        |name| format!("{name} lets {} mount, enter namespaces and escape", container.title()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn each_spelling_is_found_on_the_item_in_all_lists() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {add: [CHOWN, SYS_ADMIN]}}
                                                              ^^^^^^^^^ lets container \"web\" mount
              initContainers:
              - name: init
                securityContext:
                  capabilities:
                    add:
                    - \"CAP_SYS_ADMIN\"
                      ^^^^^^^^^^^^^^^ lets container \"init\" mount
              ephemeralContainers:
              - name: debug
                securityContext: {capabilities: {add: [sys_admin]}}
                                                       ^^^^^^^^^ lets container \"debug\" mount
            ",
        );
    }

    #[test]
    fn dropping_it_is_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {drop: [SYS_ADMIN]}}
            ",
        );
    }

    #[test]
    fn the_fix_removes_one_item() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    add:
                    - CHOWN # needed
                    - SYS_ADMIN
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    add:
                    - CHOWN # needed
            ",
        );
    }
}
