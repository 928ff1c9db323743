use super::level::{Level, levels};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A pod for Windows names no group Managed Service Account.
    ///
    /// ## Why
    /// Programs that use services of an Active Directory domain get an identity for it from a gMSA credential spec.
    /// Without one they fall back to stored passwords or to none. Off unless selected, since only such programs
    /// need one.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   os: {name: windows}
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
    ///   os: {name: windows}
    ///   securityContext:
    ///     windowsOptions: {gmsaCredentialSpecName: web}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: the spec must exist, and the pod's ServiceAccount must be allowed to use it.
    ///
    /// ## When it is fine
    /// Programs that use no service of a domain.
    ///
    /// ## References
    /// - [Configure GMSA for Windows pods and containers](https://kubernetes.io/docs/tasks/configure-pod-container/configure-gmsa/)
    id: "windows-gmsa-not-set",
    title: "Windows workload has no GMSA credential spec",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.securityContext.windowsOptions.gmsaCredentialSpecName"],
    also: &[(Kubescape, "C-0211")],
    check: Check::Pod(check),
}

const NAME: &[&str] = &["windowsOptions", "gmsaCredentialSpecName"];
const INLINE: &[&str] = &["windowsOptions", "gmsaCredentialSpec"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(true) {
        return;
    }
    let containers = pod.containers();
    let has_none = |level: Level<'_, '_>| level.string(NAME).is_unset() && level.string(INLINE).is_unset();
    if levels(pod, &containers).all(has_none) {
        report.find(pod.security_path(NAME), "neither the pod nor a container names a GMSA credential spec");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn it_is_found_on_the_nearest_key_of_the_pod() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {name: windows}
              securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
                                ^^^^^^^^^^^^^^ Neither the pod nor a container names
              containers: [{name: web}]
            ",
        );
    }

    #[test]
    fn specs_at_either_level_linux_and_templates_are_fine() {
        for (os, pod, container) in [
            ("windows", "gmsaCredentialSpecName: web", "runAsUserName: web"),
            ("windows", "runAsUserName: web", "gmsaCredentialSpec: \"{}\""),
            ("windows", "gmsaCredentialSpecName: \"{{ .Values.spec }}\"", "runAsUserName: web"),
            ("linux", "runAsUserName: web", "runAsUserName: web"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  os: {{name: {os}}}\n  securityContext: \
                     {{windowsOptions: {{{pod}}}}}\n  containers:\n  - name: web\n    \
                     securityContext: {{windowsOptions: {{{container}}}}}\n"
                ),
            );
        }
    }
}
