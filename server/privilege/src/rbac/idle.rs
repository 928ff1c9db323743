use super::authorizer::ALL;
use super::served::{Verbs, groups_of, is_closed_group, subresource_verbs};
use leastwise_manifest::PolicyRule;
use leastwise_yaml::Path;

/// A part of a rule that grants nothing, whatever is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle<'d> {
    /// The item of `resources`.
    pub resource: &'d str,
    /// Where it stands.
    pub path: Path,
    /// Why it grants nothing.
    pub why: IdleBecause<'d>,
}

/// Why an item of `resources` grants nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdleBecause<'d> {
    /// It is written `pods/*`, which is no pattern.
    NoPattern,
    /// None of the rule's groups has it; these have.
    OtherGroup(Vec<&'static str>),
    /// The API serves none of these verbs on it; the ones it serves are given second.
    OtherVerbs(Vec<&'d str>, &'static [&'static str]),
}

/// The items of a rule's `resources` that grant nothing. Of groups that are not Kubernetes' own nobody knows what
/// they hold; what is hidden is not judged.
pub fn idle<'d>(rule: &PolicyRule<'d>) -> Vec<Idle<'d>> {
    let named = rule.resources.known.iter();
    let found = named.filter_map(|(resource, place)| {
        Some(Idle { resource, path: rule.resources.at(*place), why: why_idle(rule, resource)? })
    });
    found.collect()
}

fn why_idle<'d>(rule: &PolicyRule<'d>, resource: &str) -> Option<IdleBecause<'d>> {
    if resource == ALL {
        return None;
    }
    if let Some((_, ALL)) = resource.split_once('/') {
        return Some(IdleBecause::NoPattern);
    }
    let groups = groups_of(resource);
    let is_elsewhere = |group: &str| is_closed_group(group) && !groups.contains(&group);
    if !groups.is_empty() && !rule.api_groups.open && rule.api_groups.texts().all(is_elsewhere) {
        return (!rule.api_groups.known.is_empty()).then_some(IdleBecause::OtherGroup(groups));
    }
    // The same subresource of another group may serve other verbs.
    let [group] = rule.api_groups.known[..] else { return None };
    let Verbs::Only(served) = subresource_verbs(group.0, resource) else { return None };
    let verbs: Vec<_> = rule.verbs.texts().collect();
    let is_idle = !rule.verbs.open
        && !verbs.is_empty()
        && verbs.iter().all(|verb| *verb != ALL && !served.contains(verb));
    is_idle.then_some(IdleBecause::OtherVerbs(verbs, served))
}
