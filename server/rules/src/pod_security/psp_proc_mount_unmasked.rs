use super::pod_security_policies::{KIND, Policy};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// A PodSecurityPolicy admits an unmasked `/proc`.
    ///
    /// ## Why
    /// Runtimes hide or protect parts of `/proc` through which a container learns about its node or changes its
    /// kernel. `Unmasked` takes that away.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   allowedProcMountTypes: [Default, Unmasked]
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodSecurityPolicy
    /// metadata: {name: web}
    /// spec:
    ///   allowedProcMountTypes: [Default]
    ///   runAsUser: {rule: MustRunAsNonRoot}
    ///   volumes: [configMap, emptyDir, secret]
    /// ```
    ///
    /// ## Fix
    /// Removes the item.
    ///
    /// ## When it is fine
    /// For containers that build or run containers, in a user namespace of their own.
    ///
    /// ## References
    /// - [Pod Security Policies, and what replaces them](https://kubernetes.io/docs/concepts/security/pod-security-policy/)
    /// - [Migrate to Pod Security Admission](https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/)
    id: "psp-proc-mount-unmasked",
    title: "PodSecurityPolicy admits an unmasked /proc",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec.allowedProcMountTypes[*]"],
    also: &[(Kics, "f922827f-aab6-447c-832a-e1ff63312bd3")],
    check: Check::Kind(KIND, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(policy) = Policy::of(object) else { return };
    let list = policy.path.key("allowedProcMountTypes");
    let types = policy.spec.get("allowedProcMountTypes").value();
    for item in types.into_iter().flat_map(Node::items) {
        if item.value.as_str() == Some("Unmasked") {
            let path = list.index(item.index);
            report.find(path.clone(), format!("{} admits an unmasked /proc", policy.title)).fix(
                Fix::behavioural(
                    "Remove Unmasked from the allowed types",
                    [Patch::Remove { path, emptied: Emptied::Remove }],
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_item_is_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1beta1
            kind: PodSecurityPolicy
            metadata: {name: web}
            spec:
              allowedProcMountTypes:
              - Default
              - Unmasked
                ^^^^^^^^ PodSecurityPolicy \"web\" admits an unmasked /proc
            ",
        );
    }

    #[test]
    fn other_types_and_absent_are_fine() {
        for setting in ["allowedProcMountTypes: [Default, \"{{ .Values.type }}\"]", "volumes: [secret]"] {
            check_silent(
                &RULE,
                &format!("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  {setting}\n"),
            );
        }
    }
}
