use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};

rule! {
    /// The pod asks for a runtime class that the settings do not permit.
    ///
    /// ## Why
    /// The runtime class chooses how containers are kept apart from their node: by a virtual machine, by a kernel
    /// of their own, or by namespaces alone. Where a stronger one is the rule, another class is a way around it.
    /// Off until the parameter `runtimeClasses` names those that are permitted.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   runtimeClassName: runc
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
    ///   runtimeClassName: gvisor
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: name a class that is permitted.
    ///
    /// ## When it is fine
    /// For node agents, which stronger runtimes keep off their node.
    ///
    /// ## References
    /// - [Runtime class](https://kubernetes.io/docs/concepts/containers/runtime-class/)
    id: "runtime-class-not-allowed",
    title: "runtimeClassName is not permitted",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    parameter: Some("runtime_classes"),
    fields: &["P.runtimeClassName"],
    also: &[(Kyverno, "restrict-runtimeclass")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = &report.context().settings.parameters.runtime_classes else { return };
    if let Setting::Set(class, _) = pod.string(&["runtimeClassName"])
        && !permitted.iter().any(|permitted| permitted == class)
    {
        let path = pod.path.key("runtimeClassName");
        report.find(path, format!("\"{class}\" is not among the permitted runtime classes"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn classes_that_are_not_listed_are_found() {
        let parameters =
            Parameters { runtime_classes: Some(vec!["gvisor".to_owned()]), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              runtimeClassName: runc
                                ^^^^ \"runc\" is not among the permitted runtime classes
            ---
            apiVersion: v1
            kind: Pod
            spec: {runtimeClassName: gvisor}
            ---
            apiVersion: v1
            kind: Pod
            spec: {containers: []}
            ---
            apiVersion: v1
            kind: Pod
            spec: {runtimeClassName: \"{{ .Values.runtimeClass }}\"}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_classes_are_set() {
        check_silent(&RULE, "apiVersion: v1\nkind: Pod\nspec: {runtimeClassName: runc}\n");
    }
}
