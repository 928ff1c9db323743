use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A manifest declares ephemeral containers.
    ///
    /// ## Why
    /// The API takes them only for a pod that already runs, through the subresource `ephemeralcontainers` (`kubectl
    /// debug` does that). A pod or template that is created with them is refused.
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
    ///   ephemeralContainers:
    ///   - name: debug
    ///     image: debug:1.2
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
    /// ```
    ///
    /// ## Fix
    /// Removes `ephemeralContainers`: no cluster could have run them from this manifest.
    ///
    /// ## When it is fine
    /// In what was read from a cluster to be looked at and not applied.
    ///
    /// ## References
    /// - [Ephemeral containers](https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/)
    id: "ephemeral-container-declared",
    title: "Manifest declares an ephemeral container",
    family: Family::PodSecurity,
    fix: FixKind::Safe,
    fields: &["P.ephemeralContainers"],
    also: &[(Kyverno, "block-ephemeral-containers")],
    check: Check::Pod(check),
}

const LIST: &str = "ephemeralContainers";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let list = pod.node.get(LIST).value();
    if list.is_some_and(|list| list.items().next().is_some()) {
        let path = pod.path.key(LIST);
        report
            .find(
                path.clone(),
                "ephemeral containers cannot be created with a manifest, only in a running pod",
            )
            .fix(Fix::safe(format!("Remove {LIST}"), [Patch::Remove { path, emptied: Emptied::Keep }]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn a_list_with_items_is_found_on_its_key() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  ephemeralContainers:
                  ^^^^^^^^^^^^^^^^^^^ Ephemeral containers cannot be created with a manifest
                  - name: debug
                  containers: []
            ",
        );
    }

    #[test]
    fn empty_absent_and_templates_are_fine() {
        for setting in
            ["ephemeralContainers: []", "ephemeralContainers:", "ephemeralContainers: {{ .Values.debug }}"]
        {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_removes_the_list() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none
              ephemeralContainers:
              - name: debug
                image: debug:1.2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none
            ",
        );
    }
}
