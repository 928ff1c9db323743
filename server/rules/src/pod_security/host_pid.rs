use super::host_namespaces::find_shared;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod sees and can signal every process of its node.
    ///
    /// ## Why
    /// In the node's process namespace a container lists the processes of every other pod and of the node itself,
    /// with their command lines. As root it reads their environments and, through `/proc/<pid>/root`, their files;
    /// it can end or trace them. Together with `privileged` it is one `nsenter` away from a root shell on the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostPID: true
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
    /// Removes `hostPID`. To share processes between the containers of one pod, `shareProcessNamespace` is enough.
    ///
    /// ## When it is fine
    /// Node exporters, profilers and security agents look at the processes of the node by purpose.
    ///
    /// ## References
    /// - [Pod Security Standards: host namespaces](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [pid_namespaces(7)](https://man7.org/linux/man-pages/man7/pid_namespaces.7.html)
    id: "host-pid",
    title: "Pod shares the node process namespace",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["P.hostPID"],
    also: &[
        (Checkov, "CKV_K8S_17"),
        (KubeLinter, "host-pid"),
        (Kics, "302736f4-b16c-41b8-befe-c0baffa0bd9d"),
        (Polaris, "hostPIDSet"),
        (Trivy, "KSV-0010"),
        (Kubescape, "C-0038"),
        (Kubescape, "C-0275"),
        (Kubesec, "HostPID"),
        (Kyverno, "disallow-host-namespaces"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_shared(pod, report, "hostPID", "The pod sees and can signal every process of its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_in_any_spelling_is_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  template:
                    spec: {hostPID: True, containers: []}
                                    ^^^^ every process of its node
            ",
        );
    }

    #[test]
    fn false_null_absent_and_templates_are_fine() {
        for setting in ["hostPID: off", "hostPID: ~", "hostIPC: true", "hostPID: {{ .Values.hostPID }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_removes_the_field_in_flow_style_too() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec: {hostPID: true, containers: []} # one line
            ",
            "
            apiVersion: v1
            kind: Pod
            spec: {containers: []} # one line
            ",
        );
    }
}
