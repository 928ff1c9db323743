//! An authorizer as Kubernetes documents RBAC: `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac` and
//! `pkg/apis/rbac/v1/evaluation_helpers.go`. It shares nothing with the one that is tested.

use super::asked::Asked;
use super::kinds::is_namespaced;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Somebody who makes requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
}

/// Whom a binding names: kind and name, of an account `namespace/name`.
pub(crate) type Subject = (String, String);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) groups: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) urls: Vec<String>,
    pub(crate) verbs: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// Empty of a ClusterRole.
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// Empty of a ClusterRoleBinding.
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) role_kind: &'static str,
    pub(crate) role: String,
    pub(crate) subjects: Vec<Subject>,
}

/// All roles and bindings of a cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authorizer {
    pub(crate) roles: Vec<Role>,
    pub(crate) bindings: Vec<Binding>,
}

impl User {
    pub(crate) fn account(namespace: &str, name: &str) -> Self {
        let groups =
            ["system:serviceaccounts", &format!("system:serviceaccounts:{namespace}"), AUTHENTICATED];
        Self {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: groups.map(str::to_owned).to_vec(),
        }
    }

    /// As bindings name it.
    pub(crate) fn subject(&self) -> Subject {
        match self.name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
            Some((namespace, name)) => ("ServiceAccount".to_owned(), format!("{namespace}/{name}")),
            None => ("User".to_owned(), self.name.clone()),
        }
    }

    pub(crate) fn is(&self, subject: &Subject) -> bool {
        match subject.0.as_str() {
            "Group" => self.groups.contains(&subject.1),
            _ => self.subject() == *subject,
        }
    }
}

pub(crate) const AUTHENTICATED: &str = "system:authenticated";

impl Rule {
    /// The rule that grants this and nothing else.
    pub(crate) fn of(grant: &Asked) -> Self {
        match grant {
            Asked::Path { path, verb } => {
                Self { urls: vec![path.clone()], verbs: vec![verb.clone()], ..Self::default() }
            }
            Asked::Object { group, resource, name, verb, .. } => Self {
                groups: vec![group.clone()],
                resources: vec![resource.clone()],
                names: Some(name.clone()).filter(|name| !name.is_empty()).into_iter().collect(),
                verbs: vec![verb.clone()],
                ..Self::default()
            },
        }
    }

    pub(crate) fn allows(&self, asked: &Asked) -> bool {
        let has = |list: &[String], item: &str| list.iter().any(|own| own == "*" || own == item);
        match asked {
            Asked::Object { group, resource, name, verb, .. } => {
                let sub = resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
                has(&self.verbs, verb)
                    && has(&self.groups, group)
                    && (has(&self.resources, resource)
                        || sub.is_some_and(|sub| self.resources.contains(&sub)))
                    && (self.names.is_empty() || self.names.contains(name))
            }
            Asked::Path { path, verb } => {
                let matches = |url: &String| {
                    url == "*"
                        || url == path
                        || url.ends_with('*') && path.starts_with(url.trim_end_matches('*'))
                };
                has(&self.verbs, verb) && self.urls.iter().any(matches)
            }
        }
    }

    /// What it grants one by one, in a namespace or, where that is empty, in all. Patterns stand for themselves.
    fn grants(&self, namespace: &str) -> BTreeSet<Asked> {
        let mut grants = BTreeSet::new();
        let names = if self.names.is_empty() { vec![String::new()] } else { self.names.clone() };
        for verb in &self.verbs {
            for (group, resource) in
                self.groups.iter().flat_map(|group| self.resources.iter().map(move |one| (group, one)))
            {
                grants.extend(names.iter().map(|name| Asked::Object {
                    namespace: namespace.to_owned(),
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.clone(),
                    verb: verb.clone(),
                }));
            }
            if namespace.is_empty() {
                grants.extend(
                    self.urls.iter().map(|url| Asked::Path { path: url.clone(), verb: verb.clone() }),
                );
            }
        }
        grants
    }
}

impl Role {
    /// What its rules grant one by one, whoever holds it, without what no request can ever ask for.
    pub(crate) fn grants(&self) -> BTreeSet<Asked> {
        let all: BTreeSet<Asked> = self.rules.iter().flat_map(|rule| rule.grants(&self.namespace)).collect();
        all.into_iter().filter(can_be_asked).collect()
    }
}

/// Whether anything like it is served: the kind by that group, and in a namespace only what lies in one.
pub(crate) fn can_be_asked(grant: &Asked) -> bool {
    let Asked::Object { namespace, group, resource, verb, .. } = grant else { return true };
    let kind = resource.split('/').next().unwrap_or_default();
    if group == "*" || kind == "*" || resource.ends_with("/*") {
        return !resource.ends_with("/*");
    }
    match is_namespaced(group, kind) {
        None => false,
        Some(true) => true,
        // A namespace is asked for within itself, but for those requests that name none.
        Some(false) if namespace.is_empty() => true,
        // Whether a binding of a namespace may name a ClusterRole is asked there.
        Some(false) if kind == "clusterroles" && verb == "bind" => true,
        Some(false) => {
            (group.as_str(), kind) == ("", "namespaces")
                && !["list", "watch", "create", "deletecollection"].contains(&verb.as_str())
        }
    }
}

impl Authorizer {
    /// By which binding, role and subject a request is allowed.
    pub(crate) fn allows(&self, user: &User, asked: &Asked) -> Option<(&Binding, &Role, &Subject)> {
        let namespace = asked.namespace();
        let in_force = |binding: &&Binding| {
            binding.namespace.is_empty() || !namespace.is_empty() && binding.namespace == namespace
        };
        // Bindings of the whole cluster are visited first.
        let mut bindings: Vec<_> = self.bindings.iter().filter(in_force).collect();
        bindings.sort_by_key(|binding| !binding.namespace.is_empty());
        bindings.into_iter().find_map(|binding| {
            let subject = binding.subjects.iter().find(|subject| user.is(subject))?;
            let role = self.role_of(binding)?;
            role.rules.iter().any(|rule| rule.allows(asked)).then_some((binding, role, subject))
        })
    }

    pub(crate) fn role_of(&self, binding: &Binding) -> Option<&Role> {
        let namespace = if binding.role_kind == "Role" { binding.namespace.as_str() } else { "" };
        self.roles.iter().find(|role| role.namespace == namespace && role.name == binding.role)
    }

    /// What each subject that a binding names is granted, one by one.
    pub(crate) fn grants(&self) -> BTreeSet<(Subject, Asked)> {
        let mut grants = BTreeSet::new();
        for binding in &self.bindings {
            let role = self.role_of(binding).unwrap_or_else(|| panic!("no role for {binding:?}"));
            let bound = Role { namespace: binding.namespace.clone(), ..role.clone() }.grants();
            for subject in &binding.subjects {
                grants.extend(bound.iter().map(|grant| (subject.clone(), grant.clone())));
            }
        }
        grants
    }

    /// Reads manifests. Two objects of the same name are one too many.
    pub(crate) fn read(objects: &[Value]) -> Self {
        let mut authorizer = Self::default();
        let mut known = BTreeSet::new();
        for object in objects {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let texts = |value: &Value| -> Vec<String> {
                value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default()
            };
            let kind = text(&object["kind"]);
            let namespace = text(&object["metadata"]["namespace"]);
            let name = text(&object["metadata"]["name"]);
            assert!(
                known.insert((kind.clone(), namespace.clone(), name.clone())),
                "two {kind} {namespace}/{name}"
            );
            match kind.as_str() {
                "Role" | "ClusterRole" => {
                    assert_eq!(kind == "Role", !namespace.is_empty(), "{object}");
                    let rule = |rule: &Value| Rule {
                        groups: texts(&rule["apiGroups"]),
                        resources: texts(&rule["resources"]),
                        names: texts(&rule["resourceNames"]),
                        urls: texts(&rule["nonResourceURLs"]),
                        verbs: texts(&rule["verbs"]),
                    };
                    let rules = object["rules"].as_array().map(|rules| rules.iter().map(rule).collect());
                    authorizer.roles.push(Role { namespace, name, rules: rules.unwrap_or_default() });
                }
                "RoleBinding" | "ClusterRoleBinding" => {
                    assert_eq!(kind == "RoleBinding", !namespace.is_empty(), "{object}");
                    let subject = |subject: &Value| {
                        let (kind, name) = (text(&subject["kind"]), text(&subject["name"]));
                        let name = match kind.as_str() {
                            "ServiceAccount" => format!("{}/{name}", text(&subject["namespace"])),
                            _ => name,
                        };
                        (kind, name)
                    };
                    let subjects =
                        object["subjects"].as_array().map(|list| list.iter().map(subject).collect());
                    let role_kind = if object["roleRef"]["kind"] == "Role" { "Role" } else { "ClusterRole" };
                    let (role, subjects) = (text(&object["roleRef"]["name"]), subjects.unwrap_or_default());
                    authorizer.bindings.push(Binding { namespace, name, role_kind, role, subjects });
                }
                _ => {}
            }
        }
        authorizer
    }

    /// The same as manifests.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let head = |kind: &str, namespace: &str, name: &str| {
            let mut head = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}});
            if !namespace.is_empty() {
                head["metadata"]["namespace"] = json!(namespace);
            }
            head
        };
        let mut objects = Vec::new();
        for role in &self.roles {
            let kind = if role.namespace.is_empty() { "ClusterRole" } else { "Role" };
            let mut object = head(kind, &role.namespace, &role.name);
            let rule = |rule: &Rule| {
                let mut object = json!({});
                for (key, list) in [
                    ("apiGroups", &rule.groups),
                    ("resources", &rule.resources),
                    ("resourceNames", &rule.names),
                    ("nonResourceURLs", &rule.urls),
                    ("verbs", &rule.verbs),
                ] {
                    if !list.is_empty() {
                        object[key] = json!(list);
                    }
                }
                object
            };
            object["rules"] = role.rules.iter().map(rule).collect();
            objects.push(object);
        }
        for binding in &self.bindings {
            let kind = if binding.namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
            let mut object = head(kind, &binding.namespace, &binding.name);
            let group = "rbac.authorization.k8s.io";
            object["roleRef"] = json!({"apiGroup": group, "kind": binding.role_kind, "name": binding.role});
            let subject = |(kind, name): &Subject| match name.split_once('/') {
                Some((namespace, name)) if kind == "ServiceAccount" => {
                    json!({"kind": kind, "name": name, "namespace": namespace})
                }
                _ => json!({"kind": kind, "apiGroup": group, "name": name}),
            };
            object["subjects"] = binding.subjects.iter().map(subject).collect();
            objects.push(object);
        }
        objects
    }
}
