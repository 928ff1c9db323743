//! Permissions as few rules: each rule is a product, and grants nothing but what it is made of.

use leastwise_privilege::rbac::Target;
use leastwise_yaml::Literal;
use std::collections::{BTreeMap, BTreeSet};

/// A rule of a role. Resources of different groups never share one: their product would be more than they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// For objects of one group.
    Objects {
        group: String,
        resources: Vec<String>,
        /// All objects where there are none.
        names: Vec<String>,
        verbs: Vec<String>,
    },
    /// For paths.
    Urls { urls: Vec<String>, verbs: Vec<String> },
}

/// The verbs in the order in which people write them; others follow by name.
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/// The rules that grant exactly these, in a fixed order.
pub(super) fn pack<'t>(targets: impl IntoIterator<Item = &'t Target>) -> Vec<Rule> {
    type ByName<'t> = BTreeMap<Option<&'t str>, BTreeSet<&'t str>>;
    let mut objects: BTreeMap<(&str, &str), ByName<'_>> = BTreeMap::new();
    let mut urls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for target in targets {
        match target {
            Target::Resource { group, resource, verb, name } => {
                let names = objects.entry((group, resource)).or_default();
                names.entry(name.as_deref()).or_default().insert(verb);
            }
            Target::Url { verb, url } => {
                urls.entry(url).or_default().insert(verb);
            }
            Target::Role { .. } => {}
        }
    }
    // What is granted for every name needs no name.
    for names in objects.values_mut() {
        let of_all = names.get(&None).cloned().unwrap_or_default();
        for (name, verbs) in names.iter_mut() {
            if name.is_some() {
                verbs.retain(|verb| !of_all.contains(verb));
            }
        }
        names.retain(|_, verbs| !verbs.is_empty());
    }
    type Shape<'t> = (&'t str, Vec<&'t str>, Vec<&'t str>);
    let mut rules: BTreeMap<Shape<'_>, BTreeSet<&str>> = BTreeMap::new();
    for ((group, resource), names) in objects {
        let mut by_verbs: BTreeMap<(bool, BTreeSet<&str>), Vec<&str>> = BTreeMap::new();
        for (name, verbs) in names {
            by_verbs.entry((name.is_some(), verbs)).or_default().extend(name);
        }
        for ((_, verbs), names) in by_verbs {
            rules.entry((group, names, verbs.into_iter().collect())).or_default().insert(resource);
        }
    }
    let mut by_verbs: BTreeMap<BTreeSet<&str>, Vec<String>> = BTreeMap::new();
    for (url, verbs) in urls {
        by_verbs.entry(verbs).or_default().push(url.to_owned());
    }
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let objects = rules.into_iter().map(|((group, names, verbs), resources)| Rule::Objects {
        group: group.to_owned(),
        resources: owned(resources.into_iter().collect()),
        names: owned(names),
        verbs: in_order(verbs),
    });
    let urls = by_verbs
        .into_iter()
        .map(|(verbs, urls)| Rule::Urls { urls, verbs: in_order(verbs.into_iter().collect()) });
    let mut rules: Vec<_> = objects.chain(urls).collect();
    rules.sort();
    rules
}

/// The verbs in the order in which people write them.
pub(super) fn in_order(mut verbs: Vec<&str>) -> Vec<String> {
    let place = |verb: &str| VERBS.iter().position(|known| *known == verb).unwrap_or(VERBS.len());
    verbs.sort_by_key(|verb| (place(verb), (*verb).to_owned()));
    verbs.into_iter().map(str::to_owned).collect()
}

impl Rule {
    /// The rule as it stands in a manifest.
    pub(super) fn literal(&self) -> Literal {
        let list = |texts: &[String]| {
            Literal::Sequence(texts.iter().map(|text| Literal::from(text.as_str())).collect())
        };
        let mut entries = Vec::new();
        match self {
            Self::Objects { group, resources, names, verbs } => {
                entries.push(("apiGroups", list(std::slice::from_ref(group))));
                entries.push(("resources", list(resources)));
                if !names.is_empty() {
                    entries.push(("resourceNames", list(names)));
                }
                entries.push(("verbs", list(verbs)));
            }
            Self::Urls { urls, verbs } => {
                entries.push(("nonResourceURLs", list(urls)));
                entries.push(("verbs", list(verbs)));
            }
        }
        Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The verbs.
    pub(super) fn verbs(&self) -> &[String] {
        match self {
            Self::Objects { verbs, .. } | Self::Urls { verbs, .. } => verbs,
        }
    }

    /// What it grants, one by one.
    pub(super) fn targets(&self) -> Vec<Target> {
        self.verbs().iter().flat_map(|verb| self.of_verb(verb)).collect()
    }

    /// What it grants of one verb.
    pub(super) fn of_verb(&self, verb: &str) -> Vec<Target> {
        match self {
            Self::Objects { group, resources, names, .. } => {
                let names: Vec<_> = names.iter().cloned().map(Some).collect();
                let names = if names.is_empty() { vec![None] } else { names };
                let of = |resource: &String, name: &Option<String>| Target::Resource {
                    group: group.clone(),
                    resource: resource.clone(),
                    verb: verb.to_owned(),
                    name: name.clone(),
                };
                resources
                    .iter()
                    .flat_map(|resource| names.iter().map(move |name| of(resource, name)))
                    .collect()
            }
            Self::Urls { urls, .. } => {
                urls.iter().map(|url| Target::Url { verb: verb.to_owned(), url: url.clone() }).collect()
            }
        }
    }

    /// What it grants, in words after a verb: `pods, services`, `secrets "db"`.
    pub(super) fn what(&self) -> String {
        match self {
            Self::Objects { group, resources, names, .. } => {
                let dot = if group.is_empty() { String::new() } else { format!(".{group}") };
                let resources: Vec<_> = resources.iter().map(|name| format!("{name}{dot}")).collect();
                let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
                let names = if names.is_empty() { String::new() } else { format!(" {}", names.join(", ")) };
                format!("{}{names}", resources.join(", "))
            }
            Self::Urls { urls, .. } => urls.join(", "),
        }
    }
}
