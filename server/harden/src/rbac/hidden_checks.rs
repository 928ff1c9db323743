//! Permissions that the API server asks about without a request of their own: no log ever shows that they were used.
//!
//! Sources: `k8s.io/kubernetes/pkg/registry/rbac/{role,rolebinding,clusterrole,clusterrolebinding}/policybased`,
//! `plugin/pkg/admission/certificates`, `plugin/pkg/admission/gc`.

use leastwise_privilege::rbac::Target;

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

pub(super) const HIDDEN_CHECKS: &[HiddenCheck] = &[
    HiddenCheck {
        verb: "escalate",
        group: RBAC,
        resources: &["roles", "clusterroles"],
        by_writing: (RBAC, &["roles", "clusterroles"]),
        because: "whoever writes a role must hold what it grants or may `escalate`; no log shows which it was",
    },
    HiddenCheck {
        verb: "bind",
        group: RBAC,
        resources: &["roles", "clusterroles"],
        by_writing: (RBAC, &["rolebindings", "clusterrolebindings"]),
        because: "whoever writes a binding must hold what its role grants or may `bind` it; no log shows which it was",
    },
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
        by_writing: (CERTIFICATES, &["certificatesigningrequests/status"]),
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

/// Whether a permission lets its holder name an object as owner of another one: admission asks for `update` of the
/// owner's finalizers when an owner reference blocks its deletion.
pub(super) fn is_for_owners(target: &Target) -> bool {
    matches!(target, Target::Resource { resource, verb, .. } if resource.ends_with("/finalizers") && verb == "update")
}

/// Whether a request creates or changes an object, and may so name an owner.
pub(super) fn writes_objects(request: &Target) -> bool {
    matches!(request, Target::Resource { resource, verb, .. }
        if !resource.contains('/') && WRITES.contains(&verb.as_str()))
}
