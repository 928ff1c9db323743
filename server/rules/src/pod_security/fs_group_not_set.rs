use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod sets no group for its volumes.
    ///
    /// ## Why
    /// With `fsGroup` the kubelet gives volumes that can have owners to one group and adds the processes to it, so
    /// that they need not run as root to write. Off unless selected: only some kinds of volume heed it.
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
    ///     fsGroup: 20000
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a group.
    ///
    /// ## When it is fine
    /// Pods without volumes, or whose volumes already belong to the user of the image.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "fs-group-not-set",
    title: "No fsGroup is set",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.securityContext.fsGroup"],
    also: &[(Kubescape, "C-0211")],
    check: Check::Pod(check),
}

const FS_GROUP: &[&str] = &["fsGroup"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() == Some(false) && pod.security_integer(FS_GROUP).is_unset() {
        report.find(pod.security_path(FS_GROUP), "the pod sets no fsGroup for its volumes");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn absent_is_found_on_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The pod sets no fsGroup for its volumes
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {runAsUser: 1000}
              ^^^^^^^^^^^^^^^ The pod sets no fsGroup
              containers: []
            ",
        );
    }

    #[test]
    fn any_group_windows_and_templates_are_fine() {
        for (os, context) in [
            ("linux", "{fsGroup: 0}"),
            ("linux", "{fsGroup: \"{{ .Values.group }}\"}"),
            ("linux", "\"{{ .Values.context }}\""),
            ("windows", "{}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{os: {{name: {os}}}, securityContext: {context}}}\n"
                ),
            );
        }
    }
}
