use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// Fewer than 10 old audit log files are kept.
    ///
    /// ## Why
    /// Whoever makes noise enough pushes the record of what they did out of the few files that are kept. Left
    /// out, or 0, all are kept.
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
    ///     - --audit-log-maxbackup=5
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
    ///     - --audit-log-maxbackup=10
    /// ```
    ///
    /// ## Fix
    /// Sets `--audit-log-maxbackup=10`.
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
    id: "apiserver-audit-log-max-backup",
    title: "Fewer than 10 audit log files are kept",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --audit-log-maxbackup"],
    also: &[(Checkov, "CKV_K8S_93"), (Kics, "768aab52-2504-4a2f-a3e3-329d5a679848"), (Trivy, "KCV-0021"), (Kubescape, "C-0132")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ApiServer,
    name: "audit-log-maxbackup",
    is_wrong: |limit| (1..10).contains(&limit),
    cure: Cure::Set("10"),
    consequence: "fewer than 10 old audit logs are kept",
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
                - --audit-log-maxbackup=5
                  ^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --audit-log-maxbackup=5, so fewer than 10 old audit logs are kept
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --audit-log-maxbackup=10",
            "kube-apiserver, --audit-log-maxbackup=0",
            "kube-apiserver, \"--audit-log-maxbackup={{ .Values.x }}\"",
            "web, --audit-log-maxbackup=5",
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
                - --audit-log-maxbackup=5 # why
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
                - --audit-log-maxbackup=10 # why
                - --v=2
            ",
        );
    }
}
