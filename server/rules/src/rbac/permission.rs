//! Permissions that are worth a word, as data, and the one reader that finds them in roles.

use super::bindings::{BINDINGS, CLUSTER_BINDINGS};
use super::bound;
use crate::Severity;
use crate::finding::Report;
use leastwise_manifest::{PolicyRule, Role};
use leastwise_privilege::rbac::{Grants, Item, Match, Objects, is_effective_in_role, matches_resource};
use leastwise_yaml::Path;

/// The rules about the wildcards, one of which is shown where a permission is held only through it.
pub(super) const WILDCARDS: &[&str] =
    &["rbac-all-permissions", "rbac-wildcard-resource", "rbac-wildcard-verb"];

/// Verbs that change objects or make and take them away.
pub(super) const WRITING: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

/// A permission that is worth a word. One rule of a role holds it if it has a group, a resource of that group and a
/// verb together.
pub(super) struct Permission {
    /// The verbs, each of which is enough.
    pub(super) verbs: &'static [&'static str],
    /// The resources, each of which is enough, by API group. One that ends in a slash stands for its subresources of
    /// any name.
    pub(super) resources: &'static [(&'static str, &'static [&'static str])],
    /// What these resources are, where a wildcard grants them.
    pub(super) what: &'static str,
    /// What follows from it: the end of the message, after a comma.
    pub(super) so: &'static str,
    /// Which item is at fault.
    pub(super) at: At,
    /// How bad it is.
    pub(super) severity: Grades,
}

/// Which item of a rule is at fault.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// That of `resources`.
    Resource,
    /// That of `verbs`.
    Verb,
}

/// How bad a permission is, by the role that grants it.
pub(super) struct Grades {
    /// In a Role; `None` where the misconfiguration is one of ClusterRoles alone.
    pub(super) in_role: Option<Severity>,
    /// In a ClusterRole.
    pub(super) in_cluster_role: Severity,
    /// Where `resourceNames` narrows it; `None` where that makes it fine.
    pub(super) named: Option<Severity>,
    /// Names with which it is as bad as without any.
    pub(super) telling: &'static [&'static str],
}

impl Grades {
    /// The same in every role, and fine where the objects are named.
    pub(super) const fn all(severity: Severity) -> Self {
        Self { in_role: Some(severity), in_cluster_role: severity, named: None, telling: &[] }
    }

    /// The same in every role, and one step less where the objects are named: each of them is worth a look.
    pub(super) const fn even_named(severity: Severity) -> Self {
        Self { named: Some(lower(severity)), ..Self::all(severity) }
    }

    /// For what no Role can grant, since it belongs to no namespace.
    pub(super) const fn cluster_roles_only(severity: Severity) -> Self {
        Self { in_role: None, ..Self::even_named(severity) }
    }
}

const fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Error => Severity::Warning,
        Severity::Warning => Severity::Info,
        Severity::Info | Severity::Hint => Severity::Hint,
    }
}

/// The permission as one item of a rule's `resources` grants it.
struct Held<'d> {
    resource: (&'d str, Item),
    verbs: Vec<(&'static str, Item)>,
    /// Only for the objects that the rule names.
    named: bool,
    /// A Role may name it and yet not grant it.
    effective: bool,
}

impl Permission {
    /// Reports every rule of the role that holds the permission, at the item that grants it. Where the rule names
    /// the resource and only a wildcard grants the verb, the finding rests on that wildcard.
    pub(super) fn find(&self, role: &Role<'_>, report: &mut Report<'_, '_>) {
        if self.severity.in_role.is_none() && !role.is_cluster_role() {
            return;
        }
        for rule in &role.rules {
            let held = self.held(rule, role.is_cluster_role());
            match self.at {
                At::Resource => held.iter().for_each(|held| self.find_resource(role, rule, held, report)),
                At::Verb => self.find_verbs(role, rule, &held, report),
            }
        }
    }

    /// What a role lets its holder do with objects of every name, and the item that grants it. A ClusterRole that is
    /// bound in a namespace grants nothing outside of it.
    pub(super) fn granted(&self, role: &Role<'_>, in_cluster: bool) -> Option<(String, Path)> {
        role.rules.iter().find_map(|rule| {
            let held = self.held(rule, in_cluster);
            let held = held.iter().find(|held| held.effective && !held.named)?;
            let (text, item) = held.resource;
            let what = if item.is_wildcard() { self.what } else { text };
            let (verb, _) = held.verbs.first()?;
            Some((format!("{verb} {what}"), rule.resources.at(item.place)))
        })
    }

    /// The items of the rule's `resources` that grant it: those that name the resource, else the wildcards.
    fn held<'d>(&self, rule: &PolicyRule<'d>, in_cluster: bool) -> Vec<Held<'d>> {
        let grants = Grants::of(rule);
        if !self.verbs.iter().any(|verb| grants.verb(verb).is_some()) {
            return Vec::new();
        }
        let mut held: Vec<_> =
            rule.resources.known.iter().filter_map(|named| self.hold(rule, *named, in_cluster)).collect();
        if held.iter().any(|held| !held.resource.1.is_wildcard()) {
            held.retain(|held| !held.resource.1.is_wildcard());
        }
        held
    }

    fn hold<'d>(
        &self,
        rule: &PolicyRule<'d>,
        (text, place): (&'d str, usize),
        in_cluster: bool,
    ) -> Option<Held<'d>> {
        let grants = Grants::of(rule);
        let groups = self.resources.iter().filter(|(group, _)| grants.group(group).is_some());
        let targets =
            groups.flat_map(|(group, resources)| resources.iter().map(move |resource| (*group, *resource)));
        let matched: Vec<_> = targets
            .filter_map(|(group, resource)| Some((group, resource, matches(text, resource)?)))
            .collect();
        let by = matched.iter().map(|(.., by)| *by).min_by_key(|by| *by == Match::Wildcard)?;
        let mut verbs = Vec::new();
        let (mut named, mut effective) = (true, false);
        for verb in self.verbs {
            let Some(item) = grants.verb(verb) else { continue };
            for (group, resource, _) in &matched {
                match grants.objects(verb, resource) {
                    Objects::Every => named = false,
                    Objects::Named => {}
                    Objects::None | Objects::Unknown => continue,
                }
                if verbs.last() != Some(&(*verb, item)) {
                    verbs.push((*verb, item));
                }
                effective |= in_cluster || is_effective_in_role(verb, group, resource);
            }
        }
        (!verbs.is_empty()).then_some(Held { resource: (text, Item { place, by }), verbs, named, effective })
    }

    fn find_resource(
        &self,
        role: &Role<'_>,
        rule: &PolicyRule<'_>,
        held: &Held<'_>,
        report: &mut Report<'_, '_>,
    ) {
        let (text, resource) = held.resource;
        let what = if resource.is_wildcard() { self.what } else { text };
        let exact = held.verbs.iter().filter(|(_, item)| !item.is_wildcard());
        let exact: Vec<_> = exact.map(|(verb, _)| *verb).collect();
        let can = if exact.is_empty() { "do anything with".to_owned() } else { exact.join(", ") };
        let path = rule.resources.at(resource.place);
        let wildcard =
            held.verbs.first().filter(|_| exact.is_empty()).map(|(_, item)| rule.verbs.at(item.place));
        self.say(role, rule, Said { path, can, what, held, wildcard }, report);
    }

    fn find_verbs(
        &self,
        role: &Role<'_>,
        rule: &PolicyRule<'_>,
        held: &[Held<'_>],
        report: &mut Report<'_, '_>,
    ) {
        let Some(first) = held.iter().find(|held| held.effective).or(held.first()) else { return };
        let is_wildcard = first.resource.1.is_wildcard();
        let texts: Vec<_> = held.iter().map(|held| held.resource.0).collect();
        let what = if is_wildcard { self.what.to_owned() } else { texts.join(", ") };
        let is_exact = |(_, item): &&(&str, Item)| !item.is_wildcard();
        let exact = first.verbs.iter().filter(is_exact);
        let wildcard = first.verbs.iter().take(1).filter(|_| first.verbs.iter().all(|verb| !is_exact(&verb)));
        for (verb, item) in exact.chain(wildcard) {
            let path = rule.verbs.at(item.place);
            let said = Said { path, can: (*verb).to_owned(), what: &what, held: first, wildcard: None };
            self.say(role, rule, said, report);
        }
    }

    fn say(&self, role: &Role<'_>, rule: &PolicyRule<'_>, said: Said<'_, '_>, report: &mut Report<'_, '_>) {
        let Said { path, can, what, held, wildcard } = said;
        let Grades { in_role, in_cluster_role, named, telling } = self.severity;
        let is_telling = telling.iter().any(|name| rule.resource_names.contains(name));
        let general =
            if role.is_cluster_role() { in_cluster_role } else { in_role.unwrap_or(in_cluster_role) };
        let Some(severity) = (if held.named && !is_telling { named } else { Some(general) }) else { return };
        if !held.effective {
            let message =
                format!("This rule can {can} {what} only in a ClusterRole: they belong to no namespace");
            report.find(path, message).severity(Severity::Hint);
            return;
        }
        let names = if held.named { named_objects(rule) } else { String::new() };
        let message = format!("This rule can {can} {what}{names} {}, {}", reach(role), self.so);
        let kinds = if in_role.is_none() { CLUSTER_BINDINGS } else { BINDINGS };
        let found = bound::find_by(kinds, role, path, message, severity, report);
        if let Some(place) = wildcard.or_else(|| held.named.then(|| rule.resource_names.path.clone())) {
            found.rests_on(place);
        }
    }
}

/// What is said of a permission, and where.
struct Said<'s, 'd> {
    path: Path,
    can: String,
    what: &'s str,
    held: &'s Held<'d>,
    /// The wildcard that alone grants the verb, where the finding is elsewhere.
    wildcard: Option<Path>,
}

/// How an item matches a resource, or all subresources of one.
fn matches(item: &str, resource: &str) -> Option<Match> {
    let is_any_of = resource.ends_with('/') && item.len() > resource.len() && !item.ends_with("/*");
    if is_any_of && item.starts_with(resource) {
        Some(Match::Exact)
    } else {
        matches_resource(item, resource)
    }
}

fn named_objects(rule: &PolicyRule<'_>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<_> = rule.resource_names.texts().collect();
    let more = if rule.resource_names.open || names.len() > SHOWN { " and others" } else { "" };
    format!(" named {}{more}", names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", "))
}

/// Where a role's rules hold.
pub(super) fn reach(role: &Role<'_>) -> &'static str {
    if role.is_cluster_role() { "wherever the role is bound" } else { "in its namespace" }
}

#[cfg(test)]
mod tests {
    use super::super::{
        rbac_create_persistent_volumes, rbac_create_pods, rbac_nodes_proxy, rbac_read_secrets,
        rbac_write_secrets,
    };
    use crate::testing::{check_silent, find};
    use crate::{Finding, Rule, Settings, Severity};

    const HEAD: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ";

    fn findings(rule: &Rule, text: &str) -> Vec<Finding> {
        find(rule, &Settings::default(), text).into_iter().map(|(_, finding)| finding).collect()
    }

    fn role(kind: &str, rule: &str) -> String {
        format!(
            "{HEAD}{kind}\nmetadata: {{name: web, namespace: shop, labels: {{gathered: 'yes'}}}}\nrules: [{rule}]\n"
        )
    }

    fn binding(kind: &str, namespace: &str, role: &str, subjects: &str) -> String {
        format!(
            "{HEAD}{kind}\nmetadata: {{name: b, namespace: {namespace}}}\nroleRef: {role}\nsubjects: [{subjects}]\n"
        )
    }

    /// One finding a line: what a wildcard alone grants is told by the rule about the wildcard.
    #[test]
    fn a_match_through_a_wildcard_alone_is_covered_by_the_finding_about_it() {
        for (rule, covered) in [
            ("{apiGroups: [''], resources: [secrets], verbs: [get]}", None),
            ("{apiGroups: ['*'], resources: [secrets], verbs: [get, '*']}", None),
            ("{apiGroups: [''], resources: [secrets], verbs: ['*']}", Some("rbac-wildcard-verb")),
            ("{apiGroups: [''], resources: ['*'], verbs: [get]}", Some("rbac-wildcard-resource")),
            ("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", Some("rbac-all-permissions")),
            ("{apiGroups: [''], resources: ['*', secrets], verbs: [get]}", None),
        ] {
            let found = findings(&rbac_read_secrets::RULE, &role("Role", rule));
            let covered_by: Vec<_> = found.iter().map(|finding| finding.covered_by).collect();
            assert_eq!(covered_by, [covered], "{rule}");
        }
    }

    #[test]
    fn what_a_template_hides_is_not_granted() {
        for rule in [
            "{apiGroups: ['{{ .Values.group }}'], resources: [secrets], verbs: [get, create]}",
            "{apiGroups: [''], resources: ['{{ .Values.resource }}'], verbs: [get, create]}",
            "{apiGroups: [''], resources: [secrets], verbs: ['{{ .Values.verb }}']}",
            "{apiGroups: [''], resources: [secrets], verbs: [get, create], resourceNames: ['{{ .Values.name }}']}",
        ] {
            check_silent(&rbac_read_secrets::RULE, &role("Role", rule));
            check_silent(&rbac_write_secrets::RULE, &role("Role", rule));
        }
    }

    #[test]
    fn a_binding_makes_it_worse_and_is_shown() {
        let pods = "{apiGroups: [''], resources: [pods], verbs: [create]}";
        let account = "{kind: ServiceAccount, name: web, namespace: shop}";
        let bound = |kind: &str, others: &str| {
            let text = format!("{}---\n{others}", role(kind, pods));
            let found = findings(&rbac_create_pods::RULE, &text);
            let related: Vec<_> = found[0].related.iter().map(|related| related.message.clone()).collect();
            (found[0].severity, related.join("; "))
        };
        let to_role = "{kind: Role, name: web}";
        let to_cluster_role = "{kind: ClusterRole, name: web}";
        let worse = (Severity::Error, "RoleBinding \"b\" grants it to ServiceAccount web".to_owned());
        let unbound = (Severity::Warning, String::new());
        assert_eq!(bound("Role", &binding("RoleBinding", "shop", to_role, account)), worse);
        assert_eq!(bound("ClusterRole", &binding("RoleBinding", "other", to_cluster_role, account)), worse);
        // Another namespace, another kind of role, nobody.
        assert_eq!(bound("Role", &binding("RoleBinding", "other", to_role, account)), unbound);
        assert_eq!(bound("Role", &binding("RoleBinding", "shop", to_cluster_role, account)), unbound);
        assert_eq!(bound("Role", &binding("RoleBinding", "shop", to_role, "")), unbound);
        // A ClusterRole that gathers its rules.
        let gathering = format!(
            "{HEAD}ClusterRole\nmetadata: {{name: all}}\nrules: []\n\
             aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{gathered: 'yes'}}}}]}}\n"
        );
        let to_all = binding("RoleBinding", "shop", "{kind: ClusterRole, name: all}", account);
        assert_eq!(bound("ClusterRole", &format!("{gathering}---\n{to_all}")), worse);
        assert_eq!(bound("ClusterRole", &to_all), unbound);
    }

    #[test]
    fn a_binding_in_a_namespace_does_not_grant_what_belongs_to_none() {
        let volumes =
            role("ClusterRole", "{apiGroups: [''], resources: [persistentvolumes], verbs: [create]}");
        let severity = |kind: &str| {
            let binding = binding(kind, "shop", "{kind: ClusterRole, name: web}", "{kind: User, name: jane}");
            findings(&rbac_create_persistent_volumes::RULE, &format!("{volumes}---\n{binding}"))[0].severity
        };
        assert_eq!(severity("RoleBinding"), Severity::Warning);
        assert_eq!(severity("ClusterRoleBinding"), Severity::Error);
    }

    #[test]
    fn a_namespaced_role_is_milder_where_the_rule_says_so() {
        let secrets = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
        let severity = |kind| findings(&rbac_read_secrets::RULE, &role(kind, secrets))[0].severity;
        assert_eq!((severity("Role"), severity("ClusterRole")), (Severity::Warning, Severity::Error));
        check_silent(
            &rbac_nodes_proxy::RULE,
            &role("Role", "{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}"),
        );
    }
}
