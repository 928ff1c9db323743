use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{PolicyRule, Role};
use leastwise_privilege::rbac::{Grants, idle};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A rule of the role names a delete verb for the logs of pods, which the API does not serve.
    ///
    /// ## Why
    /// `pods/log` can be read and nothing else. The rule says more than it grants, and whoever reads the role
    /// believes that logs can be deleted through it, or need to be.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods/log]
    ///   verbs: [get, delete]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods/log]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// Removes the verbs where `pods/log` is the only resource of the rule, and the rule where it has no other
    /// verb. Nothing changes for anybody.
    ///
    /// ## When it is fine
    /// Always: it is without effect.
    ///
    /// ## How others differ
    /// Trivy's KSV-0042 calls it a high risk, that of traces being wiped; ours says that it does nothing. Logs
    /// go when their pod does: see `rbac-delete-core-objects`.
    ///
    /// ## References
    /// - [Pod v1: read log](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-delete-pod-logs",
    title: "Rule names a delete verb on pod logs",
    severity: Severity::Hint,
    family: Family::Rbac,
    persona: Persona::Pedantic,
    fix: FixKind::Safe,
    fields: &["rules[*].resources"],
    also: &[(Trivy, "KSV-0042")],
    check: Check::Role(check),
}

const LOGS: &str = "pods/log";

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for rule in &role.rules {
        let Some(place) = rule.resources.find(LOGS) else { continue };
        let is_delete = |verb: &str| matches!(verb, "delete" | "deletecollection");
        let deleting: Vec<_> = rule.verbs.known.iter().filter(|(verb, _)| is_delete(verb)).collect();
        if deleting.is_empty() || Grants::of(rule).group("").is_none() {
            continue;
        }
        let verbs: Vec<_> = deleting.iter().map(|(verb, _)| *verb).collect();
        let message = format!("{} on {LOGS} does nothing: the API serves only get", verbs.join(", "));
        let found = report.find(rule.resources.at(place), message);
        if rule.resources.known.len() == 1 && !rule.is_open() {
            let places = deleting.iter().map(|(_, place)| rule.verbs.at(*place));
            found.fix(match is_idle(rule) {
                true => Fix::safe(
                    "Remove the rule",
                    [Patch::Remove { path: rule.path.clone(), emptied: Emptied::Keep }],
                ),
                false => Fix::safe(
                    format!("Remove {}", verbs.join(", ")),
                    places.map(|path| Patch::Remove { path, emptied: Emptied::Keep }).collect::<Vec<_>>(),
                ),
            });
        }
    }
}

/// Whether the rule grants nothing at all.
fn is_idle(rule: &PolicyRule<'_>) -> bool {
    idle(rule).len() == rule.resources.known.len() && rule.non_resource_urls.is_empty()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix};

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [pods, pods/log], verbs: [get, delete]}
                                                  ^^^^^^^^ Delete on pods/log does nothing
            - {apiGroups: [\"*\"], resources: [pods/log], verbs: [deletecollection]}
                                             ^^^^^^^^ Deletecollection on pods/log
            - {apiGroups: [\"\"], resources: [pods/log], verbs: [get, \"*\"]}
            - {apiGroups: [\"\"], resources: [pods], verbs: [delete]}
            - {apiGroups: [apps], resources: [pods/log], verbs: [delete]}
            ",
        );
    }

    #[test]
    fn verbs_that_do_nothing_go() {
        check_fix(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: web}
            rules:
            - apiGroups: ['']
              resources: [pods/log]
              verbs: [get, delete, deletecollection] # all of it
            ",
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: web}
            rules:
            - apiGroups: ['']
              resources: [pods/log]
              verbs: [get] # all of it
            ",
        );
    }

    #[test]
    fn a_rule_that_does_nothing_goes() {
        check_fix(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: web}
            rules:
            - {apiGroups: [''], resources: [pods], verbs: [get]}
            - {apiGroups: [''], resources: [pods/log], verbs: [delete]}
            ",
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: web}
            rules:
            - {apiGroups: [''], resources: [pods], verbs: [get]}
            ",
        );
    }

    #[test]
    fn other_resources_keep_their_verbs() {
        check_no_fix(
            &RULE,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n\
             - {apiGroups: [''], resources: [pods, pods/log], verbs: [get, delete]}\n",
        );
    }
}
