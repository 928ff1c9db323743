use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Ingress, Object};

rule! {
    /// A rule of an Ingress matches every name of a domain.
    ///
    /// ## Why
    /// It answers for names that nobody meant to serve, now and later, and takes those of other teams that have no
    /// rule of their own.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}], rules: [{host: "*.example.com"}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [shop.example.com], secretName: shop}], rules: [{host: shop.example.com}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: list the hosts that are served.
    ///
    /// ## When it is fine
    /// Where names are made by the users of the application, such as a subdomain for each tenant.
    ///
    /// ## References
    /// - [Hostname wildcards](https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards)
    id: "ingress-host-wildcard",
    title: "Ingress host is a wildcard",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    fields: &["spec.rules[*].host"],
    also: &[(Kyverno, "restrict-ingress-wildcard")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for rule in ingress.rules() {
        if let Some(host) = rule.host().known().filter(|host| host.starts_with("*.")) {
            report.find(rule.host_path(), format!("{} matches every name of {host}", ingress.title()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn wildcards_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              rules:
              - host: \"*.example.com\"
                      ^^^^^^^^^^^^^^^ Ingress \"web\" matches every name of *.example.com
              - host: shop.example.com
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        check_silent(
            &RULE,
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: \"{{ .Values.host }}\"}, {host: null}]}\n",
        );
    }
}
