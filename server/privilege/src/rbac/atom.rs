use serde::{Serialize, Serializer};
use std::fmt;

const ACCOUNT: &str = "system:serviceaccount:";
const ACCOUNTS: &str = "system:serviceaccounts";
const AUTHENTICATED: &str = "system:authenticated";
const UNAUTHENTICATED: &str = "system:unauthenticated";
const ANONYMOUS: &str = "system:anonymous";

/// The members of this group are allowed everything before any role is looked at.
pub(super) const MASTERS: &str = "system:masters";

/// Somebody to whom roles grant something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A user by the name that the API server knows.
    User(String),
    /// A group of users.
    Group(String),
    /// A ServiceAccount: the user `system:serviceaccount:<namespace>:<name>`.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Whoever holds this role by a binding that is not known, in words like `Role shop/reader`.
    Holder(String),
    /// Somebody whom a template hides, as it is written.
    Hidden(String),
}

impl Subject {
    /// A user by name; the users of ServiceAccounts are these.
    pub fn user(name: &str) -> Self {
        match name.strip_prefix(ACCOUNT).and_then(|rest| rest.split_once(':')) {
            Some((namespace, name)) => {
                Self::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() }
            }
            None => Self::User(name.to_owned()),
        }
    }

    /// The groups that everyone whom this names is in for certain, so that what they are granted is granted to this.
    /// Sources: `k8s.io/apiserver/pkg/authentication/serviceaccount/util.go` and `.../group/authenticated_group_adder.go`.
    pub(super) fn groups(&self) -> Vec<Self> {
        let group = |name: &str| Self::Group(name.to_owned());
        match self {
            Self::ServiceAccount { namespace, .. } => {
                vec![group(&format!("{ACCOUNTS}:{namespace}")), group(ACCOUNTS), group(AUTHENTICATED)]
            }
            Self::User(name) if name == ANONYMOUS => vec![group(UNAUTHENTICATED)],
            Self::User(_) => vec![group(AUTHENTICATED)],
            Self::Group(name) if [UNAUTHENTICATED, AUTHENTICATED].contains(&name.as_str()) => Vec::new(),
            Self::Group(name) if name.starts_with(&format!("{ACCOUNTS}:")) => {
                vec![group(ACCOUNTS), group(AUTHENTICATED)]
            }
            Self::Group(_) => vec![group(AUTHENTICATED)],
            Self::Holder(_) | Self::Hidden(_) => Vec::new(),
        }
    }
}

/// `ServiceAccount shop/cart`, `User jane`, `Group developers`, `whoever holds Role shop/reader`.
impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(formatter, "User {name}"),
            Self::Group(name) => write!(formatter, "Group {name}"),
            Self::ServiceAccount { namespace, name } => {
                write!(formatter, "ServiceAccount {namespace}/{name}")
            }
            Self::Holder(role) => write!(formatter, "whoever holds {role}"),
            Self::Hidden(text) => write!(formatter, "whoever {text} is"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that somebody may ask of the API server.
///
/// As something granted, `*` and the patterns of rules stand for all that they match. As something needed it is one
/// request, and its names are names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RbacAtom {
    /// Who may.
    pub subject: Subject,
    /// Where; `None` is at the scope of the cluster, which as something granted includes every namespace.
    pub namespace: Option<String>,
    /// On what.
    #[serde(flatten)]
    pub target: Target,
}

impl RbacAtom {
    /// Whether as something granted it stands for requests of which no name is written down, but for those of objects.
    pub fn has_patterns(&self) -> bool {
        let is_pattern = |text: &String| text == "*";
        match &self.target {
            Target::Resource { group, resource, verb, .. } => {
                [group, resource, verb].into_iter().any(is_pattern) || resource.starts_with("*/")
            }
            Target::Url { verb, url } => is_pattern(verb) || url.ends_with('*'),
            Target::Role { .. } => false,
        }
    }

    /// A request that this allows as something granted: where it stands for all that match a pattern, one with
    /// `anything` in place of what matches.
    pub(super) fn with(&self, anything: &str) -> Self {
        let named = |text: &String| if text == "*" { anything.to_owned() } else { text.clone() };
        let target = match &self.target {
            Target::Resource { group, resource, verb, name } => Target::Resource {
                group: named(group),
                resource: match resource.strip_prefix("*/") {
                    Some(subresource) => format!("{anything}/{subresource}"),
                    None => named(resource),
                },
                verb: named(verb),
                name: Some(name.clone().unwrap_or_else(|| anything.to_owned()))
                    .filter(|name| !name.is_empty()),
            },
            Target::Url { verb, url } => Target::Url {
                verb: named(verb),
                url: match url.strip_suffix('*') {
                    Some(rest) => format!("{}{anything}", rest.trim_end_matches('*')),
                    None => url.clone(),
                },
            },
            Target::Role { role } => Target::Role { role: role.clone() },
        };
        Self { target, ..self.clone() }
    }
}

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Target {
    /// Objects of the API.
    Resource {
        /// The group; the core group has an empty name.
        #[serde(rename = "apiGroup")]
        group: String,
        /// The resource, with its subresource after a slash.
        resource: String,
        /// The verb.
        verb: String,
        /// The object's name. As something granted, `None` is every name and none at all; as something needed, a
        /// request without a name.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A URL that is no object.
    Url {
        /// The verb: the method in small letters.
        verb: String,
        /// The path, without a query.
        url: String,
    },
    /// All that a role grants whose rules are not known.
    Role {
        /// The role, in words like `ClusterRole view`.
        role: String,
    },
}

impl Target {
    /// The verb, where it is known.
    pub fn verb(&self) -> Option<&str> {
        match self {
            Self::Resource { verb, .. } | Self::Url { verb, .. } => Some(verb),
            Self::Role { .. } => None,
        }
    }

    /// What the verb is for, in words that follow it: `deployments.apps "cart"`, `/metrics`.
    pub fn object(&self) -> String {
        match self {
            Self::Resource { group, resource, name, .. } => {
                let dot = if group.is_empty() { "" } else { "." };
                let named = name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
                match (group.as_str(), resource.as_str()) {
                    ("*", "*") => format!("everything{named}"),
                    ("*", resource) => format!("{resource} of every group{named}"),
                    (_, "*") => format!("everything of {}{named}", group_title(group)),
                    _ => format!("{resource}{dot}{group}{named}"),
                }
            }
            Self::Url { url, .. } => url.clone(),
            Self::Role { role } => format!("all that {role} grants"),
        }
    }

    /// The whole in words: `get secrets`.
    pub fn what(&self) -> String {
        self.with_verbs(self.verb().unwrap_or_default())
    }

    /// The same with these verbs in place of its own.
    pub fn with_verbs(&self, verbs: &str) -> String {
        match (self, verbs) {
            (Self::Role { .. }, _) => self.object(),
            (_, "*") => format!("every verb on {}", self.object()),
            _ => format!("{verbs} {}", self.object()),
        }
    }
}

fn group_title(group: &str) -> &str {
    if group.is_empty() { "the core group" } else { group }
}
