use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Object, boolean};
use leastwise_yaml::Patch;

rule! {
    /// A SecurityContextConstraints admits privileged containers.
    ///
    /// ## Why
    /// A privileged container has every capability and every device of its node. Whoever may use these constraints,
    /// by their `users` and `groups` or by a role, can be root on every node of the OpenShift cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: security.openshift.io/v1
    /// kind: SecurityContextConstraints
    /// metadata: {name: web}
    /// allowPrivilegedContainer: true
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: security.openshift.io/v1
    /// kind: SecurityContextConstraints
    /// metadata: {name: web}
    /// allowPrivilegedContainer: false
    /// ```
    ///
    /// ## Fix
    /// Sets `allowPrivilegedContainer: false`. Pods that ask for it are then admitted only under other constraints.
    ///
    /// ## When it is fine
    /// For node agents, if their ServiceAccounts alone may use the constraints.
    ///
    /// ## References
    /// - [Managing security context constraints](https://docs.openshift.com/container-platform/latest/authentication/managing-security-context-constraints.html)
    id: "scc-allows-privileged",
    title: "SecurityContextConstraints admits privileged containers",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["allowPrivilegedContainer"],
    also: &[(KubeLinter, "scc-deny-privileged-container")],
    check: Check::Kind(&["SecurityContextConstraints"], check),
}

const FIELD: &str = "allowPrivilegedContainer";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    // Of old they stood in the core group.
    if matches!(object.api_group(), Some("security.openshift.io" | "") | None)
        && boolean(object.node, &[FIELD]).known() == Some(true)
    {
        let message = match object.name() {
            Some(name) => {
                format!("SecurityContextConstraints \"{name}\" admits pods that run privileged containers")
            }
            None => "these SecurityContextConstraints admit pods that run privileged containers".to_owned(),
        };
        let path = object.path.key(FIELD);
        report
            .find(path.clone(), message)
            .fix(Fix::behavioural(format!("Set {FIELD}: false"), [Patch::Set { path, value: false.into() }]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_in_either_group() {
        check(
            &RULE,
            "
            apiVersion: security.openshift.io/v1
            kind: SecurityContextConstraints
            metadata: {name: web}
            allowPrivilegedContainer: true
                                      ^^^^ SecurityContextConstraints \"web\" admits pods that run privileged containers
            ---
            apiVersion: v1
            kind: SecurityContextConstraints
            allowPrivilegedContainer: yes # for now
                                      ^^^ These SecurityContextConstraints admit
            ",
        );
    }

    #[test]
    fn false_absent_other_groups_and_templates_are_fine() {
        for (group, setting) in [
            ("security.openshift.io", "allowPrivilegedContainer: false"),
            ("security.openshift.io", "allowHostNetwork: true"),
            ("security.openshift.io", "allowPrivilegedContainer: {{ .Values.privileged }}"),
            ("example.org", "allowPrivilegedContainer: true"),
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: {group}/v1\nkind: SecurityContextConstraints\n{setting}\n"),
            );
        }
    }

    #[test]
    fn the_fix_says_false() {
        check_fix(
            &RULE,
            "
            apiVersion: security.openshift.io/v1
            kind: SecurityContextConstraints
            metadata: {name: web}
            allowPrivilegedContainer: true # for now
            users: [web]
            ",
            "
            apiVersion: security.openshift.io/v1
            kind: SecurityContextConstraints
            metadata: {name: web}
            allowPrivilegedContainer: false # for now
            users: [web]
            ",
        );
    }
}
