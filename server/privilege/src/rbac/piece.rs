//! What a rule grants, taken apart into pieces: one verb on one item of `resources`, for one group and one name or
//! all, or one verb on one item of `nonResourceURLs`.
//!
//! A piece is allowed by others if *one* of their rules covers it. That is exact for requests of any kind, those of
//! verbs, groups and resources included that nobody has thought of yet: a wildcard holds such a request, and whichever
//! rule allows it covers the wildcard.

use super::atom::Target;
use super::authorizer::{ALL, matches_resource, matches_url};
use super::served::is_effective_in_role;
use leastwise_manifest::{Names, PolicyRule};
use leastwise_yaml::Path;

/// As many pieces as are compared; more than any honest role has.
pub(super) const BUDGET: usize = 200_000;

/// One permission of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'d> {
    Resource { verb: &'d str, group: &'d str, resource: &'d str, name: Option<&'d str> },
    Url { verb: &'d str, url: &'d str },
}

/// What rules that can be read grant, each with the item that grants it. Ends a little after [`BUDGET`].
pub(super) fn pieces<'r, 'd: 'r>(
    rules: impl IntoIterator<Item = &'r PolicyRule<'d>>,
) -> Vec<(Piece<'d>, Path)> {
    let mut pieces = Vec::new();
    for rule in rules.into_iter().filter(|rule| !rule.is_open()) {
        for (resource, place) in &rule.resources.known {
            // `pods/*` is no pattern: it matches nothing.
            if resource.ends_with("/*") {
                continue;
            }
            let path = rule.resources.at(*place);
            let names: Vec<_> = rule.resource_names.texts().map(Some).collect();
            let names = if names.is_empty() { vec![None] } else { names };
            for (group, name) in
                rule.api_groups.texts().flat_map(|group| names.iter().map(move |name| (group, *name)))
            {
                let verbs = rule.verbs.texts();
                pieces.extend(
                    verbs.map(|verb| (Piece::Resource { verb, group, resource, name }, path.clone())),
                );
                if pieces.len() > BUDGET {
                    return pieces;
                }
            }
        }
        for (url, place) in &rule.non_resource_urls.known {
            let path = rule.non_resource_urls.at(*place);
            pieces.extend(rule.verbs.texts().map(|verb| (Piece::Url { verb, url }, path.clone())));
        }
    }
    pieces
}

impl Piece<'_> {
    /// Whether the rule allows every request that this allows.
    pub(super) fn is_covered_by(&self, rule: &PolicyRule<'_>) -> bool {
        let any = |names: &Names<'_>, wanted: &str| names.texts().any(|name| name == wanted || name == ALL);
        match *self {
            Self::Resource { verb, group, resource, name } => {
                let named = || match name {
                    None => rule.resource_names.is_empty(),
                    Some(name) => rule.resource_names.is_empty() || rule.resource_names.contains(name),
                };
                any(&rule.verbs, verb)
                    && any(&rule.api_groups, group)
                    && rule.resources.texts().any(|item| matches_resource(item, resource).is_some())
                    && named()
            }
            Self::Url { verb, url } => {
                // A pattern's own text, less its stars, begins like whatever the pattern matches.
                let holds = |item: &str| {
                    let prefix = url.strip_suffix('*').map(|url| url.trim_end_matches('*'));
                    match prefix {
                        Some(prefix) => item.ends_with('*') && prefix.starts_with(item.trim_end_matches('*')),
                        None => matches_url(item, url).is_some(),
                    }
                };
                any(&rule.verbs, verb) && rule.non_resource_urls.texts().any(holds)
            }
        }
    }

    /// Whether a binding in one namespace grants it: requests for what belongs to no namespace are never looked up
    /// there.
    pub(super) fn is_effective_in_namespace(&self) -> bool {
        match *self {
            Self::Url { .. } => false,
            // Of all verbs on roles, `bind` is asked for in a namespace.
            Self::Resource { verb: ALL, group, resource, .. } => {
                resource == "clusterroles" || is_effective_in_role("get", group, resource)
            }
            Self::Resource { verb, group, resource, .. } => is_effective_in_role(verb, group, resource),
        }
    }

    /// What it allows.
    pub(super) fn target(&self) -> Target {
        match *self {
            Self::Resource { verb, group, resource, name } => Target::Resource {
                group: group.to_owned(),
                resource: resource.to_owned(),
                verb: verb.to_owned(),
                name: name.map(str::to_owned),
            },
            Self::Url { verb, url } => Target::Url { verb: verb.to_owned(), url: url.to_owned() },
        }
    }
}

/// Whether the rule allows the request, as the API server's authorizer decides it. `None` where part of the rule is
/// hidden and the rest allows it.
pub fn rule_allows(rule: &PolicyRule<'_>, target: &Target) -> Option<bool> {
    let answers = match target {
        Target::Resource { group, resource, verb, name } => {
            let named = match (rule.resource_names.is_empty(), name.as_deref().unwrap_or_default()) {
                (true, _) => Some(true),
                (false, name) => found(&rule.resource_names, |known| known == name),
            };
            [
                found(&rule.verbs, |known| known == verb || known == ALL),
                found(&rule.api_groups, |known| known == group || known == ALL),
                found(&rule.resources, |known| matches_resource(known, resource).is_some()),
                named,
            ]
        }
        Target::Url { verb, url } => [
            found(&rule.verbs, |known| known == verb || known == ALL),
            found(&rule.non_resource_urls, |known| matches_url(known, url).is_some()),
            Some(true),
            Some(true),
        ],
        Target::Role { .. } => return Some(false),
    };
    if answers.contains(&Some(false)) {
        return Some(false);
    }
    answers.iter().all(Option::is_some).then_some(true)
}

fn found(names: &Names<'_>, test: impl Fn(&str) -> bool) -> Option<bool> {
    if names.texts().any(test) {
        return Some(true);
    }
    (!names.open).then_some(false)
}
