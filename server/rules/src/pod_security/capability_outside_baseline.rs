use super::capabilities::find_added;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given a capability that the baseline profile does not allow.
    ///
    /// ## Why
    /// The thirteen capabilities that may be added are those that runtimes grant by default and that stay within the
    /// container. Every other one reaches the kernel, the node or other pods. Names are compared as written: in lower
    /// case or with `CAP_`, even an allowed one is refused.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: clock}
    /// spec:
    ///   containers:
    ///   - name: clock
    ///     image: clock:1.2
    ///     securityContext:
    ///       capabilities:
    ///         add: [SYS_TIME]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: clock}
    /// spec:
    ///   containers:
    ///   - name: clock
    ///     image: clock:1.2
    ///     securityContext:
    ///       capabilities:
    ///         add: [CHOWN]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay.
    ///
    /// ## When it is fine
    /// Agents that work on the node itself: storage and network drivers, clocks, profilers. Keep them in a namespace
    /// of their own that alone admits them.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-outside-baseline",
    title: "Capability beyond the runtime default set is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_25"),
        (Kics, "19ebaa28-fc86-4a58-bcfa-015c9e22fe40"),
        (Polaris, "dangerousCapabilities"),
        (Trivy, "KSV-0022"),
        (Kubescape, "C-0046"),
        (Kyverno, "disallow-capabilities"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    covered_by: &[
        "capability-all-added",
        "capability-sys-admin",
        "capability-sys-module",
        "capability-net-admin",
        "capability-net-raw-added",
    ],
    check: Check::Container(check),
}

/// What the profile lets a container add. Source: Pod Security Standards, baseline.
const ALLOWED: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_added(
        container,
        report,
        |name| !ALLOWED.contains(&name),
        |name| {
            format!(
                "{name}, added to {}, is not among the capabilities that baseline allows",
                container.title()
            )
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn what_is_not_allowed_as_it_is_written_is_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: clock
                securityContext: {capabilities: {add: [CHOWN, SYS_TIME, KILL]}}
                                                              ^^^^^^^^ SYS_TIME, added to container \"clock\", is not
              - name: files
                securityContext: {capabilities: {add: [CAP_CHOWN, chown]}}
                                                       ^^^^^^^^^ CAP_CHOWN, added to container \"files\"
                                                                  ^^^^^ chown, added to container \"files\"
              initContainers:
              - name: init
                securityContext: {capabilities: {add: [ALL], drop: [ALL]}}
                                                       ^^^ ALL, added to container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext: {capabilities: {add: [SYS_PTRACE]}}
                                                       ^^^^^^^^^^ SYS_PTRACE, added to container \"debug\"
            ",
        );
    }

    #[test]
    fn the_thirteen_allowed_ones_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    add: [AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP,
                      SETGID, SETPCAP, SETUID, SYS_CHROOT]
                    drop: [SYS_TIME]
            ",
        );
        check_silent(
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
                    - {{ .Values.capability }}
            ",
        );
    }

    #[test]
    fn a_more_telling_rule_speaks_for_it() {
        let found = find(
            &RULE,
            &Settings::default(),
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext:\n      \
             capabilities: {add: [NET_ADMIN, SYS_TIME]}\n",
        );
        let covered: Vec<_> = found.iter().map(|(_, finding)| finding.covered_by).collect();
        assert_eq!(covered, [Some("capability-net-admin"), None]);
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
              - name: clock
                securityContext:
                  capabilities:
                    add:
                    - CHOWN # files
                    - SYS_TIME # clock
                    - KILL
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: clock
                securityContext:
                  capabilities:
                    add:
                    - CHOWN # files
                    - KILL
            ",
        );
    }
}
