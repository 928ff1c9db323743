use super::registries::is_from;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Persona, Severity};
use leastwise_manifest::{Container, Image, PodSpec, lookup};
use leastwise_yaml::Field;

rule! {
    /// An image comes from a private registry, and nothing in sight gives the node credentials for it.
    ///
    /// ## Why
    /// Without credentials the pod does not start, or starts only where another pod has already pulled the image: then
    /// nobody notices until it moves to another node. Off until the parameter `privateRegistries` names the registries.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com/web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com/web:1.2
    ///   imagePullSecrets:
    ///   - name: registry
    /// ```
    ///
    /// ## Fix
    /// By hand: name the Secret under `imagePullSecrets` of the pod, or once of its ServiceAccount.
    ///
    /// ## When it is fine
    /// Where nodes have credentials of their own (a credential provider of the kubelet), and where the ServiceAccount,
    /// which is not at hand, names the Secret.
    ///
    /// ## References
    /// - [Pull an image from a private registry](https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/)
    id: "image-pull-secret-missing",
    title: "No image pull secret for a private registry",
    severity: Severity::Hint,
    confidence: Confidence::Medium,
    family: Family::SupplyChain,
    persona: Persona::Policy,
    parameter: Some("private_registries"),
    fields: &["P.imagePullSecrets"],
    also: &[(Kyverno, "require-imagepullsecrets")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(private) = &report.context().settings.parameters.private_registries else { return };
    if names_secret(lookup(pod.node, &[SECRETS])) != Some(false) {
        return;
    }
    let containers = pod.containers();
    let is_private = |image: &Image<'_>| private.iter().any(|place| is_from(image, place));
    let Some(image) = containers.iter().filter_map(Container::image).find(is_private) else { return };
    let Some(account) = pod.service_account() else { return };
    let home = pod.object.home();
    let account = match report.workspace().named("ServiceAccount", home, account) {
        Some(known) if names_secret(lookup(known.object().node, &[SECRETS])) != Some(false) => return,
        Some(_) => format!("neither it nor its ServiceAccount \"{account}\" names a pull secret"),
        None => format!("it names no pull secret (its ServiceAccount \"{account}\" is not at hand)"),
    };
    let message = format!("the pod takes {} from a private registry, and {account}", image.full_name());
    report.find(pod.path.key(SECRETS), message);
}

const SECRETS: &str = "imagePullSecrets";

/// Whether the list holds something; `None` where nobody knows.
fn names_secret(list: Field<'_>) -> Option<bool> {
    match list {
        Field::Absent => Some(false),
        Field::Unknown => None,
        Field::Present(entry) if entry.value.is_null() => Some(false),
        Field::Present(entry) if entry.value.is_unknown() || entry.value.is_open() => None,
        Field::Present(entry) => Some(entry.value.items().next().is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with, find};
    use crate::{Parameters, Settings};

    fn settings() -> Settings {
        let private_registries = Some(vec!["registry.example.com".to_owned()]);
        Settings {
            parameters: Parameters { private_registries, ..Parameters::default() },
            ..Settings::default()
        }
    }

    #[test]
    fn pods_without_credentials_are_found() {
        check_with(
            &RULE,
            &settings(),
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ the pod takes registry.example.com/web from a private registry, and neither it nor its ServiceAccount \"web\"
              serviceAccountName: web
              containers:
              - {name: web, image: registry.example.com/web:1}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: web, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            spec:
              imagePullSecrets: []
              ^^^^^^^^^^^^^^^^ it names no pull secret (its ServiceAccount \"default\" is not at hand)
              containers:
              - {name: web, image: registry.example.com/web:1}
            ",
        );
    }

    #[test]
    fn secrets_of_the_pod_or_its_account_other_registries_and_templates_are_fine() {
        for text in [
            "apiVersion: v1\nkind: Pod\nspec: {imagePullSecrets: [{name: r}], containers: [{image: registry.example.com/web}]}\n",
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: docker.io/web}]}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  imagePullSecrets: {{ .Values.secrets }}\n  containers: [{image: registry.example.com/web}]\n",
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: registry.example.com/web}]}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: r}]\n",
        ] {
            assert!(find(&RULE, &settings(), text).is_empty(), "{text}");
        }
    }

    #[test]
    fn nothing_is_found_until_registries_are_named() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: registry.example.com/web}]}\n",
        );
    }
}
