use super::apparmor::{APPARMOR_TYPE, AppArmor, apparmor};
use super::level::titles;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, KubernetesVersion, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Patch;

rule! {
    /// A container asks for no AppArmor profile.
    ///
    /// ## Why
    /// AppArmor keeps a process from files and system calls that are no business of its. On nodes that have it the
    /// runtime applies its default profile to every container that says nothing; to write the profile down only
    /// states what is relied on.
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
    ///     appArmorProfile: {type: RuntimeDefault}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Sets `appArmorProfile.type: RuntimeDefault` for the pod. The kubelet then refuses the pod on nodes without
    /// AppArmor, so it is for clusters where all have it, and is not offered for Kubernetes older than 1.30, which
    /// does not know the field.
    ///
    /// ## When it is fine
    /// Mostly: on nodes with AppArmor the default profile applies anyway, and other nodes use SELinux.
    ///
    /// ## How others differ
    /// KICS reads only the annotation, kubesec only the field. Here both count, the field first; what is absent is
    /// a hint and no violation of a profile, since the runtime has a default.
    ///
    /// ## References
    /// - [Restrict a container's access to resources with AppArmor](https://kubernetes.io/docs/tutorials/security/apparmor/)
    id: "apparmor-profile-missing",
    title: "No AppArmor profile is requested",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["P.securityContext.appArmorProfile.type"],
    also: &[
        (Kics, "8b36775e-183d-4d46-b0f7-96a6f34a723f"),
        (Polaris, "linuxHardening"),
        (Kubesec, "ApparmorAny"),
    ],
    covered_by: &["apparmor-unconfined"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let containers = pod.containers();
    // To be unconfined is another rule's to say, and no profile either: where it goes, nothing new is to be said here.
    let has_none = |container: &&Container<'_>| {
        matches!(apparmor(pod, container), AppArmor::Unset | AppArmor::Unconfined)
    };
    let lacking: Vec<_> = containers.iter().filter(has_none).collect();
    if lacking.is_empty() {
        return;
    }
    let knows_field = report.context().settings.kubernetes >= KubernetesVersion::minor(30);
    let is_own = |container: &Container<'_>| !container.security_string(APPARMOR_TYPE).is_unset();
    let path = pod.security_path(APPARMOR_TYPE);
    let found = report.find(path.clone(), format!("no AppArmor profile confines {}", titles(&lacking)));
    if knows_field && !lacking.iter().any(|container| is_own(container)) {
        found.fix(Fix::behavioural(
            "Set appArmorProfile.type: RuntimeDefault for the pod",
            [Patch::Set { path, value: "RuntimeDefault".into() }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn that_it_is_turned_off_is_the_more_telling_finding() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {appArmorProfile: {type: Unconfined}}\n  \
                    containers: [{name: web}]\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("apparmor-unconfined"));
    }

    #[test]
    fn one_finding_at_the_pod_stands_for_all_containers_that_say_nothing() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata:
              annotations:
                container.apparmor.security.beta.kubernetes.io/proxy: runtime/default
            spec:
            ^^^^ No AppArmor profile confines container \"web\" and container \"init\"
              containers:
              - name: web
              - name: proxy
              initContainers:
              - name: init
            ---
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
              ^^^^^^^^^^^^^^^ confines container \"web\"
                fsGroup: 1000
              containers:
              - name: web
              - name: proxy
                securityContext: {appArmorProfile: {type: Localhost, localhostProfile: proxy}}
            ",
        );
    }

    #[test]
    fn profiles_windows_and_templates_are_fine() {
        for (os, annotations, profile) in [
            ("linux", "{}", "RuntimeDefault"),
            ("linux", "{}", "\"{{ .Values.apparmor }}\""),
            ("linux", "{container.apparmor.security.beta.kubernetes.io/web: localhost/web}", "null"),
            ("linux", "\"{{ .Values.annotations }}\"", "null"),
            ("windows", "{}", "null"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, annotations: {annotations}}}\nspec:\n  \
                     os: {{name: {os}}}\n  securityContext: {{appArmorProfile: {{type: {profile}}}}}\n  \
                     containers: [{{name: web}}]\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_states_the_runtimes_profile() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # data
              containers: [{name: web}]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # data
                appArmorProfile:
                  type: RuntimeDefault
              containers: [{name: web}]
            ",
        );
    }
}
