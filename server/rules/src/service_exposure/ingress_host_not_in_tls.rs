use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Ingress, Object, lookup};
use leastwise_yaml::{Literal, Node, Patch};

rule! {
    /// An Ingress has TLS, but not for the host of one of its rules.
    ///
    /// ## Why
    /// For that host the controller serves plain HTTP or a certificate that no client trusts, while the manifest
    /// looks safe.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [shop.example.com], secretName: shop}], rules: [{host: blog.example.com}]}
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
    /// Appends the host to the first entry of `spec.tls`. The certificate of its Secret must hold the name, too.
    ///
    /// ## When it is fine
    /// Where the certificate of the controller covers the host. An entry of `tls` without hosts leaves them to the
    /// controller, and the rule is silent.
    ///
    /// ## References
    /// - [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls)
    id: "ingress-host-not-in-tls",
    title: "Ingress host is not covered by TLS",
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["spec.rules[*].host"],
    also: &[(Kyverno, "ingress-host-match-tls")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let Some(tls) = lookup(object.node, &["spec", "tls"]).value() else { return };
    let Some(covered) = covered_hosts(tls).filter(|covered| !covered.is_empty()) else { return };
    for rule in ingress.rules() {
        let Some(host) = rule.host().known().filter(|host| !host.is_empty()) else { continue };
        if covered.iter().any(|entry| covers(entry, host)) {
            continue;
        }
        let message = format!("TLS of {} does not cover {host}", ingress.title());
        let found = report.find(rule.host_path(), message);
        let first = tls.items().next().and_then(|item| item.value.get("hosts").value());
        if let Some(hosts) = first {
            let path = object.path.keys(&["spec", "tls"]).index(0).key("hosts").index(hosts.items().count());
            found.fix(Fix::behavioural(
                format!("Add {host} to the hosts of TLS"),
                [Patch::Set { path, value: Literal::from(host) }],
            ));
        }
    }
}

/// The hosts of all entries. `None` where some are hidden or left to the controller.
fn covered_hosts(tls: Node<'_>) -> Option<Vec<&str>> {
    let mut covered = Vec::new();
    if tls.is_open() {
        return None;
    }
    for item in tls.items() {
        let hosts = item.value.get("hosts").value().filter(|hosts| !hosts.is_open())?;
        let before = covered.len();
        for host in hosts.items() {
            covered.push(host.value.as_str()?);
        }
        if covered.len() == before {
            return None;
        }
    }
    Some(covered)
}

/// Whether an entry is the host, or a wildcard in place of its first label.
fn covers(entry: &str, host: &str) -> bool {
    let is_wildcard_of = |domain: &str| {
        let rest = host.split_once('.').map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(domain))
    };
    entry.eq_ignore_ascii_case(host) || entry.strip_prefix("*.").is_some_and(is_wildcard_of)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn a_wildcard_covers_one_label() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              tls:
              - hosts: [\"*.example.com\"]
              rules:
              - host: shop.example.com
              - host: \"*.example.com\"
              - host: a.shop.example.com
                      ^^^^^^^^^^^^^^^^^^ TLS of Ingress \"web\" does not cover a.shop.example.com
              - host: example.com
                      ^^^^^^^^^^^ does not cover example.com
              - http: {}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: a.example.com}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: a}], rules: [{host: a.example.com}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [\"{{ .Values.host }}\"]}], rules: [{host: a.example.com}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [a.example.com]}], rules: [{host: \"{{ .Values.host }}\"}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              tls:
              - hosts:
                - a.example.com # the shop
                secretName: web
              rules:
              - host: a.example.com
              - host: b.example.com
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              tls:
              - hosts:
                - a.example.com # the shop
                - b.example.com
                secretName: web
              rules:
              - host: a.example.com
              - host: b.example.com
            ",
        );
    }
}
