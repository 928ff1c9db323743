use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Family, FixKind, KubernetesVersion, Profile};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A probe or lifecycle handler makes the node connect to a host of the pod's choosing.
    ///
    /// ## Why
    /// The kubelet runs these handlers from the network of the node. With a `host` it connects to where the pod says,
    /// past NetworkPolicy: to services of the node itself, to the metadata of the cloud, to other pods; and whether
    /// the probe succeeds tells the pod what answered.
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
    ///     livenessProbe:
    ///       httpGet:
    ///         host: 127.0.0.1
    ///         port: 8080
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
    ///     livenessProbe:
    ///       httpGet:
    ///         port: 8080
    /// ```
    ///
    /// ## Fix
    /// Removes `host`, so that the kubelet connects to the pod itself. To choose a virtual host, set a `Host` header
    /// under `httpHeaders`.
    ///
    /// ## When it is fine
    /// Pods on the node's network whose server listens on localhost only.
    ///
    /// ## References
    /// - [Pod Security Standards: host probes and lifecycle hooks](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    id: "handler-host-set",
    title: "Probe or lifecycle handler targets another host",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    since: KubernetesVersion::minor(34),
    fix: FixKind::Behavioural,
    fields: &[
        "C[*].livenessProbe.httpGet.host",
        "C[*].livenessProbe.tcpSocket.host",
        "C[*].readinessProbe.httpGet.host",
        "C[*].readinessProbe.tcpSocket.host",
        "C[*].startupProbe.httpGet.host",
        "C[*].startupProbe.tcpSocket.host",
        "C[*].lifecycle.postStart.httpGet.host",
        "C[*].lifecycle.postStart.tcpSocket.host",
        "C[*].lifecycle.preStop.httpGet.host",
        "C[*].lifecycle.preStop.tcpSocket.host",
    ],
    check: Check::Container(check),
}

const HANDLERS: &[&[&str]] = &[
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for handler in HANDLERS {
        for action in ["httpGet", "tcpSocket"] {
            let keys = [handler, &[action, "host"][..]].concat();
            let Setting::Set(host, _) = string(container.node, &keys) else { continue };
            if host.is_empty() {
                continue;
            }
            let path = container.path.keys(&keys);
            let name = handler.last().copied().unwrap_or_default();
            let message = format!("{name} of {} makes the node connect to {host}", container.title());
            report.find(path.clone(), message).fix(Fix::behavioural(
                format!("Remove host from the {name}"),
                [Patch::Remove { path, emptied: Emptied::Keep }],
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, find};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn hosts_of_probes_and_handlers_are_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                livenessProbe: {httpGet: {host: 169.254.169.254, port: 80}}
                                                ^^^^^^^^^^^^^^^ livenessProbe of container \"web\" makes the node connect to 169.254.169.254
                readinessProbe:
                  tcpSocket:
                    host: \"localhost\"
                          ^^^^^^^^^^^ readinessProbe of container \"web\" makes the node connect to localhost
                    port: 80
                startupProbe: {tcpSocket: {port: 80, host: db}}
                                                           ^^ startupProbe
              initContainers:
              - name: proxy
                lifecycle:
                  postStart: {httpGet: {port: 80, host: a.example}}
                                                        ^^^^^^^^^ postStart of container \"proxy\"
                  preStop: {tcpSocket: {port: 80, host: b.example}}
                                                        ^^^^^^^^^ preStop of container \"proxy\"
            ",
        );
    }

    #[test]
    fn absent_empty_null_templates_and_headers_are_fine() {
        for probe in [
            "{httpGet: {port: 80}}",
            "{httpGet: {port: 80, host: \"\"}}",
            "{httpGet: {port: 80, host: }}",
            "{httpGet: {port: 80, host: \"{{ .Values.host }}\"}}",
            "{httpGet: {port: 80, httpHeaders: [{name: Host, value: web}]}}",
            "{grpc: {port: 80}}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: web, livenessProbe: {probe}}}\n"
                ),
            );
        }
    }

    #[test]
    fn profiles_before_1_34_allow_it() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    livenessProbe: {httpGet: {port: 80, host: db}}\n";
        let found = |minor| {
            let settings = Settings { kubernetes: KubernetesVersion::minor(minor), ..Settings::default() };
            find(&RULE, &settings, text).len()
        };
        assert_eq!((found(33), found(34)), (0, 1));
    }

    #[test]
    fn the_fix_removes_the_host_alone() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                livenessProbe:
                  httpGet:
                    host: 127.0.0.1 # ourselves
                    port: 8080
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                livenessProbe:
                  httpGet:
                    port: 8080
            ",
        );
    }
}
