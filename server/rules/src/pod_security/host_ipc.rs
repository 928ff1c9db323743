use super::host_namespaces::find_shared;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod shares memory segments and message queues with the processes of its node.
    ///
    /// ## Why
    /// In the node's IPC namespace a container can read and write the shared memory, semaphores and message queues
    /// of programs on the node and of every other pod that shares it. Databases and browsers keep data there.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostIPC: true
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
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Removes `hostIPC`. The containers of one pod share an IPC namespace of their own without it.
    ///
    /// ## When it is fine
    /// Rarely: programs split into pods that exchange data through shared memory on the same node, such as some
    /// scientific and graphics software.
    ///
    /// ## References
    /// - [Pod Security Standards: host namespaces](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [ipc_namespaces(7)](https://man7.org/linux/man-pages/man7/ipc_namespaces.7.html)
    id: "host-ipc",
    title: "Pod shares the node IPC namespace",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["P.hostIPC"],
    also: &[
        (Checkov, "CKV_K8S_18"),
        (KubeLinter, "host-ipc"),
        (Kics, "cd290efd-6c82-4e9d-a698-be12ae31d536"),
        (Polaris, "hostIPCSet"),
        (Trivy, "KSV-0008"),
        (Kubescape, "C-0038"),
        (Kubescape, "C-0276"),
        (Kubesec, "HostIPC"),
        (Kyverno, "disallow-host-namespaces"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_shared(pod, report, "hostIPC", "The pod shares memory and message queues with its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostIPC: true
                       ^^^^ shares memory and message queues with its node
              containers: []
            ",
        );
    }

    #[test]
    fn false_null_absent_and_templates_are_fine() {
        for setting in ["hostIPC: false", "hostIPC:", "hostPID: true", "hostIPC: {{ .Values.hostIPC }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostPID: true # stays
              hostIPC: true # goes
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostPID: true # stays
              containers: []
            ",
        );
    }
}
