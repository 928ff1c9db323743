use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// The controller manager or the scheduler listens on all addresses.
    ///
    /// ## Why
    /// Both serve metrics, health and, unless turned off, profiles to whoever reaches the node, and need no
    /// visitor from outside of it: the API server never calls them. The default is all addresses.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-scheduler, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-scheduler
    ///     image: registry.k8s.io/kube-scheduler:v1.34.0
    ///     command:
    ///     - kube-scheduler
    ///     - --bind-address=0.0.0.0
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-scheduler, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-scheduler
    ///     image: registry.k8s.io/kube-scheduler:v1.34.0
    ///     command:
    ///     - kube-scheduler
    ///     - --bind-address=127.0.0.1
    /// ```
    ///
    /// ## Fix
    /// Sets `--bind-address=127.0.0.1`. Whatever scrapes their metrics from another node cannot reach them
    /// then.
    ///
    /// ## When it is fine
    /// Where metrics are scraped over the network, with authentication on.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    /// - [kube-scheduler](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/)
    id: "component-bind-address",
    title: "Controller manager or scheduler listens on all addresses",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --bind-address"],
    also: &[(Checkov, "CKV_K8S_113"), (Checkov, "CKV_K8S_115"), (Kics, "46a2e9ec-6a5f-4faa-9d39-4ea44d5d87a2"), (Trivy, "KCV-0039"), (Trivy, "KCV-0041"), (Kubescape, "C-0150"), (Kubescape, "C-0152")],
    check: Check::Container(check),
}

const FLAG: &str = "bind-address";

const LOOPBACK: &str = "127.0.0.1";

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for component in [Component::ControllerManager, Component::Scheduler] {
        let Some(line) = CommandLine::of(container, component) else { continue };
        let (title, program) = (container.title(), component.program());
        let (path, message, patches) = match line.flag(FLAG, Takes::Value) {
            Flag::Set(address, _) if is_loopback(address) => continue,
            Flag::Set(address, given) => {
                let message =
                    format!("{title} sets --{FLAG}={address}, so {program} can be reached from other nodes");
                let patches = line.set(&given, LOOPBACK);
                (given.path, message, patches)
            }
            Flag::Absent => {
                let message = format!("{title} leaves --{FLAG} out, so {program} listens on all addresses");
                (line.missing(), message, line.add(FLAG, LOOPBACK))
            }
            Flag::Unknown => continue,
        };
        let found = report.find(path, message);
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("Set --{FLAG}={LOOPBACK}"), patches));
        }
    }
}

fn is_loopback(address: &str) -> bool {
    address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn other_addresses_and_none_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-scheduler
                - --bind-address=0.0.0.0
                  ^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --bind-address=0.0.0.0, so kube-scheduler can be reached from other nodes
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --bind-address out, so kube-controller-manager listens on all addresses
                - kube-controller-manager
            ",
        );
    }

    #[test]
    fn loopback_and_hidden_ones_are_fine() {
        for command in [
            "kube-scheduler, --bind-address=127.0.0.1",
            "kube-scheduler, \"--bind-address=::1\"",
            "kube-scheduler, --bind-address=$(IP)",
            "kube-scheduler, \"{{ .Values.flags }}\"",
            "kube-apiserver",
            "web",
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
    fn the_fix_sets_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-scheduler
                - --bind-address
                - 0.0.0.0 # all
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-scheduler
                - --bind-address
                - \"127.0.0.1\" # all
            ",
        );
    }

    #[test]
    fn the_fix_adds_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-scheduler
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-scheduler
                - --v=2
                - --bind-address=127.0.0.1
            ",
        );
    }
}
