use super::annotations::{APPARMOR as ANNOTATION, container_annotations};
use super::apparmor::APPARMOR_TYPE;
use super::level::levels;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch, Path};

rule! {
    /// The manifest turns AppArmor off, or names a profile in a way that Kubernetes does not know.
    ///
    /// ## Why
    /// On nodes with AppArmor the runtime holds a container to a profile that protects `/proc`, `/sys` and mounts. A
    /// manifest that says nothing keeps that profile; `Unconfined` takes it away. The old annotations count beside the
    /// field.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     securityContext:
    ///       appArmorProfile:
    ///         type: Unconfined
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
    ///     image: web:1.2
    ///     securityContext:
    ///       appArmorProfile:
    ///         type: RuntimeDefault
    /// ```
    ///
    /// ## Fix
    /// Removes the profile or the annotation, so that the runtime's own profile counts where the node has AppArmor.
    /// Writing `RuntimeDefault` would keep the pod off nodes that have none.
    ///
    /// ## When it is fine
    /// Programs that mount or trace, until they have a `Localhost` profile that allows what they do.
    ///
    /// ## References
    /// - [Pod Security Standards: AppArmor](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Restrict a container's access to resources with AppArmor](https://kubernetes.io/docs/tutorials/security/apparmor/)
    id: "apparmor-unconfined",
    title: "AppArmor is turned off or overridden",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Kics, "8b36775e-183d-4d46-b0f7-96a6f34a723f"),
        (Trivy, "KSV-0002"),
        (Kubesec, "ApparmorUnconfined"),
        (Kyverno, "restrict-apparmor-profiles"),
    ],
    fields: &[
        "P.securityContext.appArmorProfile.type",
        "C[*].securityContext.appArmorProfile.type",
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    for level in levels(pod, &containers) {
        if let Setting::Set(profile, _) = level.string(APPARMOR_TYPE)
            && !matches!(profile, "RuntimeDefault" | "Localhost")
        {
            report
                .find(level.path(APPARMOR_TYPE), message(profile, &level.title()))
                .fix(remove("Remove appArmorProfile", level.path(&["appArmorProfile"])));
        }
    }
    for (container, profile, path) in container_annotations(pod, ANNOTATION) {
        let Some(profile) = profile.as_str() else { continue };
        if !(profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/")) {
            report
                .find(path.clone(), message(profile, &format!("container \"{container}\"")))
                .fix(remove("Remove the AppArmor annotation", path));
        }
    }
}

fn message(profile: &str, whom: &str) -> String {
    match profile.eq_ignore_ascii_case("unconfined") {
        true => format!("AppArmor is {profile} for {whom}"),
        false => format!("\"{profile}\" is no AppArmor profile that {whom} may have"),
    }
}

fn remove(title: &str, path: Path) -> Fix {
    Fix::behavioural(title, [Patch::Remove { path, emptied: Emptied::Remove }])
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_field_is_found_on_its_value_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                appArmorProfile:
                  type: Unconfined
                        ^^^^^^^^^^ AppArmor is Unconfined for the pod
              containers:
              - name: web
                securityContext: {appArmorProfile: {type: Unconfined}}
                                                          ^^^^^^^^^^ AppArmor is Unconfined for container \"web\"
              initContainers:
              - name: init
                securityContext: {appArmorProfile: {type: default}}
                                                          ^^^^^^^ \"default\" is no AppArmor profile that container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext: {appArmorProfile: {type: Unconfined}}
                                                          ^^^^^^^^^^ for container \"debug\"
            ",
        );
    }

    #[test]
    fn the_annotation_is_found_in_the_metadata_of_the_pod() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              annotations:
                container.apparmor.security.beta.kubernetes.io/web: unconfined # means nothing here
            spec:
              template:
                metadata:
                  annotations:
                    container.apparmor.security.beta.kubernetes.io/web: unconfined
                                                                        ^^^^^^^^^^ AppArmor is unconfined for container \"web\"
                    container.apparmor.security.beta.kubernetes.io/proxy: \"docker-default\"
                                                                          ^^^^^^^^^^^^^^^^ \"docker-default\" is no AppArmor
                spec:
                  containers:
                  - name: web
                  - name: proxy
            ",
        );
    }

    #[test]
    fn profiles_absent_and_templates_are_fine() {
        for (annotation, profile) in [
            ("runtime/default", "RuntimeDefault"),
            ("localhost/web", "Localhost"),
            ("\"\"", "null"),
            ("\"{{ .Values.apparmor }}\"", "\"{{ .Values.apparmor }}\""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    \
                     container.apparmor.security.beta.kubernetes.io/web: {annotation}\n    \
                     example.org/apparmor: unconfined\nspec:\n  containers:\n  - name: web\n    \
                     securityContext: {{appArmorProfile: {{type: {profile}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_leaves_it_to_the_runtime() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsNonRoot: true # never root
                appArmorProfile:
                  type: Unconfined # mounts
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsNonRoot: true # never root
              containers:
              - name: web
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              annotations:
                container.apparmor.security.beta.kubernetes.io/web: unconfined
                example.org/team: shop # ours
            spec:
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              annotations:
                example.org/team: shop # ours
            spec:
              containers:
              - name: web
            ",
        );
    }
}
