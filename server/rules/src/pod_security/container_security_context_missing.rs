use super::capabilities::all_dropped;
use super::level::says_nothing;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::{Literal, Patch};

rule! {
    /// A container has no security context of its own.
    ///
    /// ## Why
    /// Capabilities, privilege escalation and the root file system can be set for containers only: what the pod
    /// says does not stand in. The specific rules say what is missing; this one stands for them where they are
    /// turned off.
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
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     securityContext:
    ///       allowPrivilegeEscalation: false
    ///       readOnlyRootFilesystem: true
    ///       capabilities: {drop: [ALL]}
    /// ```
    ///
    /// ## Fix
    /// Adds `allowPrivilegeEscalation: false`, `readOnlyRootFilesystem: true` and `drop: ["ALL"]`, with
    /// `NET_BIND_SERVICE` added where the container declares a port below 1024. It is not offered in pods for
    /// Windows, which know none of these.
    ///
    /// ## When it is fine
    /// Programs that need what the defaults grant; write down which it is.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "container-security-context-missing",
    title: "Container has no security context",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext"],
    also: &[
        (Checkov, "CKV_K8S_30"),
        (Kics, "a97a340a-0063-418e-b3a1-3028941d0995"),
        (Trivy, "KSV-0118"),
        (Kubescape, "C-0211"),
        (KubeScore, "container-security-context-user-group-id"),
        (KubeScore, "container-security-context-readonlyrootfilesystem"),
    ],
    covered_by: &[
        "privilege-escalation-allowed",
        "capabilities-not-all-dropped",
        "root-filesystem-writable",
    ],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if !says_nothing(container.node.get("securityContext")) {
        return;
    }
    let path = container.path.key("securityContext");
    let found =
        report.find(path.clone(), format!("{} has no security context of its own", container.title()));
    if pod.is_windows() == Some(false) {
        let context = [
            ("allowPrivilegeEscalation", false.into()),
            ("readOnlyRootFilesystem", true.into()),
            ("capabilities", all_dropped(container)),
        ];
        let context = context.map(|(key, value)| (key.to_owned(), value));
        found.fix(Fix::behavioural(
            "Add a securityContext without privileges",
            [Patch::Set { path, value: Literal::Mapping(context.into()) }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};

    #[test]
    fn absent_and_empty_are_found_whatever_the_pod_says() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsNonRoot: true}
              containers:
              - name: web
                ^^^^ container \"web\" has no security context of its own
              initContainers:
              - name: init
                securityContext: {}
                ^^^^^^^^^^^^^^^ container \"init\" has no security context
            ",
        );
    }

    #[test]
    fn the_specific_rules_are_more_telling() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("privilege-escalation-allowed"));
    }

    #[test]
    fn any_field_and_templates_are_fine() {
        for context in
            ["{runAsUser: 1}", "{{ .Values.context }}", "\n      {{- toYaml .Values.context | nindent 6 }}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    securityContext: {context}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_adds_what_belongs_to_containers() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                securityContext:
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities:
                    drop:
                    - ALL
            ",
        );
        check_no_fix(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {os: {name: windows}, containers: [{name: web}]}\n",
        );
    }
}
