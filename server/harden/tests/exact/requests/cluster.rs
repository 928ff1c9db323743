//! A random cluster: who is there, what they ask for, and the roles, too broad, that allow most of it.

use super::asked::{Asked, Http};
use super::authorizer::{AUTHENTICATED, Authorizer, Binding, Role, Rule, Subject, User};
use super::kinds::{KINDS, Kind};
use crate::random::Random;

pub(crate) const NAMESPACES: [&str; 3] = ["shop", "ci", "kube-system"];

/// A namespace that is not there.
pub(crate) const FRESH: &str = "fresh";

/// A request and who makes it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) user: User,
    /// As whom it is made, with what beside the name is said of them.
    pub(crate) impersonated: Option<Impersonated>,
    pub(crate) http: Http,
}

#[derive(Clone, Debug)]
pub(crate) struct Impersonated {
    pub(crate) user: User,
    /// Those groups that the client named.
    pub(crate) groups: Vec<String>,
    pub(crate) uid: Option<String>,
    pub(crate) extra: Vec<(String, String)>,
}

pub(crate) struct Cluster {
    pub(crate) authorizer: Authorizer,
    /// What is bound to everybody in a cluster as it is installed.
    pub(crate) defaults: Authorizer,
    pub(crate) calls: Vec<Call>,
}

impl Cluster {
    /// `has_defaults` says whether what is bound to everybody was left there.
    pub(crate) fn random(random: &mut Random, has_defaults: bool) -> Self {
        let users = users(random);
        let calls: Vec<_> = (0..10 + random.below(40)).map(|_| call(random, &users)).collect();
        let mut authorizer = Authorizer::default();
        for call in &calls {
            let impersonations = call.impersonated.iter().flat_map(Impersonated::asked);
            for asked in impersonations {
                allow(random, &mut authorizer, &users, &call.user, &asked);
            }
            // Some requests are to be forbidden.
            if !random.chance(15) {
                let user = call.impersonated.as_ref().map_or(&call.user, |other| &other.user);
                allow(random, &mut authorizer, &users, user, &call.http.asked());
            }
        }
        let defaults = if has_defaults { defaults() } else { Authorizer::default() };
        Self { authorizer, defaults, calls }
    }
}

fn users(random: &mut Random) -> Vec<User> {
    let accounts = ["cart", "web", "default", "runner"];
    let mut users: Vec<_> = (0..2 + random.below(3))
        .map(|_| {
            let namespace = *random.pick(&NAMESPACES);
            let account: &str = random.pick::<&str>(&accounts);
            User::account(namespace, account)
        })
        .collect();
    // One has the name of a service account, one that of its name elsewhere.
    for name in ["alice", "bob@example.com", "cart", "shop:cart"] {
        if random.chance(40) {
            let mut groups = vec![AUTHENTICATED.to_owned()];
            if random.chance(50) {
                groups.insert(0, "devs".to_owned());
            }
            users.push(User { name: name.to_owned(), groups });
        }
    }
    users.sort();
    users.dedup();
    users
}

fn call(random: &mut Random, users: &[User]) -> Call {
    let mut user = random.pick(users).clone();
    if random.chance(4) {
        user = User { name: "system:kube-scheduler".to_owned(), groups: vec![AUTHENTICATED.to_owned()] };
    }
    let http = if random.chance(15) { http_of_path(random) } else { http_of_object(random) };
    let impersonated = random.chance(8).then(|| impersonated(random, users));
    Call { user, impersonated, http }
}

fn impersonated(random: &mut Random, users: &[User]) -> Impersonated {
    let mut user = random.pick(users).clone();
    let is_account = user.subject().0 == "ServiceAccount";
    let mut groups = Vec::new();
    if !is_account && random.chance(50) {
        groups = random.some(&["devs", "ops"]).into_iter().map(str::to_owned).collect();
        groups.sort();
        groups.dedup();
        user.groups = groups.iter().cloned().chain([AUTHENTICATED.to_owned()]).collect();
    } else if !is_account {
        user.groups = vec![AUTHENTICATED.to_owned()];
    }
    let uid = random.chance(20).then(|| "4711".to_owned());
    let extra = random.chance(20).then(|| ("example.com/reason".to_owned(), "audit".to_owned()));
    Impersonated { user, groups, uid, extra: extra.into_iter().collect() }
}

impl Impersonated {
    /// What the client must be allowed: `k8s.io/apiserver/pkg/endpoints/filters/impersonation`.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let of = |namespace: &str, group: &str, resource: &str, name: &str| Asked::Object {
            namespace: namespace.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            name: name.to_owned(),
            verb: "impersonate".to_owned(),
        };
        let authentication = "authentication.k8s.io";
        let subject = self.user.subject();
        let mut asked = vec![match subject.1.split_once('/') {
            Some((namespace, name)) if subject.0 == "ServiceAccount" => {
                of(namespace, "", "serviceaccounts", name)
            }
            _ => of("", "", "users", &subject.1),
        }];
        asked.extend(self.groups.iter().map(|group| of("", "", "groups", group)));
        asked.extend(self.uid.iter().map(|uid| of("", authentication, "uids", uid)));
        let extra = self.extra.iter();
        asked.extend(extra.map(|(key, value)| of("", authentication, &format!("userextras/{key}"), value)));
        asked
    }
}

fn http_of_path(random: &mut Random) -> Http {
    let paths = [
        "/metrics",
        "/healthz",
        "/livez/ping",
        "/version",
        "/version/",
        "/api",
        "/apis/apps/v1",
        "/openapi/v3",
        "/logs/",
        "/custom/some path",
        "/.well-known/openid-configuration",
    ];
    let query = *random.pick(&["", "", "timeout=32s", "hash=a%2Fb&x=1"]);
    let method = *random.pick(&["GET", "GET", "GET", "HEAD", "POST"]);
    Http { method, path: (*random.pick(&paths)).to_owned(), query: query.to_owned() }
}

fn http_of_object(random: &mut Random) -> Http {
    let kind = random.pick(KINDS);
    let namespace = *random.pick(&NAMESPACES);
    let base = if kind.group.is_empty() {
        format!("/api/{}", kind.version)
    } else {
        format!("/apis/{}/{}", kind.group, kind.version)
    };
    let name = match kind.resource {
        "namespaces" if random.chance(30) => FRESH,
        // It is in its own namespace.
        "namespaces" => namespace,
        "leases" => "leader",
        _ => random.pick(&[
            "settings",
            "db",
            "web.example.com",
            "cart-7d4b9c6f5-x8k2p",
            "web-4x9zz",
            "team:reader",
        ]),
    };
    let place = if kind.is_namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    let of_all = format!("{base}{place}/{}", kind.resource);
    let of_one = format!("{of_all}/{name}");
    let http = |method: &'static str, path: &str, query: &str| Http {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
    };
    if !kind.subresources.is_empty() && random.chance(30) {
        let (subresource, methods) = random.pick(kind.subresources);
        let query = if *subresource == "exec" { "command=sh&stdin=true" } else { "" };
        let method: &str = random.pick::<&str>(methods);
        return http(method, &format!("{of_one}/{subresource}"), query);
    }
    let everywhere = format!("{base}/{}", kind.resource);
    match random.below(14) {
        _ if kind.group == "authorization.k8s.io" => http("POST", &of_all, ""),
        0 | 1 => http("GET", &of_one, ""),
        2 => http("HEAD", &of_one, ""),
        3 => http("GET", &of_all, "limit=500&resourceVersion=0"),
        4 => http("GET", &everywhere, "labelSelector=app%3Dcart"),
        5 => http("GET", &of_all, "allowWatchBookmarks=true&watch=true"),
        6 => http("GET", &everywhere, "watch=1&timeoutSeconds=300"),
        7 => {
            let query = format!("fieldSelector=metadata.name%3D{name}");
            let watch = if random.chance(50) { "&watch=true" } else { "" };
            http("GET", &of_all, &format!("{query}{watch}"))
        }
        8 => http("POST", &of_all, "fieldManager=x"),
        9 => http("PUT", &of_one, ""),
        10 => http("PATCH", &of_one, "force=true"),
        11 => http("DELETE", &of_one, ""),
        12 => http("DELETE", &of_all, ""),
        _ => http("GET", &of_all.replacen(&base, &format!("{base}/watch"), 1), ""),
    }
}

impl Kind {
    fn find(asked: &str, group: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.group == group && asked.split('/').next() == Some(kind.resource))
    }
}

/// Gives somebody a role that allows a request, and most often more.
fn allow(random: &mut Random, authorizer: &mut Authorizer, users: &[User], user: &User, asked: &Asked) {
    let namespace = match asked {
        Asked::Object { namespace, .. } => namespace.clone(),
        Asked::Path { .. } => String::new(),
    };
    // In a Role, in a ClusterRole for one namespace, or everywhere. Nothing can be in a namespace that is not there.
    let (of_role, of_binding) = match random.below(4) {
        _ if namespace == FRESH => (String::new(), String::new()),
        0 | 1 => (namespace.clone(), namespace),
        2 => (String::new(), namespace),
        _ => (String::new(), String::new()),
    };
    let rule = broad(random, asked, &of_role);
    let subject = match random.below(8) {
        0 if user.groups.len() > 1 => ("Group".to_owned(), user.groups[user.groups.len() - 2].clone()),
        _ => user.subject(),
    };
    let mut fitting = authorizer.bindings.iter().enumerate().filter(|(_, binding)| {
        let namespace = if binding.role_kind == "Role" { &binding.namespace } else { "" };
        *namespace == of_role && binding.namespace == of_binding && binding.subjects.contains(&subject)
    });
    if let Some((place, _)) = fitting.next().filter(|_| random.chance(70)) {
        let role = authorizer.role_of(&authorizer.bindings[place]).unwrap().name.clone();
        let role = authorizer.roles.iter_mut().find(|one| one.name == role && one.namespace == of_role);
        role.unwrap().rules.push(rule);
        return;
    }
    let name = format!("role-{}", authorizer.roles.len());
    let mut subjects: Vec<Subject> = vec![subject];
    if random.chance(20) {
        subjects.push(random.pick(users).subject());
    }
    let mut rules = vec![rule];
    if random.chance(30) {
        let nobody = Http {
            method: "DELETE",
            path: "/api/v1/namespaces/shop/services/old".into(),
            query: String::new(),
        };
        rules.push(broad(random, &nobody.asked(), &of_role));
    }
    let role_kind = if of_role.is_empty() { "ClusterRole" } else { "Role" };
    authorizer.bindings.push(Binding {
        namespace: of_binding,
        name: format!("{name}-bound"),
        role_kind,
        role: name.clone(),
        subjects,
    });
    authorizer.roles.push(Role { namespace: of_role, name, rules });
}

/// A rule that allows a request and more. Only a ClusterRole has rules for paths.
fn broad(random: &mut Random, asked: &Asked, of_role: &str) -> Rule {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    match asked {
        Asked::Path { path, verb } => {
            assert!(of_role.is_empty(), "paths lie in no namespace");
            let mut urls = vec![path.clone()];
            if random.chance(40) {
                let end = path.char_indices().nth(2).map_or(path.len(), |(place, _)| place);
                urls = vec![format!("{}*", &path[..end])];
            }
            if random.chance(30) {
                urls.push("/debug/*".to_owned());
            }
            let verbs =
                if random.chance(20) { owned(&["*"]) } else { vec![verb.clone(), "options".to_owned()] };
            Rule { urls, verbs, ..Rule::default() }
        }
        Asked::Object { group, resource, name, verb, .. } => {
            let mut rule = Rule {
                groups: vec![group.clone()],
                resources: vec![resource.clone()],
                verbs: vec![verb.clone()],
                ..Rule::default()
            };
            if !name.is_empty() && random.chance(40) {
                rule.names = vec![name.clone()];
                if random.chance(50) {
                    rule.names.push("other".to_owned());
                }
            }
            for _ in 0..random.below(4) {
                match random.below(9) {
                    0 => rule.verbs = owned(&["*"]),
                    1 | 2 => rule.verbs.extend(
                        random
                            .some(&["get", "list", "watch", "create", "patch", "delete"])
                            .into_iter()
                            .map(str::to_owned),
                    ),
                    3 | 4 => rule.resources.extend(
                        random
                            .some(&["pods", "secrets", "pods/log", "services", "deployments/status"])
                            .into_iter()
                            .map(str::to_owned),
                    ),
                    5 => rule.resources = owned(&["*"]),
                    6 => rule.groups = owned(&["*"]),
                    7 => rule.groups.push((*random.pick(&["", "apps", "batch"])).to_owned()),
                    _ => {
                        if let Some((_, sub)) = resource.split_once('/')
                            && Kind::find(resource, group).is_some()
                        {
                            rule.resources = vec![format!("*/{sub}")];
                        }
                    }
                }
            }
            for list in [&mut rule.verbs, &mut rule.resources, &mut rule.groups] {
                let mut known = std::collections::BTreeSet::new();
                list.retain(|text| known.insert(text.clone()));
            }
            rule
        }
    }
}

/// `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.
fn defaults() -> Authorizer {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let get = |urls: &[&str]| Rule { urls: owned(urls), verbs: owned(&["get"]), ..Rule::default() };
    let create = |group: &str, resources: &[&str]| Rule {
        groups: owned(&[group]),
        resources: owned(resources),
        verbs: owned(&["create"]),
        ..Rule::default()
    };
    let all = [
        (
            "system:discovery",
            AUTHENTICATED,
            vec![get(&[
                "/api",
                "/api/*",
                "/apis",
                "/apis/*",
                "/healthz",
                "/livez",
                "/openapi",
                "/openapi/*",
                "/readyz",
                "/version",
                "/version/",
            ])],
        ),
        (
            "system:public-info-viewer",
            AUTHENTICATED,
            vec![get(&["/healthz", "/livez", "/readyz", "/version", "/version/"])],
        ),
        (
            "system:basic-user",
            AUTHENTICATED,
            vec![
                create("authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
                create("authentication.k8s.io", &["selfsubjectreviews"]),
            ],
        ),
        (
            "system:service-account-issuer-discovery",
            "system:serviceaccounts",
            vec![get(&["/.well-known/openid-configuration", "/openid/v1/jwks"])],
        ),
    ];
    let mut authorizer = Authorizer::default();
    for (name, group, rules) in all {
        authorizer.roles.push(Role { namespace: String::new(), name: name.to_owned(), rules });
        authorizer.bindings.push(Binding {
            namespace: String::new(),
            name: name.to_owned(),
            role_kind: "ClusterRole",
            role: name.to_owned(),
            subjects: vec![("Group".to_owned(), group.to_owned())],
        });
    }
    authorizer
}
