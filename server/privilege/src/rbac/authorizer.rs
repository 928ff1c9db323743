use leastwise_manifest::{Names, PolicyRule};

/// Matches every verb, resource, API group or URL.
pub const ALL: &str = "*";

/// How an item of a rule matches what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is named.
    Exact,
    /// A wildcard holds it.
    Wildcard,
}

/// The item of one of a rule's lists through which something is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its place in the list.
    pub place: usize,
    /// How it matches.
    pub by: Match,
}

impl Item {
    /// Whether only a wildcard grants it.
    pub fn is_wildcard(self) -> bool {
        self.by == Match::Wildcard
    }
}

/// The objects for which a rule grants a verb on a resource that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objects {
    /// Those of every name.
    Every,
    /// Those that the rule names.
    Named,
    /// None: the rule names objects, and such a request has no name.
    None,
    /// A template hides whether the rule names objects.
    Unknown,
}

/// The items through which one rule grants a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The verb's.
    pub verb: Item,
    /// The API group's.
    pub group: Item,
    /// The resource's.
    pub resource: Item,
    /// For which objects.
    pub objects: Objects,
}

/// A rule of a role, read as the API server's authorizer reads it.
#[derive(Clone, Copy, Debug)]
pub struct Grants<'r, 'd>(&'r PolicyRule<'d>);

impl<'r, 'd> Grants<'r, 'd> {
    /// Reads a rule.
    pub fn of(rule: &'r PolicyRule<'d>) -> Self {
        Self(rule)
    }

    /// Through which items the rule grants a verb on a resource, written with its subresource after a slash.
    pub fn permission(self, verb: &str, group: &str, resource: &str) -> Option<Granted> {
        Some(Granted {
            verb: self.verb(verb)?,
            group: self.group(group)?,
            resource: self.resource(resource)?,
            objects: self.objects(verb, resource),
        })
    }

    /// The item that matches a verb.
    pub fn verb(self, verb: &str) -> Option<Item> {
        by_name(&self.0.verbs, verb)
    }

    /// The item that matches an API group; the core group has an empty name.
    pub fn group(self, group: &str) -> Option<Item> {
        by_name(&self.0.api_groups, group)
    }

    /// The item that matches a resource, written with its subresource after a slash.
    pub fn resource(self, resource: &str) -> Option<Item> {
        best(&self.0.resources, |item| matches_resource(item, resource))
    }

    /// The item that matches the path of a request that is for no resource.
    pub fn url(self, url: &str) -> Option<Item> {
        best(&self.0.non_resource_urls, |item| matches_url(item, url))
    }

    /// For which objects a verb is granted on a resource that the rule matches.
    ///
    /// A rule that names objects does not match a request without a name: `create`, except on the subresource of an
    /// object, and `deletecollection`. `list` and `watch` have the name of a `metadata.name` field selector. An
    /// empty name in the list matches requests without one.
    pub fn objects(self, verb: &str, resource: &str) -> Objects {
        let names = &self.0.resource_names;
        let has_no_name = match verb {
            "create" => !resource.contains('/'),
            "deletecollection" => true,
            _ => false,
        };
        match names.known[..] {
            [] if names.open => Objects::Unknown,
            [] => Objects::Every,
            [..] if matches!(verb, "list" | "watch") || has_no_name => match (names.contains(""), names.open)
            {
                (true, _) => Objects::Every,
                (false, true) => Objects::Unknown,
                (false, false) if has_no_name => Objects::None,
                (false, false) => Objects::Named,
            },
            [..] => Objects::Named,
        }
    }
}

/// Whether an item of `resources` matches a resource, written with its subresource after a slash. `*` matches
/// everything, `*/scale` that subresource of everything; `pods` has no say over `pods/log`, and `pods/*` is no
/// pattern.
pub fn matches_resource(item: &str, resource: &str) -> Option<Match> {
    if item == resource {
        return Some(Match::Exact);
    }
    let by_subresource = || {
        let (_, subresource) = resource.split_once('/')?;
        let pattern = item.strip_prefix("*/")?;
        (pattern == subresource).then_some(Match::Wildcard)
    };
    if item == ALL { Some(Match::Wildcard) } else { by_subresource() }
}

/// Whether an item of `nonResourceURLs` matches a path. Stars at the end match what begins so; others are letters.
pub fn matches_url(item: &str, url: &str) -> Option<Match> {
    if item == url {
        return Some(Match::Exact);
    }
    let is_prefix = item.ends_with('*') && url.starts_with(item.trim_end_matches('*'));
    is_prefix.then_some(Match::Wildcard)
}

fn by_name(names: &Names<'_>, wanted: &str) -> Option<Item> {
    best(names, |item| match item {
        _ if item == wanted => Some(Match::Exact),
        ALL => Some(Match::Wildcard),
        _ => None,
    })
}

/// The first item that names it, else the first whose wildcard holds it.
fn best(names: &Names<'_>, matches: impl Fn(&str) -> Option<Match>) -> Option<Item> {
    let mut wildcard = None;
    for (name, place) in &names.known {
        match matches(name) {
            Some(Match::Exact) => return Some(Item { place: *place, by: Match::Exact }),
            Some(Match::Wildcard) if wildcard.is_none() => {
                wildcard = Some(Item { place: *place, by: Match::Wildcard });
            }
            _ => {}
        }
    }
    wildcard
}
