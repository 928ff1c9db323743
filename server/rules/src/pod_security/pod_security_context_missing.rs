use super::level::says_nothing;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Literal, Patch};

rule! {
    /// The pod has no security context.
    ///
    /// ## Why
    /// Who the processes are, and what the kernel lets them do, is then left to images, to the runtime and to the
    /// kubelet. The specific rules say what is missing; this one stands for them where they are turned off.
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
    ///     seccompProfile: {type: RuntimeDefault}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Adds `runAsNonRoot: true` and the seccomp profile of the runtime. An image whose user is root then does not
    /// start.
    ///
    /// ## When it is fine
    /// Where every container has a context of its own that says it all.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [Pod Security Standards: restricted](https://kubernetes.io/docs/concepts/security/pod-security-standards/)
    id: "pod-security-context-missing",
    title: "Pod has no security context",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["P.securityContext"],
    also: &[
        (Checkov, "CKV_K8S_29"),
        (Kics, "a97a340a-0063-418e-b3a1-3028941d0995"),
        (Trivy, "KSV-0118"),
        (Kubescape, "C-0211"),
    ],
    covered_by: &["run-as-non-root-not-enforced", "seccomp-profile-missing"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if !says_nothing(pod.node.get("securityContext")) {
        return;
    }
    let path = pod.path.key("securityContext");
    let mut context = vec![("runAsNonRoot".to_owned(), Literal::Boolean(true))];
    let mut title = "Add a securityContext with runAsNonRoot".to_owned();
    // The API server refuses a seccomp profile in pods for Windows.
    if pod.is_windows() == Some(false) {
        let profile = Literal::Mapping(vec![("type".to_owned(), "RuntimeDefault".into())]);
        context.push(("seccompProfile".to_owned(), profile));
        title.push_str(" and a seccomp profile");
    }
    report
        .find(path.clone(), "the pod has no security context")
        .fix(Fix::behavioural(title, [Patch::Set { path, value: Literal::Mapping(context) }]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn absent_and_empty_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The pod has no security context
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {}
              ^^^^^^^^^^^^^^^ The pod has no security context
              containers: []
            ",
        );
    }

    #[test]
    fn the_specific_rules_are_more_telling() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("run-as-non-root-not-enforced"));
    }

    #[test]
    fn any_field_and_templates_are_fine() {
        for context in
            ["{fsGroup: 0}", "{{ .Values.context }}", "\n    {{- toYaml .Values.context | nindent 4 }}"]
        {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {context}\n"));
        }
    }

    #[test]
    fn the_fix_adds_what_belongs_to_the_pod() {
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
                runAsNonRoot: true
                seccompProfile:
                  type: RuntimeDefault
            ",
        );
    }
}
