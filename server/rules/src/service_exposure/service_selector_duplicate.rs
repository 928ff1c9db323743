use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Service};

rule! {
    /// Another Service of the namespace selects the same pods by the same labels.
    ///
    /// ## Why
    /// One of both is often left over, or was copied and not changed: what is allowed or watched by the name of one
    /// goes on through the other. Off until selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web-2}
    /// spec: {selector: {app: web}}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web-2}
    /// spec: {selector: {app: shop}}
    /// ```
    ///
    /// ## Fix
    /// By hand: make one Service of both, or correct the labels.
    ///
    /// ## When it is fine
    /// For a headless Service beside the usual one, and for ports that the outside must not reach.
    ///
    /// ## References
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-selector-duplicate",
    title: "Two Services share one selector",
    severity: Severity::Hint,
    family: Family::ServiceExposure,
    persona: Persona::Policy,
    fields: &["spec.selector"],
    also: &[(Kyverno, "require-unique-service-selector")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    let Some(selector) = service.selector() else { return };
    let is_known = selector.is_known();
    let other = report.workspace().in_namespace("Service", object.home()).find(|declared| {
        let other = Service::of(&declared.object()).filter(|_| is_known && declared.is_other(object));
        other.and_then(|other| other.selector()).is_some_and(|other| {
            !other.open
                && other.requirements.len() == selector.requirements.len()
                && other.requirements.iter().all(|asked| selector.requirements.contains(asked))
        })
    });
    let Some(other) = other else { return };
    let name = other.object().name().unwrap_or_default();
    let message = format!("{} has the same selector as Service \"{name}\"", service.title());
    let place = other.path.keys(&["spec", "selector"]);
    report.find(object.path.keys(&["spec", "selector"]), message).related_in(
        other,
        &place,
        "The other selector",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_order_of_labels_does_not_matter() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: one}
            spec:
              selector: {app: web, tier: front}
              ^^^^^^^^ Service \"one\" has the same selector as Service \"two\"
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: two}
            spec:
              selector: {tier: front, app: web}
              ^^^^^^^^ Service \"two\" has the same selector as Service \"one\"
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: three, namespace: shop}
            spec: {selector: {app: web, tier: front}}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web-2}\nspec: {}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: \"{{ .A }}\"}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web-2}\nspec: {selector: {app: \"{{ .A }}\"}}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
