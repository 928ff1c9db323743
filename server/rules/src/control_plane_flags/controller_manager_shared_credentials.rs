use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// All controllers act with one identity.
    ///
    /// ## Why
    /// With the flag each controller has a ServiceAccount of its own with the rights that it needs. Without it
    /// all of them share one that may do what any of them may, so a fault in one reaches everything.
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
    ///     - --use-service-account-credentials=false
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
    ///     - --use-service-account-credentials=true
    /// ```
    ///
    /// ## Fix
    /// Sets `--use-service-account-credentials=true`. The cluster needs RBAC, whose built-in roles cover the
    /// controllers.
    ///
    /// ## When it is fine
    /// Clusters without RBAC.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "controller-manager-shared-credentials",
    title: "All controllers share one identity",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --use-service-account-credentials"],
    also: &[(Checkov, "CKV_K8S_108"), (Kics, "1acd93f1-5a37-45c0-aaac-82ece818be7d"), (Trivy, "KCV-0035"), (Kubescape, "C-0146")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ControllerManager],
    name: "use-service-account-credentials",
    wanted: true,
    default: false,
    unless: &[],
    consequence: "all controllers act with one set of credentials",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_unsafe_value_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-controller-manager
                - --v=2
                - --use-service-account-credentials=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --use-service-account-credentials=false, so all controllers act with one set of credentials
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --use-service-account-credentials out, so all controllers act with one set of credentials
                - kube-controller-manager
                - --v=2
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "kube-controller-manager, --use-service-account-credentials=true",
            "kube-controller-manager, \"--use-service-account-credentials={{ .Values.x }}\"",
            "kube-controller-manager, \"{{ .Values.flags }}\"",
            "web, --use-service-account-credentials=false",
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
                - kube-controller-manager
                - --v=2 # more
                - --use-service-account-credentials=false # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-controller-manager
                - --v=2 # more
                - --use-service-account-credentials=true # why
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
                - kube-controller-manager
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-controller-manager
                - --v=2 # more
                - --use-service-account-credentials=true
            ",
        );
    }
}
