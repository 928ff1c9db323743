use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::Patch;

rule! {
    /// The tag moves, but a node that has once pulled it never looks again.
    ///
    /// ## Why
    /// With a tag like `latest`, each node runs the image that the tag meant when the node first pulled it. Security
    /// updates do not arrive, and two pods of one workload run different programs under one name.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com/web:latest
    ///     imagePullPolicy: IfNotPresent
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
    ///     image: registry.example.com/web:latest
    ///     imagePullPolicy: Always
    /// ```
    ///
    /// ## Fix
    /// Sets `imagePullPolicy: Always`. Better is a tag that never moves, or a digest. The parameter `floatingTags`
    /// names further tags that move at your site, such as `stable`.
    ///
    /// ## When it is fine
    /// On clusters without a registry, where images are loaded into the nodes (kind, minikube).
    ///
    /// ## References
    /// - [Image pull policy](https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy)
    id: "latest-image-not-repulled",
    title: "Mutable tag with a pull policy that never refreshes it",
    family: Family::ContainerImage,
    fix: FixKind::Behavioural,
    fields: &["C[*].imagePullPolicy"],
    also: &[(Kubescape, "C-0075"), (Kyverno, "imagepullpolicy-always")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(policy @ ("IfNotPresent" | "Never"), _) = string(container.node, &["imagePullPolicy"])
    else {
        return;
    };
    let Some(image) = container.image() else { return };
    let floating = report.context().settings.parameters.floating_tags.as_deref().unwrap_or_default();
    let is_floating = |tag: &str| floating.iter().any(|known| known == tag);
    if !image.is_latest() && (image.digest.is_some() || !image.tag.is_some_and(is_floating)) {
        return;
    }
    let path = container.path.key("imagePullPolicy");
    let patch = Patch::Set { path: path.clone(), value: "Always".into() };
    let message = format!(
        "{} keeps whatever {}:{} meant when its node first pulled it: its pull policy is {policy}",
        container.title(),
        image.name(),
        image.tag.unwrap_or("latest"),
    );
    report.find(path, message).fix(Fix::behavioural("Ask the registry at each start", [patch]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn moving_tags_with_a_policy_that_never_looks_again_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, image: web, imagePullPolicy: IfNotPresent}
                                                         ^^^^^^^^^^^^ container \"web\" keeps whatever web:latest meant
              - {name: api, image: api:latest, imagePullPolicy: Never}
                                                                ^^^^^ pull policy is Never
              - {name: db, image: db:stable, imagePullPolicy: Never}
            ",
        );
    }

    #[test]
    fn a_site_names_further_tags_that_move() {
        let floating_tags = Some(vec!["stable".to_owned()]);
        let settings = Settings {
            parameters: Parameters { floating_tags, ..Parameters::default() },
            ..Settings::default()
        };
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: db, image: db:stable, imagePullPolicy: Never}
                                                              ^^^^^ keeps whatever db:stable meant
              - {name: db, image: db:stable@sha256:00, imagePullPolicy: Never}
            ",
        );
    }

    #[test]
    fn absent_policies_digests_and_templates_are_fine() {
        for container in [
            "image: web",
            "image: web, imagePullPolicy: Always",
            "image: web, imagePullPolicy: null",
            "image: web@sha256:00, imagePullPolicy: Never",
            "image: web, imagePullPolicy: \"{{ .Values.policy }}\"",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: web, {container}}}\n"),
            );
        }
    }

    #[test]
    fn the_fix_changes_the_value() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: web:latest
                imagePullPolicy: \"Never\" # saves time
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: web:latest
                imagePullPolicy: \"Always\" # saves time
            ",
        );
    }
}
