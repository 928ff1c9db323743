use super::level::{Level, titles};
use super::seccomp::{SECCOMP_TYPE, Seccomp, seccomp};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::PodSpec;
use leastwise_yaml::Patch;

rule! {
    /// A container runs without a seccomp profile that the manifest asks for.
    ///
    /// ## Why
    /// Seccomp keeps a process from system calls that it has no use for; most ways to attack the kernel begin with
    /// one of those. Without a profile every system call is open, unless the kubelet happens to be set up with a
    /// default.
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
    ///     seccompProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Sets `seccompProfile.type: RuntimeDefault` for the pod. It is not offered while a container turns seccomp off:
    /// that goes first.
    ///
    /// ## When it is fine
    /// Where every kubelet runs with `seccompDefault`. The restricted profile wants the field even then.
    ///
    /// ## References
    /// - [Pod Security Standards: seccomp](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Restrict a container's system calls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/)
    /// - [Seccomp BPF](https://docs.kernel.org/userspace-api/seccomp_filter.html)
    id: "seccomp-profile-missing",
    title: "No seccomp profile is requested",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_31"),
        (Kics, "f377b83e-bd07-4f48-a591-60c82b14a78b"),
        (Polaris, "linuxHardening"),
        (Trivy, "KSV-0030"),
        (Trivy, "KSV-0104"),
        (Kubescape, "C-0055"),
        (Kubescape, "C-0210"),
        (Kubescape, "C-0211"),
        (Kubesec, "SeccompAny"),
        (KubeScore, "container-seccomp-profile"),
        (Kyverno, "restrict-seccomp-strict"),
    ],
    fields: &["P.securityContext.seccompProfile.type", "C[*].securityContext.seccompProfile.type"],
    covered_by: &["seccomp-unconfined"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let containers = pod.containers();
    for container in &containers {
        let level = Level::Container(container);
        if let Seccomp::Off(value) = seccomp(level) {
            let message = format!("{} has no seccomp profile: {value} is none", container.title());
            report.find(level.path(SECCOMP_TYPE), message);
        }
    }
    let (one, many) = match seccomp(Level::Pod(pod)) {
        Seccomp::Filtered | Seccomp::Unknown => return,
        Seccomp::Off(_) => {
            ("inherits no seccomp profile from the pod", "inherit no seccomp profile from the pod")
        }
        Seccomp::Unset => ("has no seccomp profile", "have no seccomp profile"),
    };
    let says = |says: &Seccomp<'_>, container| seccomp(Level::Container(container)) == *says;
    let lacking: Vec<_> = containers.iter().filter(|container| says(&Seccomp::Unset, container)).collect();
    let message = match lacking.as_slice() {
        [] => return,
        [only] => format!("{} {one}", only.title()),
        several => format!("{} {many}", titles(several)),
    };
    let path = pod.security_path(SECCOMP_TYPE);
    let found = report.find(path.clone(), message);
    let turned_off = |container| matches!(seccomp(Level::Container(container)), Seccomp::Off(_));
    if !containers.iter().any(turned_off) {
        found.fix(Fix::behavioural(
            "Set seccompProfile.type: RuntimeDefault for the pod",
            [Patch::Set { path, value: "RuntimeDefault".into() }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};

    #[test]
    fn one_finding_at_the_pod_stands_for_all_containers_that_say_nothing() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ container \"web\" and container \"debug\" have no seccomp profile
              containers:
              - name: web
              - name: proxy
                securityContext: {seccompProfile: {type: Localhost, localhostProfile: proxy.json}}
              ephemeralContainers:
              - name: debug
            ",
        );
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
              ^^^^^^^^^^^^^^^ container \"init\" has no seccomp profile
                fsGroup: 1000
              containers:
              - name: web
                securityContext: {seccompProfile: {type: RuntimeDefault}}
              initContainers:
              - name: init
            ",
        );
    }

    #[test]
    fn what_turns_it_off_for_the_pod_is_the_more_telling_finding() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                seccompProfile:
                  type: Unconfined
                        ^^^^^^^^^^ container \"web\" inherits no seccomp profile
              containers:
              - name: web
            ",
        );
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {seccompProfile: {type: RuntimeDefault}}
              containers:
              - name: web
              - name: debug
                securityContext: {seccompProfile: {type: Unconfined}}
                                                         ^^^^^^^^^^ container \"debug\" has no seccomp profile: Unconfined is none
            ",
        );
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {seccompProfile: {type: Unconfined}}\n  \
                    containers: [{name: web}]\n";
        let (_, finding) = &find(&RULE, &Settings::default(), text)[0];
        assert_eq!(finding.covered_by, Some("seccomp-unconfined"));
    }

    #[test]
    fn profiles_at_the_pod_or_all_containers_windows_and_templates_are_fine() {
        for (os, pod, container) in [
            ("linux", "RuntimeDefault", ""),
            ("linux", "Localhost", ""),
            ("linux", "", "Localhost"),
            ("linux", "\"{{ .Values.seccomp }}\"", ""),
            ("linux", "", "\"{{ .Values.seccomp }}\""),
            ("windows", "", ""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  os: {{name: {os}}}\n  securityContext: \
                     {{seccompProfile: {{type: {pod}}}}}\n  containers:\n  - name: web\n    \
                     securityContext: {{seccompProfile: {{type: {container}}}}}\n"
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
    fn the_fix_asks_for_the_runtimes_profile() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # data
              containers:
              - name: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # data
                seccompProfile:
                  type: RuntimeDefault
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
              - name: web
                image: web:1.2 # the shop
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web:1.2 # the shop
              securityContext:
                seccompProfile:
                  type: RuntimeDefault
            ",
        );
    }

    #[test]
    fn no_fix_while_a_container_turns_it_off() {
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
              - name: proxy
                securityContext: {seccompProfile: {type: Unconfined}}
            ",
        );
    }
}
