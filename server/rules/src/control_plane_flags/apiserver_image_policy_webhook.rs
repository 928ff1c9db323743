use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// The API server asks no image policy webhook. Off by default.
    ///
    /// ## Why
    /// The plugin asks a service of yours whether an image may run. It needs a configuration file, and policy
    /// engines do the same with validating webhooks or policies, which cannot be seen here.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=ResourceQuota
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=ResourceQuota,ImagePolicyWebhook
    /// ```
    ///
    /// ## Fix
    /// By hand: run such a service, and name it in the file of `--admission-control-config-file`.
    ///
    /// ## When it is fine
    /// Where another admission webhook or policy judges images, as in most clusters.
    ///
    /// ## References
    /// - [Image policy webhook](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#imagepolicywebhook)
    id: "apiserver-image-policy-webhook",
    title: "No image policy webhook",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Policy,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Kics, "14abda69-8e91-4acb-9931-76e2bee90284")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &["ImagePolicyWebhook"],
    unless: &[],
    consequence: "no webhook of that plugin decides about images",
    cure: Cure::None,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_list_without_it_and_no_list_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list ImagePolicyWebhook here, so no webhook of that plugin decides about images
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list ImagePolicyWebhook in --enable-admission-plugins, so no webhook of that plugin decides about images
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,ImagePolicyWebhook\"",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota, --enable-admission-plugins=ImagePolicyWebhook",
            "kube-apiserver, \"--admission-control=ResourceQuota,ImagePolicyWebhook\"",
            "kube-scheduler",
            "web",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}
