//! What the API server asks its authorizer about without an event: `k8s.io/kubernetes/pkg/registry/rbac/escalation_check.go`,
//! `plugin/pkg/admission/certificates` and `plugin/pkg/admission/gc`; and what other servers ask it, whose question is
//! logged and not what it was about. What of it is held has to stay.

use super::asked::Asked;
use super::authorizer::{Rule, User};

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// What may be asked without an event while a request is served, of objects of any name: group, resource and verb.
/// `*/finalizers` are those of any kind, in any group, which is `*`.
pub(crate) fn asked_unseen(asked: &Asked) -> Vec<(&'static str, &'static str, &'static str)> {
    let Asked::Object { group, resource, verb, .. } = asked else { return Vec::new() };
    if !["create", "update", "patch"].contains(&verb.as_str()) {
        return Vec::new();
    }
    let mut unseen = match (group.as_str(), resource.as_str()) {
        (RBAC, "roles") => vec![(RBAC, "roles", "escalate")],
        (RBAC, "clusterroles") => vec![(RBAC, "clusterroles", "escalate")],
        (RBAC, "rolebindings") => vec![(RBAC, "roles", "bind"), (RBAC, "clusterroles", "bind")],
        (CERTIFICATES, "certificatesigningrequests/approval") => vec![(CERTIFICATES, "signers", "approve")],
        (CERTIFICATES, "certificatesigningrequests/status") => vec![(CERTIFICATES, "signers", "sign")],
        _ => Vec::new(),
    };
    if !resource.contains('/') {
        unseen.push(("*", "*/finalizers", "update"));
    }
    unseen
}

/// Whether somebody who is no kubelet has asked about others: those servers ask about paths.
pub(crate) fn asks_for_others(user: &User, asked: &Asked) -> bool {
    matches!(asked, Asked::Object { resource, verb, .. } if resource == "subjectaccessreviews" && verb == "create")
        && !user.name.starts_with("system:node:")
}

impl Rule {
    /// The paths of it that other servers may be asked for.
    pub(crate) fn paths(&self) -> Vec<Asked> {
        let urls = self.urls.iter().filter(|url| !["*", "/*"].contains(&url.as_str()));
        let of = |url: &String, verb: &String| Asked::Path { path: url.clone(), verb: verb.clone() };
        urls.flat_map(|url| self.verbs.iter().map(move |verb| of(url, verb))).collect()
    }

    /// What of it may be asked unseen.
    pub(crate) fn part(&self, (group, resource, verb): (&str, &str, &str), namespace: &str) -> Vec<Asked> {
        let has = |list: &[String], item: &str| list.iter().any(|own| own == "*" || own == item);
        if !has(&self.verbs, verb) {
            return Vec::new();
        }
        let owned = |text: &str| vec![text.to_owned()];
        let (groups, resources) = if group == "*" {
            // Of all resources those that are finalizers.
            let finalizers = self.resources.iter().filter_map(|own| match own.as_str() {
                "*" => Some("*/finalizers".to_owned()),
                own => own.ends_with("/finalizers").then(|| own.to_owned()),
            });
            (self.groups.clone(), finalizers.collect())
        } else if has(&self.groups, group) && has(&self.resources, resource) {
            (owned(group), owned(resource))
        } else {
            return Vec::new();
        };
        let names = if self.names.is_empty() { owned("") } else { self.names.clone() };
        let mut parts = Vec::new();
        for (group, resource) in groups.iter().flat_map(|group| resources.iter().map(move |one| (group, one)))
        {
            parts.extend(names.iter().map(|name| Asked::Object {
                namespace: namespace.to_owned(),
                group: group.clone(),
                resource: resource.clone(),
                name: name.clone(),
                verb: verb.to_owned(),
            }));
        }
        parts
    }
}
