use super::level::{Level, says_nothing, titles};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// Neither the pod nor its container sets SELinux options.
    ///
    /// ## Why
    /// On nodes with SELinux the runtime gives every container the type `container_t` and a pair of categories of
    /// its own, which keeps containers apart. Some sites want type and level written down instead. Off unless
    /// selected.
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
    ///     seLinuxOptions: {level: "s0:c123,c456"}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: which label is right depends on the policy of the nodes.
    ///
    /// ## When it is fine
    /// Nearly always: the label that the runtime assigns is the safer one.
    ///
    /// ## References
    /// - [Assign SELinux labels to a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container)
    id: "selinux-options-missing",
    title: "No SELinux options are set",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.securityContext.seLinuxOptions"],
    also: &[(Kubescape, "C-0211")],
    check: Check::Pod(check),
}

const OPTIONS: &[&str] = &["seLinuxOptions"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) || !says_nothing(Level::Pod(pod).field(OPTIONS)) {
        return;
    }
    let containers = pod.containers();
    let is_lacking = |container: &&Container<'_>| says_nothing(Level::Container(container).field(OPTIONS));
    let lacking: Vec<_> = containers.iter().filter(is_lacking).collect();
    if !lacking.is_empty() {
        let message = format!("no SELinux options are set for {}", titles(&lacking));
        report.find(pod.security_path(OPTIONS), message);
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
            ^^^^ No SELinux options are set for container \"web\"
              containers:
              - name: web
              - name: proxy
                securityContext: {seLinuxOptions: {type: container_t}}
            ",
        );
    }

    #[test]
    fn options_at_either_level_and_templates_are_fine() {
        for (pod, container) in [
            ("{seLinuxOptions: {level: s0}}", "{}"),
            ("{}", "{seLinuxOptions: {level: s0}}"),
            ("{seLinuxOptions: \"{{ .Values.selinux }}\"}", "{}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{securityContext: {pod}, containers: [{{name: web, securityContext: {container}}}]}}\n"
                ),
            );
        }
    }
}
