use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Ingress, Object};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// An Ingress takes the requests that no rule matches.
    ///
    /// ## Why
    /// A catch-all takes what was meant for others or for nobody: scans, slips, hosts of other teams.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}], defaultBackend: {service: {name: shop, port: {number: 80}}}, rules: [{host: shop.example.com}]}
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
    /// Removes `spec.defaultBackend`. Not offered where the Ingress has no rules: it must have one of both.
    ///
    /// ## When it is fine
    /// For the one catch-all of a controller, such as a page for what is not found.
    ///
    /// ## References
    /// - [Default backend](https://kubernetes.io/docs/concepts/services-networking/ingress/#default-backend)
    id: "ingress-default-backend",
    title: "Ingress sets a catch-all backend",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["spec.defaultBackend"],
    also: &[(Kyverno, "restrict-ingress-defaultbackend")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let Some((_, path)) = ingress.default_backend() else { return };
    let fix = ingress.rules().next().is_some().then(|| {
        let patch = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
        Fix::behavioural("Remove the default backend", [patch])
    });
    let found = report.find(path, format!("{} takes the requests that no rule matches", ingress.title()));
    if let Some(fix) = fix {
        found.fix(fix);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn both_names_of_the_field_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              defaultBackend: {service: {name: web, port: {number: 80}}}
              ^^^^^^^^^^^^^^ Ingress \"web\" takes the requests that no rule matches
            ---
            apiVersion: extensions/v1beta1
            kind: Ingress
            spec:
              backend: {serviceName: web, servicePort: 80}
              ^^^^^^^ An Ingress takes the requests
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: []}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {defaultBackend: null}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn an_ingress_without_rules_keeps_it() {
        check_no_fix(&RULE, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {defaultBackend: {}}\n");
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
              tls: [{hosts: [a.example.com]}]
              defaultBackend:
                service: {name: web, port: {number: 80}}
              rules:
              # the shop
              - host: a.example.com
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              tls: [{hosts: [a.example.com]}]
              rules:
              # the shop
              - host: a.example.com
            ",
        );
    }
}
