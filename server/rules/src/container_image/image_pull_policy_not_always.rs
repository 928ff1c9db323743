use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::Patch;

rule! {
    /// A node may start a copy of the image that it has kept, without asking the registry.
    ///
    /// ## Why
    /// A node that holds an image lets every pod on it use that image, also one in a namespace without the credentials
    /// to pull it. And where the tag has moved, nodes run different programs under one name.
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
    ///     imagePullPolicy: Always
    /// ```
    ///
    /// ## Fix
    /// Sets `imagePullPolicy: Always`. The node then asks the registry at each start, and loads only the layers that it
    /// lacks; while the registry is down, no pod starts.
    ///
    /// ## When it is fine
    /// Nearly always, where each tag names one image for good: the default saves the registry. Clusters of several
    /// tenants use the admission plugin AlwaysPullImages, or `imagePullCredentialsVerificationPolicy` of the kubelet.
    ///
    /// ## References
    /// - [Image pull policy](https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy)
    /// - [AlwaysPullImages](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#alwayspullimages)
    id: "image-pull-policy-not-always",
    title: "Cached image may be used without re-checking the registry",
    severity: Severity::Hint,
    family: Family::ContainerImage,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].imagePullPolicy"],
    also: &[(Checkov, "CKV_K8S_15"), (Kics, "caa3479d-885d-4882-9aac-95e5e78ef5c2"), (Polaris, "pullPolicyNotAlways"), (KubeScore, "container-image-pull-policy")],
    covered_by: &["latest-image-not-repulled"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(image) = container.image().filter(|image| image.digest.is_none()) else { return };
    let message = match string(container.node, &["imagePullPolicy"]) {
        Setting::Set(policy @ ("IfNotPresent" | "Never"), _) => {
            format!(
                "{} starts a kept copy of {}: its pull policy is {policy}",
                container.title(),
                image.name()
            )
        }
        Setting::Unset if !image.is_latest() => {
            format!(
                "{} sets no pull policy and so may start a kept copy of {}",
                container.title(),
                image.name()
            )
        }
        _ => return,
    };
    let path = container.path.key("imagePullPolicy");
    let patch = Patch::Set { path: path.clone(), value: "Always".into() };
    let found = report.find(path, message).fix(Fix::behavioural("Ask the registry at each start", [patch]));
    if container.node.get("imagePullPolicy").entry().is_none() {
        found.at_key(&container.path.key("image"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn other_policies_are_found_and_missing_ones_on_the_image_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web:1.2
                ^^^^^ container \"web\" sets no pull policy
              - name: api
                image: api
                imagePullPolicy: IfNotPresent
                                 ^^^^^^^^^^^^ starts a kept copy of api
            ",
        );
    }

    #[test]
    fn always_latest_digests_and_templates_are_fine() {
        for container in [
            "image: web:1.2, imagePullPolicy: Always",
            "image: web",
            "image: web:latest",
            "image: web@sha256:00, imagePullPolicy: IfNotPresent",
            "image: web:1.2, imagePullPolicy: \"{{ .Values.policy }}\"",
            "image: \"{{ .Values.image }}\"",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: web, {container}}}\n"),
            );
        }
    }

    #[test]
    fn the_fix_sets_always() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web:1.2 # tested
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web:1.2 # tested
                imagePullPolicy: Always
            ",
        );
    }
}
