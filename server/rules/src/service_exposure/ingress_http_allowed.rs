use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Ingress, Object, Setting};
use leastwise_yaml::{Literal, Patch};

rule! {
    /// An Ingress does not turn plain HTTP off.
    ///
    /// ## Why
    /// A client that begins without TLS sends its first request, cookies included, in the open. Only some
    /// controllers, that of Google among them, honour the annotation: off until selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{secretName: shop}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {kubernetes.io/ingress.allow-http: "false"}}
    /// spec: {tls: [{secretName: shop}]}
    /// ```
    ///
    /// ## Fix
    /// Sets the annotation to `"false"`.
    ///
    /// ## When it is fine
    /// Where the controller redirects to HTTPS, or does not read the annotation.
    ///
    /// ## References
    /// - [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls)
    id: "ingress-http-allowed",
    title: "Ingress does not turn plain HTTP off",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Policy,
    fix: FixKind::Behavioural,
    fields: &["metadata.annotations[kubernetes.io/ingress.allow-http]"],
    also: &[(Kyverno, "require-ingress-https")],
    check: Check::Kind(&["Ingress"], check),
}

const KEY: &str = "kubernetes.io/ingress.allow-http";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let is_allowed = match object.annotation(KEY) {
        Setting::Set(value, _) => value != "false",
        Setting::Unset => true,
        Setting::Unknown => false,
    };
    if is_allowed {
        let path = object.annotation_path(KEY);
        let patch = Patch::Set { path: path.clone(), value: Literal::from("false") };
        report
            .find(path, format!("{} does not turn plain HTTP off", ingress.title()))
            .fix(Fix::behavioural("Turn plain HTTP off", [patch]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_annotation_or_its_place_is_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                kubernetes.io/ingress.allow-http: \"true\"
                                                  ^^^^^^ Ingress \"web\" does not turn plain HTTP off
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              annotations:
              ^^^^^^^^^^^ does not turn plain HTTP off
                a: b
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {kubernetes.io/ingress.allow-http: \"false\"}}\nspec: {ingressClassName: nginx}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {kubernetes.io/ingress.allow-http: \"{{ .Values.http }}\"}}\nspec: {ingressClassName: nginx}\n",
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
            metadata:
              name: web
              annotations:
                example.com/owner: shop # whose
                kubernetes.io/ingress.allow-http: \"true\"
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                example.com/owner: shop # whose
                kubernetes.io/ingress.allow-http: \"false\"
            ",
        );
    }
}
