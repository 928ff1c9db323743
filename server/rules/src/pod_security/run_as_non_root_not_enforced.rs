use super::level::titles;
use super::root_user::{RUN_AS_NON_ROOT, is_known_not_root, is_root};
use super::user_namespace::makes_profiles_lenient;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// Nothing keeps a container from running as root.
    ///
    /// ## Why
    /// Most images run as root unless told otherwise, and root in a container is root on the node as soon as anything
    /// else gives way. With `runAsNonRoot: true` the kubelet refuses to start an image as root. A `runAsUser` above 0
    /// has the same effect for now, so the finding is then a mere note; but the restricted profile wants the field.
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
    /// Sets `runAsNonRoot: true` for the pod, and takes a container's `false` away. An image whose user is root then
    /// does not start; where a `runAsUser` above 0 is set for every container, nothing changes. It is not offered while a
    /// container it would reach runs as user 0: the two contradict each other.
    ///
    /// ## When it is fine
    /// Programs that need root inside their container. From Kubernetes 1.35 on a user namespace of the pod's own
    /// (`hostUsers: false`) makes that root harmless to the node.
    ///
    /// ## References
    /// - [Pod Security Standards: running as non-root](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [User namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/)
    id: "run-as-non-root-not-enforced",
    title: "Kubelet is not told to refuse a root image",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_23"),
        (KubeLinter, "run-as-non-root"),
        (Kics, "cf34805e-3872-4c08-bf92-6ff7bb0cfadb"),
        (Polaris, "runAsRootAllowed"),
        (Trivy, "KSV-0012"),
        (Kubescape, "C-0013"),
        (Kubescape, "C-0211"),
        (Kubesec, "RunAsNonRoot"),
        (Kyverno, "require-run-as-nonroot"),
    ],
    fields: &["P.securityContext.runAsNonRoot", "C[*].securityContext.runAsNonRoot"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if makes_profiles_lenient(pod, report.context()) != Some(false) {
        return;
    }
    let containers = pod.containers();
    let own = pod.security_boolean(RUN_AS_NON_ROOT);
    let (lacking, deciding): (Vec<_>, Vec<_>) =
        containers.iter().partition(|container| container.security_boolean(RUN_AS_NON_ROOT).is_unset());
    let pod = Enforcement { pod, own, containers: &containers, lacking };
    for container in deciding {
        if container.security_boolean(RUN_AS_NON_ROOT).known() == Some(false) {
            pod.container_allows_root(container, report);
        }
    }
    pod.pod_allows_root(report);
}

/// What a pod and its containers say of root.
struct Enforcement<'e, 'd> {
    pod: &'e PodSpec<'d>,
    /// What the pod says.
    own: Setting<'d, bool>,
    /// All containers.
    containers: &'e [Container<'d>],
    /// Those that leave it to the pod.
    lacking: Vec<&'e Container<'d>>,
}

impl Enforcement<'_, '_> {
    fn container_allows_root(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let path = container.security_path(RUN_AS_NON_ROOT);
        let message = format!("runAsNonRoot is false, so {} may run as root", container.title());
        let found = report.find(path.clone(), message).severity(self.severity(&[container]));
        let remove = Patch::Remove { path, emptied: Emptied::Remove };
        match self.own {
            Setting::Set(true, _) if !is_root(self.pod, container) => {
                found.fix(self.fix("Remove runAsNonRoot: false", vec![remove]));
            }
            Setting::Set(false, _) | Setting::Unset
                if !is_root(self.pod, container) && !self.some_lacking_is_root() =>
            {
                found.fix(self.fix("Set runAsNonRoot: true for the pod", vec![remove, self.enforce()]));
            }
            Setting::Set(..) | Setting::Unset | Setting::Unknown => {}
        }
    }

    fn pod_allows_root(&self, report: &mut Report<'_, '_>) {
        let message = match self.own {
            Setting::Set(false, _) => "runAsNonRoot of the pod is false".to_owned(),
            Setting::Unset if !self.lacking.is_empty() => {
                format!("Nothing keeps {} from running as root", titles(&self.lacking))
            }
            Setting::Set(true, _) | Setting::Unset | Setting::Unknown => return,
        };
        let found = report
            .find(self.pod.security_path(RUN_AS_NON_ROOT), message)
            .severity(self.severity(&self.lacking));
        if !self.some_lacking_is_root() {
            found.fix(self.fix("Set runAsNonRoot: true for the pod", vec![self.enforce()]));
        }
    }

    /// A weakness, unless another field keeps these containers from running as root.
    fn severity(&self, concerned: &[&Container<'_>]) -> Severity {
        match concerned.iter().all(|container| is_known_not_root(self.pod, container)) {
            true => Severity::Info,
            false => RULE.severity,
        }
    }

    /// Root is set for a container that the pod's word would reach.
    fn some_lacking_is_root(&self) -> bool {
        self.lacking.iter().any(|container| is_root(self.pod, container))
    }

    fn enforce(&self) -> Patch {
        Patch::Set { path: self.pod.security_path(RUN_AS_NON_ROOT), value: true.into() }
    }

    fn fix(&self, title: &str, patches: Vec<Patch>) -> Fix {
        match self.containers.iter().all(|container| is_known_not_root(self.pod, container)) {
            true => Fix::safe(title, patches),
            false => Fix::behavioural(title, patches),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, check_with, find};
    use crate::{Applicability, KubernetesVersion, Settings, Severity};

    #[test]
    fn one_finding_at_the_pod_stands_for_all_containers_that_say_nothing() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ Nothing keeps container \"web\", container \"proxy\" and 1 more from running as root
              containers:
              - name: web
              - name: proxy
                securityContext: {}
              - name: calm
                securityContext: {runAsNonRoot: true}
              initContainers:
              - name: init
            ",
        );
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  securityContext:
                  ^^^^^^^^^^^^^^^ Nothing keeps container \"web\" from
                    fsGroup: 1000
                  containers:
                  - name: web
            ",
        );
    }

    #[test]
    fn false_is_found_where_it_is_said() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsNonRoot: true}
              containers:
              - name: web
              - name: proxy
                securityContext: {runAsNonRoot: no}
                                                ^^ runAsNonRoot is false, so container \"proxy\" may run as root
              ephemeralContainers:
              - name: debug
                securityContext:
                  runAsNonRoot: false
                                ^^^^^ so container \"debug\" may run
            ",
        );
    }

    #[test]
    fn false_at_the_pod_counts_even_if_every_container_says_true() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsNonRoot: false}
                                              ^^^^^ runAsNonRoot of the pod is false
              containers:
              - name: web
                securityContext: {runAsNonRoot: true}
            ",
        );
    }

    #[test]
    fn the_pod_or_all_containers_saying_true_is_fine() {
        for (pod, first, second) in [
            ("runAsNonRoot: true", "{}", "{}"),
            ("runAsNonRoot: true", "{runAsNonRoot: true}", "{}"),
            ("fsGroup: 1000", "{runAsNonRoot: true}", "{runAsNonRoot: true}"),
            ("runAsNonRoot: \"{{ .Values.nonRoot }}\"", "{}", "{}"),
            ("runAsNonRoot: null", "{runAsNonRoot: true}", "{runAsNonRoot: \"{{ .Values.nonRoot }}\"}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{pod}}}\n  containers:\n  \
                     - {{name: web, securityContext: {first}}}\n  initContainers:\n  \
                     - {{name: init, securityContext: {second}}}\n"
                ),
            );
        }
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                {{- toYaml .Values.podSecurityContext | nindent 4 }}
              containers:
              - name: web
            ",
        );
    }

    #[test]
    fn a_user_namespace_makes_root_harmless_from_1_35_on() {
        let text = "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ Nothing keeps container \"web\"
              hostUsers: false
              containers:
              - name: web
            ";
        check_silent(&RULE, &text.replace("^^^^ Nothing keeps container \"web\"", ""));
        let older = Settings { kubernetes: KubernetesVersion::minor(34), ..Settings::default() };
        check_with(&RULE, &older, text);
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  hostUsers: {{ .Values.hostUsers }}\n  containers:\n  - name: web\n",
        );
    }

    fn severity_and_fix(pod: &str, web: &str, init: &str) -> (Severity, Option<Applicability>) {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{pod}}}\n  containers:\n  \
             - {{name: web, securityContext: {web}}}\n  initContainers:\n  - {{name: init, securityContext: {init}}}\n"
        );
        let found = find(&RULE, &Settings::default(), &text);
        assert_eq!(found.len(), 1, "{text}");
        (found[0].1.severity, found[0].1.fix.as_ref().map(|fix| fix.applicability))
    }

    #[test]
    fn another_user_than_root_makes_it_a_note_and_its_fix_safe() {
        use {Applicability::*, Severity::*};
        assert_eq!(severity_and_fix("runAsUser: 1000", "{}", "{}"), (Info, Some(Safe)));
        assert_eq!(severity_and_fix("", "{runAsUser: 1}", "{runAsUser: 2}"), (Info, Some(Safe)));
        assert_eq!(severity_and_fix("", "{runAsUser: 1}", "{}"), (Warning, Some(Behavioural)));
        assert_eq!(severity_and_fix("", "{runAsUser: 1}", "{runAsNonRoot: true}"), (Info, Some(Behavioural)));
        assert_eq!(
            severity_and_fix("runAsUser: 1", "{}", "{runAsUser: \"{{ .Values.user }}\"}"),
            (Warning, Some(Behavioural))
        );
        assert_eq!(
            severity_and_fix("runAsNonRoot: true, runAsUser: 1", "{runAsNonRoot: false}", "{}"),
            (Info, Some(Safe))
        );
        assert_eq!(
            severity_and_fix("runAsNonRoot: true", "{runAsNonRoot: false}", "{}"),
            (Warning, Some(Behavioural))
        );
    }

    #[test]
    fn the_fix_enforces_it_for_the_pod() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              # one container
              containers:
              - name: web # the shop
                image: web:1.2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              # one container
              containers:
              - name: web # the shop
                image: web:1.2
              securityContext:
                runAsNonRoot: true
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {fsGroup: 1000, runAsNonRoot: false} # why
              containers: [{name: web}]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {fsGroup: 1000, runAsNonRoot: true} # why
              containers: [{name: web}]
            ",
        );
    }

    #[test]
    fn the_fix_takes_a_false_of_a_container_away() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsNonRoot: true
              containers:
              - name: web
                securityContext:
                  runAsNonRoot: false # for now
                  privileged: false
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
            ",
        );
    }

    #[test]
    fn the_fix_moves_a_false_of_a_container_to_a_true_of_the_pod() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000
              containers:
              - name: web
                securityContext:
                  runAsNonRoot: false
                  privileged: false
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000
                runAsNonRoot: true
              containers:
              - name: web
                securityContext:
                  privileged: false
            ",
        );
    }

    #[test]
    fn no_fix_that_contradicts_a_root_user() {
        check_no_fix(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {runAsUser: 0}\n  containers: [{name: web}]\n",
        );
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsNonRoot: true}
              containers:
              - name: web
                securityContext: {runAsNonRoot: false, runAsUser: 0}
            ",
        );
    }
}
