//! What every cluster grants to everybody who has signed in, so that no role of one's own must.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`, v1.34.

use leastwise_evidence::Grant;
use leastwise_privilege::rbac::{Subject, Target, matches_url};
use std::collections::BTreeSet;

/// The roles, by whom they are for and what they grant.
const ROLES: &[(&str, For, Grants)] = &[
    (
        "system:discovery",
        For::Everyone,
        Grants::Get(&[
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
        ]),
    ),
    (
        "system:public-info-viewer",
        For::Everyone,
        Grants::Get(&["/healthz", "/livez", "/readyz", "/version", "/version/"]),
    ),
    (
        "system:basic-user",
        For::Everyone,
        Grants::Create(&[
            ("authorization.k8s.io", "selfsubjectaccessreviews"),
            ("authorization.k8s.io", "selfsubjectrulesreviews"),
            ("authentication.k8s.io", "selfsubjectreviews"),
        ]),
    ),
    (
        "system:service-account-issuer-discovery",
        For::ServiceAccounts,
        Grants::Get(&[
            "/.well-known/openid-configuration",
            "/.well-known/openid-configuration/",
            "/openid/v1/jwks",
            "/openid/v1/jwks/",
        ]),
    ),
];

/// To whom a role is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// The group `system:authenticated`.
    Everyone,
    /// The group `system:serviceaccounts`.
    ServiceAccounts,
}

#[derive(Clone, Copy, Debug)]
enum Grants {
    Get(&'static [&'static str]),
    Create(&'static [(&'static str, &'static str)]),
}

/// The role by which a cluster as it is installed grants this.
///
/// A cluster may have taken these bindings away. Where the authorizer's reasons name other bindings, it has.
pub(super) fn granted_by(
    subject: &Subject,
    target: &Target,
    reasons: &BTreeSet<Grant>,
) -> Option<&'static str> {
    let is_signed_in = match subject {
        Subject::ServiceAccount { .. } => true,
        Subject::User(name) => name != "system:anonymous",
        _ => false,
    };
    let is_for = |whom: For| match whom {
        For::Everyone => is_signed_in,
        For::ServiceAccounts => matches!(subject, Subject::ServiceAccount { .. }),
    };
    let is_reason = |role: &str| reasons.is_empty() || reasons.iter().any(|reason| reason.role == role);
    let found =
        ROLES.iter().find(|(role, whom, grants)| is_for(*whom) && grants.hold(target) && is_reason(role));
    found.map(|(role, ..)| *role)
}

impl Grants {
    fn hold(self, target: &Target) -> bool {
        match (self, target) {
            (Self::Get(patterns), Target::Url { verb, url }) => {
                verb == "get" && patterns.iter().any(|pattern| matches_url(pattern, url).is_some())
            }
            (Self::Create(resources), Target::Resource { group, resource, verb, .. }) => {
                verb == "create" && resources.contains(&(group.as_str(), resource.as_str()))
            }
            _ => false,
        }
    }
}
