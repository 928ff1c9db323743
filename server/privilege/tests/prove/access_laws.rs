//! The comparison of what subjects may ask agrees with asking for everything in a small universe.

use crate::support::{RBAC, all};
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{Access, RbacAtom, Subject, Target};
use std::fmt::Write;

/// Pairs of clusters that are compared.
const PAIRS: u64 = if cfg!(debug_assertions) { 3_000 } else { 100_000 };

/// Numbers that look random and are the same in every run: splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// One to three of them.
    pub(crate) fn some(&mut self, from: &[&str]) -> String {
        let count = 1 + self.below(3).min(self.below(3));
        let picked: Vec<_> = (0..count).map(|_| format!("'{}'", self.pick(from))).collect();
        format!("[{}]", picked.join(", "))
    }
}

const SUBJECTS: &[&str] = &[
    "{kind: User, name: jane}",
    "{kind: Group, name: developers}",
    "{kind: Group, name: 'system:serviceaccounts'}",
    "{kind: Group, name: 'system:serviceaccounts:one'}",
    "{kind: Group, name: 'system:authenticated'}",
    "{kind: ServiceAccount, name: cart, namespace: one}",
    "{kind: ServiceAccount, name: cart, namespace: two}",
];

fn rule(random: &mut Random) -> String {
    if random.below(5) == 0 {
        let urls = random.some(&["/a", "/a/b", "/a/*", "/a*", "/*", "*"]);
        return format!("{{nonResourceURLs: {urls}, verbs: {}}}", random.some(&["get", "post", "*"]));
    }
    let names = match random.below(3) {
        0 => format!(", resourceNames: {}", random.some(&["x", "y", ""])),
        _ => String::new(),
    };
    format!(
        "{{apiGroups: {}, resources: {}, verbs: {}{names}}}",
        random.some(&["", "apps", "*"]),
        random.some(&["pods", "pods/log", "*/log", "pods/*", "nodes", "*"]),
        random.some(&["get", "create", "*"]),
    )
}

/// Some roles and bindings, all roles bound.
fn cluster(random: &mut Random) -> String {
    let mut text = String::new();
    for place in 0..1 + random.below(2) {
        let rules: Vec<_> = (0..1 + random.below(2)).map(|_| rule(random)).collect();
        let subjects: Vec<_> = (0..1 + random.below(2)).map(|_| random.pick(SUBJECTS)).collect();
        let (kind, home) = [("Role", "one"), ("Role", "two"), ("ClusterRole", "")][random.below(3)];
        let bound = if kind == "ClusterRole" { random.pick(&["one", "two", ""]) } else { home };
        let at = |namespace: &str| match namespace {
            "" => String::new(),
            namespace => format!(", namespace: {namespace}"),
        };
        let binding = if bound.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
        write!(
            text,
            "---\napiVersion: {RBAC}\nkind: {kind}\nmetadata: {{name: r{place}{}}}\nrules: [{}]\n---\napiVersion: \
             {RBAC}\nkind: {binding}\nmetadata: {{name: b{place}{}}}\nroleRef: {{kind: {kind}, name: \
             r{place}}}\nsubjects: [{}]\n",
            at(home),
            rules.join(", "),
            at(bound),
            subjects.join(", "),
        )
        .unwrap();
    }
    text
}

/// Everybody, each with something that no rule names among what may be asked for.
fn universe() -> Vec<(RbacAtom, Vec<String>)> {
    let users = [
        ("jane", &[][..]),
        ("john", &["developers"][..]),
        ("john", &[]),
        ("system:anonymous", &[]),
        ("system:serviceaccount:one:cart", &[]),
        ("system:serviceaccount:one:other", &[]),
        ("system:serviceaccount:two:cart", &[]),
        ("system:serviceaccount:three:other", &[]),
    ];
    let mut targets = Vec::new();
    for group in ["", "apps", "other"] {
        for resource in ["pods", "pods/log", "nodes", "others", "others/log", "others/other"] {
            for verb in ["get", "create", "other"] {
                for name in [None, Some("x"), Some("y"), Some("other")] {
                    for namespace in [None, Some("one"), Some("two"), Some("other")] {
                        // Nodes of the core group belong to no namespace.
                        if namespace.is_some() && group.is_empty() && resource == "nodes" {
                            continue;
                        }
                        let target = Target::Resource {
                            group: group.to_owned(),
                            resource: resource.to_owned(),
                            verb: verb.to_owned(),
                            name: name.map(str::to_owned),
                        };
                        targets.push((namespace.map(str::to_owned), target));
                    }
                }
            }
        }
    }
    for url in ["/a", "/a/b", "/a/other", "/ab", "/other"] {
        for verb in ["get", "post", "other"] {
            targets.push((None, Target::Url { verb: verb.to_owned(), url: url.to_owned() }));
        }
    }
    let mut all = Vec::new();
    for (user, groups) in users {
        let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
        for (namespace, target) in &targets {
            let subject = Subject::user(user);
            all.push((
                RbacAtom { subject, namespace: namespace.clone(), target: target.clone() },
                groups.clone(),
            ));
        }
    }
    all
}

#[test]
fn comparing_agrees_with_asking_for_everything() {
    let universe = universe();
    let mut random = Random(5);
    let mut told = [0; 2];
    for pair in 0..PAIRS {
        let (one, other) = (cluster(&mut random), cluster(&mut random));
        let (one_stream, other_stream) = (leastwise_yaml::parse(&one), leastwise_yaml::parse(&other));
        let (one_objects, other_objects) = (all(&one_stream), all(&other_stream));
        let access = |objects| Access::of(Applied { objects, namespace: "default" });
        let (one_access, other_access) = (access(&one_objects), access(&other_objects));
        let excess = one_access.beyond(&other_access);
        for witness in excess.atoms.iter().map(|exceeding| &exceeding.witness) {
            let answers = [&one_access, &other_access].map(|access| access.allows(witness, &[]));
            assert_eq!(
                answers,
                [Some(true), Some(false)],
                "pair {pair}: {witness:?}\n{one}\nwithin\n{other}"
            );
        }
        let is_within = excess.atoms.is_empty();
        let witness = universe.iter().find(|(atom, groups)| {
            one_access.allows(atom, groups) == Some(true) && other_access.allows(atom, groups) == Some(false)
        });
        assert_eq!(is_within, witness.is_none(), "pair {pair}: {witness:?}\n{one}\nwithin\n{other}");
        told[usize::from(is_within)] += 1;
    }
    assert!(told.iter().all(|count| *count > PAIRS / 50), "both answers are tested: {told:?}");
}
