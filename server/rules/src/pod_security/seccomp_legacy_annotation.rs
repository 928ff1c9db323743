use super::annotations::container_annotations;
use super::level::Level;
use super::seccomp::{SECCOMP_TYPE, Seccomp, seccomp};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, KubernetesVersion};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Emptied, Literal, Node, Patch, Path};

rule! {
    /// Seccomp is asked for by an annotation that nothing reads any more.
    ///
    /// ## Why
    /// Since Kubernetes 1.27 the API server no longer copies the alpha annotations into the field, so the container
    /// runs as if nothing had been said: with every system call open, unless the kubelet has a default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   annotations:
    ///     seccomp.security.alpha.kubernetes.io/pod: runtime/default
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     seccompProfile: {type: RuntimeDefault}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Moves the profile into the field `seccompProfile` and deletes the annotation; where the field is set
    /// already, the annotation just goes. `unconfined` is not moved: it would only turn off what the kubelet may
    /// have as default.
    ///
    /// ## When it is fine
    /// In manifests for clusters older than 1.27 as well, beside the field.
    ///
    /// ## How others differ
    /// trivy judges the value of the annotation, checkov and others still accept it as a profile. Since 1.27 it has
    /// no effect whatever its value, so here it is found as such, and the field alone counts elsewhere.
    ///
    /// ## References
    /// - [Restrict a container's system calls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/)
    /// - [Pod Security Standards: seccomp](https://kubernetes.io/docs/concepts/security/pod-security-standards/)
    id: "seccomp-legacy-annotation",
    title: "Seccomp is configured by an annotation no longer read",
    family: Family::PodSecurity,
    since: KubernetesVersion::minor(27),
    fix: FixKind::Behavioural,
    fields: &["pod metadata.annotations"],
    also: &[(Trivy, "KSV-0030")],
    check: Check::Pod(check),
}

const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    for (rest, profile, path) in container_annotations(pod, OF_POD) {
        if rest.is_empty() {
            find(pod, Some(Level::Pod(pod)), profile, path, report);
        }
    }
    let annotations = container_annotations(pod, OF_CONTAINER);
    if annotations.is_empty() {
        return;
    }
    let containers = pod.containers();
    for (name, profile, path) in annotations {
        let container = containers.iter().find(|container| container.name() == Some(name));
        find(pod, container.map(Level::Container), profile, path, report);
    }
}

/// Reports the annotation at `path`, which was meant for `level`; `None` where there is no such container.
fn find(
    pod: &PodSpec<'_>,
    level: Option<Level<'_, '_>>,
    profile: Node<'_>,
    path: Path,
    report: &mut Report<'_, '_>,
) {
    let Some(profile) = profile.as_str() else { return };
    let message = format!("The annotation asks for the seccomp profile \"{profile}\", but nothing reads it");
    let found = report.find(path.clone(), message);
    let remove = Patch::Remove { path, emptied: Emptied::Remove };
    let said = level.map_or(Seccomp::Unset, seccomp);
    let wanted = level.filter(|_| pod.is_windows() == Some(false)).and_then(|level| field(level, profile));
    match (said, wanted) {
        (Seccomp::Unknown, _) => {}
        (Seccomp::Filtered | Seccomp::Off(_), _) => {
            found.fix(Fix::safe("Remove the seccomp annotation", [remove]));
        }
        (Seccomp::Unset, Some(set)) => {
            found.fix(Fix::behavioural("Move the annotation to seccompProfile", [set, remove]));
        }
        (Seccomp::Unset, None) => {
            found.fix(Fix::behavioural("Remove the seccomp annotation", [remove]));
        }
    }
}

/// The field that says what the annotation meant, if that is a filter.
fn field(level: Level<'_, '_>, profile: &str) -> Option<Patch> {
    if matches!(profile, "runtime/default" | "docker/default") {
        return Some(Patch::Set { path: level.path(SECCOMP_TYPE), value: "RuntimeDefault".into() });
    }
    let file = profile.strip_prefix("localhost/")?;
    let value = [("type", "Localhost"), ("localhostProfile", file)];
    let value = value.map(|(key, text)| (key.to_owned(), Literal::from(text)));
    Some(Patch::Set { path: level.path(&["seccompProfile"]), value: Literal::Mapping(value.into()) })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, find};
    use crate::{Applicability, KubernetesVersion, Settings};

    #[test]
    fn both_annotations_are_found_in_the_metadata_of_the_pod() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              annotations:
                seccomp.security.alpha.kubernetes.io/pod: runtime/default # means nothing here
            spec:
              template:
                metadata:
                  annotations:
                    seccomp.security.alpha.kubernetes.io/pod: runtime/default
                                                              ^^^^^^^^^^^^^^^ The annotation asks for the seccomp profile \"runtime/default\"
                    container.seccomp.security.alpha.kubernetes.io/web: localhost/web.json
                                                                        ^^^^^^^^^^^^^^^^^^ but nothing reads it
                    example.org/seccomp: runtime/default
                spec:
                  containers:
                  - name: web
            ",
        );
    }

    #[test]
    fn templates_and_older_servers_are_fine() {
        let pod = |profile: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    \
                 seccomp.security.alpha.kubernetes.io/pod: {profile}\nspec:\n  containers:\n  - name: web\n"
            )
        };
        check_silent(&RULE, &pod("\"{{ .Values.seccomp }}\""));
        let older = Settings { kubernetes: KubernetesVersion::minor(26), ..Settings::default() };
        assert!(find(&RULE, &older, &pod("runtime/default")).is_empty());
    }

    #[test]
    fn the_fix_moves_the_profile_into_the_field() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              annotations:
                container.seccomp.security.alpha.kubernetes.io/web: localhost/web.json
                example.org/team: shop # ours
            spec:
              containers:
              - name: web
                image: web:1.2
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
                image: web:1.2
                securityContext:
                  seccompProfile:
                    type: Localhost
                    localhostProfile: web.json
            ",
        );
    }

    #[test]
    fn where_the_field_is_set_the_fix_is_safe() {
        let text = "
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              annotations:
                seccomp.security.alpha.kubernetes.io/pod: runtime/default
            spec:
              securityContext: {seccompProfile: {type: RuntimeDefault}}
              containers: []
            ";
        check_fix(
            &RULE,
            text,
            "
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
            spec:
              securityContext: {seccompProfile: {type: RuntimeDefault}}
              containers: []
            ",
        );
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.fix.as_ref().map(|fix| fix.applicability), Some(Applicability::Safe));
    }
}
