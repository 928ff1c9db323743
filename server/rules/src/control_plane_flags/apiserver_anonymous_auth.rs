use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// The API server lets requests in that say nothing of who sends them.
    ///
    /// ## Why
    /// Such a request becomes the user `system:anonymous` in the group `system:unauthenticated`. What that may
    /// do is decided by authorization, so one careless binding opens the cluster to everyone who reaches the
    /// port. The flag is on by default.
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
    ///     - --anonymous-auth=true
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
    ///     - --anonymous-auth=false
    /// ```
    ///
    /// ## Fix
    /// Sets `--anonymous-auth=false`. Probes of `/livez` and `/readyz` that the kubelet sends without a
    /// certificate fail then: give them a client certificate, or restrict anonymous access to those paths with
    /// `--authentication-config`.
    ///
    /// ## When it is fine
    /// Where load balancers and probes need the health endpoints and RBAC grants `system:unauthenticated`
    /// nothing else. An `--authentication-config` file may restrict anonymous access to paths; it is not read
    /// here.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-anonymous-auth",
    title: "API server accepts anonymous requests",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --anonymous-auth"],
    also: &[(Checkov, "CKV_K8S_68"), (Kics, "1de5cc51-f376-4638-a940-20f2e85ae238"), (Trivy, "KCV-0001"), (Kubescape, "C-0113")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ApiServer],
    name: "anonymous-auth",
    wanted: false,
    default: true,
    unless: &["authentication-config"],
    consequence: "the API server accepts anonymous requests",
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
                - kube-apiserver
                - --v=2
                - --anonymous-auth=true
                  ^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --anonymous-auth=true, so the API server accepts anonymous requests
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --anonymous-auth out, so the API server accepts anonymous requests
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, --anonymous-auth=false",
            "kube-apiserver, \"--anonymous-auth={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --authentication-config=/etc/x.yaml",
            "web, --anonymous-auth=true",
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
                - kube-apiserver
                - --v=2 # more
                - --anonymous-auth=true # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2 # more
                - --anonymous-auth=false # why
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
                - kube-apiserver
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2 # more
                - --anonymous-auth=false
            ",
        );
    }
}
