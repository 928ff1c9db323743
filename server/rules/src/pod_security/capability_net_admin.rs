use super::capabilities::{canonical, find_added};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container is given `NET_ADMIN`, the capability to change network interfaces, routes and firewalls.
    ///
    /// ## Why
    /// The process rules the network of its namespace: it can redirect traffic, take filters off and read what
    /// other containers of the pod send. With `hostNetwork: true` that is the network of the node and of every pod on
    /// it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: router}
    /// spec:
    ///   containers:
    ///   - name: router
    ///     image: router:1.2
    ///     securityContext:
    ///       capabilities:
    ///         add: [NET_ADMIN]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: router}
    /// spec:
    ///   containers:
    ///   - name: router
    ///     image: router:1.2
    ///     securityContext:
    ///       capabilities:
    ///         drop: [ALL]
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other added capabilities stay.
    ///
    /// ## When it is fine
    /// Network plugins, VPN gateways, and the init containers of service meshes that redirect a pod's traffic.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capability-net-admin",
    title: "NET_ADMIN capability is added",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Polaris, "dangerousCapabilities"),
        (Kubescape, "C-0046"),
    ],
    fields: &["C[*].securityContext.capabilities.add"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let network = match pod.boolean(&["hostNetwork"]).known() {
        Some(true) => "its node",
        _ => "its pod",
    };
    find_added(
        container,
        report,
        |name| canonical(name) == "NET_ADMIN",
        |name| format!("{name} lets {} change the network of {network}", container.title()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, find};
    use crate::{Applicability, Settings};

    #[test]
    fn each_spelling_is_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: router
                securityContext: {capabilities: {add: [NET_ADMIN]}}
                                                       ^^^^^^^^^ lets container \"router\" change the network of its pod
              initContainers:
              - name: redirect
                securityContext:
                  capabilities:
                    add:
                    - net_admin
                      ^^^^^^^^^ lets container \"redirect\" change
            ",
        );
    }

    #[test]
    fn on_the_network_of_the_node_it_reaches_further() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
              template:
                spec:
                  hostNetwork: true
                  containers:
                  - name: plugin
                    securityContext: {capabilities: {add: [CAP_NET_ADMIN]}}
                                                           ^^^^^^^^^^^^^ change the network of its node
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
                securityContext: {capabilities: {drop: [NET_ADMIN], add: [NET_RAW]}}
            ",
        );
    }

    #[test]
    fn only_what_is_repeated_can_go_without_a_change() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: router\n    securityContext:\n      \
                    capabilities: {add: [NET_ADMIN, NET_ADMIN, CAP_NET_ADMIN]}\n";
        let found = find(&RULE, &Settings::default(), text);
        let fixes: Vec<_> = found.iter().filter_map(|(_, finding)| finding.fix.as_ref()).collect();
        let kinds: Vec<_> = fixes.iter().map(|fix| fix.applicability).collect();
        // Runtimes do not agree on the prefix.
        assert_eq!(kinds, [Applicability::Behavioural, Applicability::Safe, Applicability::Behavioural]);
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
              - name: router
                securityContext:
                  capabilities:
                    add:
                    - NET_ADMIN # routes
                    - NET_BIND_SERVICE # port 53
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: router
                securityContext:
                  capabilities:
                    add:
                    - NET_BIND_SERVICE # port 53
            ",
        );
    }
}
