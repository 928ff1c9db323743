use super::level::titles;
use super::root_user::{RUN_AS_NON_ROOT, RUN_AS_USER, is_root, refuses_root};
use super::user_namespace::makes_profiles_lenient;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::{Emptied, Patch, Path};

rule! {
    /// A container is to run as root and must not run as root.
    ///
    /// ## Why
    /// With `runAsNonRoot: true` the kubelet refuses to start a container as user 0, so the container waits for ever in
    /// `CreateContainerConfigError`. The user may come from the container or from its pod.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
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
    ///   securityContext:
    ///     runAsNonRoot: true
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Removes `runAsUser: 0`, so that the image's user counts. It is not offered for a container whose pod says 0 as
    /// well: that one goes first.
    ///
    /// ## When it is fine
    /// Never: the container does not start.
    ///
    /// ## References
    /// - [Pod Security Standards: running as non-root user](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "run-as-non-root-with-uid-zero",
    title: "runAsNonRoot: true contradicts runAsUser: 0",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (KubeLinter, "run-as-non-root"),
    ],
    fields: &["P.securityContext.runAsUser", "C[*].securityContext.runAsUser"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    let refused = containers
        .iter()
        .filter(|container| is_root(pod, container) && refuses_root(pod, container).known() == Some(true));
    let (inheriting, own): (Vec<&Container<'_>>, Vec<_>) =
        refused.partition(|container| container.security_integer(RUN_AS_USER).is_unset());
    if !inheriting.is_empty() {
        let found = Contradiction { pod, whom: &inheriting, path: pod.security_path(RUN_AS_USER) };
        found.report(true, report);
    }
    let pod_says_zero = pod.security_integer(RUN_AS_USER).known() == Some(0);
    for container in own {
        let path = container.security_path(RUN_AS_USER);
        Contradiction { pod, whom: &[container], path }.report(!pod_says_zero, report);
    }
}

/// Containers that a `runAsUser: 0` keeps from starting.
struct Contradiction<'c, 'd> {
    pod: &'c PodSpec<'d>,
    whom: &'c [&'c Container<'d>],
    /// The `runAsUser: 0`.
    path: Path,
}

impl Contradiction<'_, '_> {
    fn report(self, removal_cures: bool, report: &mut Report<'_, '_>) {
        // The profile looks away where the pod has users of its own; the kubelet does not.
        let profile = match makes_profiles_lenient(self.pod, report.context()) {
            Some(false) => RULE.profile,
            Some(true) | None => None,
        };
        let message = format!("{} cannot start as user 0, because runAsNonRoot is true", titles(self.whom));
        let mut found = report.find(self.path.clone(), message).profile(profile);
        for refusal in self.refusals() {
            found = found.related(&refusal, "root is refused here");
        }
        if removal_cures {
            let patch = Patch::Remove { path: self.path, emptied: Emptied::Remove };
            found.fix(Fix::behavioural("Remove runAsUser: 0", [patch]));
        }
    }

    /// Where `runAsNonRoot: true` stands.
    fn refusals(&self) -> Vec<Path> {
        let says = |container: &&&Container<'_>| !container.security_boolean(RUN_AS_NON_ROOT).is_unset();
        let of_containers = self.whom.iter().filter(says);
        let mut paths: Vec<_> =
            of_containers.map(|container| container.security_path(RUN_AS_NON_ROOT)).collect();
        if paths.len() < self.whom.len() {
            paths.insert(0, self.pod.security_path(RUN_AS_NON_ROOT));
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};
    use crate::{Profile, Settings};

    #[test]
    fn it_is_found_on_the_user_wherever_root_is_refused() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsNonRoot: true}
              containers:
              - name: web
                securityContext: {runAsUser: 0}
                                             ^ container \"web\" cannot start as user 0
              - name: proxy
                securityContext: {runAsUser: 0, runAsNonRoot: false}
              initContainers:
              - name: init
                securityContext:
                  runAsNonRoot: true
                  runAsUser: 0
                             ^ container \"init\" cannot start
            ",
        );
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsUser: 0}
                                           ^ container \"web\" and container \"debug\" cannot start as user 0
              containers:
              - name: web
                securityContext: {runAsNonRoot: true}
              - name: proxy
                securityContext: {runAsNonRoot: true, runAsUser: 1000}
              - name: root
              ephemeralContainers:
              - name: debug
                securityContext: {runAsNonRoot: true}
            ",
        );
    }

    #[test]
    fn either_alone_and_templates_are_fine() {
        for (pod, container) in [
            ("runAsUser: 0", "runAsGroup: 0"),
            ("runAsNonRoot: true", "runAsUser: 1"),
            ("runAsNonRoot: true", "runAsUser: \"{{ .Values.user }}\""),
            ("runAsNonRoot: \"{{ .Values.nonRoot }}\"", "runAsUser: 0"),
            ("runAsNonRoot: true, runAsUser: 0", "runAsUser: 1"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{pod}}}\n  containers:\n  \
                     - {{name: web, securityContext: {{{container}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn it_says_where_root_is_refused() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n  \
                    - {name: web, securityContext: {runAsUser: 0}}\n";
        let (_, finding) = &find(&RULE, &Settings::default(), text)[0];
        let places: Vec<_> = finding.related.iter().map(|related| &text[related.range]).collect();
        assert_eq!(places, ["true"]);
    }

    #[test]
    fn with_a_user_namespace_no_profile_forbids_it_though_the_kubelet_does() {
        let profile = |users: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  hostUsers: {users}\n  securityContext: \
                 {{runAsNonRoot: true, runAsUser: 0}}\n  containers: [{{name: web}}]\n"
            );
            find(&RULE, &Settings::default(), &text)[0].1.profile
        };
        assert_eq!(profile("false"), None);
        assert_eq!(profile("true"), Some(Profile::Restricted));
    }

    #[test]
    fn the_fix_leaves_the_user_to_the_image() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                # never root
                runAsNonRoot: true
                runAsUser: 0
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                # never root
                runAsNonRoot: true
              containers:
              - name: web
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {runAsUser: 0, runAsNonRoot: true}}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, securityContext: {runAsNonRoot: true}}
            ",
        );
    }

    #[test]
    fn no_fix_while_the_pod_says_zero_as_well() {
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsUser: 0}
              containers:
              - name: web
                securityContext: {runAsUser: 0, runAsNonRoot: true}
            ",
        );
    }
}
