use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Service, string};

rule! {
    /// A Service is an alias for a name outside of the cluster.
    ///
    /// ## Why
    /// Pods follow the alias wherever it leads. NetworkPolicy does not see names, and who may change the Service, or
    /// the zone of the name, takes over what is sent to it. Other types ignore the field.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: ExternalName, externalName: db.example.com}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: db}, ports: [{port: 5432}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: name the outside host where it is used, or route through an egress gateway.
    ///
    /// ## When it is fine
    /// For hosts that you run, while a service moves into the cluster.
    ///
    /// ## References
    /// - [Service: ExternalName](https://kubernetes.io/docs/concepts/services-networking/service/#externalname)
    id: "service-external-name",
    title: "Service is an alias for an outside name",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Pedantic,
    fields: &["spec.externalName"],
    also: &[(Trivy, "KSV-0108")],
    covered_by: &["service-external-name-localhost"],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    if !service.is_of("ExternalName") {
        return;
    }
    let Some(name) = string(object.node, &["spec", "externalName"]).known() else { return };
    let message = format!("{} is an alias for {name}, outside of the cluster", service.title());
    report.find(object.path.keys(&["spec", "externalName"]), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_name_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: db}
            spec:
              type: ExternalName
              externalName: db.example.com
                            ^^^^^^^^^^^^^^ Service \"db\" is an alias for db.example.com
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalName: db.example.com}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, externalName: null}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, externalName: \"{{ .Values.host }}\"}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
