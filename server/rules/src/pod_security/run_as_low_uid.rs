use super::low_identity::find_low;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A container runs as a user whose number a node may have given to an account of its own.
    ///
    /// ## Why
    /// Numbers are the same on the node as in the container. If the user 1000 of a container also is the user 1000
    /// of its node, then what leaves the container, through a volume or a bug, may touch what belongs to that
    /// account. By convention nodes give out no numbers from 10000 on.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsUser: 1000
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
    ///     runAsUser: 20000
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: the user must own the files that the image needs.
    ///
    /// ## When it is fine
    /// On nodes without accounts beside those of the system, and where volumes already belong to that number.
    ///
    /// ## How others differ
    /// Most fail below 10000, trivy and kubesec at 10000 itself, too; checkov alone exempts pods with `hostUsers:
    /// false`. Here 10000 passes, and so do pods with a user namespace of their own, whose numbers are others on
    /// the node.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [User namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/)
    id: "run-as-low-uid",
    title: "UID may collide with a host account",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fields: &["P.securityContext.runAsUser", "C[*].securityContext.runAsUser"],
    also: &[
        (Checkov, "CKV_K8S_40"),
        (Kics, "02323c00-cdc3-4fdc-a310-4f2b3e7a1660"),
        (Trivy, "KSV-0020"),
        (Kubesec, "RunAsUser"),
        (KubeScore, "container-security-context-user-group-id"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_low(pod, report, "runAsUser", "user");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn low_numbers_are_found_where_they_are_said_and_unset_ones_at_the_pod() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {runAsUser: 9999}
                                             ^^^^ user 9999 of container \"web\" is below 10000
              - name: high
                securityContext: {runAsUser: 10000}
              securityContext:
              ^^^^^^^^^^^^^^^ The image chooses the user of container \"init\"
                fsGroup: 5
              initContainers:
              - name: init
            ---
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 1000
                           ^^^^ user 1000 of the pod is below 10000
              containers:
              - name: web
            ---
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The image chooses the user of container \"web\"
              containers:
              - name: web
            ",
        );
    }

    #[test]
    fn high_numbers_user_namespaces_windows_and_templates_are_fine() {
        for (spec, context) in [
            ("hostPID: false", "runAsUser: 10000"),
            ("hostUsers: false", "runAsUser: 1000"),
            ("os: {name: windows}", "fsGroup: 5"),
            ("hostPID: false", "runAsUser: \"{{ .Values.number }}\""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  {spec}\n  securityContext: {{{context}}}\n  containers:\n  - name: web\n"
                ),
            );
        }
    }
}
