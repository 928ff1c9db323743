use super::amounts::{Bound, may_have_resources, own};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A container has a CPU limit, which this site does without.
    ///
    /// ## Why
    /// A limit holds a program back even while its node is idle: its threads stop for the rest of each period of a
    /// tenth of a second, and answers become slow. Requests alone share the CPU fairly when it runs short.
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
    ///     resources:
    ///       requests: {cpu: 100m}
    ///       limits: {cpu: 500m}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     resources:
    ///       requests: {cpu: 100m}
    /// ```
    ///
    /// ## Fix
    /// Removes `limits.cpu`. Where there is no request, it becomes the request, as Kubernetes has read it so far.
    ///
    /// ## When it is fine
    /// Wherever the site has not chosen otherwise: the rule is off until it is selected. Pods that want cores of their
    /// own, or the Guaranteed class, need the limit.
    ///
    /// ## How others differ
    /// Many checkers ask for the limit, as our `cpu-limit-missing` does. Both are advice that sites choose between.
    ///
    /// ## References
    /// - [How limits are applied](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run)
    /// - [CFS bandwidth control](https://docs.kernel.org/scheduler/sched-bwc.html)
    id: "cpu-limit-set",
    title: "CPU limit is set where the site forbids it",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    fix: FixKind::Behavioural,
    also: &[(Kyverno, "forbid-cpu-limits")],
    persona: Persona::Policy,
    fields: &["C[*].resources.limits.cpu"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(_, limit) = own(container, Bound::Limit, "cpu") else { return };
    let Some(text) = limit.value.as_text().filter(|_| may_have_resources(container)) else { return };
    let path = container.path.keys(&["resources", "limits", "cpu"]);
    let remove = Patch::Remove { path: path.clone(), emptied: Emptied::Remove };
    let found = report.find(path, format!("{} is held to {text} of CPU", container.title()));
    match own(container, Bound::Request, "cpu") {
        Setting::Set(..) => {
            found.fix(Fix::behavioural("Remove limits.cpu", [remove]));
        }
        Setting::Unset => {
            let path = container.path.keys(&["resources", "requests", "cpu"]);
            let request = Patch::Set { path, value: text.into() };
            found.fix(Fix::behavioural("Make a request of limits.cpu", [remove, request]));
        }
        Setting::Unknown => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_limit_is_found_on_its_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources: {limits: {cpu: 500m}}
                                          ^^^^ container \"web\" is held to 500m of CPU
              initContainers:
              - name: init
                resources: {limits: {cpu: \"2\"}}
                                          ^^^ container \"init\" is held to 2 of CPU
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: web, resources: {limits: {memory: 1Gi, cpu: }}}]\n",
        );
    }

    #[test]
    fn the_fix_removes_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  requests: {cpu: 100m}
                  limits:
                    cpu: 500m # held back
                    memory: 1Gi # bounded
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  requests: {cpu: 100m}
                  limits:
                    memory: 1Gi # bounded
            ",
        );
    }

    #[test]
    fn the_fix_keeps_the_request_that_the_limit_was() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  limits:
                    cpu: 500m
                    memory: 1Gi
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  limits:
                    memory: 1Gi
                  requests:
                    cpu: 500m
            ",
        );
    }
}
