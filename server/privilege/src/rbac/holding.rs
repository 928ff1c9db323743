//! The roles that somebody holds, permission by permission: for those who show them, rather than compare them.

use super::access::Access;
use super::atom::{Subject, Target};
use super::authorizer::{ALL, matches_resource};
use super::held::{Held, Home, Origin};
use super::piece::rule_allows;
use leastwise_manifest::PolicyRule;
use leastwise_yaml::Path;

/// A role that a subject holds, by its own name or through a group.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a, 'd> {
    held: &'a Held<'d>,
}

/// What one item of a rule's `resources` or `nonResourceURLs` grants, for one group of APIs.
#[derive(Clone, Debug)]
pub struct Permission<'a, 'd> {
    rule: &'a PolicyRule<'d>,
    /// The API group, where it is about resources.
    pub group: Option<&'d str>,
    /// The resource with its subresource, or the URL, as the rule has it.
    pub item: &'d str,
    /// Where the item stands.
    pub origin: Origin,
}

impl<'d> Access<'d> {
    /// The roles that a subject holds, in the order of their bindings.
    pub fn holdings(&self, subject: &Subject) -> Vec<Holding<'_, 'd>> {
        let subjects = [subject.clone()].into_iter().chain(subject.groups());
        let held = subjects.flat_map(|subject| self.held_by(&subject).collect::<Vec<_>>());
        held.map(|held| Holding { held }).collect()
    }
}

impl<'a, 'd> Holding<'a, 'd> {
    /// To whom it is bound: the subject, or a group that it is in.
    pub fn bound_to(&self) -> &'a Subject {
        &self.held.subject
    }

    /// The role in words, like `Role shop/reader`.
    pub fn role(&self) -> &'a str {
        &self.held.role.title
    }

    /// The binding by which it is held.
    pub fn binding(&self) -> Option<&'a Origin> {
        self.held.binding.as_ref()
    }

    /// The namespace in which it is held; `None` for all, and for what belongs to none.
    pub fn namespace(&self) -> Option<&'a str> {
        self.held.namespace.as_deref()
    }

    /// Whether all that it grants is known. It is not where the role, or one that it gathers, is not among the objects,
    /// or where a template hides a rule.
    pub fn is_known(&self) -> bool {
        let role = &self.held.role;
        role.hidden.is_empty() && role.outside.is_empty() && !role.gathers
    }

    /// What it grants.
    pub fn permissions(&self) -> Vec<Permission<'a, 'd>> {
        self.held.role.rules.iter().flat_map(|(rule, home)| of_rule(rule, home)).collect()
    }
}

fn of_rule<'a, 'd>(rule: &'a PolicyRule<'d>, home: &Home) -> Vec<Permission<'a, 'd>> {
    let origin = |path: Path| Origin {
        resource: home.resource.clone(),
        path: path.relative_to(&home.path).unwrap_or_default(),
    };
    let mut permissions = Vec::new();
    for group in rule.api_groups.texts() {
        for (item, place) in &rule.resources.known {
            let origin = origin(rule.resources.at(*place));
            permissions.push(Permission { rule, group: Some(group), item, origin });
        }
    }
    for (item, place) in &rule.non_resource_urls.known {
        let origin = origin(rule.non_resource_urls.at(*place));
        permissions.push(Permission { rule, group: None, item, origin });
    }
    permissions
}

impl<'d> Permission<'_, 'd> {
    /// Its verbs, as the rule has them.
    pub fn verbs(&self) -> impl Iterator<Item = &'d str> {
        self.rule.verbs.texts()
    }

    /// The names of the only objects that it is for; none where it is for all.
    pub fn names(&self) -> impl Iterator<Item = &'d str> {
        self.rule.resource_names.texts().filter(|_| self.group.is_some())
    }

    /// Whether it allows a request by this one of its verbs.
    pub fn allows(&self, verb: &str, request: &Target) -> bool {
        let is_any_or = |own: &str, asked: &str| own == ALL || own == asked;
        let is_about = match (request, self.group) {
            (Target::Resource { group, resource, verb: asked, .. }, Some(own)) => {
                is_any_or(own, group)
                    && is_any_or(verb, asked)
                    && matches_resource(self.item, resource).is_some()
            }
            (Target::Url { verb: asked, .. }, None) => is_any_or(verb, asked),
            _ => false,
        };
        is_about && rule_allows(self.rule, request) == Some(true)
    }

    /// What it grants by one of its verbs, on the first of its names or on all.
    pub fn target(&self, verb: &str) -> Target {
        let verb = verb.to_owned();
        match self.group {
            Some(group) => Target::Resource {
                group: group.to_owned(),
                resource: self.item.to_owned(),
                verb,
                name: self.names().next().map(str::to_owned),
            },
            None => Target::Url { verb, url: self.item.to_owned() },
        }
    }
}
