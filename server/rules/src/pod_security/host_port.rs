use super::host_ports::host_ports;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container takes a port of its node.
    ///
    /// ## Why
    /// The port is open on the address of the node, for everyone who reaches the node, whatever Services say. Many
    /// network plugins do not hold such traffic to NetworkPolicy. It can also take the place of a service that the
    /// node offers, and lets one pod run on each node only.
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
    ///     ports:
    ///     - containerPort: 8080
    ///       hostPort: 80
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
    ///     ports:
    ///     - containerPort: 8080
    /// ```
    ///
    /// ## Fix
    /// Removes `hostPort`; clients then need a Service. It is not offered under `hostNetwork: true`, where the API
    /// server would write the port back: remove `hostNetwork` first.
    ///
    /// ## When it is fine
    /// Ingress controllers and node agents on clusters without load balancers, where clients know the nodes.
    ///
    /// ## References
    /// - [Pod Security Standards: host ports](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    id: "host-port",
    title: "Container binds a port on the node",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["C[*].ports[*].hostPort"],
    also: &[
        (Checkov, "CKV_K8S_26"),
        (Kics, "2b1836f1-dcce-416e-8e16-da8c71920633"),
        (Polaris, "hostPortSet"),
        (Trivy, "KSV-0024"),
        (Kubescape, "C-0044"),
        (Kyverno, "disallow-host-ports"),
    ],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let is_written_back = pod.boolean(&["hostNetwork"]).known() == Some(true);
    for (port, path) in host_ports(container) {
        let found = report.find(path.clone(), format!("{} binds port {port} of its node", container.title()));
        if !is_written_back {
            found.fix(Fix::behavioural("Remove hostPort", [Patch::Remove { path, emptied: Emptied::Keep }]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn each_port_is_found_on_its_number() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 8080
                  hostPort: 80
                            ^^ container \"web\" binds port 80 of its node
                - {containerPort: 8443, hostPort: 443}
                                                  ^^^ container \"web\" binds port 443 of its node
                - containerPort: 9090
              initContainers:
              - name: proxy
                restartPolicy: Always
                ports: [{hostPort: 0x50, containerPort: 80}]
                                   ^^^^ container \"proxy\" binds port 80 of its node
            ",
        );
    }

    #[test]
    fn zero_absent_null_templates_and_the_host_network_alone_are_fine() {
        for port in ["hostPort: 0", "name: http", "hostPort:", "hostPort: {{ .Values.port }}"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers:\n  - name: web\n    \
                     ports:\n    - containerPort: 80\n      {port}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_keeps_the_rest_of_the_port() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - hostPort: 80 # on the node
                  containerPort: 8080 # in the pod
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 8080 # in the pod
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, ports: [{containerPort: 8080, hostPort: 80}]}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, ports: [{containerPort: 8080}]}
            ",
        );
    }

    #[test]
    fn no_fix_where_the_api_server_would_write_it_back() {
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostNetwork: true
              containers:
              - name: web
                ports: [{containerPort: 80, hostPort: 80}]
            ",
        );
    }
}
