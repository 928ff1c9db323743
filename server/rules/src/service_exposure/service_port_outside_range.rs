use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Service};

rule! {
    /// A Service has a port that the settings do not permit.
    ///
    /// ## Why
    /// A known range keeps Services off the ports that other rules, firewalls and people rely on. Off until the
    /// parameter `servicePorts` names the range.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 80}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 32000}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a port of the range, and tell the clients.
    ///
    /// ## When it is fine
    /// Where a client cannot be told another port.
    ///
    /// ## References
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-port-outside-range",
    title: "Service port is outside the permitted range",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Policy,
    parameter: Some("service_ports"),
    fields: &["spec.ports[*].port"],
    also: &[(Kyverno, "restrict-service-port-range")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = report.context().settings.parameters.service_ports else { return };
    let Some(service) = Service::of(object) else { return };
    for port in service.ports() {
        if let Some(number) = port.number().known().filter(|number| !permitted.contains(*number)) {
            let (first, last) = (permitted.from, permitted.to);
            let message = format!("port {number} of {} is outside {first} to {last}", service.title());
            report.find(port.path.key("port"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Range, Settings};

    #[test]
    fn ports_outside_the_range_are_found() {
        let service_ports = Some(Range { from: 32000, to: 33000 });
        let parameters = Parameters { service_ports, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              ports:
              - port: 80
                      ^^ port 80 of Service \"web\" is outside 32000 to 33000
              - port: 32000
              - port: 33000
              - port: \"{{ .Values.port }}\"
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_a_range_is_set() {
        check_silent(&RULE, "apiVersion: v1\nkind: Service\nspec: {ports: [{port: 80}]}\n");
    }
}
