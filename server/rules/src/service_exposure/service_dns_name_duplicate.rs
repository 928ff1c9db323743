use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Service};

rule! {
    /// Two Services ask ExternalDNS for one name.
    ///
    /// ## Why
    /// The record points to one of both, or to one after the other: clients of the one reach the other.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: shop.example.com}}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: new, annotations: {external-dns.alpha.kubernetes.io/hostname: shop.example.com}}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: shop.example.com}}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: new, annotations: {external-dns.alpha.kubernetes.io/hostname: blog.example.com}}
    /// ```
    ///
    /// ## Fix
    /// By hand: give each Service a name of its own.
    ///
    /// ## When it is fine
    /// For weighted or geographic records, and for clusters of which each has one of both.
    ///
    /// ## References
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-dns-name-duplicate",
    title: "Two Services claim one external DNS name",
    family: Family::ServiceExposure,
    fields: &["metadata.annotations[external-dns.alpha.kubernetes.io/hostname]"],
    also: &[(Kyverno, "unique-external-dns")],
    check: Check::Kind(&["Service"], check),
}

const KEY: &str = "external-dns.alpha.kubernetes.io/hostname";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    let Some(own) = object.annotation(KEY).known() else { return };
    for declared in report.workspace().of_kind("Service") {
        let other = declared.object();
        let Some(theirs) = other.annotation(KEY).known().filter(|_| declared.is_other(object)) else {
            continue;
        };
        let Some(name) = names(own).find(|name| names(theirs).any(|other| other.eq_ignore_ascii_case(name)))
        else {
            continue;
        };
        let other = other.name().unwrap_or_default();
        let message =
            format!("{} asks for the DNS name {name}, as does Service \"{other}\"", service.title());
        let place = declared.object().annotation_path(KEY);
        report.find(object.annotation_path(KEY), message).related_in(declared, &place, "The other Service");
        return;
    }
}

/// The names of a list that commas separate.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let names = list.split(',').map(str::trim);
    names.map(|name| name.strip_suffix('.').unwrap_or(name)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn one_name_of_a_list_is_enough() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata:
              name: one
              annotations:
                external-dns.alpha.kubernetes.io/hostname: a.example.com, Shop.example.com.
                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Service \"one\" asks for the DNS name Shop.example.com, as does Service \"two\"
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: two
              annotations:
                external-dns.alpha.kubernetes.io/hostname: shop.example.com
                                                           ^^^^^^^^^^^^^^^^ as does Service \"one\"
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: a.b}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: a.b}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: a.b}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: \"{{ .H }}\"}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: new, annotations: {external-dns.alpha.kubernetes.io/hostname: \"{{ .H }}\"}}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
