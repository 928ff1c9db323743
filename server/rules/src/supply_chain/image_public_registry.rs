use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, Image, PodSpec};

rule! {
    /// An image comes from a registry where anyone may publish.
    ///
    /// ## Why
    /// On a public registry, accounts are taken over, repositories vanish or are renamed, and pulls are limited. What
    /// the cluster runs then depends on strangers. Off by default: most clusters use such images on purpose.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: nginx:1.27
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
    ///     image: registry.example.com/nginx:1.27
    /// ```
    ///
    /// ## Fix
    /// By hand: mirror the image into a registry of your own, or pull it through one, and name it there. The parameter
    /// `publicRegistries` replaces the list of hosts, `docker.io` and `ghcr.io`.
    ///
    /// ## When it is fine
    /// With images of publishers one trusts, pinned by digest.
    ///
    /// ## References
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/)
    id: "image-public-registry",
    title: "Image comes from a public registry",
    severity: Severity::Hint,
    family: Family::SupplyChain,
    persona: Persona::Policy,
    fields: &["C[*].image"],
    also: &[(Trivy, "KSV-0034"), (Kubescape, "C-0001")],
    check: Check::Container(check),
}

/// Where everybody may publish, unless the site says otherwise.
const PUBLIC: [&str; 2] = ["docker.io", "ghcr.io"];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(image) = container.image().filter(Image::is_written_out) else { return };
    let is_public = match &report.context().settings.parameters.public_registries {
        Some(public) => public.iter().any(|host| host == image.registry),
        None => PUBLIC.contains(&image.registry),
    };
    if is_public {
        let message = format!(
            "{} runs an image from the public registry {}: {}",
            container.title(),
            image.registry,
            image.repository
        );
        report.find(container.path.key("image"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn public_hosts_are_found_written_or_not() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, image: nginx}
                                   ^^^^^ container \"web\" runs an image from the public registry docker.io: library/nginx
              - {name: api, image: ghcr.io/team/api:1}
                                   ^^^^^^^^^^^^^^^^^^ ghcr.io: team/api
              - {name: own, image: registry.example.com/web}
              - {name: template, image: \"{{ .Values.image }}\"}
              - {name: placeholder, image: ${IMAGE}}
            ",
        );
    }

    #[test]
    fn a_site_has_its_own_list() {
        let public_registries = Some(vec!["quay.io".to_owned()]);
        let parameters = Parameters { public_registries, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, image: nginx}
              - {name: api, image: quay.io/team/api:1}
                                   ^^^^^^^^^^^^^^^^^^ quay.io
            ",
        );
    }
}
