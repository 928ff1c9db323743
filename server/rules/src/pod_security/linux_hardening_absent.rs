use super::apparmor::{AppArmor, apparmor};
use super::capabilities::{DROP, names};
use super::level::{Level, says_nothing};
use super::seccomp::{SECCOMP_TYPE, Seccomp, seccomp};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Patch;

rule! {
    /// Nothing that the kernel offers to confine a container is asked for.
    ///
    /// ## Why
    /// Seccomp, AppArmor, SELinux and dropped capabilities each take away ways to attack the kernel or the node. A
    /// container with none of them has only its namespaces between it and the others.
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
    ///     seccompProfile: {type: RuntimeDefault}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Sets `seccompProfile.type: RuntimeDefault` for the pod, the one that suits nearly every program.
    ///
    /// ## When it is fine
    /// Where the runtime and the kubelet have defaults that are known to be on; the specific rules tell more.
    ///
    /// ## How others differ
    /// polaris is content with any one of the four, kubescape looks at seccomp alone. Here, too, any one will do;
    /// the specific rules ask for each.
    ///
    /// ## References
    /// - [Linux kernel security constraints for pods](https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/)
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "linux-hardening-absent",
    title: "No kernel hardening is configured at all",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext"],
    also: &[(Polaris, "linuxHardening"), (Kubescape, "C-0055")],
    covered_by: &["capabilities-not-all-dropped", "capabilities-drop-missing", "seccomp-unconfined"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let (own, inherited) = (seccomp(Level::Container(container)), seccomp(Level::Pod(pod)));
    let has_no_filter = match own {
        Seccomp::Unset => matches!(inherited, Seccomp::Unset | Seccomp::Off(_)),
        own => matches!(own, Seccomp::Off(_)),
    };
    let drops_nothing = || names(container.security(DROP)).is_some_and(|dropped| dropped.is_empty());
    let has_no_label = || {
        let levels = [Level::Container(container), Level::Pod(pod)];
        levels.into_iter().all(|level| says_nothing(level.field(&["seLinuxOptions"])))
    };
    let is_confined = || matches!(apparmor(pod, container), AppArmor::Confined | AppArmor::Unknown);
    if !has_no_filter || !drops_nothing() || !has_no_label() || is_confined() {
        return;
    }
    let message = format!(
        "{} has no seccomp or AppArmor profile, no SELinux options and drops no capability",
        container.title()
    );
    let found = report.find(container.security_path(&[]), message);
    if own == Seccomp::Unset && inherited == Seccomp::Unset {
        found.fix(Fix::behavioural(
            "Set seccompProfile.type: RuntimeDefault for the pod",
            [Patch::Set { path: pod.security_path(SECCOMP_TYPE), value: "RuntimeDefault".into() }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn it_is_found_on_the_context_or_the_container() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ container \"web\" has no seccomp or AppArmor profile
              - name: proxy
                securityContext: {seccompProfile: {type: Unconfined}}
                ^^^^^^^^^^^^^^^ container \"proxy\" has no seccomp
              - name: calm
                securityContext: {seccompProfile: {type: RuntimeDefault}}
            ",
        );
    }

    #[test]
    fn the_specific_rules_are_more_telling() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("capabilities-not-all-dropped"));
    }

    #[test]
    fn any_of_the_four_and_templates_are_fine() {
        for (pod, container) in [
            ("{seccompProfile: {type: Localhost}}", "{}"),
            ("{appArmorProfile: {type: RuntimeDefault}}", "{}"),
            ("{seLinuxOptions: {level: s0}}", "{}"),
            ("{}", "{capabilities: {drop: [KILL]}}"),
            ("{}", "\"{{ .Values.context }}\""),
            ("\"{{ .Values.context }}\"", "{}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{securityContext: {pod}, containers: [{{name: web, securityContext: {container}}}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_asks_for_the_runtimes_filter() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web}] # one
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web}] # one
              securityContext:
                seccompProfile:
                  type: RuntimeDefault
            ",
        );
    }
}
