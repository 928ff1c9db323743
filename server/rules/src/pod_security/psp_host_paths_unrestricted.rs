use super::pod_security_policies::{KIND, Policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Setting, boolean};
use leastwise_yaml::{Field, Item, Node};

rule! {
    /// A PodSecurityPolicy admits `hostPath` volumes of any path, or writable ones.
    ///
    /// ## Why
    /// Without `allowedHostPaths` a pod may mount the root of its node, write a program that root runs, or talk to
    /// the socket of the container runtime. A listed path that is not read-only can be written, and links made in
    /// it lead out.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   volumes: ['*']
    ///   allowedHostPaths: [{pathPrefix: /var/log}]
    ///   runAsUser: {rule: MustRunAsNonRoot}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// By hand: take `hostPath` out of `volumes`, or list the paths that pods need, each with `readOnly: true`.
    ///
    /// ## When it is fine
    /// In a policy that only the ServiceAccounts of node agents may `use`, beside a strict one for everybody else.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-host-paths-unrestricted",
    title: "PodSecurityPolicy does not confine hostPath",
    family: Family::PodSecurity,
    fields: &["spec.allowedHostPaths"],
    also: &[(Kics, "de4421f1-4e35-43b4-9783-737dd4e4a47e")],
    check: Check::Kind(KIND, check),
}

const FIELD: &str = "allowedHostPaths";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let volumes = policy.spec.get("volumes").value();
    let is_host_path = |item: Item<'_>| matches!(item.value.as_str(), Some("hostPath" | "*"));
    if !volumes.into_iter().flat_map(Node::items).any(is_host_path) {
        return;
    }
    let words = match policy.spec.get(FIELD) {
        Field::Absent => "admits hostPath volumes of any path",
        Field::Unknown => return,
        Field::Present(entry) if entry.value.is_unknown() || entry.value.is_open() => return,
        Field::Present(entry) if entry.value.items().next().is_none() => {
            "admits hostPath volumes of any path"
        }
        Field::Present(entry) if entry.value.items().any(is_writable) => {
            "admits hostPath volumes that can be written"
        }
        Field::Present(_) => return,
    };
    report.find(policy.path.key(FIELD), format!("{} {words}", policy.title));
}

fn is_writable(allowed: Item<'_>) -> bool {
    matches!(boolean(allowed.value, &["readOnly"]), Setting::Set(false, _) | Setting::Unset)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn any_path_is_found_on_the_spec_and_writable_ones_on_the_list() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec: {volumes: ['*']}
            ^^^^ PodSecurityPolicy \"web\" admits hostPath volumes of any path
            ---
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              volumes: [secret, hostPath]
              allowedHostPaths:
              ^^^^^^^^^^^^^^^^ admits hostPath volumes that can be written
              - {pathPrefix: /srv, readOnly: true}
              - {pathPrefix: /data}
            ",
        );
    }

    #[test]
    fn confined_paths_other_volumes_and_templates_are_fine() {
        for spec in [
            "{volumes: [hostPath], allowedHostPaths: [{pathPrefix: /srv, readOnly: true}]}",
            "{volumes: [secret]}",
            "{allowedHostPaths: []}",
            "{volumes: ['*'], allowedHostPaths: \"{{ .Values.paths }}\"}",
            "{volumes: ['*'], allowedHostPaths: [{pathPrefix: /srv, readOnly: \"{{ .Values.readOnly }}\"}]}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec: {spec}\n"),
            );
        }
    }
}
