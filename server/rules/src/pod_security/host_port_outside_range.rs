use super::host_ports::host_ports;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container takes a port of its node that the settings do not permit.
    ///
    /// ## Why
    /// Where some pods must bind node ports, a known range keeps them off the ports of the node's own services and
    /// lets a firewall tell them apart. Off until the parameter `hostPorts` names the range.
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
    ///     - containerPort: 10250
    ///       hostPort: 10250
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
    ///     - containerPort: 10250
    ///       hostPort: 30250
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a port of the range, and tell the clients.
    ///
    /// ## When it is fine
    /// Where a client cannot be told another port.
    ///
    /// ## References
    /// - [Pod Security Standards: host ports](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Ports and protocols that Kubernetes uses](https://kubernetes.io/docs/reference/networking/ports-and-protocols/)
    id: "host-port-outside-range",
    title: "Node port binding is outside the permitted range",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    parameter: Some("host_ports"),
    profile: Some(Profile::Baseline),
    fields: &["C[*].ports[*].hostPort"],
    also: &[(Kyverno, "disallow-host-ports-range")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = report.context().settings.parameters.host_ports else { return };
    for (port, path) in host_ports(container) {
        if !permitted.contains(port) {
            let (first, last) = (permitted.from, permitted.to);
            let title = container.title();
            report.find(path, format!("{title} binds port {port} of its node, outside {first} to {last}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Range, Settings};

    const MARKED: &str = "
        apiVersion: v1
        kind: Pod
        spec:
          containers:
          - name: web
            ports:
            - {containerPort: 80, hostPort: 29999}
                                            ^^^^^ binds port 29999 of its node, outside 30000 to 32767
            - {containerPort: 81, hostPort: 30000}
            - {containerPort: 82, hostPort: 32767}
            - {containerPort: 83, hostPort: 32768}
                                            ^^^^^ binds port 32768 of its node
            - {containerPort: 84, hostPort: 0}
        ";

    #[test]
    fn ports_outside_the_range_are_found() {
        let host_ports = Some(Range { from: 30000, to: 32767 });
        let parameters = Parameters { host_ports, ..Parameters::default() };
        let settings = Settings { parameters, ..Settings::default() };
        check_with(&RULE, &settings, MARKED);
    }

    #[test]
    fn nothing_is_found_until_a_range_is_set() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: web, ports: [{hostPort: 1}]}]\n",
        );
    }
}
