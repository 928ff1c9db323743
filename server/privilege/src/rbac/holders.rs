//! Who holds which role, as roles and bindings say it together.

use super::atom::Subject;
use super::held::{Grantable, Held, Home, Origin};
use crate::Applied;
use crate::data::written;
use leastwise_manifest::{Binding, Labels, Object, Role, Selector, binding, lookup, objects, role};
use leastwise_yaml::{Field, Path, Stream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// Labels by which ClusterRoles are gathered into those that every cluster has, and into others.
const AGGREGATE_TO: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// The steps by which roles gather others that gather others, at most.
const STEPS: usize = 16;

/// The role that every cluster has and that allows everything.
static CLUSTER_ADMIN: LazyLock<Stream> = LazyLock::new(|| {
    leastwise_yaml::parse(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: cluster-admin}\nrules:\n\
         - {apiGroups: ['*'], resources: ['*'], verbs: ['*']}\n- {nonResourceURLs: ['*'], verbs: ['*']}\n",
    )
});

/// A role of a cluster: `None` for a ClusterRole, and its name.
type Key = (Option<String>, String);

pub(super) fn holders<'d>(applied: Applied<'_, 'd>) -> Vec<Held<'d>> {
    let mut roles = BTreeMap::new();
    for object in applied.objects {
        let Some(role) = role(object) else { continue };
        let namespace = (!role.is_cluster_role()).then(|| applied.home(object));
        let name = object.name().or_else(|| lookup(object.node, &["metadata", "name"]).value().map(written));
        roles.insert((namespace, name.unwrap_or_default().to_owned()), role);
    }
    let mut grantable = grantable(&roles);
    let mut held = Vec::new();
    let mut bound = BTreeSet::new();
    add_cluster_admin(&mut grantable, &mut bound);
    for object in last_of_each(applied) {
        if let Some(binding) = binding(object) {
            bind(&binding, applied, &mut grantable, &mut bound, &mut held);
        }
    }
    for (key, role) in &grantable {
        held.push(Held {
            subject: Subject::Holder(role.title.clone()),
            namespace: key.0.clone(),
            role: Arc::clone(role),
            binding: None,
            // What an unseen binding grants of a role that is bound here is assumed to be nothing.
            is_tacit: bound.contains(key) && role.outside.is_empty(),
        });
    }
    held
}

/// The bindings, of those that are the same object the last.
fn last_of_each<'o, 'd>(applied: Applied<'o, 'd>) -> impl Iterator<Item = &'o Object<'d>> {
    let mut by_name = BTreeMap::new();
    for (place, object) in applied.objects.iter().enumerate() {
        let name = object.name().map_or_else(|| format!("unnamed {place}"), str::to_owned);
        by_name.insert((object.kind(), applied.home(object), name), object);
    }
    by_name.into_values()
}

fn add_cluster_admin(roles: &mut BTreeMap<Key, Arc<Grantable<'_>>>, bound: &mut BTreeSet<Key>) {
    let documents = CLUSTER_ADMIN.documents().iter();
    let objects: Vec<_> = documents.flat_map(|placed| objects(&placed.document)).collect();
    let key = (None, "cluster-admin".to_owned());
    if let (Some(role), false) = (objects.first().and_then(role), roles.contains_key(&key)) {
        roles.insert(key.clone(), Arc::new(own(&key, &role)));
        bound.insert(key);
    }
}

fn title((namespace, name): &Key) -> String {
    match namespace {
        Some(namespace) => format!("Role {namespace}/{name}"),
        None => format!("ClusterRole {name}"),
    }
}

/// What each role grants, with what it gathers from others.
fn grantable<'d>(roles: &BTreeMap<Key, Role<'d>>) -> BTreeMap<Key, Arc<Grantable<'d>>> {
    let mut all: BTreeMap<Key, Grantable<'d>> =
        roles.iter().map(|(key, role)| (key.clone(), own(key, role))).collect();
    let gathered = gathering(roles, &mut all);
    for _ in 0..STEPS {
        let mut has_changed = false;
        for (into, from) in &gathered {
            let Some(more) = all.get(from).cloned() else { continue };
            if let Some(role) = all.get_mut(into) {
                has_changed |= role.gather(&more);
            }
        }
        if !has_changed {
            break;
        }
    }
    all.into_iter().map(|(key, role)| (key, Arc::new(role))).collect()
}

fn own<'d>(key: &Key, role: &Role<'d>) -> Grantable<'d> {
    let mut grantable = Grantable { title: title(key), ..Grantable::default() };
    if gathers(role) {
        // The controller writes what it gathers in place of its rules.
        grantable.gathers = true;
        return grantable;
    }
    let home = Arc::new(Home { resource: role.object.resource(), path: role.object.path.clone() });
    for rule in &role.rules {
        if rule.is_open() {
            grantable.hidden.push(written(rule.node).to_owned());
        }
        grantable.rules.push((rule.clone(), Arc::clone(&home)));
    }
    if role.open {
        let text = lookup(role.object.node, &["rules"]).value().map_or("rules", written);
        grantable.hidden.push(text.to_owned());
    }
    grantable
}

fn gathers(role: &Role<'_>) -> bool {
    role.is_cluster_role()
        && match role.object.node.get("aggregationRule") {
            Field::Absent => false,
            Field::Unknown => true,
            Field::Present(entry) => !entry.value.is_null(),
        }
}

/// Which role gathers which, the roles outside of the objects among them, which are added.
fn gathering<'d>(roles: &BTreeMap<Key, Role<'d>>, all: &mut BTreeMap<Key, Grantable<'d>>) -> Vec<(Key, Key)> {
    let mut edges = Vec::new();
    let cluster_roles: Vec<_> = roles.iter().filter(|(_, role)| role.is_cluster_role()).collect();
    for (into, gatherer) in cluster_roles.iter().filter(|(_, role)| gathers(role)) {
        let selectors = lookup(gatherer.object.node, &["aggregationRule", "clusterRoleSelectors"]);
        let hide = |all: &mut BTreeMap<Key, Grantable<'d>>| {
            if let Some(role) = all.get_mut(*into) {
                role.hidden.push("which roles it gathers".to_owned());
            }
        };
        let Field::Present(list) = selectors else {
            if matches!(selectors, Field::Unknown) {
                hide(all);
            }
            continue;
        };
        if list.value.is_open() || list.value.is_unknown() {
            hide(all);
        }
        for selector in list.value.items().map(|item| Selector::read(item.value)) {
            for (from, other) in cluster_roles.iter().filter(|(from, _)| from != into) {
                match selector.matches(&labels(other)) {
                    Some(true) => edges.push(((*into).clone(), (*from).clone())),
                    Some(false) => {}
                    None => hide(all),
                }
            }
        }
    }
    for (from, role) in &cluster_roles {
        for name in outside_gatherers(role, roles) {
            let into = (None, name);
            let outside = title(&into);
            all.entry(into.clone()).or_insert_with(|| Grantable {
                title: outside.clone(),
                outside: vec![outside],
                ..Grantable::default()
            });
            edges.push((into, (*from).clone()));
        }
    }
    edges
}

fn labels<'d>(role: &Role<'d>) -> Labels<'d> {
    Labels::of(lookup(role.object.node, &["metadata", "labels"]))
}

/// The roles that are not among the objects into which a role is gathered by its labels: by custom the label names
/// them.
fn outside_gatherers(role: &Role<'_>, roles: &BTreeMap<Key, Role<'_>>) -> BTreeSet<String> {
    let labels = labels(role);
    let named = labels.known.iter().filter(|(_, value)| *value == Some("true"));
    let mut names: BTreeSet<String> =
        named.filter_map(|(key, _)| key.strip_prefix(AGGREGATE_TO)).map(str::to_owned).collect();
    // `edit` gathers `view`, and `admin` gathers both.
    for (lower, upper) in [("view", "edit"), ("edit", "admin")] {
        if names.contains(lower) {
            names.insert(upper.to_owned());
        }
    }
    names.retain(|name| !roles.contains_key(&(None, name.clone())));
    names
}

impl<'d> Grantable<'d> {
    /// Adds what another role grants; tells whether that was anything new.
    fn gather(&mut self, other: &Self) -> bool {
        let mut is_new = false;
        for (rule, home) in &other.rules {
            let is_known =
                self.rules.iter().any(|(known, of)| Arc::ptr_eq(of, home) && known.path == rule.path);
            if !is_known {
                self.rules.push((rule.clone(), Arc::clone(home)));
                is_new = true;
            }
        }
        for (own, more) in [(&mut self.hidden, &other.hidden), (&mut self.outside, &other.outside)] {
            for text in more.iter().filter(|text| !own.contains(text)).cloned().collect::<Vec<_>>() {
                own.push(text);
                is_new = true;
            }
        }
        is_new
    }
}

fn bind<'d>(
    binding: &Binding<'d>,
    applied: Applied<'_, 'd>,
    roles: &mut BTreeMap<Key, Arc<Grantable<'d>>>,
    bound: &mut BTreeSet<Key>,
    held: &mut Vec<Held<'d>>,
) {
    let home = (!binding.is_cluster_binding()).then(|| applied.home(&binding.object));
    let role = match (binding.role.kind, binding.role.name) {
        (Some("ClusterRole"), Some(name)) => named(roles, bound, (None, name.to_owned())),
        // A ClusterRoleBinding cannot name a Role: the API server refuses it.
        (Some("Role"), Some(_)) if home.is_none() => return,
        (Some("Role"), Some(name)) => named(roles, bound, (home.clone(), name.to_owned())),
        (Some(_), Some(_)) => return,
        _ => {
            let text = lookup(binding.object.node, &["roleRef"]).value().map_or("roleRef", written);
            let title = format!("the role of {}", crate::judge::title(&binding.object.resource()));
            Arc::new(Grantable { title, hidden: vec![text.to_owned()], ..Grantable::default() })
        }
    };
    let at = |path: &Path| Origin {
        resource: binding.object.resource(),
        path: path.relative_to(&binding.object.path).unwrap_or_default(),
    };
    let mut hold = |subject: Subject, path: &Path| {
        let (namespace, role) = (home.clone(), Arc::clone(&role));
        held.push(Held { subject, namespace, role, binding: Some(at(path)), is_tacit: false });
    };
    for subject in &binding.subjects {
        match (subject.kind, subject.name) {
            _ if subject.is_open() => hold(Subject::Hidden(one_line(written(subject.node))), &subject.path),
            (Some("User"), Some(name)) => hold(Subject::user(name), &subject.path),
            (Some("Group"), Some(name)) => hold(Subject::Group(name.to_owned()), &subject.path),
            (Some("ServiceAccount"), Some(name)) => {
                let own = subject.namespace.known().filter(|namespace| !namespace.is_empty());
                // In a ClusterRoleBinding, which has no namespace of its own, the subject must say one.
                let Some(namespace) = own.map(str::to_owned).or_else(|| home.clone()) else { continue };
                hold(Subject::ServiceAccount { namespace, name: name.to_owned() }, &subject.path);
            }
            // The API server refuses other kinds.
            _ => {}
        }
    }
    if binding.open {
        let text = lookup(binding.object.node, &["subjects"]).value().map_or("subjects", written);
        hold(Subject::Hidden(one_line(text)), &binding.object.path.key("subjects"));
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The role that a binding names; one that is not among the objects is known by its name only.
fn named<'d>(
    roles: &mut BTreeMap<Key, Arc<Grantable<'d>>>,
    bound: &mut BTreeSet<Key>,
    key: Key,
) -> Arc<Grantable<'d>> {
    let role = roles.entry(key.clone()).or_insert_with(|| {
        let title = title(&key);
        Arc::new(Grantable { outside: vec![title.clone()], title, ..Grantable::default() })
    });
    bound.insert(key);
    Arc::clone(role)
}
