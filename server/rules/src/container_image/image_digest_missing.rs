use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// An image is named by a tag, which can be moved to another image.
    ///
    /// ## Why
    /// A tag says which image somebody means today; whoever may push to the repository can make it mean another one
    /// tomorrow. A digest is computed from the content, so what runs is what was tested, on every node and after every
    /// restart.
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
    ///     image: registry.example.com/web:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    /// ```
    ///
    /// ## Fix
    /// By hand, since only the registry knows the digest: `crane digest IMAGE` or `docker buildx imagetools inspect
    /// IMAGE` prints it. Keep the tag in front of it for readers; it no longer counts.
    ///
    /// ## When it is fine
    /// Where admission resolves tags to digests or verifies signatures, and where the registry forbids to move tags.
    ///
    /// ## References
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/)
    id: "image-digest-missing",
    title: "Image is not pinned by digest",
    severity: Severity::Info,
    family: Family::ContainerImage,
    persona: Persona::Pedantic,
    fields: &["C[*].image"],
    also: &[(Checkov, "CKV_K8S_43"), (Kics, "7c81d34c-8e5a-402b-9798-9f442630e678"), (Kubescape, "C-0306"), (Kyverno, "require-image-checksum")],
    covered_by: &["image-tag-latest"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(image) = container.image() else { return };
    if image.digest.is_none() && image.is_written_out() {
        let message = format!("{} runs {}, which is not pinned by a digest", container.title(), image.name());
        report.find(container.path.key("image"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn tags_are_found_in_all_lists() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: registry:5000/web:1.2
                       ^^^^^^^^^^^^^^^^^^^^^ container \"web\" runs web, which is not pinned by a digest
              initContainers:
              - {name: init, image: busybox}
                                    ^^^^^^^ container \"init\" runs busybox
            ",
        );
    }

    #[test]
    fn digests_placeholders_and_templates_are_fine() {
        for image in [
            "web@sha256:00",
            "web:1.2@sha256:00",
            "<image>",
            "$(IMAGE)",
            "ko://web",
            "",
            "web:{{ .Values.tag }}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: {image}\n"
                ),
            );
        }
    }

    #[test]
    fn of_a_tag_that_is_latest_the_other_rule_says_more() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web, image: web}]}\n";
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.covered_by, Some("image-tag-latest"));
    }
}
