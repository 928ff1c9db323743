//! The comparison of what subjects may ask agrees with asking for everything in a small universe.
//!
//! What is asked here is decided by the documentation of RBAC, apart from what is tested.

use crate::random::Random;
use crate::support::{RBAC, all};
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{Access, RbacAtom, Subject, Target};
use std::fmt::Write;

/// Pairs of clusters that are compared, and clusters from which they are drawn.
const PAIRS: usize = if cfg!(debug_assertions) { 5_000 } else { 100_000 };
const CLUSTERS: usize = if cfg!(debug_assertions) { 300 } else { 2_000 };

const VERBS: [&str; 3] = ["get", "create", "other"];
const GROUPS: [&str; 3] = ["", "apps", "other"];
const RESOURCES: [&str; 6] = ["pods", "pods/log", "nodes", "others", "others/log", "others/other"];
const NAMES: [&str; 4] = ["", "x", "y", "other"];
const NAMESPACES: [Option<&str>; 4] = [None, Some("one"), Some("two"), Some("other")];
const URLS: [&str; 6] = ["/a", "/a/b", "/a/other", "/ab", "/other", "other"];

/// Users with the groups that do not follow from their names.
const USERS: [(&str, &[&str]); 8] = [
    ("jane", &[]),
    ("john", &["developers"]),
    ("john", &[]),
    ("system:anonymous", &[]),
    ("system:serviceaccount:one:cart", &[]),
    ("system:serviceaccount:one:other", &[]),
    ("system:serviceaccount:two:cart", &[]),
    ("system:serviceaccount:three:other", &[]),
];

/// Whom a binding may name, and who of [`USERS`] that is.
const SUBJECTS: [(&str, &[usize]); 7] = [
    ("{kind: User, name: jane}", &[0]),
    ("{kind: Group, name: developers}", &[1]),
    ("{kind: Group, name: 'system:serviceaccounts'}", &[4, 5, 6, 7]),
    ("{kind: Group, name: 'system:serviceaccounts:one'}", &[4, 5]),
    ("{kind: Group, name: 'system:authenticated'}", &[0, 1, 2, 4, 5, 6, 7]),
    ("{kind: ServiceAccount, name: cart, namespace: one}", &[4]),
    ("{kind: User, name: 'system:serviceaccount:two:cart'}", &[6]),
];

/// All that may be asked for, and of it all that belongs to a namespace or may.
fn targets() -> Vec<(Option<&'static str>, Target)> {
    let mut targets = Vec::new();
    for namespace in NAMESPACES {
        for group in GROUPS {
            for resource in RESOURCES {
                for verb in VERBS {
                    for name in NAMES {
                        // Nodes of the core group belong to no namespace.
                        if namespace.is_none() || !group.is_empty() || resource != "nodes" {
                            let target = Target::Resource {
                                group: group.to_owned(),
                                resource: resource.to_owned(),
                                verb: verb.to_owned(),
                                name: Some(name.to_owned()).filter(|name| !name.is_empty()),
                            };
                            targets.push((namespace, target));
                        }
                    }
                }
            }
        }
    }
    for url in URLS {
        for verb in VERBS {
            targets.push((None, Target::Url { verb: verb.to_owned(), url: url.to_owned() }));
        }
    }
    targets
}

#[derive(Debug)]
enum Rule {
    Resources {
        groups: Vec<&'static str>,
        resources: Vec<&'static str>,
        verbs: Vec<&'static str>,
        names: Vec<&'static str>,
    },
    Urls {
        urls: Vec<&'static str>,
        verbs: Vec<&'static str>,
    },
}

impl Rule {
    fn random(random: &mut Random) -> Self {
        let verbs = random.some(&["get", "create", "*"]);
        if random.below(5) == 0 {
            return Self::Urls { urls: random.some(&["/a", "/a/b", "/a/*", "/a*", "/*", "*"]), verbs };
        }
        Self::Resources {
            groups: random.some(&["", "apps", "*"]),
            resources: random.some(&["pods", "pods/log", "*/log", "pods/*", "nodes", "*"]),
            verbs,
            names: if random.below(3) == 0 { random.some(&["x", "y", ""]) } else { Vec::new() },
        }
    }

    fn yaml(&self) -> String {
        let list = |items: &[&str]| {
            format!("[{}]", items.iter().map(|item| format!("'{item}'")).collect::<Vec<_>>().join(", "))
        };
        match self {
            Self::Urls { urls, verbs } => {
                format!("{{nonResourceURLs: {}, verbs: {}}}", list(urls), list(verbs))
            }
            Self::Resources { groups, resources, verbs, names } => format!(
                "{{apiGroups: {}, resources: {}, verbs: {}, resourceNames: {}}}",
                list(groups),
                list(resources),
                list(verbs),
                list(names)
            ),
        }
    }

    fn allows(&self, asked: &Target) -> bool {
        let has = |items: &[&str], wanted: &str| items.iter().any(|item| *item == wanted || *item == "*");
        match (self, asked) {
            (
                Self::Resources { groups, resources, verbs, names },
                Target::Resource { group, resource, verb, name },
            ) => {
                let subresource = resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
                has(verbs, verb)
                    && has(groups, group)
                    && (has(resources, resource)
                        || subresource.is_some_and(|any| resources.contains(&any.as_str())))
                    && (names.is_empty() || names.contains(&name.as_deref().unwrap_or_default()))
            }
            (Self::Urls { urls, verbs }, Target::Url { verb, url }) => {
                let is_like = |item: &&str| match item.strip_suffix('*') {
                    Some(prefix) => url.starts_with(prefix),
                    None => item == url,
                };
                has(verbs, verb) && urls.iter().any(is_like)
            }
            _ => false,
        }
    }
}

/// A set of targets by their places.
type Bits = Vec<u64>;

/// A cluster as text, and what each of [`USERS`] may ask for.
struct Cluster {
    text: String,
    allowed: Vec<Bits>,
}

impl Cluster {
    /// Some roles, all of them bound.
    fn random(random: &mut Random, targets: &[(Option<&'static str>, Target)]) -> Self {
        let mut text = String::new();
        let mut allowed = vec![vec![0; targets.len().div_ceil(64)]; USERS.len()];
        for place in 0..1 + random.below(2) {
            let rules: Vec<_> = (0..1 + random.below(2)).map(|_| Rule::random(random)).collect();
            let subjects = random.some(&SUBJECTS);
            let (kind, home) =
                *random.pick(&[("Role", Some("one")), ("Role", Some("two")), ("ClusterRole", None)]);
            let bound = home.or_else(|| *random.pick(&NAMESPACES[..3]));
            for (bit, (namespace, target)) in targets.iter().enumerate() {
                let is_in = bound.is_none() || (bound == *namespace);
                if is_in && rules.iter().any(|rule| rule.allows(target)) {
                    for user in subjects.iter().flat_map(|(_, users)| users.iter()) {
                        allowed[*user][bit / 64] |= 1 << (bit % 64);
                    }
                }
            }
            let at = |namespace: Option<&str>| {
                namespace.map(|namespace| format!(", namespace: {namespace}")).unwrap_or_default()
            };
            let binding = if bound.is_none() { "ClusterRoleBinding" } else { "RoleBinding" };
            let rules: Vec<_> = rules.iter().map(Rule::yaml).collect();
            let subjects: Vec<_> = subjects.iter().map(|(subject, _)| *subject).collect();
            write!(
                text,
                "---\napiVersion: {RBAC}\nkind: {kind}\nmetadata: {{name: r{place}{}}}\nrules: \
                 [{}]\n---\napiVersion: {RBAC}\nkind: {binding}\nmetadata: {{name: b{place}{}}}\nroleRef: {{kind: \
                 {kind}, name: r{place}}}\nsubjects: [{}]\n",
                at(home),
                rules.join(", "),
                at(bound),
                subjects.join(", "),
            )
            .unwrap();
        }
        Self { text, allowed }
    }
}

#[test]
fn comparing_agrees_with_asking_for_everything() {
    let targets = targets();
    let mut random = Random(5);
    let clusters: Vec<_> = (0..CLUSTERS).map(|_| Cluster::random(&mut random, &targets)).collect();
    let streams: Vec<_> = clusters.iter().map(|cluster| leastwise_yaml::parse(&cluster.text)).collect();
    let objects: Vec<_> = streams.iter().map(all).collect();
    let access: Vec<_> =
        objects.iter().map(|objects| Access::of(Applied { objects, namespace: "default" })).collect();
    for (cluster, access) in clusters.iter().zip(&access) {
        for _ in 0..50 {
            let (user, bit) = (random.below(USERS.len()), random.below(targets.len()));
            let (namespace, target) = targets[bit].clone();
            let subject = Subject::user(USERS[user].0);
            let atom = RbacAtom { subject, namespace: namespace.map(str::to_owned), target };
            let groups: Vec<_> = USERS[user].1.iter().map(|group| (*group).to_owned()).collect();
            let is_allowed = cluster.allowed[user][bit / 64] >> (bit % 64) & 1 == 1;
            assert_eq!(access.allows(&atom, &groups), Some(is_allowed), "{atom:?}\n{}", cluster.text);
        }
    }
    let mut told = [0; 2];
    for _ in 0..PAIRS {
        let (one, other) = (random.below(CLUSTERS), random.below(CLUSTERS));
        let texts = || format!("{}\nwithin\n{}", clusters[one].text, clusters[other].text);
        let excess = access[one].beyond(&access[other]);
        for witness in excess.atoms.iter().map(|exceeding| &exceeding.witness) {
            let answers = [one, other].map(|place| access[place].allows(witness, &[]));
            assert_eq!(answers, [Some(true), Some(false)], "{witness:?}\n{}", texts());
        }
        let is_within = clusters[one]
            .allowed
            .iter()
            .zip(&clusters[other].allowed)
            .all(|(one, other)| one.iter().zip(other).all(|(one, other)| one & !other == 0));
        assert_eq!(excess.atoms.is_empty(), is_within, "{:?}\n{}", excess.atoms, texts());
        told[usize::from(is_within)] += 1;
    }
    assert!(told.iter().all(|count| *count > PAIRS / 50), "both answers are tested: {told:?}");
}
