use super::level::{Level, levels};
use super::other_workloads::{others, title};
use super::root_user::RUN_AS_USER;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, RunsAs, Setting};

rule! {
    /// Two workloads run as the same user.
    ///
    /// ## Why
    /// On a node they share, processes of one user may signal each other where namespaces are shared, and read what
    /// the other leaves on a volume of the node. With a number for each workload, what breaks out of one is a
    /// stranger to the other. Off unless selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext: {runAsUser: 20000}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: shop}
    /// spec:
    ///   securityContext: {runAsUser: 20000}
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
    ///   securityContext: {runAsUser: 20000}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: shop}
    /// spec:
    ///   securityContext: {runAsUser: 20001}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: the number must own the files that each image needs.
    ///
    /// ## When it is fine
    /// Workloads of one application that share volumes; pods with a user namespace of their own, which the rule
    /// leaves in peace.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [User namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/)
    id: "workload-uid-reused",
    title: "Two workloads share the same UID",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.securityContext.runAsUser", "C[*].securityContext.runAsUser"],
    also: &[(Kyverno, "require-unique-uid-per-workload")],
    covered_by: &["run-as-user-zero"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if matches!(pod.boolean(&["hostUsers"]), Setting::Set(false, _) | Setting::Unknown) {
        return;
    }
    let containers = pod.containers();
    for level in levels(pod, &containers) {
        let Setting::Set(user, _) = level.integer(RUN_AS_USER) else { continue };
        let is_inherited =
            || containers.iter().any(|container| container.security_integer(RUN_AS_USER).is_unset());
        if matches!(level, Level::Pod(_)) && !is_inherited() {
            continue;
        }
        let has_user = |runs_as: &RunsAs| runs_as.users.contains(&user);
        let Some(other) = others(report.workspace(), &pod.object, has_user).next() else { continue };
        let message = format!("{} runs as user {user}, and so does {}", level.title(), title(other));
        let name = other.path.keys(&["metadata", "name"]);
        report.find(level.path(RUN_AS_USER), message).related_in(other, &name, "Runs as the same user");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_user_of_another_workload_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              securityContext: {runAsUser: 20000}
                                           ^^^^^ The pod runs as user 20000, and so does Deployment \"shop\"
              containers: [{name: web}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop}
            spec:
              template:
                spec:
                  containers:
                  - {name: shop, securityContext: {runAsUser: 20000}}
                                                              ^^^^^ container \"shop\" runs as user 20000, and so does Pod \"web\"
                  - {name: own, securityContext: {runAsUser: 20001}}
            ",
        );
    }

    #[test]
    fn the_same_object_user_namespaces_and_what_may_be_the_same_are_fine() {
        for (metadata, spec) in [
            ("{name: web}", "securityContext: {runAsUser: 20000}"), // an overlay, say
            ("{name: web, namespace: \"{{ .Values.namespace }}\"}", "securityContext: {runAsUser: 20000}"),
            ("{name: \"{{ .Values.name }}\"}", "securityContext: {runAsUser: 20000}"),
            ("{name: shop}", "securityContext: {runAsUser: 20001}"),
            ("{name: shop}", "hostUsers: false\n  securityContext: {runAsUser: 20000}"),
        ] {
            let pod = |metadata, spec| {
                format!(
                    "apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec:\n  {spec}\n  containers: [{{name: web}}]\n"
                )
            };
            let web = pod("{name: web}", "securityContext: {runAsUser: 20000}");
            check_silent(&RULE, &format!("{web}---\n{}", pod(metadata, spec)));
        }
    }
}
