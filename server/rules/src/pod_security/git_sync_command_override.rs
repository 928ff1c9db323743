use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Container, PodSpec, string};
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// The environment of a container chooses the program that git-sync runs as `git`.
    ///
    /// ## Why
    /// git-sync runs whatever `GITSYNC_GIT` names. Who may set the variable, for instance through a parameter of a
    /// chart, has a program of their choice run under the pod's ServiceAccount and with its credentials for the
    /// repository.
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
    ///     env:
    ///     - name: GITSYNC_GIT
    ///       value: /git/run
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
    ///     env:
    ///     - name: GITSYNC_REPO
    ///       value: https://git.example.org/web
    /// ```
    ///
    /// ## Fix
    /// Removes the variable, so that git-sync runs the `git` of its image.
    ///
    /// ## When it is fine
    /// In an image whose `git` has another name, if the value is fixed.
    ///
    /// ## References
    /// - [git-sync: parameters](https://github.com/kubernetes/git-sync#manual)
    id: "git-sync-command-override",
    title: "git-sync binary is overridden through GITSYNC_GIT",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["C[*].env[*].name"],
    also: &[(Checkov, "CKV_K8S_159")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let list = container.path.key("env");
    for item in container.node.get("env").value().into_iter().flat_map(Node::items) {
        if string(item.value, &["name"]).known() == Some("GITSYNC_GIT") {
            let path = list.index(item.index);
            let message = format!("GITSYNC_GIT chooses what {} runs as git", container.title());
            report.find(path.key("name"), message).fix(Fix::behavioural(
                "Remove GITSYNC_GIT",
                [Patch::Remove { path, emptied: Emptied::Remove }],
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_name_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: sync
                env:
                - {name: GITSYNC_REPO, value: web}
                - name: GITSYNC_GIT
                        ^^^^^^^^^^^ GITSYNC_GIT chooses what container \"sync\" runs as git
                  value: /git/run
            ",
        );
    }

    #[test]
    fn other_names_and_templates_are_fine() {
        for name in ["GITSYNC_GIT_CONFIG", "\"{{ .Values.name }}\"", "null"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: web, env: [{{name: {name}}}]}}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_removes_the_variable() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: sync # the shop
                env:
                - name: GITSYNC_GIT
                  value: /git/run
                - name: GITSYNC_REPO
                  value: web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: sync # the shop
                env:
                - name: GITSYNC_REPO
                  value: web
            ",
        );
    }
}
