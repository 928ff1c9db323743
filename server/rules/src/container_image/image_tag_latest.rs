use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, Image, PodSpec, Setting, string};

rule! {
    /// A container runs whatever its image's `latest` tag means on the day it is pulled.
    ///
    /// ## Why
    /// Nobody can say which program runs, two pods of one workload may run different ones, and there is nothing to
    /// roll back to. Who can push to the tag decides what the cluster runs, without a change in any manifest.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com:5000/web
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
    ///     image: registry.example.com:5000/web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: name the version that was tested, or better its digest (`web@sha256:…`), which nobody can move.
    ///
    /// ## When it is fine
    /// On a developer's own cluster.
    ///
    /// ## References
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/)
    id: "image-tag-latest",
    title: "Image tag is missing or latest",
    family: Family::ContainerImage,
    fields: &["C[*].image"],
    also: &[
        (Checkov, "CKV_K8S_14"),
        (KubeLinter, "latest-tag"),
        (Kics, "583053b7-e632-46f0-b989-f81ff8045385"),
        (Polaris, "tagNotSpecified"),
        (Trivy, "KSV-0013"),
        (Kubescape, "C-0304"),
        (KubeScore, "container-image-tag"),
        (Kyverno, "disallow-latest-tag"),
    ],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(text, _) = string(container.node, &["image"]) else { return };
    let Some(image) = Image::parse(text).filter(Image::is_latest) else { return };
    let message = match image.tag {
        Some(_) => format!("{} runs whatever {text} is on the day", container.title()),
        None if image.is_named() => {
            format!("{} runs {text} without a tag, which means latest", container.title())
        }
        None => return,
    };
    report.find(container.path.key("image"), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn missing_and_latest_tags_are_found_on_the_image_in_all_lists() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: nginx
                       ^^^^^ container \"web\" runs nginx without a tag, which means latest
              - name: api
                image: \"registry:5000/team/api\"
                       ^^^^^^^^^^^^^^^^^^^^^^^^ container \"api\" runs registry:5000/team/api without a tag
              initContainers:
              - {name: init, image: 'busybox:latest'}
                                    ^^^^^^^^^^^^^^^^ container \"init\" runs whatever busybox:latest is on the day
              ephemeralContainers:
              - {name: debug, image: $(REGISTRY)/debug:latest}
                                     ^^^^^^^^^^^^^^^^^^^^^^^^ runs whatever
            ",
        );
    }

    #[test]
    fn tags_digests_absent_images_and_templates_are_fine() {
        for image in [
            "nginx:1.27",
            "registry:5000/web:1.2",
            "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "nginx:latest@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "nginx:latest-alpine",
            "\"\"",
            "",
            "${IMAGE}",
            "<image>",
            "ko://example.com/cmd/web",
            "auto",
            "nginx:{{ .Values.tag }}",
            "\"{{ .Values.image }}\"",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: {image}\n"
                ),
            );
        }
    }
}
