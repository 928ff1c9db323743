//! From the permissions of a rule that stay to the least change of its text.

use super::packing::{Rule, pack};
use leastwise_manifest::{Names, PolicyRule};
use leastwise_privilege::rbac::{
    ALL, Target, is_effective_in_role, is_served, matches_resource, matches_url,
};
use leastwise_yaml::{Emptied, Literal, Patch, Path};
use std::collections::BTreeSet;

/// What happens to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tightened {
    /// All that it grants stays.
    AsItIs,
    /// Nothing stays.
    Gone,
    /// Some stays.
    Changed {
        patches: Vec<Patch>,
        /// Rules to be added, where what stays is no product.
        more: Vec<Rule>,
        /// What is taken away, in words, and where it stands.
        removed: Vec<(String, Path)>,
    },
}

/// Tightens a rule that can be read to `kept`, all of which it grants.
pub(super) fn tighten(rule: &PolicyRule<'_>, kept: &BTreeSet<Target>, is_cluster_role: bool) -> Tightened {
    if kept.is_empty() {
        return Tightened::Gone;
    }
    let packed = pack(without_covered(kept));
    let kept: BTreeSet<Target> = packed.iter().flat_map(Rule::targets).collect();
    let whole = Lists::of_rule(rule);
    if whole.effective(is_cluster_role) == kept {
        return Tightened::AsItIs;
    }
    // Lists that are shorter are a smaller change than a rule that is split, and grant the same where what they grant
    // beside does not exist.
    let lists = Lists::of_targets(&kept);
    if lists.effective(is_cluster_role) == kept {
        return changed(rule, &lists, Vec::new());
    }
    let best =
        packed.iter().enumerate().max_by_key(|(place, rule)| (rule.targets().len(), packed.len() - place));
    let Some((best, _)) = best else { return Tightened::Gone };
    let mut more = packed;
    let own = more.remove(best);
    changed(rule, &Lists::of_targets(&own.targets().into_iter().collect()), more)
}

/// Those that no other one grants as well.
fn without_covered(kept: &BTreeSet<Target>) -> impl Iterator<Item = &Target> {
    kept.iter().filter(|one| !kept.iter().any(|other| other != *one && grants(other, one)))
}

/// Whether one permission, patterns included, grants the other. Of two that are the same only in name none does.
fn grants(one: &Target, other: &Target) -> bool {
    let any = |one: &str, other: &str| one == other || one == ALL;
    match (one, other) {
        (
            Target::Resource { group, resource, verb, name },
            Target::Resource {
                group: other_group,
                resource: other_resource,
                verb: other_verb,
                name: other_name,
            },
        ) => {
            any(group, other_group)
                && any(verb, other_verb)
                && matches_resource(resource, other_resource).is_some()
                && (name.is_none() || name == other_name)
        }
        (Target::Url { verb, url }, Target::Url { verb: other_verb, url: other_url }) => {
            any(verb, other_verb) && matches_url(url, other_url).is_some()
        }
        _ => false,
    }
}

/// The lists of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lists {
    groups: BTreeSet<String>,
    resources: BTreeSet<String>,
    names: BTreeSet<String>,
    urls: BTreeSet<String>,
    verbs: BTreeSet<String>,
}

impl Lists {
    fn of_rule(rule: &PolicyRule<'_>) -> Self {
        let texts = |names: &Names<'_>| names.texts().map(str::to_owned).collect();
        Self {
            groups: texts(&rule.api_groups),
            resources: texts(&rule.resources),
            names: texts(&rule.resource_names),
            urls: texts(&rule.non_resource_urls),
            verbs: texts(&rule.verbs),
        }
    }

    /// The smallest lists whose product holds all of these.
    fn of_targets(targets: &BTreeSet<Target>) -> Self {
        let mut lists = Self::default();
        for target in targets {
            match target {
                Target::Resource { group, resource, verb, name } => {
                    lists.groups.insert(group.clone());
                    lists.resources.insert(resource.clone());
                    lists.verbs.insert(verb.clone());
                    lists.names.extend(name.clone());
                }
                Target::Url { verb, url } => {
                    lists.urls.insert(url.clone());
                    lists.verbs.insert(verb.clone());
                }
                Target::Role { .. } => {}
            }
        }
        lists
    }

    /// What their product grants, without what does not exist.
    fn effective(&self, is_cluster_role: bool) -> BTreeSet<Target> {
        let mut targets = BTreeSet::new();
        let names: Vec<_> = self.names.iter().cloned().map(Some).collect();
        let names = if names.is_empty() { vec![None] } else { names };
        for verb in &self.verbs {
            for group in &self.groups {
                for resource in self.resources.iter().filter(|resource| exists(group, resource)) {
                    if !is_cluster_role && !is_effective_in_role(verb, group, resource) {
                        continue;
                    }
                    targets.extend(names.iter().map(|name| Target::Resource {
                        group: group.clone(),
                        resource: resource.clone(),
                        verb: verb.clone(),
                        name: name.clone(),
                    }));
                }
            }
            targets.extend(self.urls.iter().map(|url| Target::Url { verb: verb.clone(), url: url.clone() }));
        }
        targets
    }
}

fn exists(group: &str, resource: &str) -> bool {
    let is_pattern = resource.starts_with('*');
    !resource.ends_with("/*") && (is_pattern || group == ALL || is_served(group, resource) != Some(false))
}

fn changed(rule: &PolicyRule<'_>, lists: &Lists, more: Vec<Rule>) -> Tightened {
    let (mut patches, mut removed) = (Vec::new(), Vec::new());
    for (what, names, kept) in [
        ("verb", &rule.verbs, &lists.verbs),
        ("API group", &rule.api_groups, &lists.groups),
        ("resource", &rule.resources, &lists.resources),
        ("object", &rule.resource_names, &lists.names),
        ("URL", &rule.non_resource_urls, &lists.urls),
    ] {
        if what == "object" && names.known.is_empty() && !kept.is_empty() {
            let value = Literal::Sequence(kept.iter().map(|name| Literal::from(name.as_str())).collect());
            removed.push((format!("every object but {}", quoted(kept)), rule.path.clone()));
            patches.push(Patch::Set { path: names.path.clone(), value });
            continue;
        }
        let missing: Vec<_> = kept.iter().filter(|name| !names.contains(name)).collect();
        let free: Vec<_> = names.known.iter().filter(|(name, _)| !kept.contains(*name)).collect();
        let end = names.known.iter().map(|(_, place)| place + 1).max().unwrap_or_default();
        for (place, name) in missing.iter().enumerate() {
            let at = free.get(place).map_or(end + place.saturating_sub(free.len()), |(_, at)| *at);
            patches.push(Patch::Set { path: names.at(at), value: Literal::from(name.as_str()) });
        }
        for (name, at) in free.iter().skip(missing.len()) {
            patches.push(Patch::Remove { path: names.at(*at), emptied: Emptied::Keep });
            removed.push((format!("{what} {name:?}"), names.at(*at)));
        }
        let replaced = free.iter().take(missing.len());
        removed.extend(replaced.map(|(name, at)| {
            let kept: BTreeSet<String> = kept.clone();
            (format!("{what} {name:?} but for {}", quoted(&kept)), names.at(*at))
        }));
    }
    if !more.is_empty() {
        removed.push(("what the rule grants beside its own pairs".to_owned(), rule.path.clone()));
    }
    Tightened::Changed { patches, more, removed }
}

fn quoted(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
