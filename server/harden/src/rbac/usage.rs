//! What a role grants and nobody who holds it was seen to use, token by token: for a reader who looks at the role.

use super::holders::{Holders, Named};
use super::needs::{Need, words};
use super::refine::{Observed, Own, Refining};
use super::tighten::{Tightened, tighten};
use crate::proof::Proof;
use crate::seen::{Seen, shown};
use crate::{Judgement, Manifests, Options};
use leastwise_evidence::{Channel, Tally};
use leastwise_manifest::{Names, PolicyRule, Role, role};
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{ALL, Access, RbacAtom, Target, matches_resource, matches_url};
use leastwise_yaml::{Emptied, Patch, Path};
use std::collections::BTreeSet;

/// A role beside what was seen of those who hold it.
#[derive(Clone, Debug)]
pub struct RoleUsage {
    /// The role, as a path in its document.
    pub object: Path,
    /// Why nothing can be said of what it grants.
    pub refused: Option<String>,
    /// What nobody was seen to use, in order of place.
    pub unused: Vec<Unused>,
    /// Every change that makes it grant what was used, or must stay for another reason; not proved yet.
    pub patches: Vec<Patch>,
    /// Requests that were denied to those who hold it by name, and still would be, in words.
    pub denied: Vec<String>,
    /// Requests that the role allowed when they were made, and that nothing among the manifests allows now, in words.
    pub missing: Vec<String>,
    /// For how long and at what was looked, in words, like `in 14 days: 3 replicas, 41208 requests`.
    pub watched: String,
    /// What was used of each rule.
    uses: Vec<RuleUses>,
}

/// Something that a role grants and nobody was seen to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Where it stands, in the document.
    pub path: Path,
    /// What it is.
    pub what: Excess,
    /// The change that takes it away; not proved yet.
    pub patches: Vec<Patch>,
}

/// In which way a role grants more than was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Nothing of the rule was used.
    Rule(String),
    /// A name in one of its lists was not.
    Name {
        /// Of which list: `verb`, `resource` and so on.
        list: &'static str,
        /// The name.
        name: String,
    },
    /// Of a pattern only some of what it stands for was.
    Pattern {
        /// Of which list.
        list: &'static str,
        /// The pattern.
        name: String,
        /// What of it was used.
        used: Vec<String>,
    },
    /// The rule is for every object, and only these were asked for.
    Objects(Vec<String>),
    /// Every name was used, but not with every other one: these pairs were not.
    Pairs(Vec<String>),
}

#[derive(Clone, Debug)]
struct RuleUses {
    rule: Path,
    uses: Vec<Use>,
}

#[derive(Clone, Debug)]
struct Use {
    target: Target,
    words: String,
    /// The tokens of the rule that allowed it.
    tokens: Vec<Path>,
}

/// Holds the Roles and ClusterRoles of one of the documents against what was seen. The manifests need hold only the
/// bindings of these roles, and for what is denied the other roles of those whom they bind.
pub fn role_usages(
    observed: &Observed,
    manifests: &Manifests<'_>,
    document: usize,
    options: &Options,
) -> Vec<RoleUsage> {
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

/// Proves a change of one of the documents: it must take away, grant nothing, and leave all that was seen to be needed.
///
/// # Errors
/// Why it must not be offered.
pub fn prove_change(
    observed: &Observed,
    manifests: &Manifests<'_>,
    document: usize,
    patches: &[Patch],
) -> Result<Judgement, String> {
    Proof::new(manifests, observed.needed.clone()).judge_change(document, patches)
}

impl RoleUsage {
    /// What was seen of what the text at `path` grants: a name in a list of a rule, a list or a rule. `None` where it
    /// is no part of a rule, or nothing can be said.
    pub fn behind(&self, path: &Path) -> Option<Vec<&str>> {
        let rule = self.uses.iter().find(|uses| uses.rule.holds(path))?;
        let is_whole = *path == rule.rule;
        let of_list = |token: &Path| token.parent().as_ref() == Some(path);
        let is_meant =
            |one: &&Use| is_whole || one.tokens.iter().any(|token| token == path || of_list(token));
        Some(rule.uses.iter().filter(is_meant).map(|one| one.words.as_str()).collect())
    }
}

impl<'d> Refining<'_, 'd> {
    fn usage(&self, role: &Role<'d>, holders: &Holders<'d>) -> RoleUsage {
        let mut usage = RoleUsage {
            object: role.object.path.clone(),
            refused: None,
            unused: Vec::new(),
            patches: Vec::new(),
            denied: Vec::new(),
            missing: Vec::new(),
            watched: String::new(),
            uses: Vec::new(),
        };
        self.say_what_is_refused(holders, &mut usage);
        let own = match self.own(role, holders) {
            Ok(own) => own,
            Err(why) => {
                usage.refused = Some(why);
                return usage;
            }
        };
        usage.watched = self.watched(&own);
        let mut end = role.rules.len();
        for rule in &role.rules {
            self.rule(rule, role, &own, &mut end, &mut usage);
        }
        usage
    }

    fn rule(
        &self,
        rule: &PolicyRule<'d>,
        role: &Role<'d>,
        own: &Own<'_>,
        end: &mut usize,
        usage: &mut RoleUsage,
    ) {
        let (kept, _) = self.kept(rule, own);
        let uses = own
            .iter()
            .filter(|(atom, _)| leastwise_privilege::rbac::rule_allows(rule, &atom.target) == Some(true));
        let uses: Vec<_> = uses
            .map(|(atom, need)| Use {
                target: atom.target.clone(),
                words: use_words(atom, need),
                tokens: tokens(rule, &atom.target),
            })
            .collect();
        let are_passing = own.iter().any(|(atom, _)| {
            uses.iter().any(|one| one.target == atom.target) && self.observed.is_passing(atom)
        });
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
        let window = if window.first.is_some() { window } else { seen.tally() };
        let replicas = match pods.len() {
            0 => String::new(),
            1 => "1 replica, ".to_owned(),
            count => format!("{count} replicas, "),
        };
        let requests = seen.tally().count;
        let s = if requests == 1 { "" } else { "s" };
        format!("{}: {replicas}{} request{s}", duration(window), grouped(requests))
    }

    fn say_what_is_refused(&self, holders: &Holders<'d>, usage: &mut RoleUsage) {
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
            let groups = super::refine::needed_request(atom, &need.reasons).groups;
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

/// How long a time is, in words that one reads at a glance.
fn duration(tally: Tally) -> String {
    let (Some(first), Some(last)) = (tally.first, tally.last) else { return "in these logs".to_owned() };
    let seconds = last.as_second() - first.as_second();
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("in {count} {unit}{s}")
}

/// A number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_are_read_at_a_glance() {
        let of = |last: &str| {
            let mut tally = Tally::default();
            tally.count("2026-03-01T08:00:00Z".parse().ok());
            tally.extend(last.parse().ok());
            duration(tally)
        };
        for (last, words) in [
            ("2026-03-01T08:00:01Z", "in 1 second"),
            ("2026-03-01T08:02:00Z", "in 2 minutes"),
            ("2026-03-02T08:00:00Z", "in 24 hours"),
            ("2026-03-15T20:00:00Z", "in 14 days"),
        ] {
            assert_eq!(of(last), words);
        }
        assert_eq!(
            [7, 999, 1000, 41_208, 1_234_567].map(grouped),
            ["7", "999", "1,000", "41,208", "1,234,567"]
        );
    }
}
