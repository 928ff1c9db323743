use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Ingress, Object};

rule! {
    /// An Ingress names a class that the settings do not permit.
    ///
    /// ## Why
    /// The class chooses the controller, and with it who can reach the Ingress. Off until the parameter
    /// `ingressClasses` lists the classes; an Ingress without a class is not judged.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {ingressClassName: public, tls: [{secretName: shop}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {ingressClassName: internal, tls: [{secretName: shop}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: name one of the permitted classes.
    ///
    /// ## When it is fine
    /// After the owners of the class have agreed; then add it to the list.
    ///
    /// ## References
    /// - [Ingress class](https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class)
    id: "ingress-class-not-allowed",
    title: "Ingress class is not permitted",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Policy,
    parameter: Some("ingress_classes"),
    fields: &["spec.ingressClassName", "metadata.annotations[kubernetes.io/ingress.class]"],
    also: &[(Kyverno, "restrict-ingress-classes")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = &report.context().settings.parameters.ingress_classes else { return };
    let Some(ingress) = Ingress::of(object) else { return };
    let (class, path) = ingress.class();
    if let Some(class) = class.known().filter(|class| !permitted.iter().any(|permitted| permitted == class)) {
        report.find(path, format!("class \"{class}\" of {} is not permitted", ingress.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn the_field_counts_before_the_annotation() {
        let parameters =
            Parameters { ingress_classes: Some(vec!["internal".to_owned()]), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web, annotations: {kubernetes.io/ingress.class: internal}}
            spec: {ingressClassName: public}
                                     ^^^^^^ class \"public\" of Ingress \"web\" is not permitted
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web, annotations: {kubernetes.io/ingress.class: public}}
                                                                             ^^^^^^ is not permitted
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec: {ingressClassName: internal}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_classes_are_listed() {
        check_silent(
            &RULE,
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {ingressClassName: public}\n",
        );
    }
}
