//! Permissions that reach further than they say.

use leastwise_privilege::rbac::Target;

/// Verbs that lend, bend or make permissions, whatever they are for.
const VERBS: &[(&str, &str)] = &[
    ("escalate", "it lets a role grow beyond what its writer may do"),
    ("bind", "it lets roles be bound whose permissions its holder does not have"),
    ("impersonate", "it acts as somebody else, with all that they may do"),
    ("approve", "an approved certificate can speak for anybody whom the signer vouches for"),
    ("sign", "a signed certificate can speak for anybody whom the signer vouches for"),
    ("attest", "it vouches for certificate authorities"),
    ("use", "it lifts the limits of what pods may do"),
];

/// Writing verbs on resources with which one gets the power of others.
const WRITES: &[(&str, &str, &str)] = &[
    ("", "pods", "who makes pods can use every service account, Secret and volume of the namespace"),
    ("", "pods/exec", "it runs commands in other pods, with what those may do"),
    ("", "pods/attach", "it speaks to the processes of other pods"),
    ("", "pods/ephemeralcontainers", "it runs containers in other pods"),
    ("", "serviceaccounts/token", "a token acts as the service account"),
    ("", "nodes/proxy", "it reaches the kubelet past admission and audit"),
    ("", "persistentvolumes", "a volume may be a folder of the node"),
    (
        "apps",
        "deployments",
        "who makes pods can use every service account, Secret and volume of the namespace",
    ),
    (
        "apps",
        "daemonsets",
        "who makes pods can use every service account, Secret and volume of the namespace",
    ),
    (
        "apps",
        "statefulsets",
        "who makes pods can use every service account, Secret and volume of the namespace",
    ),
    ("batch", "jobs", "who makes pods can use every service account, Secret and volume of the namespace"),
    ("batch", "cronjobs", "who makes pods can use every service account, Secret and volume of the namespace"),
    ("rbac.authorization.k8s.io", "roles", "it changes who may do what"),
    ("rbac.authorization.k8s.io", "rolebindings", "it changes who may do what"),
    ("rbac.authorization.k8s.io", "clusterroles", "it changes who may do what"),
    ("rbac.authorization.k8s.io", "clusterrolebindings", "it changes who may do what"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "webhooks see and change every object"),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations", "webhooks see every object"),
    ("certificates.k8s.io", "certificatesigningrequests/approval", "certificates speak for anybody"),
];

const READS: &[&str] = &["get", "list", "watch"];

/// Why a permission deserves a second look.
pub fn risk(target: &Target) -> Option<&'static str> {
    let Target::Resource { group, resource, verb, .. } = target else { return None };
    if let Some((_, why)) = VERBS.iter().find(|(known, _)| known == verb) {
        return Some(why);
    }
    match (group.as_str(), resource.as_str()) {
        ("", "secrets") if READS.contains(&verb.as_str()) => Some("secrets open other doors"),
        ("", "nodes/proxy" | "pods/exec" | "pods/attach") if verb == "get" => {
            Some("a websocket runs commands there")
        }
        _ if READS.contains(&verb.as_str()) || verb == "delete" => None,
        (group, resource) => {
            WRITES.iter().find(|(of, name, _)| (*of, *name) == (group, resource)).map(|(.., why)| *why)
        }
    }
}
