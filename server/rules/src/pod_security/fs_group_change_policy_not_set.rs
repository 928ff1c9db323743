use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};

rule! {
    /// The pod does not say when the files of its volumes change their group.
    ///
    /// ## Why
    /// By default the kubelet changes the owner of every file of a volume each time it is mounted, which delays the
    /// start where there are many. With `OnRootMismatch` it does so only where the root of the volume has another.
    /// Off unless selected: a matter of speed.
    ///
    /// ## Avoid
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
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     fsGroup: 20000
    ///     fsGroupChangePolicy: OnRootMismatch
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: `OnRootMismatch`, if nothing else changes owners inside the volume.
    ///
    /// ## When it is fine
    /// Pods without `fsGroup`, and those with small volumes.
    ///
    /// ## References
    /// - [Configure volume permission and ownership change policy](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#configure-volume-permission-and-ownership-change-policy-for-pods)
    id: "fs-group-change-policy-not-set",
    title: "fsGroupChangePolicy is not set",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.securityContext.fsGroupChangePolicy"],
    also: &[(Kubescape, "C-0211")],
    check: Check::Pod(check),
}

const CHANGE_POLICY: &[&str] = &["fsGroupChangePolicy"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let message = match pod.security_string(CHANGE_POLICY) {
        Setting::Set("Always" | "OnRootMismatch", _) | Setting::Unknown => return,
        Setting::Set(other, _) => {
            format!("\"{other}\" is no fsGroupChangePolicy: it is Always or OnRootMismatch")
        }
        Setting::Unset => "fsGroupChangePolicy is not set and so is Always".to_owned(),
    };
    report.find(pod.security_path(CHANGE_POLICY), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn absent_and_unknown_words_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
              ^^^^^^^^^^^^^^^ fsGroupChangePolicy is not set and so is Always
                fsGroup: 1000
            ---
            apiVersion: v1
            kind: Pod
            spec:
              securityContext: {fsGroupChangePolicy: onRootMismatch}
                                                     ^^^^^^^^^^^^^^ \"onRootMismatch\" is no fsGroupChangePolicy
            ",
        );
    }

    #[test]
    fn both_words_and_templates_are_fine() {
        for policy in ["Always", "OnRootMismatch", "\"{{ .Values.policy }}\""] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{securityContext: {{fsGroupChangePolicy: {policy}}}}}\n"
                ),
            );
        }
    }
}
