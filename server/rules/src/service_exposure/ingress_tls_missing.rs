use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Ingress, Object, lookup};
use leastwise_yaml::{Field, Kind};

rule! {
    /// An Ingress serves no TLS.
    ///
    /// ## Why
    /// What clients send and receive, sessions and passwords among it, is read and changed by anybody on the way.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {rules: [{host: shop.example.com}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [shop.example.com], secretName: shop-tls}], rules: [{host: shop.example.com}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: add `spec.tls` with a Secret that holds the certificate; cert-manager can fill it.
    ///
    /// ## When it is fine
    /// Where TLS ends before the Ingress, at a load balancer or by an annotation of the controller that names a
    /// certificate.
    ///
    /// ## References
    /// - [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls)
    id: "ingress-tls-missing",
    title: "Ingress serves no TLS",
    family: Family::ServiceExposure,
    fields: &["spec.tls"],
    also: &[(Polaris, "tlsSettingsMissing"), (Kubescape, "C-0263"), (Kyverno, "require-ingress-https")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let is_missing = match lookup(object.node, &["spec", "tls"]) {
        Field::Absent => true,
        Field::Unknown => false,
        Field::Present(tls) => {
            let is_empty = matches!(tls.value.kind(), Kind::Sequence)
                && !tls.value.is_open()
                && tls.value.items().next().is_none();
            tls.value.is_null() || is_empty
        }
    };
    if is_missing {
        report.find(object.path.keys(&["spec", "tls"]), format!("{} serves no TLS", ingress.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn what_is_missing_is_shown_at_the_spec() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
            ^^^^ Ingress \"web\" serves no TLS
              rules: [{host: shop.example.com}]
            ---
            apiVersion: extensions/v1beta1
            kind: Ingress
            spec: {tls: []}
                   ^^^ An Ingress serves no TLS
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{secretName: a}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: {{ .Values.tls }}}\n",
            "apiVersion: config.openshift.io/v1\nkind: Ingress\nspec: {}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
