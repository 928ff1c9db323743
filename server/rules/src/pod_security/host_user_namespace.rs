use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::Patch;

rule! {
    /// The users of the pod are users of its node.
    ///
    /// ## Why
    /// In the namespace of the node, root in a container that breaks out is root on the node. With `hostUsers:
    /// false` the kernel maps the users of the pod to unused ones, and root in it is nobody outside.
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
    ///   hostUsers: false
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Sets `hostUsers: false`. It is not offered while the pod shares a namespace with its node: the API server
    /// refuses the pair.
    ///
    /// ## When it is fine
    /// On nodes whose kernel, file systems or runtime cannot map users, and for pods that work on their node. Off
    /// unless selected.
    ///
    /// ## References
    /// - [User namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/)
    id: "host-user-namespace",
    title: "Pod runs in the node user namespace",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fix: FixKind::Behavioural,
    fields: &["P.hostUsers"],
    also: &[(Kubesec, "HostUsers")],
    check: Check::Pod(check),
}

const FIELD: &str = "hostUsers";

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    // The API server refuses the field in pods for Windows.
    if pod.is_windows() != Some(false) {
        return;
    }
    let message = match pod.boolean(&[FIELD]) {
        Setting::Set(true, _) => "The users of the pod are users of its node",
        Setting::Unset => "The users of the pod are users of its node, which is the default",
        Setting::Set(false, _) | Setting::Unknown => return,
    };
    let path = pod.path.key(FIELD);
    let found = report.find(path.clone(), message);
    let shares = |field| !matches!(pod.boolean(&[field]), Setting::Set(false, _) | Setting::Unset);
    if !["hostNetwork", "hostPID", "hostIPC"].into_iter().any(shares) {
        found.fix(Fix::behavioural("Set hostUsers: false", [Patch::Set { path, value: false.into() }]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_and_absent_on_the_pod_spec() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostUsers: true
                         ^^^^ The users of the pod are users of its node
              containers: []
            ---
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                ^^^^ which is the default
                  containers: []
            ",
        );
    }

    #[test]
    fn false_windows_and_templates_are_fine() {
        for setting in ["hostUsers: false", "os: {name: windows}", "hostUsers: {{ .Values.hostUsers }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_says_so_unless_the_pod_shares_a_namespace_with_its_node() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none
              hostUsers: false
            ",
        );
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            check_no_fix(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec: {{{field}: true, containers: []}}\n"),
            );
        }
    }
}
