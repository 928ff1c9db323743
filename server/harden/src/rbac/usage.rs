//! What a role grants and nobody who holds it was seen to use, token by token: for a reader who looks at the role.

use super::holders::{Holders, Named};
use super::needs::{Need, words};
use super::refine::{Observed, Own, Refining};
use super::tighten::{Tightened, tighten};
use crate::seen::{Seen, shown};
use crate::usage::{Excess, RuleUses, Unused, Usage, Use, watched};
use crate::{Kind, Manifests, Options};
use leastwise_evidence::Channel;
use leastwise_manifest::{Names, PolicyRule, Role, role};
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{ALL, Access, RbacAtom, Target, matches_resource, matches_url, rule_allows};
use leastwise_yaml::{Emptied, Patch, Path};
use std::collections::BTreeSet;

/// Holds the Roles and ClusterRoles of one of the documents against what was seen. The manifests need hold only the
/// bindings of these roles, and for what is denied the other roles of those whom they bind.
pub fn role_usages(
    observed: &Observed,
    manifests: &Manifests<'_>,
    document: usize,
    options: &Options,
) -> Vec<Usage> {
    let refining = Refining { manifests, options, observed };
    let placed = manifests.placed();
    let here = placed.iter().filter(|placed| placed.document == document);
    let usage = |placed: &crate::manifests::Placed<'_>| {
        let role = role(&placed.object)?;
        let holders = Holders::of(Named::of(&placed.object, manifests)?, manifests);
        Some(refining.usage(&role, &holders))
    };
    here.filter_map(usage).collect()
}

impl<'d> Refining<'_, 'd> {
    fn usage(&self, role: &Role<'d>, holders: &Holders<'d>) -> Usage {
        let object = &role.object.path;
        let mut usage = Usage::new(Kind::Role, object, object.key("rules"));
        self.say_what_is_refused(holders, &mut usage);
        let own = match self.own(role, holders) {
            Ok(own) => own,
            Err(why) => {
                usage.refused = Some(why);
                return usage;
            }
        };
        usage.watched = self.watched(&own);
        let requests = holders.requests(&self.observed.needs);
        let mut end = role.rules.len();
        for rule in &role.rules {
            self.rule(rule, role, (&own, &requests), &mut end, &mut usage);
        }
        usage
    }

    fn rule(
        &self,
        rule: &PolicyRule<'d>,
        role: &Role<'d>,
        (own, requests): (&Own<'_>, &[&RbacAtom]),
        end: &mut usize,
        usage: &mut Usage,
    ) {
        let (kept, _) = self.kept(rule, own, requests);
        let is_allowed = |(atom, _): &&(&RbacAtom, &Need)| rule_allows(rule, &atom.target) == Some(true);
        let used: Vec<_> = own.iter().filter(is_allowed).collect();
        let are_passing = used.iter().any(|(atom, _)| self.observed.is_passing(atom));
        let uses = used
            .into_iter()
            .map(|(atom, need)| Use { words: use_words(atom, need), tokens: tokens(rule, &atom.target) });
        let uses = uses.collect();
        usage.uses.push(RuleUses { rule: rule.path.clone(), uses });
        let (changes, is_gone) = match tighten(rule, &kept, role.is_cluster_role()) {
            Tightened::AsItIs => return,
            Tightened::Gone => {
                (vec![Patch::Remove { path: rule.path.clone(), emptied: Emptied::Keep }], true)
            }
            Tightened::Changed { patches, more, .. } => {
                let list = role.object.path.key("rules");
                let added = more.iter().map(|rule| {
                    *end += 1;
                    Patch::Set { path: list.index(*end - 1), value: rule.literal() }
                });
                (patches.into_iter().chain(added).collect(), false)
            }
        };
        usage.patches.extend(changes.clone());
        if is_gone {
            let what = Excess::Rule(rule_words(rule));
            usage.unused.push(Unused { path: rule.path.clone(), what, patches: changes });
            return;
        }
        let found = usage.unused.len();
        for (list, names) in lists(rule) {
            for (name, place) in &names.known {
                let used: BTreeSet<String> =
                    kept.iter().filter_map(|target| stands_for(list, name, target)).collect();
                let is_pattern = name.ends_with('*') || name.starts_with("*/");
                let path = names.at(*place);
                if used.is_empty() {
                    let remove = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
                    let what = Excess::Name { list, name: shown(name) };
                    usage.unused.push(Unused { path, what, patches: vec![remove] });
                } else if is_pattern && !used.contains(*name) {
                    let what = Excess::Pattern { list, name: shown(name), used: used.into_iter().collect() };
                    usage.unused.push(Unused { path, what, patches: changes.clone() });
                }
            }
        }
        let names: Option<BTreeSet<String>> = kept.iter().map(named).collect();
        if let Some(names) = names.filter(|_| rule.resource_names.is_empty() && !are_passing) {
            let what = Excess::Objects(names.iter().map(|name| shown(name)).collect());
            usage.unused.push(Unused { path: rule.path.clone(), what, patches: changes });
        } else if usage.unused.len() == found {
            let what = Excess::Pairs(pairs(rule, &kept));
            usage.unused.push(Unused { path: rule.path.clone(), what, patches: changes });
        }
    }

    /// For how long and at what was looked.
    fn watched(&self, own: &Own<'_>) -> String {
        let mut seen = Seen::default();
        own.iter().for_each(|(_, need)| seen.add(&need.seen));
        let pods: BTreeSet<_> = own.iter().flat_map(|(_, need)| &need.pods).collect();
        let window = self.observed.watch.window(Channel::Audit);
        watched(window, &seen, pods.len(), "request")
    }

    fn say_what_is_refused(&self, holders: &Holders<'d>, usage: &mut Usage) {
        let is_reason = |need: &Need| holders.is_reason(need);
        let denied = self.observed.attempted.iter().filter(|(atom, _)| holders.name(atom));
        let denied: Vec<_> = denied.collect();
        let allowed: Vec<_> = self.observed.needs.iter().filter(|(_, need)| is_reason(need)).collect();
        if denied.is_empty() && allowed.is_empty() {
            return;
        }
        let objects = self.manifests.objects();
        let access = Access::of(Applied { objects: &objects, namespace: self.manifests.namespace });
        let is_refused = |atom: &RbacAtom, need: &Need| {
            let groups = super::needs::needed_request(atom, &need.reasons).groups;
            access.allows(atom, &groups) == Some(false)
        };
        let words = |found: Vec<(&RbacAtom, &Need)>| {
            let refused = found.into_iter().filter(|(atom, need)| is_refused(atom, need));
            refused.map(|(atom, need)| use_words(atom, need)).collect()
        };
        usage.denied = words(denied);
        usage.missing = words(allowed);
    }
}

fn use_words(atom: &RbacAtom, need: &Need) -> String {
    format!("{}: {}", words(atom), need.seen.words("request"))
}

fn lists<'r, 'd>(rule: &'r PolicyRule<'d>) -> [(&'static str, &'r Names<'d>); 5] {
    [
        ("verb", &rule.verbs),
        ("API group", &rule.api_groups),
        ("resource", &rule.resources),
        ("object", &rule.resource_names),
        ("URL", &rule.non_resource_urls),
    ]
}

/// The part of a permission for which a name in a list of the rule stands.
fn stands_for(list: &str, name: &str, target: &Target) -> Option<String> {
    let any = |own: &String| (name == own || name == ALL).then(|| own.clone());
    match (list, target) {
        ("verb", Target::Resource { verb, .. } | Target::Url { verb, .. }) => any(verb),
        ("API group", Target::Resource { group, .. }) => any(group),
        ("resource", Target::Resource { resource, .. }) => {
            (name == resource || matches_resource(name, resource).is_some()).then(|| resource.clone())
        }
        ("object", Target::Resource { name: Some(own), .. }) => (name == own).then(|| own.clone()),
        ("URL", Target::Url { url, .. }) => {
            (name == url || matches_url(name, url).is_some()).then(|| url.clone())
        }
        _ => None,
    }
}

fn tokens(rule: &PolicyRule<'_>, target: &Target) -> Vec<Path> {
    let of_list = |(list, names): (&'static str, &Names<'_>)| {
        let known = names.known.iter().filter(|(name, _)| stands_for(list, name, target).is_some());
        known.map(|(_, place)| names.at(*place)).collect::<Vec<_>>()
    };
    lists(rule).into_iter().flat_map(of_list).collect()
}

fn named(target: &Target) -> Option<String> {
    match target {
        Target::Resource { name, .. } => name.clone(),
        _ => None,
    }
}

/// The pairs of verbs and resources of a rule of which none was used.
fn pairs(rule: &PolicyRule<'_>, kept: &BTreeSet<Target>) -> Vec<String> {
    let objects = rule.resources.texts().map(|name| ("resource", name));
    let objects: Vec<_> = objects.chain(rule.non_resource_urls.texts().map(|name| ("URL", name))).collect();
    let mut pairs = Vec::new();
    for verb in rule.verbs.texts() {
        for (list, name) in &objects {
            let is_used = |target: &Target| {
                stands_for("verb", verb, target).is_some() && stands_for(list, name, target).is_some()
            };
            if !kept.iter().any(is_used) {
                pairs.push(shown(&format!("{verb} {name}")));
            }
        }
    }
    pairs
}

fn rule_words(rule: &PolicyRule<'_>) -> String {
    let list = |names: &Names<'_>| names.texts().collect::<Vec<_>>().join(", ");
    let what =
        if rule.non_resource_urls.known.is_empty() { &rule.resources } else { &rule.non_resource_urls };
    shown(&format!("{} {}", list(&rule.verbs), list(what)))
}
