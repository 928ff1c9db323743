use super::rivals::{claims, rivals};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Ingress, Object, Setting};

rule! {
    /// Another Ingress has a rule for the same host and path.
    ///
    /// ## Why
    /// Only one of both is served, which one depends on the controller: who adds an Ingress may take requests that
    /// are meant for another.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}], rules: [{host: a.example.com, http: {paths: [{path: /}]}}]}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: new}
    /// spec: {tls: [{secretName: shop}], rules: [{host: a.example.com, http: {paths: [{path: /}]}}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}], rules: [{host: a.example.com, http: {paths: [{path: /}]}}]}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: new}
    /// spec: {tls: [{secretName: shop}], rules: [{host: a.example.com, http: {paths: [{path: /new}]}}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: remove one of both, or give them paths of their own.
    ///
    /// ## When it is fine
    /// While a path moves from one Ingress to another. Ingresses of two classes, and canaries of ingress-nginx, are
    /// left in peace.
    ///
    /// ## References
    /// - [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/)
    id: "ingress-path-duplicate",
    title: "Two Ingress rules claim one host and path",
    family: Family::ServiceExposure,
    fields: &["spec.rules[*].http.paths[*].path"],
    also: &[(Kyverno, "unique-ingress-host-and-path"), (Kyverno, "unique-ingress-path")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for rule in ingress.rules() {
        let host = match rule.host() {
            Setting::Set(host, _) => Some(host).filter(|host| !host.is_empty()),
            Setting::Unset => None,
            Setting::Unknown => continue,
        };
        for path in rule.paths() {
            let Some(value) = path.value().known() else { continue };
            let rival = rivals(&ingress, report.workspace()).find_map(|(declared, other)| {
                let mut paths = other.rules().filter(|rule| claims(rule, host)).flat_map(|rule| rule.paths());
                let same = paths.find(|path| path.value().known() == Some(value))?;
                Some((declared, other.title(), same.value_path()))
            });
            if let Some((declared, other, place)) = rival {
                let host = host.unwrap_or("every host");
                let message = format!("{} claims {value} of {host}, as does {other}", ingress.title());
                report.find(path.value_path(), message).related_in(declared, &place, "The other path");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn both_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: one}
            spec:
              rules:
              - host: a.example.com
                http:
                  paths:
                  - path: /shop
                          ^^^^^ Ingress \"one\" claims /shop of a.example.com, as does Ingress \"two\"
                  - path: /
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: two, namespace: shop}
            spec:
              rules:
              - host: b.example.com
                http: {paths: [{path: /}]}
              - host: a.example.com
                http: {paths: [{path: /shop}]}
                                      ^^^^^ as does Ingress \"one\"
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: \"{{ .P }}\"}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: \"{{ .P }}\"}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: \"{{ .H }}\", http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new}\nspec: {tls: [{secretName: shop}], rules: [{host: \"{{ .H }}\", http: {paths: [{path: /}]}}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
