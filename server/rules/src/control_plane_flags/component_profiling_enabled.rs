use super::boolean_flag::BooleanFlag;
use super::component::Component;
use super::configuration_field::{BooleanField, Cure};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// A component of the control plane serves its profiling endpoint.
    ///
    /// ## Why
    /// Profiles show what a component does in detail and cost time to take, so the endpoint helps both to look
    /// around and to slow the component down. It is on by default, behind authorization.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --leader-elect=true
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --leader-elect=true
    ///     - --profiling=false
    /// ```
    ///
    /// ## Fix
    /// Sets `--profiling=false`, or `enableProfiling: false` in a KubeSchedulerConfiguration. Taking a profile
    /// then needs a restart.
    ///
    /// ## When it is fine
    /// While someone looks for a slow spot.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    /// - [kube-scheduler](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/)
    /// - [KubeSchedulerConfiguration](https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/)
    id: "component-profiling-enabled",
    title: "Profiling endpoint is on",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --profiling", "enableProfiling"],
    also: &[(Checkov, "CKV_K8S_90"), (Checkov, "CKV_K8S_107"), (Checkov, "CKV_K8S_114"), (Kics, "2f491173-6375-4a84-b28e-a4e2b9a58a69"), (Trivy, "KCV-0018"), (Trivy, "KCV-0034"), (Trivy, "KCV-0040"), (Kubescape, "C-0129"), (Kubescape, "C-0145"), (Kubescape, "C-0151")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAG.check(container, report),
        &["KubeSchedulerConfiguration"],
        |object, report| FIELD.check(object, report),
    ),
}

const CONSEQUENCE: &str = "its profiling endpoint is on";

// Where the scheduler has a configuration file, the flag counts for nothing.
const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ApiServer, Component::ControllerManager, Component::Scheduler],
    name: "profiling",
    wanted: false,
    default: true,
    unless: &["config"],
    consequence: CONSEQUENCE,
};

const FIELD: BooleanField = BooleanField {
    group: "kubescheduler.config.k8s.io",
    keys: &["enableProfiling"],
    wanted: false,
    default: true,
    cure: Cure::Set,
    consequence: CONSEQUENCE,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn three_components_and_the_schedulers_file_are_found() {
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
                - --profiling
                  ^^^^^^^^^^^ container \"a\" sets --profiling=true, so its profiling endpoint is on
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --profiling out
                - kube-controller-manager
              - name: c
                command:
                ^^^^^^^ container \"c\" leaves --profiling out
                - kube-scheduler
                - --v=2
            ---
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            ^^^^ enableProfiling is left out, so its profiling endpoint is on
            ---
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            enableProfiling: true
                             ^^^^ enableProfiling is true
            ",
        );
    }

    #[test]
    fn off_or_decided_elsewhere_is_fine() {
        for text in [
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nenableProfiling: false\n",
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nenableProfiling: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kube-scheduler, --config=/etc/x.yaml]\n  - command: [kube-apiserver, --profiling=false]\n  - command: [etcd]\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_sets_the_flag() {
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
                - --profiling=true # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-scheduler
                - --profiling=false # why
            ",
        );
    }

    #[test]
    fn the_fix_sets_the_field() {
        check_fix(
            &RULE,
            "
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration # ours
            ",
            "
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration # ours
            enableProfiling: false
            ",
        );
    }
}
