//! Permissions that the API server asks about without a request of their own: no log ever shows that they were used.
//!
//! Sources: `k8s.io/kubernetes/pkg/registry/rbac/{role,rolebinding,clusterrole,clusterrolebinding}/policybased`,
//! `pkg/registry/certificates/podcertificaterequest`, `plugin/pkg/admission/certificates`, `plugin/pkg/admission/gc`.
//! The last, which few clusters turn on, asks for `delete` as well of who changes the owners of an object that is there.
//! That is not kept: nearly everybody who may `update` would keep `delete`.

use leastwise_privilege::rbac::{ALL, RbacAtom, Subject, Target};

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const WRITES: &[&str] = &["create", "update", "patch"];

/// A permission that is asked about while something else is done.
#[derive(Debug)]
pub(super) struct HiddenCheck {
    pub(super) verb: &'static str,
    group: &'static str,
    resources: &'static [&'static str],
    /// The group and resources whose writing asks for it.
    by_writing: (&'static str, &'static [&'static str]),
    pub(super) because: &'static str,
}

const ESCALATE: HiddenCheck = HiddenCheck {
    verb: "escalate",
    group: RBAC,
    resources: &[],
    by_writing: (RBAC, &[]),
    because: "whoever writes a role must hold what it grants or may `escalate`; no log shows which it was",
};

const BIND: HiddenCheck = HiddenCheck {
    verb: "bind",
    group: RBAC,
    resources: &[],
    by_writing: (RBAC, &[]),
    because: "whoever writes a binding must hold what its role grants or may `bind` it; no log shows which it was",
};

pub(super) const HIDDEN_CHECKS: &[HiddenCheck] = &[
    HiddenCheck { resources: &["roles"], by_writing: (RBAC, &["roles"]), ..ESCALATE },
    HiddenCheck { resources: &["clusterroles"], by_writing: (RBAC, &["clusterroles"]), ..ESCALATE },
    // It may name a Role or a ClusterRole, one of the whole cluster only the latter.
    HiddenCheck { resources: &["roles", "clusterroles"], by_writing: (RBAC, &["rolebindings"]), ..BIND },
    HiddenCheck { resources: &["clusterroles"], by_writing: (RBAC, &["clusterrolebindings"]), ..BIND },
    HiddenCheck {
        verb: "approve",
        group: CERTIFICATES,
        resources: &["signers"],
        by_writing: (CERTIFICATES, &["certificatesigningrequests/approval"]),
        because: "admission asks whether who approves a certificate may `approve` for its signer; no log shows that",
    },
    HiddenCheck {
        verb: "sign",
        group: CERTIFICATES,
        resources: &["signers"],
        by_writing: (CERTIFICATES, &["certificatesigningrequests/status", "podcertificaterequests/status"]),
        because: "admission asks whether who signs a certificate may `sign` for its signer; no log shows that",
    },
    HiddenCheck {
        verb: "attest",
        group: CERTIFICATES,
        resources: &["signers"],
        by_writing: (CERTIFICATES, &["clustertrustbundles"]),
        because: "admission asks whether who writes a trust bundle may `attest` for its signer; no log shows that",
    },
];

impl HiddenCheck {
    /// Whether a request is one that asks for it.
    pub(super) fn is_asked_by(&self, request: &Target) -> bool {
        let Target::Resource { group, resource, verb, .. } = request else { return false };
        let (of, resources) = self.by_writing;
        group == of && resources.contains(&resource.as_str()) && WRITES.contains(&verb.as_str())
    }

    /// What it may be asked about, for an object of this name or for all.
    pub(super) fn targets(&self, name: Option<&str>) -> Vec<Target> {
        let of = |resource: &&str| Target::Resource {
            group: self.group.to_owned(),
            resource: (*resource).to_owned(),
            verb: self.verb.to_owned(),
            name: name.map(str::to_owned),
        };
        self.resources.iter().map(of).collect()
    }
}

/// The part of a permission that lets its holder name an object as owner of another one: admission asks for `update` of
/// the owner's finalizers when an owner reference blocks its deletion. Of all resources, this is `*/finalizers`.
pub(super) fn part_for_owners(target: &Target) -> Option<Target> {
    let Target::Resource { group, resource, verb, name } = target else { return None };
    let resource = match resource.as_str() {
        ALL => "*/finalizers",
        resource if resource.ends_with("/finalizers") => resource,
        _ => return None,
    };
    (verb == "update").then(|| Target::Resource {
        group: group.clone(),
        resource: resource.to_owned(),
        verb: verb.clone(),
        name: name.clone(),
    })
}

/// Which servers have asked the API server about somebody who speaks to them. The log has the question under their name
/// and not whom and what it was about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Askers {
    kubelets: bool,
    others: bool,
}

impl Askers {
    /// By all requests of a log.
    pub(super) fn of<'a>(requests: impl IntoIterator<Item = &'a RbacAtom>) -> Self {
        let mut askers = Self::default();
        for atom in requests {
            let Target::Resource { group, resource, verb, .. } = &atom.target else { continue };
            let is_review =
                ["subjectaccessreviews", "localsubjectaccessreviews"].contains(&resource.as_str());
            if !is_review || group != "authorization.k8s.io" || verb != "create" {
                continue;
            }
            match &atom.subject {
                Subject::User(name) if name.starts_with("system:node:") => askers.kubelets = true,
                _ => askers.others = true,
            }
        }
        askers
    }

    /// Whether a permission is one that they ask about: kubelets about subresources of nodes, others about paths like
    /// `/metrics`. What a role for everything grants of these was hardly meant for them.
    pub(super) fn may_ask(self, target: &Target) -> bool {
        match target {
            Target::Resource { resource, .. } => {
                self.kubelets && resource.strip_prefix("nodes/").is_some_and(|sub| KUBELET.contains(&sub))
            }
            Target::Url { url, .. } => self.others && url.trim_end_matches('*').len() > 1,
            Target::Role { .. } => false,
        }
    }
}

/// What of a node its kubelet serves: `k8s.io/kubernetes/pkg/kubelet/server/auth.go`.
const KUBELET: &[&str] =
    &["checkpoint", "configz", "healthz", "log", "metrics", "pods", "proxy", "spec", "stats"];

/// Whether a request creates or changes an object, and may so name an owner.
pub(super) fn writes_objects(request: &Target) -> bool {
    matches!(request, Target::Resource { resource, verb, .. }
        if !resource.contains('/') && WRITES.contains(&verb.as_str()))
}
