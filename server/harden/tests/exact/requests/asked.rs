//! What the authorizer is asked about a request: `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`.

/// A request as a client sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Http {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
}

/// A request as the authorizer sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// Of an object, or of all of a kind. What is empty was not there.
    Object { namespace: String, group: String, resource: String, name: String, verb: String },
    /// Of anything else.
    Path { path: String, verb: String },
}

impl Http {
    pub(crate) fn asked(&self) -> Asked {
        let path = || Asked::Path { path: self.path.clone(), verb: self.method.to_lowercase() };
        let parts: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let (group, parts) = match &parts[..] {
            ["api", _, parts @ ..] => ("", parts),
            ["apis", group, _, parts @ ..] => (*group, parts),
            _ => return path(),
        };
        if parts.is_empty() {
            return path();
        }
        let (mut verb, mut parts) = match parts {
            [special @ ("watch" | "proxy"), parts @ ..] => (*special, parts),
            parts => match self.method {
                "POST" => ("create", parts),
                "GET" | "HEAD" => ("get", parts),
                "PUT" => ("update", parts),
                "PATCH" => ("patch", parts),
                "DELETE" => ("delete", parts),
                other => panic!("{other}"),
            },
        };
        let mut namespace = "";
        if let ["namespaces", name, rest @ ..] = parts {
            namespace = name;
            if rest.first().is_some_and(|first| !["status", "finalize"].contains(first)) {
                parts = rest;
            }
        }
        let mut name = parts.get(1).copied().unwrap_or_default();
        let subresource = parts.get(2).map(|sub| format!("/{sub}")).unwrap_or_default();
        let resource = format!("{}{subresource}", parts[0]);
        let parameter = |key: &str| {
            let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(own, _)| *own == key).map(|(_, value)| value)
        };
        if name.is_empty() && verb == "get" {
            let is_watch = parameter("watch").is_some_and(|value| value == "true" || value == "1");
            verb = if is_watch { "watch" } else { "list" };
            let field = parameter("fieldSelector").and_then(|field| field.strip_prefix("metadata.name%3D"));
            name = field.unwrap_or_default();
        } else if name.is_empty() && verb == "delete" {
            verb = "deletecollection";
        }
        Asked::Object {
            namespace: namespace.to_owned(),
            group: group.to_owned(),
            resource,
            name: name.to_owned(),
            verb: verb.to_owned(),
        }
    }
}

impl Asked {
    /// The same with another verb.
    pub(crate) fn with_verb(&self, other: &str) -> Self {
        let mut asked = self.clone();
        match &mut asked {
            Self::Object { verb, .. } | Self::Path { verb, .. } => other.clone_into(verb),
        }
        asked
    }

    /// Where; empty of the whole cluster.
    pub(crate) fn namespace(&self) -> &str {
        match self {
            Self::Object { namespace, .. } => namespace,
            Self::Path { .. } => "",
        }
    }
}
