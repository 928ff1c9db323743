use super::level::levels;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{PodSpec, lookup};
use leastwise_yaml::Node;

rule! {
    /// A process of the pod belongs to the root group.
    ///
    /// ## Why
    /// Files of the node, and files in most images, belong to group 0 and let it read or write. A process in that
    /// group gets at them, through a volume or from within the image, without being root.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsUser: 1000
    ///     fsGroup: 0
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
    ///     runAsUser: 1000
    ///     fsGroup: 1000
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a group that owns the files which the program needs.
    ///
    /// ## When it is fine
    /// For images made to run as any user of group 0, as OpenShift asks for: their files are writable by that group
    /// and by nobody else.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [Pod Security Standards: what they leave out](https://kubernetes.io/docs/concepts/security/pod-security-standards/)
    id: "root-group-membership",
    title: "Process belongs to the root group",
    family: Family::PodSecurity,
    fields: &[
        "P.securityContext.runAsGroup",
        "P.securityContext.fsGroup",
        "P.securityContext.supplementalGroups[*]",
        "C[*].securityContext.runAsGroup",
    ],
    also: &[
        (KubeLinter, "run-as-non-root"),
        (Trivy, "KSV-0116"),
        (Kubescape, "C-0013"),
        (Kubescape, "C-0211"),
        (Kyverno, "require-non-root-groups"),
    ],
    check: Check::Pod(check),
}

const GROUP: &[&str] = &["runAsGroup"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    for level in levels(pod, &containers).filter(|level| level.integer(GROUP).known() == Some(0)) {
        report.find(level.path(GROUP), format!("{} runs with group 0, the root group", level.title()));
    }
    if pod.security_integer(&["fsGroup"]).known() == Some(0) {
        let path = pod.security_path(&["fsGroup"]);
        report.find(path, "fsGroup 0 gives the volumes of the pod, and its processes, to the root group");
    }
    let groups = lookup(pod.node, &["securityContext", "supplementalGroups"]).value();
    for item in groups.into_iter().flat_map(Node::items) {
        if item.value.as_integer() == Some(0) {
            let path = pod.security_path(&["supplementalGroups"]).index(item.index);
            report.find(path, "The processes of the pod belong to group 0, the root group");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn every_explicit_zero_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsGroup: 0
                            ^ the pod runs with group 0
                fsGroup: 0
                         ^ fsGroup 0 gives the volumes of the pod
                supplementalGroups: [1000, 0]
                                           ^ belong to group 0
              containers:
              - name: web
                securityContext: {runAsGroup: 0}
                                              ^ container \"web\" runs with group 0
              ephemeralContainers:
              - name: debug
                securityContext: {runAsGroup: 1000}
            ",
        );
    }

    #[test]
    fn absent_other_groups_and_templates_are_fine() {
        for context in [
            "runAsUser: 0",
            "runAsGroup: 1, fsGroup: 2, supplementalGroups: [3]",
            "runAsGroup: null, supplementalGroups: \"{{ .Values.groups }}\"",
            "fsGroup: \"{{ .Values.group }}\"",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{context}}}\n  containers:\n  - name: web\n"
                ),
            );
        }
    }
}
