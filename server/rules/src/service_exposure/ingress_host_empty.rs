use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Ingress, Object, Setting};

rule! {
    /// A rule of an Ingress names no host, so that it matches every one.
    ///
    /// ## Why
    /// It answers for names that nobody meant to serve, and takes requests for hosts of other teams that have no rule
    /// of their own.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}], rules: [{http: {paths: []}}]}
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
    /// By hand: name the host that the rule is for.
    ///
    /// ## When it is fine
    /// For a catch-all on a controller of its own.
    ///
    /// ## References
    /// - [Ingress rules](https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules)
    id: "ingress-host-empty",
    title: "Ingress rule matches every host",
    family: Family::ServiceExposure,
    fields: &["spec.rules[*].host"],
    also: &[(Kyverno, "disallow-empty-ingress-host")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for rule in ingress.rules() {
        let is_empty = match rule.host() {
            Setting::Set(host, _) => host.is_empty(),
            Setting::Unset => true,
            Setting::Unknown => false,
        };
        if is_empty {
            report.find(rule.host_path(), format!("a rule of {} matches every host", ingress.title()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn rules_without_a_host_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              rules:
              - http: {paths: []}
                ^^^^ a rule of Ingress \"web\" matches every host
              - host: \"\"
                      ^^ a rule of Ingress \"web\" matches every host
              - host: shop.example.com
              - host: \"{{ .Values.host }}\"
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: []}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: {{ .Values.rules }}}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
