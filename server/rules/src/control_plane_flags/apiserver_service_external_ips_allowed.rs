use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// The API server admits Services that claim external addresses.
    ///
    /// ## Why
    /// Whoever may create or change a Service can set `externalIPs` to an address that others use, and every
    /// node then sends their traffic to the pods of that Service (CVE-2020-8554). The admission plugin that
    /// forbids it is off by default.
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
    ///     - --enable-admission-plugins=ResourceQuota
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
    ///     - --enable-admission-plugins=ResourceQuota,DenyServiceExternalIPs
    /// ```
    ///
    /// ## Fix
    /// Appends `DenyServiceExternalIPs` to the list. Services that set new `externalIPs` are refused then;
    /// those that have them keep them.
    ///
    /// ## When it is fine
    /// Clusters that route external addresses this way, or whose policy engine has an allow-list of them.
    ///
    /// ## How others differ
    /// Two controls read an old text of the CIS benchmark the other way round and flag the plugin where it is
    /// on; that is `apiserver-service-external-ips-denied` here, off by default.
    ///
    /// ## References
    /// - [Service: external IPs](https://kubernetes.io/docs/concepts/services-networking/service/#external-ips)
    /// - [CVE-2020-8554](https://github.com/kubernetes/kubernetes/issues/97076)
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-service-external-ips-allowed",
    title: "API server admits Services with external IPs",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Kubescape, "C-0283")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &["DenyServiceExternalIPs"],
    unless: &[],
    consequence: "whoever may write Services can take traffic for any address",
    cure: Cure::Append,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn a_list_without_it_and_no_list_are_found() {
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
                - --enable-admission-plugins=ResourceQuota
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list DenyServiceExternalIPs here, so whoever may write Services can take traffic for any address
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list DenyServiceExternalIPs in --enable-admission-plugins, so whoever may write Services can take traffic for any address
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--enable-admission-plugins=ResourceQuota,DenyServiceExternalIPs\"",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota, --enable-admission-plugins=DenyServiceExternalIPs",
            "kube-apiserver, \"--admission-control=ResourceQuota,DenyServiceExternalIPs\"",
            "kube-scheduler",
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
    fn the_fix_appends_it() {
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
                - --enable-admission-plugins=ResourceQuota # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --enable-admission-plugins=ResourceQuota,DenyServiceExternalIPs # why
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
                - --enable-admission-plugins=DenyServiceExternalIPs
            ",
        );
    }
}
