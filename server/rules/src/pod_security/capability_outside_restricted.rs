use super::capabilities::find_added;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given a capability that the restricted profile does not allow.
    ///
    /// ## Why
    /// A program that runs as an ordinary user rarely needs a capability. The restricted profile leaves it one, to
    /// bind ports below 1024. Even the runtimes' default capabilities, such as changing the owner of files or the
    /// user of a process, help an intruder to root inside the container.
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
    ///         add: [CHOWN]
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
    ///         add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay. Files can get their owner when the image is built, or
    /// through `fsGroup`.
    ///
    /// ## When it is fine
    /// Programs that start as root and then change user, and init containers that prepare a volume.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-outside-restricted",
    title: "Capability other than NET_BIND_SERVICE is added",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_25"),
        (Kics, "19ebaa28-fc86-4a58-bcfa-015c9e22fe40"),
        (Trivy, "KSV-0022"),
        (Trivy, "KSV-0106"),
        (Kyverno, "disallow-capabilities-strict"),
        (Kyverno, "psp-restrict-adding-capabilities"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    covered_by: &[
        "capability-all-added",
        "capability-sys-admin",
        "capability-sys-module",
        "capability-net-admin",
        "capability-net-raw-added",
        "capability-outside-baseline",
    ],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    find_added(
        container,
        report,
        |name| name != "NET_BIND_SERVICE",
        |name| format!("{name}, added to {}, is more than restricted allows", container.title()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn all_but_the_low_ports_is_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {add: [NET_BIND_SERVICE, CHOWN]}}
                                                                         ^^^^^ CHOWN, added to container \"web\", is more
              initContainers:
              - name: init
                securityContext: {capabilities: {add: [CAP_NET_BIND_SERVICE]}}
                                                       ^^^^^^^^^^^^^^^^^^^^ CAP_NET_BIND_SERVICE, added to container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext:
                  capabilities:
                    add:
                    - SYS_PTRACE
                      ^^^^^^^^^^ SYS_PTRACE, added to container \"debug\"
            ",
        );
    }

    #[test]
    fn low_ports_nothing_and_windows_pods_are_fine() {
        for (pod, capabilities) in [
            ("hostPID: false", "{add: [NET_BIND_SERVICE]}"),
            ("hostPID: false", "{add: []}"),
            ("hostPID: false", "{add: null, drop: [CHOWN]}"),
            ("os: {name: windows}", "{add: [CHOWN]}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  {pod}\n  containers:\n  - name: web\n    \
                     securityContext: {{capabilities: {capabilities}}}\n"
                ),
            );
        }
    }

    #[test]
    fn what_baseline_forbids_is_said_there() {
        let found = find(
            &RULE,
            &Settings::default(),
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext:\n      \
             capabilities: {add: [SYS_TIME, CHOWN]}\n",
        );
        let covered: Vec<_> = found.iter().map(|(_, finding)| finding.covered_by).collect();
        assert_eq!(covered, [Some("capability-outside-baseline"), None]);
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
                    - NET_BIND_SERVICE
                    - CHOWN # at the start
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
                    - NET_BIND_SERVICE
            ",
        );
    }
}
