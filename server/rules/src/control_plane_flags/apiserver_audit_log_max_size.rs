use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// Audit log files rotate below 100 MB.
    ///
    /// ## Why
    /// Small files together with a limit on their number keep a short history: noise pushes the record of a
    /// break-in out. Left out, files rotate at 100 MB.
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
    ///     - --audit-log-maxsize=5
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
    ///     - --audit-log-maxsize=100
    /// ```
    ///
    /// ## Fix
    /// Sets `--audit-log-maxsize=100`.
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
    id: "apiserver-audit-log-max-size",
    title: "Audit log files rotate below 100 MB",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --audit-log-maxsize"],
    also: &[(Checkov, "CKV_K8S_94"), (Kics, "35c0a471-f7c8-4993-aa2c-503a3c712a66"), (Trivy, "KCV-0022"), (Kubescape, "C-0133")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ApiServer,
    name: "audit-log-maxsize",
    is_wrong: |limit| (1..100).contains(&limit),
    cure: Cure::Set("100"),
    consequence: "audit logs rotate before 100 MB",
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
                - --audit-log-maxsize=5
                  ^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --audit-log-maxsize=5, so audit logs rotate before 100 MB
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --audit-log-maxsize=100",
            "kube-apiserver, \"--audit-log-maxsize={{ .Values.x }}\"",
            "web, --audit-log-maxsize=5",
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
                - --audit-log-maxsize=5 # why
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
                - --audit-log-maxsize=100 # why
                - --v=2
            ",
        );
    }
}
