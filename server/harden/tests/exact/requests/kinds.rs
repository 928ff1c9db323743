//! Some of what the API server serves: the reference of the API, v1.34.

pub(crate) struct Kind {
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) is_namespaced: bool,
    /// With the methods that they take.
    pub(crate) subresources: &'static [(&'static str, &'static [&'static str])],
}

const STATUS: &[&str] = &["GET", "PUT", "PATCH"];
const CONNECT: &[&str] = &["GET", "POST"];

const fn kind(
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    is_namespaced: bool,
    subresources: &'static [(&'static str, &'static [&'static str])],
) -> Kind {
    Kind { group, version, resource, is_namespaced, subresources }
}

pub(crate) const KINDS: &[Kind] = &[
    kind(
        "",
        "v1",
        "pods",
        true,
        &[
            ("log", &["GET"]),
            ("exec", CONNECT),
            ("portforward", CONNECT),
            ("eviction", &["POST"]),
            ("binding", &["POST"]),
            ("ephemeralcontainers", STATUS),
            ("status", STATUS),
        ],
    ),
    kind("", "v1", "configmaps", true, &[]),
    kind("", "v1", "secrets", true, &[]),
    kind("", "v1", "services", true, &[("status", STATUS)]),
    kind("", "v1", "serviceaccounts", true, &[("token", &["POST"])]),
    kind("", "v1", "events", true, &[]),
    kind("", "v1", "namespaces", false, &[("status", STATUS), ("finalize", &["PUT"])]),
    kind("", "v1", "nodes", false, &[("status", STATUS), ("proxy", CONNECT)]),
    kind("", "v1", "persistentvolumes", false, &[]),
    kind("apps", "v1", "deployments", true, &[("scale", STATUS), ("status", STATUS)]),
    kind("apps", "v1", "statefulsets", true, &[("scale", STATUS)]),
    kind("batch", "v1", "jobs", true, &[("status", STATUS)]),
    kind("batch", "v1", "cronjobs", true, &[]),
    kind("coordination.k8s.io", "v1", "leases", true, &[]),
    kind("events.k8s.io", "v1", "events", true, &[]),
    kind("networking.k8s.io", "v1", "ingresses", true, &[("status", STATUS)]),
    kind("networking.k8s.io", "v1", "networkpolicies", true, &[]),
    kind("rbac.authorization.k8s.io", "v1", "roles", true, &[]),
    kind("rbac.authorization.k8s.io", "v1", "rolebindings", true, &[]),
    kind("rbac.authorization.k8s.io", "v1", "clusterroles", false, &[]),
    kind("authorization.k8s.io", "v1", "subjectaccessreviews", false, &[]),
    kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", false, &[]),
    kind(
        "certificates.k8s.io",
        "v1",
        "certificatesigningrequests",
        false,
        &[("approval", STATUS), ("status", STATUS)],
    ),
    // Of a custom resource, of an old group and of an aggregated server.
    kind("example.com", "v1", "widgets", true, &[("finalizers", &["PUT"]), ("status", STATUS)]),
    kind("extensions", "v1beta1", "ingresses", true, &[]),
    kind("metrics.k8s.io", "v1beta1", "pods", true, &[]),
];

/// What is asked about although it is no object of its own.
const ASKED_ABOUT: &[(&str, &str, bool)] = &[
    ("", "users", false),
    ("", "groups", false),
    ("authentication.k8s.io", "uids", false),
    ("authentication.k8s.io", "userextras", false),
    ("certificates.k8s.io", "signers", false),
];

/// `None` of what is not served.
pub(crate) fn is_namespaced(group: &str, resource: &str) -> Option<bool> {
    let kinds = KINDS.iter().map(|kind| (kind.group, kind.resource, kind.is_namespaced));
    let mut all = kinds.chain(ASKED_ABOUT.iter().copied());
    all.find(|(of, name, _)| (*of, *name) == (group, resource)).map(|(.., is_namespaced)| is_namespaced)
}
