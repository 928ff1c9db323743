use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Service, string};
use std::net::Ipv4Addr;

rule! {
    /// A Service is an alias for the host of whoever resolves it.
    ///
    /// ## Why
    /// An Ingress controller or proxy that follows the alias calls itself: its own administrative ports, which trust
    /// what comes from localhost, answer to the outside.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: ExternalName, externalName: localhost}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: ExternalName, externalName: db.example.com}
    /// ```
    ///
    /// ## Fix
    /// By hand: name the host that is meant.
    ///
    /// ## When it is fine
    /// Never that we know of; a container calls its own pod without a Service.
    ///
    /// ## References
    /// - [Service: ExternalName](https://kubernetes.io/docs/concepts/services-networking/service/#externalname)
    id: "service-external-name-localhost",
    title: "Service alias points to localhost",
    family: Family::ServiceExposure,
    fields: &["spec.externalName"],
    also: &[(Kyverno, "no-localhost-service")],
    check: Check::Kind(&["Service"], check),
}

/// Names that stand for the host itself.
const NAMES: &[&str] =
    &["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "::1", "0.0.0.0"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    if !service.is_of("ExternalName") {
        return;
    }
    let Some(name) = string(object.node, &["spec", "externalName"]).known() else { return };
    if is_loopback(name) {
        let message = format!("{} is an alias for {name}, the host of whoever asks", service.title());
        report.find(object.path.keys(&["spec", "externalName"]), message);
    }
}

fn is_loopback(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || name.ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_name_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: db}
            spec:
              type: ExternalName
              externalName: LocalHost.
                            ^^^^^^^^^^ Service \"db\" is an alias for LocalHost.
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db}
            spec: {type: ExternalName, externalName: 127.0.0.1}
                                                     ^^^^^^^^^ Service \"db\" is an alias for 127.0.0.1
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalName: localhost}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, externalName: localhost.example.com}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, externalName: \"{{ .Values.host }}\"}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
