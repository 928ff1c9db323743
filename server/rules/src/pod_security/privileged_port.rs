use super::container_ports::low_ports;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container declares a port below 1024.
    ///
    /// ## Why
    /// In an old rule of Unix only root may bind such a port, so a program that uses one may be thought to need
    /// root or `NET_BIND_SERVICE`. Current runtimes let any user bind them inside a container; the field informs
    /// only.
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
    ///     - containerPort: 80
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
    /// By hand: let the program listen on a port from 1024 on; a Service can keep the old number outside.
    ///
    /// ## When it is fine
    /// Where the runtime sets `net.ipv4.ip_unprivileged_port_start` to 0, as containerd and Docker do now.
    ///
    /// ## References
    /// - [containerd: unprivileged ports](https://github.com/containerd/containerd/blob/main/docs/cri/config.md)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "privileged-port",
    title: "Container declares a port below 1024",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fields: &["C[*].ports[*].containerPort"],
    also: &[(KubeLinter, "privileged-ports"), (Trivy, "KSV-0117")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for (port, path) in low_ports(container) {
        report.find(path, format!("{} declares port {port}, which is below 1024", container.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn low_ports_are_found_on_the_number() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 80
                                 ^^ container \"web\" declares port 80
                - {containerPort: 1023, hostPort: 8080}
                                  ^^^^ which is below 1024
                - {containerPort: 1024}
            ",
        );
    }

    #[test]
    fn zero_absent_and_templates_are_fine() {
        for port in ["0", "null", "\"{{ .Values.port }}\"", "8080"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: web, ports: [{{containerPort: {port}}}]}}]}}\n"
                ),
            );
        }
    }
}
