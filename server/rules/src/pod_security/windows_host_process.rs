use super::level::levels;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Emptied, Patch, Path};

rule! {
    /// A Windows container runs as a process of its node.
    ///
    /// ## Why
    /// A HostProcess container is not isolated: it runs directly on the Windows node, sees its files, services and
    /// network, and with the right user name it is the node's administrator.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: agent}
    /// spec:
    ///   os: {name: windows}
    ///   hostNetwork: true
    ///   securityContext:
    ///     windowsOptions:
    ///       hostProcess: true
    ///   containers:
    ///   - name: agent
    ///     image: agent:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: agent}
    /// spec:
    ///   os: {name: windows}
    ///   securityContext:
    ///     windowsOptions:
    ///       runAsUserName: ContainerUser
    ///   containers:
    ///   - name: agent
    ///     image: agent:1.2
    /// ```
    ///
    /// ## Fix
    /// Removes `hostProcess` from the pod and all its containers at once: the API server refuses a pod in which only
    /// some are HostProcess containers.
    ///
    /// ## When it is fine
    /// Node agents for Windows: network plugins, storage drivers, log and metric collectors. Keep them in a namespace
    /// of their own.
    ///
    /// ## References
    /// - [Pod Security Standards: HostProcess](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [Create a Windows HostProcess pod](https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/)
    id: "windows-host-process",
    title: "Windows HostProcess container",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    also: &[
        (Polaris, "hostProcess"),
        (Trivy, "KSV-0103"),
        (Kubescape, "C-0211"),
        (Kyverno, "disallow-host-process"),
    ],
    fields: &[
        "P.securityContext.windowsOptions.hostProcess",
        "C[*].securityContext.windowsOptions.hostProcess",
    ],
    check: Check::Pod(check),
}

const HOST_PROCESS: &[&str] = &["windowsOptions", "hostProcess"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let containers = pod.containers();
    let at_fault: Vec<_> = levels(pod, &containers)
        .filter(|level| level.boolean(HOST_PROCESS).known() == Some(true))
        .map(|level| (level.path(HOST_PROCESS), level.title()))
        .collect();
    for (path, whom) in &at_fault {
        report
            .find(path.clone(), format!("hostProcess makes {whom} a process of its Windows node"))
            .fix(remove(at_fault.iter().map(|(path, _)| path)));
    }
}

fn remove<'p>(paths: impl Iterator<Item = &'p Path>) -> Fix {
    let patches: Vec<_> =
        paths.map(|path| Patch::Remove { path: path.clone(), emptied: Emptied::Remove }).collect();
    let title = match patches.len() {
        1 => "Remove hostProcess",
        _ => "Remove hostProcess from the pod and its containers",
    };
    Fix::behavioural(title, patches)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_at_either_level() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                windowsOptions:
                  hostProcess: true
                               ^^^^ hostProcess makes the pod a process
              containers:
              - name: agent
                securityContext: {windowsOptions: {hostProcess: true}}
                                                                ^^^^ hostProcess makes container \"agent\" a process
              initContainers:
              - name: init
                securityContext: {windowsOptions: {hostProcess: on}}
                                                                ^^ hostProcess makes container \"init\"
              ephemeralContainers:
              - name: debug
                securityContext: {windowsOptions: {hostProcess: true}}
                                                                ^^^^ hostProcess makes container \"debug\"
            ",
        );
    }

    #[test]
    fn false_absent_and_templates_are_fine() {
        for options in
            ["{hostProcess: false}", "{hostProcess: null}", "{}", "{hostProcess: \"{{ .Values.host }}\"}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{windowsOptions: {options}}}\n  \
                     containers:\n  - {{name: web, securityContext: {{windowsOptions: {options}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_removes_it_at_every_level() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {name: windows}
              securityContext:
                windowsOptions:
                  hostProcess: true # agent
                  runAsUserName: ContainerUser
              containers:
              - name: agent
                securityContext:
                  windowsOptions: {hostProcess: true, runAsUserName: ContainerUser}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {name: windows}
              securityContext:
                windowsOptions:
                  runAsUserName: ContainerUser
              containers:
              - name: agent
                securityContext:
                  windowsOptions: {runAsUserName: ContainerUser}
            ",
        );
    }
}
