use super::service_accounts::account_path;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, string};

rule! {
    /// A ServiceAccount is used with an image that the settings do not permit for it.
    ///
    /// ## Why
    /// An account with rights of its own should run the one program that needs them. Whoever may create pods in its
    /// namespace may else run any image as that account. Off until the parameter `serviceAccountImages` says which
    /// go together.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccountName: web
    ///   containers:
    ///   - name: web
    ///     image: registry.example.org/shell:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccountName: web
    ///   containers:
    ///   - name: web
    ///     image: registry.example.org/web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: name the account that is meant for the image.
    ///
    /// ## When it is fine
    /// While an image moves to another name.
    ///
    /// ## References
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    id: "service-account-not-allowed",
    title: "ServiceAccount is not permitted for this image",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    parameter: Some("service_account_images"),
    fields: &["P.serviceAccountName"],
    also: &[(Kyverno, "restrict-service-account")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = &report.context().settings.parameters.service_account_images else { return };
    let Some(account) = pod.service_account() else { return };
    let images: Vec<_> = permitted
        .iter()
        .filter(|entry| entry.service_account == account)
        .flat_map(|entry| entry.images.iter().map(String::as_str))
        .collect();
    let is_other = |image: &&str| !images.iter().any(|permitted| is_or_holds(permitted, repository(image)));
    let containers = pod.containers();
    let known = containers.iter().filter_map(|container| string(container.node, &["image"]).known());
    if let Some(image) = known.into_iter().find(is_other) {
        let message = format!("ServiceAccount \"{account}\" is not permitted for image {image}");
        report.find(account_path(pod), message);
    }
}

/// The image's name without tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        // A colon before the last slash is that of a registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

/// Whether the name is the permitted one, or lies under it.
fn is_or_holds(permitted: &str, name: &str) -> bool {
    let rest = name.strip_prefix(permitted.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{RULE, repository};
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, ServiceAccountImages, Settings};

    #[test]
    fn images_that_are_not_listed_for_the_account_are_found_on_its_name() {
        let entry = |account: &str, image: &str| ServiceAccountImages {
            service_account: account.to_owned(),
            images: vec![image.to_owned()],
        };
        let listed = vec![entry("web", "example.org:5000/web"), entry("default", "example.org/tools/")];
        let parameters = Parameters { service_account_images: Some(listed), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccountName: web
                                  ^^^ ServiceAccount \"web\" is not permitted for image example.org:5000/website:1
              containers:
              - {name: web, image: example.org:5000/web:1}
              - {name: other, image: example.org:5000/website:1}
            ---
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ ServiceAccount \"default\" is not permitted for image shell
              containers: [{name: web, image: shell}]
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, image: \"example.org/tools/shell@sha256:0\"}
              - {name: hidden, image: \"{{ .Values.image }}\"}
            ",
        );
    }

    #[test]
    fn tags_and_digests_are_no_part_of_the_name() {
        for (image, name) in [
            ("web", "web"),
            ("web:1", "web"),
            ("example.org:5000/web", "example.org:5000/web"),
            ("example.org:5000/web:1@sha256:0", "example.org:5000/web"),
        ] {
            assert_eq!(repository(image), name, "{image}");
        }
    }

    #[test]
    fn nothing_is_found_until_pairs_are_set() {
        check_silent(&RULE, "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web, image: web}]}\n");
    }
}
