use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};

rule! {
    /// The pod has no priority class.
    ///
    /// ## Why
    /// When nodes are full, pods of higher priority push out those of lower, and nodes that shut down end them in that
    /// order. A pod without a class has the cluster's default, 0 unless somebody set another: what matters and what
    /// does not are alike.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   priorityClassName: front-end
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: the class must exist in the cluster.
    ///
    /// ## When it is fine
    /// In clusters that do not rank their work, which are most. So it is a hint for those who ask.
    ///
    /// ## References
    /// - [Pod priority and preemption](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/)
    id: "priority-class-missing",
    title: "No priority class",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (Polaris, "priorityClassNotSet"),
        (Kyverno, "require-pod-priorityclassname"),
    ],
    persona: Persona::Pedantic,
    fields: &["P.priorityClassName"],
    check: Check::Pod(check),
}

const FIELD: &str = "priorityClassName";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if matches!(pod.string(&[FIELD]), Setting::Unset | Setting::Set("", _)) {
        report.find(pod.path.key(FIELD), "The pod has no priority class, so it has the default priority");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_missing_or_empty_class_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                ^^^^ The pod has no priority class
                  containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              priorityClassName: \"\"
                                 ^^ The pod has no priority class
              containers: []
            ",
        );
        for class in ["low", "\"{{ .Values.class }}\""] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec: {{priorityClassName: {class}, containers: []}}\n"),
            );
        }
    }
}
