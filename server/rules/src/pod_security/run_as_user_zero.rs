use super::level::{Level, levels};
use super::root_user::{RUN_AS_NON_ROOT, RUN_AS_USER, refuses_root};
use super::user_namespace::makes_profiles_lenient;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container is started as root by the manifest itself.
    ///
    /// ## Why
    /// Root in a container owns its files, may use every capability the container has, and is root on the node as soon
    /// as a volume, a kernel bug or a runtime bug lets it out. `runAsUser: 0` asks for it whatever user the image
    /// names.
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
    ///       runAsUser: 0
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
    ///       runAsNonRoot: true
    /// ```
    ///
    /// ## Fix
    /// Removes `runAsUser: 0`, so that the image's user counts, and sets `runAsNonRoot: true`. The image needs a user
    /// other than root; no number is invented for it. At the pod, a 0 of a container that inherits `runAsNonRoot` goes
    /// as well, as the two would contradict each other.
    ///
    /// ## When it is fine
    /// Programs that need root inside their container. From Kubernetes 1.35 on a user namespace of the pod's own
    /// (`hostUsers: false`) makes that root harmless to the node.
    ///
    /// ## References
    /// - [Pod Security Standards: running as non-root user](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "run-as-user-zero",
    title: "Container is explicitly run as UID 0",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_23"),
        (KubeLinter, "run-as-non-root"),
        (Kics, "cf34805e-3872-4c08-bf92-6ff7bb0cfadb"),
        (Polaris, "runAsRootAllowed"),
        (Trivy, "KSV-0105"),
        (Kubescape, "C-0013"),
        (Kubescape, "C-0211"),
        (Kyverno, "require-run-as-non-root-user"),
    ],
    fields: &["P.securityContext.runAsUser", "C[*].securityContext.runAsUser"],
    covered_by: &["run-as-non-root-with-uid-zero"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if makes_profiles_lenient(pod, report.context()) != Some(false) {
        return;
    }
    let containers = pod.containers();
    for level in levels(pod, &containers).filter(|level| level.integer(RUN_AS_USER).known() == Some(0)) {
        let (message, fix) = match level {
            Level::Pod(_) => {
                ("runAsUser of the pod is 0, which is root".to_owned(), pod_fix(pod, &containers))
            }
            Level::Container(container) => (
                format!("{} runs as user 0, which is root", container.title()),
                container_fix(pod, container),
            ),
        };
        report.find(level.path(RUN_AS_USER), message).fix(fix);
    }
}

fn pod_fix(pod: &PodSpec<'_>, containers: &[Container<'_>]) -> Fix {
    let would_contradict = |container: &&Container<'_>| {
        container.security_integer(RUN_AS_USER).known() == Some(0)
            && container.security_boolean(RUN_AS_NON_ROOT).is_unset()
    };
    let removed = std::iter::once(pod.security_path(RUN_AS_USER)).chain(
        containers.iter().filter(would_contradict).map(|container| container.security_path(RUN_AS_USER)),
    );
    let mut patches: Vec<_> = removed.map(|path| Patch::Remove { path, emptied: Emptied::Remove }).collect();
    if pod.security_boolean(RUN_AS_NON_ROOT).known() == Some(true) {
        return Fix::behavioural("Remove runAsUser: 0", patches);
    }
    // Set first: an emptied `securityContext` would else go and come back.
    patches.insert(0, Patch::Set { path: pod.security_path(RUN_AS_NON_ROOT), value: true.into() });
    Fix::behavioural("Remove runAsUser: 0 and set runAsNonRoot: true", patches)
}

fn container_fix(pod: &PodSpec<'_>, container: &Container<'_>) -> Fix {
    let remove = Patch::Remove { path: container.security_path(RUN_AS_USER), emptied: Emptied::Remove };
    // A 0 of the pod counts then, and has a fix of its own; to refuse root as well would contradict it.
    let inherits_zero = pod.security_integer(RUN_AS_USER).known() == Some(0);
    if inherits_zero || refuses_root(pod, container).known() == Some(true) {
        return Fix::behavioural("Remove runAsUser: 0", [remove]);
    }
    let refuse = Patch::Set { path: container.security_path(RUN_AS_NON_ROOT), value: true.into() };
    Fix::behavioural("Remove runAsUser: 0 and set runAsNonRoot: true", [refuse, remove])
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, check_with, find};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn zero_is_found_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 0
                           ^ runAsUser of the pod is 0
              containers:
              - name: web
                securityContext: {runAsUser: 1000}
              initContainers:
              - name: init
                securityContext: {runAsUser: 0}
                                             ^ container \"init\" runs as user 0, which is root
              ephemeralContainers:
              - name: debug
                securityContext: {runAsUser: 0x0}
                                             ^^^ container \"debug\" runs as user 0
            ",
        );
    }

    #[test]
    fn other_users_absent_and_templates_are_fine() {
        for (pod, container) in [
            ("runAsUser: 1000", "runAsUser: 1"),
            ("fsGroup: 0", "runAsGroup: 0"),
            ("runAsUser: null", "runAsUser: \"{{ .Values.user }}\""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{pod}}}\n  containers:\n  \
                     - {{name: web, securityContext: {{{container}}}}}\n"
                ),
            );
        }
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  runAsUser: {{ .Values.user }}
            ",
        );
    }

    #[test]
    fn a_user_namespace_makes_root_harmless_from_1_35_on() {
        let pod = |mark| {
            format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  hostUsers: false\n  containers:\n  - name: web\n    \
                 securityContext: {{runAsUser: 0}}\n{mark}"
            )
        };
        check_silent(&RULE, &pod(""));
        let older = Settings { kubernetes: KubernetesVersion::minor(34), ..Settings::default() };
        check_with(
            &RULE,
            &older,
            &pod("                                 ^ container \"web\" runs as user 0\n"),
        );
    }

    #[test]
    fn refusing_root_as_well_is_the_more_telling_finding() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {runAsNonRoot: true, runAsUser: 0}\n  \
                    containers: [{name: web}]\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("run-as-non-root-with-uid-zero"));
    }

    #[test]
    fn the_fix_leaves_the_user_to_the_image_and_refuses_root() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  runAsUser: 0 # as root
                  runAsGroup: 1000
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  runAsGroup: 1000
                  runAsNonRoot: true
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {runAsUser: 0, runAsNonRoot: false} # as root
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {runAsNonRoot: true} # as root
            ",
        );
    }

    #[test]
    fn the_fix_of_the_pod_takes_contradicting_zeros_of_containers_along() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 0
              containers:
              - name: web
                securityContext:
                  runAsUser: 0
                  privileged: false
              - name: proxy
                securityContext:
                  runAsUser: 0
                  runAsNonRoot: false
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsNonRoot: true
              containers:
              - name: web
                securityContext:
                  privileged: false
              - name: proxy
                securityContext:
                  runAsUser: 0
                  runAsNonRoot: false
            ",
        );
    }
}
