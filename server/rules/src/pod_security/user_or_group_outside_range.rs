use super::level::levels;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Range, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, lookup};
use leastwise_yaml::Node;

rule! {
    /// A pod or container has a user or group that the settings do not permit.
    ///
    /// ## Why
    /// Where every team has numbers of its own, volumes of one are safe from the pods of another even if both run
    /// on one node. Off until the parameter `identities` names the numbers.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsUser: 1000
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsUser: 20000
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a number of the range that owns the files which the program needs.
    ///
    /// ## When it is fine
    /// Where a volume that exists belongs to another number.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "user-or-group-outside-range",
    title: "UID, GID or fsGroup is outside the permitted set",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    parameter: Some("identities"),
    fields: &[
        "P.securityContext.runAsUser",
        "P.securityContext.runAsGroup",
        "P.securityContext.fsGroup",
        "P.securityContext.supplementalGroups[*]",
        "C[*].securityContext.runAsUser",
        "C[*].securityContext.runAsGroup",
    ],
    also: &[(Kyverno, "validate-userid-groupid-fsgroup"), (Kyverno, "psp-check-supplemental-groups")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(permitted) = &report.context().settings.parameters.identities else { return };
    let containers = pod.containers();
    for (field, ranges) in [("runAsUser", &permitted.users), ("runAsGroup", &permitted.groups)] {
        let Some(ranges) = ranges else { continue };
        for level in levels(pod, &containers) {
            if let Setting::Set(number, _) = level.integer(&[field])
                && !is_permitted(number, ranges)
            {
                report.find(level.path(&[field]), outside(field, number, &level.title()));
            }
        }
        let lacks = |container: &Container<'_>| container.security_integer(&[field]).is_unset();
        if permitted.required && pod.security_integer(&[field]).is_unset() && containers.iter().any(lacks) {
            report.find(pod.security_path(&[field]), format!("{field} is to be set and is not"));
        }
    }
    if let Some(ranges) = &permitted.file_system_groups {
        match pod.security_integer(&["fsGroup"]) {
            Setting::Set(number, _) if !is_permitted(number, ranges) => {
                report.find(pod.security_path(&["fsGroup"]), outside("fsGroup", number, "the pod"));
            }
            Setting::Unset if permitted.required => {
                report.find(pod.security_path(&["fsGroup"]), "fsGroup is to be set and is not");
            }
            Setting::Set(..) | Setting::Unset | Setting::Unknown => {}
        }
    }
    if let Some(ranges) = &permitted.supplemental_groups {
        let groups = lookup(pod.node, &["securityContext", "supplementalGroups"]).value();
        for item in groups.into_iter().flat_map(Node::items) {
            if let Some(number) = item.value.as_integer().filter(|number| !is_permitted(*number, ranges)) {
                let path = pod.security_path(&["supplementalGroups"]).index(item.index);
                report.find(path, outside("supplementalGroups", number, "the pod"));
            }
        }
    }
}

fn is_permitted(number: i64, ranges: &[Range]) -> bool {
    ranges.iter().any(|range| range.contains(number))
}

fn outside(field: &str, number: i64, whose: &str) -> String {
    format!("{field} {number} of {whose} is not in the permitted ranges")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Identities, Parameters, Range, Settings};

    fn settings(required: bool) -> Settings {
        let ranges = || Some(vec![Range { from: 20000, to: 20999 }, Range { from: 30000, to: 30000 }]);
        let identities = Identities {
            users: ranges(),
            groups: ranges(),
            file_system_groups: ranges(),
            supplemental_groups: ranges(),
            required,
        };
        let parameters = Parameters { identities: Some(identities), ..Parameters::default() };
        Settings { parameters, ..Settings::default() }
    }

    #[test]
    fn numbers_outside_all_ranges_are_found() {
        check_with(
            &RULE,
            &settings(false),
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 19999
                           ^^^^^ runAsUser 19999 of the pod is not in the permitted ranges
                runAsGroup: 20999
                fsGroup: 0
                         ^ fsGroup 0 of the pod
                supplementalGroups: [30000, 30001]
                                            ^^^^^ supplementalGroups 30001 of the pod
              containers:
              - name: web
                securityContext: {runAsUser: 30000, runAsGroup: 5}
                                                                ^ runAsGroup 5 of container \"web\"
            ",
        );
    }

    #[test]
    fn the_fields_may_be_required() {
        check_with(
            &RULE,
            &settings(true),
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
              ^^^^^^^^^^^^^^^ runAsGroup is to be set and is not
                runAsUser: 20000
                fsGroup: 20000
              containers:
              - name: web
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_ranges_are_set() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {securityContext: {runAsUser: 1}, containers: []}\n",
        );
    }
}
