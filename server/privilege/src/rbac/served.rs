//! What Kubernetes serves: its own API groups, their resources, and which of these belong to no namespace.

/// The verbs of a subresource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbs {
    /// These and no others.
    Only(&'static [&'static str]),
    /// Nobody can list them.
    Unknown,
}

struct Group {
    name: &'static str,
    namespaced: &'static [&'static str],
    cluster: &'static [&'static str],
}

/// The groups that only the API server itself serves, with their resources, older versions' included. Groups that
/// hold nothing a role is written for are left out. Source: the API reference, v1.28 to v1.34.
const GROUPS: &[Group] = &[
    Group {
        name: "",
        namespaced: &[
            "bindings",
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        // Users and groups are no objects, but impersonation asks for them.
        cluster: &["componentstatuses", "groups", "namespaces", "nodes", "persistentvolumes", "users"],
    },
    Group {
        name: "admissionregistration.k8s.io",
        namespaced: &[],
        cluster: &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        ],
    },
    Group { name: "apiextensions.k8s.io", namespaced: &[], cluster: &["customresourcedefinitions"] },
    Group { name: "apiregistration.k8s.io", namespaced: &[], cluster: &["apiservices"] },
    Group {
        name: "apps",
        namespaced: &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
        cluster: &[],
    },
    Group {
        name: "authentication.k8s.io",
        namespaced: &[],
        cluster: &["tokenreviews", "selfsubjectreviews", "uids", "userextras"],
    },
    Group {
        name: "authorization.k8s.io",
        namespaced: &["localsubjectaccessreviews"],
        cluster: &["selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"],
    },
    Group { name: "autoscaling", namespaced: &["horizontalpodautoscalers"], cluster: &[] },
    Group { name: "batch", namespaced: &["cronjobs", "jobs"], cluster: &[] },
    Group {
        name: "certificates.k8s.io",
        namespaced: &["podcertificaterequests"],
        cluster: &["certificatesigningrequests", "clustertrustbundles", "signers"],
    },
    Group { name: "coordination.k8s.io", namespaced: &["leasecandidates", "leases"], cluster: &[] },
    Group { name: "discovery.k8s.io", namespaced: &["endpointslices"], cluster: &[] },
    Group { name: "events.k8s.io", namespaced: &["events"], cluster: &[] },
    Group {
        name: "networking.k8s.io",
        namespaced: &["ingresses", "networkpolicies"],
        cluster: &["ingressclasses", "ipaddresses", "servicecidrs"],
    },
    Group { name: "node.k8s.io", namespaced: &[], cluster: &["runtimeclasses"] },
    Group { name: "policy", namespaced: &["poddisruptionbudgets"], cluster: &["podsecuritypolicies"] },
    Group {
        name: "rbac.authorization.k8s.io",
        namespaced: &["rolebindings", "roles"],
        cluster: &["clusterrolebindings", "clusterroles"],
    },
    Group { name: "scheduling.k8s.io", namespaced: &[], cluster: &["priorityclasses"] },
    Group {
        name: "storage.k8s.io",
        namespaced: &["csistoragecapacities"],
        cluster: &[
            "csidrivers",
            "csinodes",
            "storageclasses",
            "volumeattachments",
            "volumeattributesclasses",
        ],
    },
];

const STATUS: &[&str] = &["get", "patch", "update"];
const CONNECT: &[&str] = &["create", "get"];

/// The subresources that serve fewer verbs than objects do, of every resource that has them.
const EVERYWHERE: &[(&str, &[&str])] = &[("scale", STATUS), ("status", STATUS)];

const SUBRESOURCES: &[(&str, &str, &[&str])] = &[
    ("", "namespaces/finalize", &["update"]),
    ("", "pods/attach", CONNECT),
    ("", "pods/binding", &["create"]),
    ("", "pods/ephemeralcontainers", STATUS),
    ("", "pods/eviction", &["create"]),
    ("", "pods/exec", CONNECT),
    ("", "pods/log", &["get"]),
    ("", "pods/portforward", CONNECT),
    ("", "pods/resize", STATUS),
    ("", "serviceaccounts/token", &["create"]),
    ("certificates.k8s.io", "certificatesigningrequests/approval", STATUS),
];

/// The verbs that the API serves on a resource with its subresource after a slash. On whole resources the verbs are
/// not told: authorizers of extensions ask for verbs of their own there.
pub(super) fn subresource_verbs(group: &str, resource: &str) -> Verbs {
    let exact = SUBRESOURCES.iter().find(|(of, name, _)| *of == group && *name == resource);
    let everywhere = || {
        let (parent, subresource) = resource.split_once('/')?;
        let serves = GROUPS.iter().any(|known| known.name == group && known.holds(parent));
        EVERYWHERE.iter().find(|(name, _)| serves && *name == subresource)
    };
    match exact {
        Some((.., verbs)) => Verbs::Only(verbs),
        None => everywhere().map_or(Verbs::Unknown, |(_, verbs)| Verbs::Only(verbs)),
    }
}

/// The groups of Kubernetes that have a resource; its subresource is not looked at.
pub(super) fn groups_of(resource: &str) -> Vec<&'static str> {
    let parent = resource.split('/').next().unwrap_or_default();
    GROUPS.iter().filter(|group| group.holds(parent)).map(|group| group.name).collect()
}

/// Whether all resources of the group are known.
pub(super) fn is_closed_group(group: &str) -> bool {
    GROUPS.iter().any(|known| known.name == group)
}

/// Whether a group has a resource; its subresource is not looked at. `None` for groups that others may extend.
pub fn is_served(group: &str, resource: &str) -> Option<bool> {
    let parent = resource.split('/').next().unwrap_or_default();
    GROUPS.iter().find(|known| known.name == group).map(|known| known.holds(parent))
}

/// Whether a resource of Kubernetes belongs to no namespace; its subresource is not looked at.
pub fn is_cluster_scoped(group: &str, resource: &str) -> bool {
    let parent = resource.split('/').next().unwrap_or_default();
    GROUPS.iter().any(|known| known.name == group && known.cluster.contains(&parent))
}

/// Whether a Role can grant this. Requests for what belongs to no namespace have none, so that no Role matches them.
/// But whoever writes a RoleBinding is asked for `bind` in its namespace, and a request for one namespace by its name
/// is a request in that namespace.
pub fn is_effective_in_role(verb: &str, group: &str, resource: &str) -> bool {
    let is_own_namespace =
        || resource.starts_with("namespaces") && matches!(verb, "get" | "update" | "patch" | "delete");
    !is_cluster_scoped(group, resource) || verb == "bind" || is_own_namespace()
}

impl Group {
    fn holds(&self, resource: &str) -> bool {
        self.namespaced.contains(&resource) || self.cluster.contains(&resource)
    }
}
