use super::command_line::CommandLine;
use super::component::Component;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// The API server allows every request.
    ///
    /// ## Why
    /// With the mode AlwaysAllow whoever is let in is the administrator, anonymous requests included. It is the
    /// default of the flag, so leaving the flag out says the same.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --authorization-mode=AlwaysAllow
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --authorization-mode=Node,RBAC
    /// ```
    ///
    /// ## Fix
    /// Sets `--authorization-mode=Node,RBAC`, other modes after these. Whoever has no Role or ClusterRole bound
    /// is refused then.
    ///
    /// ## When it is fine
    /// Throw-away clusters. A file named by `--authorization-config` decides by itself and is not read here.
    ///
    /// ## How others differ
    /// Where the flag is missing, all peers pass it in this check. Its default is AlwaysAllow, so here it
    /// fails, unless `--authorization-config` is there. checkov reads `command` alone, so flags in `args` pass
    /// or fail it by chance. Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are
    /// the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Authorization](https://kubernetes.io/docs/reference/access-authn-authz/authorization/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-authorization-always-allow",
    title: "API server allows every request",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --authorization-mode"],
    also: &[(Checkov, "CKV_K8S_74"), (Kics, "f1f4d8da-1ac4-47d0-b1aa-91e69d33f7d5"), (Trivy, "KCV-0007"), (Kubescape, "C-0118")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::ApiServer) else { return };
    let modes = line.list(&["authorization-mode"]);
    let title = container.title();
    let (path, message, patches) = match modes.values.iter().find(|(mode, _)| *mode == "AlwaysAllow") {
        Some((_, at)) => {
            let here = modes.values.iter().filter(|(_, place)| place == at).map(|(mode, _)| *mode);
            let others: Vec<_> =
                here.filter(|mode| !["AlwaysAllow", "Node", "RBAC"].contains(mode)).collect();
            let list = [&["Node", "RBAC"], &others[..]].concat().join(",");
            let given = &modes.given[*at];
            let message = format!("{title} lists AlwaysAllow, so the API server allows every request");
            (given.path.clone(), message, line.set(given, &list))
        }
        None if modes.given.is_empty() && !modes.open && !line.may_have("authorization-config") => {
            let message =
                format!("{title} sets no --authorization-mode, so the API server allows every request");
            (line.missing(), message, line.add("authorization-mode", "Node,RBAC"))
        }
        None => return,
    };
    let found = report.find(path, message);
    if let Some(patches) = patches {
        found.fix(Fix::behavioural("Set --authorization-mode=Node,RBAC", patches));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn the_mode_and_its_absence_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --authorization-mode=RBAC,AlwaysAllow
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" lists AlwaysAllow, so the API server allows every request
              - name: b
                command:
                ^^^^^^^ container \"b\" sets no --authorization-mode, so the API server allows every request
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn other_modes_files_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, --authorization-mode=RBAC",
            "kube-apiserver, --authorization-mode, Webhook",
            "kube-apiserver, --authorization-config=/etc/x.yaml",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, \"--authorization-mode={{ .Values.x }}\"",
            "web",
            "kube-scheduler",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_keeps_other_modes() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --authorization-mode=AlwaysAllow,Webhook # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --authorization-mode=Node,RBAC,Webhook # why
            ",
        );
    }

    #[test]
    fn the_fix_brings_the_flag() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2
                - --authorization-mode=Node,RBAC
            ",
        );
    }

    #[test]
    fn it_covers_what_is_said_of_single_modes() {
        let text =
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, command: [kube-apiserver]}\n";
        for rule in ["apiserver-authorization-node-missing", "apiserver-authorization-rbac-missing"] {
            let found = find(crate::rule(rule).unwrap(), &crate::Settings::default(), text);
            assert_eq!(found[0].1.covered_by, Some(RULE.id), "{rule}");
        }
    }
}
