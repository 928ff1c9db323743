use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// Audit logs are deleted within 30 days.
    ///
    /// ## Why
    /// How long break-ins go unseen is counted in weeks. Left out, or 0, there is no limit of age.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --audit-log-maxage=5
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --audit-log-maxage=30
    /// ```
    ///
    /// ## Fix
    /// Sets `--audit-log-maxage=30`.
    ///
    /// ## When it is fine
    /// Where logs are shipped elsewhere at once.
    ///
    /// ## How others differ
    /// Peers that follow the CIS benchmark to the letter also fail a missing flag. Its default keeps more, not
    /// less, so it passes here. checkov reads `command` alone, so flags in `args` pass or fail it by chance.
    /// Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a template
    /// makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Auditing](https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-audit-log-max-age",
    title: "Audit logs are kept less than 30 days",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --audit-log-maxage"],
    also: &[(Checkov, "CKV_K8S_92"), (Kics, "da9f3aa8-fbfb-472f-b5a1-576127944218"), (Trivy, "KCV-0020"), (Kubescape, "C-0131")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ApiServer,
    name: "audit-log-maxage",
    is_wrong: |limit| (1..30).contains(&limit),
    cure: Cure::Set("30"),
    consequence: "audit logs are kept for less than 30 days",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_number_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --v=2
                - --audit-log-maxage=5
                  ^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --audit-log-maxage=5, so audit logs are kept for less than 30 days
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --audit-log-maxage=30",
            "kube-apiserver, --audit-log-maxage=0",
            "kube-apiserver, \"--audit-log-maxage={{ .Values.x }}\"",
            "web, --audit-log-maxage=5",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_sets_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --audit-log-maxage=5 # why
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --audit-log-maxage=30 # why
                - --v=2
            ",
        );
    }
}
