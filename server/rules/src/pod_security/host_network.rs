use super::host_namespaces::find_shared;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod runs in the network namespace of its node.
    ///
    /// ## Why
    /// A process in the node's network sees every interface and connection of the node, reaches services that
    /// listen on localhost only (the kubelet, cloud metadata agents, databases), can bind any port, and is not
    /// held by NetworkPolicy. The API server also copies every `containerPort` to `hostPort`.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostNetwork: true
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Removes `hostNetwork`. A program that binds a port of the node then needs a Service or an Ingress.
    ///
    /// ## When it is fine
    /// Network plugins, node-local DNS and node exporters work on the node's network by purpose.
    ///
    /// ## References
    /// - [Pod Security Standards: host namespaces](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    id: "host-network",
    title: "Pod shares the node network namespace",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["P.hostNetwork"],
    also: &[
        (Checkov, "CKV_K8S_19"),
        (KubeLinter, "host-network"),
        (Kics, "6b6bdfb3-c3ae-44cb-88e4-7405c1ba2c8a"),
        (Polaris, "hostNetworkSet"),
        (Trivy, "KSV-0009"),
        (Kubescape, "C-0041"),
        (Kubesec, "HostNetwork"),
        (Kyverno, "disallow-host-namespaces"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_shared(pod, report, "hostNetwork", "The pod runs in the network namespace of its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_in_any_spelling_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  hostNetwork: yes  # still true for Kubernetes
                               ^^^ runs in the network namespace of its node
                  containers: [{name: web, image: web}]
            ",
        );
    }

    #[test]
    fn false_null_absent_and_templates_are_fine() {
        for setting in
            ["hostNetwork: false", "hostNetwork:", "hostPID: true", "hostNetwork: {{ .Values.hostNetwork }}"]
        {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              # shares the node
              hostPID: true
              hostNetwork: true # why
              containers: [] # none yet
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              # shares the node
              hostPID: true
              containers: [] # none yet
            ",
        );
    }
}
