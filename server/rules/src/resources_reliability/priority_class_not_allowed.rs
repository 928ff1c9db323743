use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Namespace, PodSpec};
use std::collections::BTreeMap;

rule! {
    /// The pod has a priority class that the site does not permit.
    ///
    /// ## Why
    /// A pod of high priority pushes others off a full node. Who may choose any class can so take the place of
    /// whatever runs there. The parameter `priorityClasses` names the permitted classes by namespace; those of `*`
    /// count for every namespace that is not named. Off until it is set.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   priorityClassName: system-cluster-critical
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
    /// By hand: choose a permitted class, or have this one permitted.
    ///
    /// ## When it is fine
    /// What the cluster cannot do without: its network, its DNS.
    ///
    /// ## How others differ
    /// kube-linter's check also finds a pod without a class where its list does not hold the empty name; that is
    /// `priority-class-missing` here.
    ///
    /// ## References
    /// - [Pod priority and preemption](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/)
    /// - [Limit priority class consumption](https://kubernetes.io/docs/concepts/policy/resource-quotas/#limit-priority-class-consumption-by-default)
    id: "priority-class-not-allowed",
    title: "Priority class is not permitted",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (KubeLinter, "priority-class-name"),
        (Kyverno, "allowed-podpriorities"),
    ],
    persona: Persona::Policy,
    parameter: Some("priority_classes"),
    fields: &["P.priorityClassName"],
    check: Check::Pod(check),
}

const FIELD: &str = "priorityClassName";

/// Stands for every namespace that is not named.
const OTHERS: &str = "*";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = &report.context().settings.parameters.priority_classes else { return };
    let Some(class) = pod.string(&[FIELD]).known().filter(|class| !class.is_empty()) else { return };
    if is_permitted(class, pod.object.home(), permitted) == Some(false) {
        let message = format!("Priority class \"{class}\" is not among those that are permitted here");
        report.find(pod.path.key(FIELD), message);
    }
}

/// Whether the class is permitted in the namespace; `None` where that depends on which it is.
fn is_permitted(class: &str, home: Namespace<'_>, permitted: &BTreeMap<String, Vec<String>>) -> Option<bool> {
    let names = |classes: &Vec<String>| classes.iter().any(|permitted| permitted == class);
    match home {
        Namespace::Named(name) => {
            Some(permitted.get(name).or_else(|| permitted.get(OTHERS)).is_some_and(names))
        }
        Namespace::Unsaid | Namespace::Unknown => {
            let everywhere = permitted.values().all(names) && permitted.contains_key(OTHERS);
            let nowhere = !permitted.values().any(names);
            (everywhere || nowhere).then_some(everywhere)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn each_namespace_has_its_classes() {
        let classes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let priority_classes = [("*", classes(&["low"])), ("shop", classes(&["low", "high"]))];
        let priority_classes = priority_classes.map(|(name, classes)| (name.to_owned(), classes)).into();
        let parameters = Parameters { priority_classes: Some(priority_classes), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop}
            spec: {priorityClassName: high, containers: []}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {namespace: blog}
            spec: {priorityClassName: high, containers: []}
                                      ^^^^ Priority class \"high\" is not among those that are permitted here
            ---
            # In shop it is, elsewhere not.
            apiVersion: v1
            kind: Pod
            spec: {priorityClassName: high, containers: []}
            ---
            apiVersion: v1
            kind: Pod
            spec: {priorityClassName: system-node-critical, containers: []}
                                      ^^^^^^^^^^^^^^^^^^^^ Priority class \"system-node-critical\"
            ---
            apiVersion: v1
            kind: Pod
            spec: {priorityClassName: low, containers: []}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_classes_are_named() {
        check_silent(&RULE, "apiVersion: v1\nkind: Pod\nspec: {priorityClassName: high, containers: []}\n");
    }
}
