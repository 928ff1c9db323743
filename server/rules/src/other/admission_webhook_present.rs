use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A webhook sees requests to the API server, and may change or refuse them.
    ///
    /// ## Why
    /// Who controls a mutating webhook can put a container into every pod; who controls a validating one sees every
    /// Secret that is written and can refuse the repair. This lists the webhooks, for a review. Off by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: admissionregistration.k8s.io/v1
    /// kind: MutatingWebhookConfiguration
    /// metadata: {name: injector}
    /// webhooks: []
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: admissionregistration.k8s.io/v1
    /// kind: ValidatingAdmissionPolicy
    /// metadata: {name: images}
    /// spec: {}
    /// ```
    ///
    /// ## Fix
    /// By hand: see that somebody owns it and that its rules match no more than it needs. A ValidatingAdmissionPolicy
    /// runs inside of the API server and needs no webhook.
    ///
    /// ## When it is fine
    /// Wherever somebody knows it.
    ///
    /// ## References
    /// - [Dynamic admission control](https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/)
    id: "admission-webhook-present",
    title: "Admission webhook to review",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fields: &["kind"],
    also: &[(Kubescape, "C-0036"), (Kubescape, "C-0039")],
    check: Check::Kind(&["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let does =
        if object.kind() == Some("MutatingWebhookConfiguration") { "may change" } else { "may refuse" };
    let name = object.name().unwrap_or("without a name");
    report.find(
        object.path.key("kind"),
        format!("webhook configuration {name} {does} requests to the API server"),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_kinds_are_found() {
        check(
            &RULE,
            "
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ webhook configuration images may refuse requests
            metadata: {name: images}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ may change requests
            ",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: Service\n");
    }
}
