use super::capabilities::{canonical, find_added};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given `NET_RAW`, the capability to write packets by hand.
    ///
    /// ## Why
    /// With raw sockets a process can forge addresses, answer other pods' ARP and DNS requests and so read or
    /// redirect their traffic. Most runtimes grant it by default; the baseline profile tolerates that, but not that a
    /// manifest asks for it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: probe}
    /// spec:
    ///   containers:
    ///   - name: probe
    ///     image: probe:1.2
    ///     securityContext:
    ///       capabilities:
    ///         add: [NET_RAW]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: probe}
    /// spec:
    ///   containers:
    ///   - name: probe
    ///     image: probe:1.2
    ///     securityContext:
    ///       capabilities:
    ///         drop: [ALL]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay. Where the runtime grants `NET_RAW` by default, only
    /// dropping it takes it away.
    ///
    /// ## When it is fine
    /// Network diagnosis, packet capture and some load balancers. A `ping` works without it where the node's
    /// `net.ipv4.ping_group_range` lets it.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-net-raw-added",
    title: "NET_RAW capability is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (KubeLinter, "drop-net-raw-capability"),
        (Trivy, "KSV-0119"),
        (Kubescape, "C-0046"),
        (Kubescape, "C-0211"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_added(
        container,
        report,
        |name| canonical(name) == "NET_RAW",
        |name| format!("{name} lets {} forge and capture packets", container.title()),
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
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: probe
                securityContext:
                  capabilities:
                    add:
                    - 'NET_RAW'
                      ^^^^^^^^^ lets container \"probe\" forge and capture
              ephemeralContainers:
              - name: debug
                securityContext: {capabilities: {add: [CAP_NET_RAW]}}
                                                       ^^^^^^^^^^^ lets container \"debug\" forge
            ",
        );
    }

    #[test]
    fn dropping_it_or_keeping_the_default_is_fine() {
        for context in ["{capabilities: {drop: [NET_RAW]}}", "{capabilities: {add: [NET_ADMIN]}}", "{}"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext: {context}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_removes_one_item_in_flow_style() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: probe
                securityContext: {capabilities: {add: [CHOWN, NET_RAW, KILL]}} # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: probe
                securityContext: {capabilities: {add: [CHOWN, KILL]}} # why
            ",
        );
    }
}
