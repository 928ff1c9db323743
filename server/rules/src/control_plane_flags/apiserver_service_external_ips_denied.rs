use super::listed_value::{ENABLED_PLUGINS, ListHolds};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// The API server refuses Services that claim external addresses. Off by default: that is the safer
    /// setting.
    ///
    /// ## Why
    /// Some checks of the CIS benchmark ask for the plugin to be off. It is kept for those who must report by
    /// them; the plugin closes CVE-2020-8554.
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
    ///     - --enable-admission-plugins=ResourceQuota,DenyServiceExternalIPs
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
    ///     - --enable-admission-plugins=ResourceQuota
    /// ```
    ///
    /// ## Fix
    /// By hand, and only where Services need `externalIPs`.
    ///
    /// ## When it is fine
    /// Nearly always: see `apiserver-service-external-ips-allowed`, which asks for the plugin.
    ///
    /// ## How others differ
    /// Trivy KCV-0003 and Kubescape C-0115 report the plugin as a weakness. It is a hardening, so this rule
    /// speaks only where it is selected.
    ///
    /// ## References
    /// - [Service: external IPs](https://kubernetes.io/docs/concepts/services-networking/service/#external-ips)
    /// - [CVE-2020-8554](https://github.com/kubernetes/kubernetes/issues/97076)
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-service-external-ips-denied",
    title: "API server forbids Services with external IPs",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Policy,
    fields: &["C[*].command: --enable-admission-plugins"],
    also: &[(Trivy, "KCV-0003"), (Kubescape, "C-0115")],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListHolds = ListHolds {
    names: ENABLED_PLUGINS,
    value: "DenyServiceExternalIPs",
    consequence: "Services cannot use external addresses",
    removable: false,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_value_is_found_in_the_list() {
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
                - --enable-admission-plugins=ResourceQuota,DenyServiceExternalIPs
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" lists DenyServiceExternalIPs, so Services cannot use external addresses
            ",
        );
    }

    #[test]
    fn other_lists_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --enable-admission-plugins=ResourceQuota",
            "kube-apiserver, --enable-admission-plugins=MyDenyServiceExternalIPs",
            "kube-apiserver, \"--enable-admission-plugins={{ .Values.x }}\"",
            "web, --enable-admission-plugins=DenyServiceExternalIPs",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}
