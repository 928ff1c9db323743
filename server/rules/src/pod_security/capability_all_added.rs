use super::capabilities::{canonical, find_added};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given every capability there is.
    ///
    /// ## Why
    /// Root with all capabilities is root of the node in all but the view of files: it mounts, loads kernel modules
    /// and changes the network. That is `privileged: true` by another name. A `drop` beside it does not make it safe,
    /// and runtimes differ in which of the two they apply last.
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
    ///         add: [ALL]
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
    ///         add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay. What the program really needs can be added by name.
    ///
    /// ## When it is fine
    /// Hardly ever: name the capabilities.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-all-added",
    title: "Every capability is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (KubeLinter, "drop-net-raw-capability"),
        (Polaris, "dangerousCapabilities"),
        (Polaris, "linuxHardening"),
        (Kubescape, "C-0046"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_added(
        container,
        report,
        |name| canonical(name) == "ALL",
        |name| format!("{name} gives {} every capability", container.title()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn each_spelling_is_found_on_the_item_whatever_is_dropped() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {add: [ALL], drop: [ALL]}}
                                                       ^^^ gives container \"web\" every capability
              - name: proxy
                securityContext: {capabilities: {add: [all]}}
                                                       ^^^ gives container \"proxy\" every
              initContainers:
              - securityContext: {capabilities: {add: [CAP_ALL]}}
                                                       ^^^^^^^ gives the container at spec.initContainers[0] every
            ",
        );
    }

    #[test]
    fn dropping_all_is_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {drop: [ALL]}}
            ",
        );
    }

    #[test]
    fn the_fix_leaves_what_is_dropped() {
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
                    add: [ALL]
                    drop: [NET_RAW] # never
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    drop: [NET_RAW] # never
            ",
        );
    }
}
