use super::registries::is_from;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, Image, PodSpec};

rule! {
    /// An image comes from a place that the site does not permit.
    ///
    /// ## Why
    /// Whoever controls a registry decides what runs in the cluster. A short list of registries, each scanned and
    /// mirrored, keeps images of unknown origin and names that only look familiar out. Off until the parameter
    /// `imageRegistries` says what is allowed.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: docker.io/mallory/web:1.2
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
    /// ```
    ///
    /// ## Fix
    /// By hand: mirror the image into an allowed registry and name it there.
    ///
    /// ## When it is fine
    /// While a new registry is being adopted. A cluster that admits only some registries (ImagePolicyWebhook, a policy
    /// engine) is what enforces the list.
    ///
    /// ## References
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/)
    /// - [ImagePolicyWebhook](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#imagepolicywebhook)
    id: "image-registry-not-allowed",
    title: "Image comes from a registry not on the allow list",
    severity: Severity::Hint,
    family: Family::SupplyChain,
    persona: Persona::Policy,
    parameter: Some("image_registries"),
    fields: &["C[*].image"],
    also: &[(Trivy, "KSV-0125"), (Trivy, "KSV-0032"), (Trivy, "KSV-0033"), (Trivy, "KSV-0035"), (Kubescape, "C-0001"), (Kubescape, "C-0078"), (Kubescape, "C-0304"), (Kyverno, "restrict-image-registries"), (Kyverno, "allowed-image-repos"), (Kyverno, "advanced-restrict-image-registries")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(registries) = &report.context().settings.parameters.image_registries else { return };
    let Some(image) = container.image().filter(Image::is_written_out) else { return };
    let holds = |list: &[String]| list.iter().any(|place| is_from(&image, place));
    let why = match () {
        () if holds(&registries.block) => "is blocked",
        () if !registries.allow.is_empty() && !holds(&registries.allow) => "is not on the allow list",
        () => return,
    };
    let message = format!("{} runs an image from {}, which {why}", container.title(), image.full_name());
    report.find(container.path.key("image"), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{ImageRegistries, Parameters, Settings};

    fn settings() -> Settings {
        let owned = |list: &[&str]| list.iter().map(|place| (*place).to_owned()).collect();
        let image_registries = Some(ImageRegistries {
            allow: owned(&["registry.example.com", "docker.io/library/*", "*.internal:5000"]),
            block: owned(&["registry.example.com/old"]),
        });
        Settings {
            parameters: Parameters { image_registries, ..Parameters::default() },
            ..Settings::default()
        }
    }

    #[test]
    fn images_from_elsewhere_are_found() {
        check_with(
            &RULE,
            &settings(),
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, image: registry.example.com/web}
              - {name: db, image: postgres}
              - {name: cache, image: eu.internal:5000/a/b:1}
              - {name: look, image: registry.example.com.evil.test/web}
                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"look\" runs an image from registry.example.com.evil.test/web, which is not on the allow list
              - {name: user, image: mallory/web}
                                    ^^^^^^^^^^^ docker.io/mallory/web
              - {name: old, image: registry.example.com/old/web}
                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ which is blocked
              - {name: older, image: registry.example.com/older}
              - {name: placeholder, image: \"$(IMAGE)\"}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_registries_are_named() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web, image: mallory/web}]}\n",
        );
    }
}
