use super::{Observations, Sample, Unite};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A request of the Kubernetes API as its authorizer saw it.
///
/// It is what RBAC decides on, so it is also the atom that a grant must cover.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// The user name, like `alice` or `system:serviceaccount:shop:cart`. Of an impersonated request, that of whom it
    /// was made as.
    pub subject: String,
    /// What was asked for.
    pub target: Target,
    /// The verb of the authorizer, like `list` or `deletecollection`; for a path, the method in lower case.
    pub verb: String,
    /// What the authorizer said.
    pub decision: Decision,
    /// How the log shows it.
    pub basis: Basis,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A resource.
    Resource {
        /// `None` for what needs a grant in the whole cluster: a cluster's own object, or a namespaced resource in all
        /// namespaces at once.
        namespace: Option<String>,
        /// `""` is the core group.
        api_group: String,
        /// In the plural, with its subresource, like `pods` or `pods/log`.
        resource: String,
        /// The name that the authorizer saw. `None` also for what has no name there although the log shows one: a
        /// `create` of a whole object.
        name: Option<String>,
    },
    /// A path that is no resource, without its query.
    Url(String),
}

/// What the authorizer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It was allowed, so the permission was used, whatever became of the request.
    Allowed,
    /// It was forbidden: attempted, not needed.
    Denied,
}

/// How a log shows that a request was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// An event says so.
    #[default]
    Logged,
    /// A `patch` or `update` was answered with 201: it created the object, for which the API server had also asked the
    /// authorizer about `create`, with the name.
    CreatedByUpdate,
    /// A request was made as somebody else, for which the API server had asked whether this subject may `impersonate`
    /// them. No event of its own shows that.
    Impersonation,
    /// `get` of `pods/exec`, `pods/attach` or `pods/portforward` opened a websocket, for which API servers from 1.35 on
    /// also ask about `create`. Older ones do not.
    WebsocketUpgrade,
}

/// What is known about a request beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSeen {
    /// How often and when.
    pub seen: Observations,
    /// What allowed it, as the authorizer's reason says. Empty where it gave none, as for `system:masters`.
    pub granted_by: BTreeSet<Grant>,
    /// The pods whose token was used, as `namespace/name`. Legacy tokens name none.
    pub pods: Sample<String>,
    /// The names of objects that a nameless request created: they say which names are made up at run time.
    pub created: Sample<String>,
}

impl Unite for RequestSeen {
    fn unite(&mut self, other: Self) {
        self.seen.unite(other.seen);
        self.granted_by.unite(other.granted_by);
        self.pods.unite(other.pods);
        self.created.unite(other.created);
    }
}

/// The binding and role that allowed a request, as the reason of the RBAC authorizer names them: `RBAC: allowed by
/// RoleBinding "read/shop" of Role "reader" to ServiceAccount "cart/shop"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// `RoleBinding` or `ClusterRoleBinding`.
    pub binding_kind: String,
    /// Of a RoleBinding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_namespace: Option<String>,
    /// Its name.
    pub binding: String,
    /// `Role` or `ClusterRole`. A Role lies in the binding's namespace.
    pub role_kind: String,
    /// Its name.
    pub role: String,
    /// `User`, `Group` or `ServiceAccount`: through which subject of the binding the request came.
    pub subject_kind: String,
    /// Its name; of a ServiceAccount, `name/namespace` as the reason has it.
    pub subject: String,
}

impl Request {
    /// The namespace and name of the service account whose request it is.
    pub fn service_account(&self) -> Option<(&str, &str)> {
        self.subject.strip_prefix("system:serviceaccount:")?.split_once(':')
    }
}
