use super::rivals::{claims, rivals};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Ingress, Object};

rule! {
    /// Another Ingress has rules for the same host.
    ///
    /// ## Why
    /// Which of both answers a request depends on the controller, and often on their age: who adds an Ingress may
    /// take requests that are meant for another.
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
    /// spec: {tls: [{secretName: shop}], rules: [{host: a.example.com, http: {paths: [{path: /new}]}}]}
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
    /// spec: {tls: [{secretName: shop}], rules: [{host: b.example.com, http: {paths: [{path: /}]}}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: put the rules for a host into one Ingress.
    ///
    /// ## When it is fine
    /// Where the paths of a host are shared out on purpose. Ingresses of two classes, and canaries of ingress-nginx,
    /// are left in peace.
    ///
    /// ## References
    /// - [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/)
    id: "ingress-host-duplicate",
    title: "Two Ingresses claim one host",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    persona: Persona::Pedantic,
    fields: &["spec.rules[*].host"],
    also: &[(Kyverno, "unique-ingress-host")],
    covered_by: &["ingress-path-duplicate"],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for rule in ingress.rules() {
        let Some(host) = rule.host().known().filter(|host| !host.is_empty()) else { continue };
        let rival = rivals(&ingress, report.workspace()).find_map(|(declared, other)| {
            let rule = other.rules().find(|rule| claims(rule, Some(host)))?;
            Some((declared, other.title(), rule.host_path()))
        });
        if let Some((declared, other, place)) = rival {
            let message = format!("{} has rules for {host}, as does {other}", ingress.title());
            report.find(rule.host_path(), message).related_in(declared, &place, "The other rule");
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
                      ^^^^^^^^^^^^^ Ingress \"one\" has rules for a.example.com, as does Ingress \"two\"
              - host: b.example.com
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: two, namespace: shop}
            spec:
              rules:
              - host: A.example.com
                      ^^^^^^^^^^^^^ as does Ingress \"one\"
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: \"{{ .H }}\", http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new}\nspec: {tls: [{secretName: shop}], rules: [{host: \"{{ .H }}\", http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {ingressClassName: public, rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new}\nspec: {ingressClassName: internal, rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new, annotations: {nginx.ingress.kubernetes.io/canary: \"true\"}}\nspec: {tls: [{secretName: shop}], rules: [{host: a.b, http: {paths: [{path: /}]}}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
