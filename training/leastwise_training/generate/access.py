"""Roles, bindings and ServiceAccounts."""

from __future__ import annotations

import re

from leastwise_training.generate.author import Author
from leastwise_training.generate.operator_rules import operator_rules

READ = ["get", "list", "watch"]
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
HARMLESS = (
    ("", ("configmaps", "services", "endpoints", "pods", "namespaces", "nodes", "events", "persistentvolumeclaims")),
    ("apps", ("deployments", "replicasets", "statefulsets", "daemonsets")),
    ("batch", ("jobs", "cronjobs")),
    ("coordination.k8s.io", ("leases",)),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("metrics.k8s.io", ("pods", "nodes")),
    ("storage.k8s.io", ("storageclasses",)),
    ("discovery.k8s.io", ("endpointslices",)),
    ("", ("pods/log",)),
)
POWERS = (
    ("", ("secrets",), READ),
    ("", ("secrets",), ["create", "update", "patch"]),
    ("", ("pods/exec",), ["create"]),
    ("", ("pods/exec", "pods/attach"), ["create", "get"]),
    ("", ("pods/attach",), ["create"]),
    ("", ("pods/portforward",), ["create"]),
    ("", ("pods",), ["create", "delete"]),
    ("", ("serviceaccounts/token",), ["create"]),
    ("", ("nodes/proxy",), ["get", "create"]),
    ("", ("users", "groups", "serviceaccounts"), ["impersonate"]),
    ("", ("events",), ["delete", "deletecollection"]),
    ("rbac.authorization.k8s.io", ("rolebindings", "clusterrolebindings"), ["create", "update"]),
    ("rbac.authorization.k8s.io", ("roles", "clusterroles"), ["create", "patch"]),
    ("", ("configmaps",), ["update", "patch", "delete"]),
    ("", ("services/status",), ["patch", "update"]),
    ("networking.k8s.io", ("ingresses", "networkpolicies"), ["create", "update", "delete"]),
    ("", ("endpoints", "services"), ["create", "update"]),
    ("apps", ("deployments", "daemonsets"), ["create", "update", "delete"]),
    ("batch", ("jobs", "cronjobs"), ["create", "delete"]),
    ("", ("namespaces", "nodes", "services"), ["delete"]),
    ("", ("pods/log",), ["get", "delete"]),
)
RARE_POWERS = (
    ("rbac.authorization.k8s.io", ("clusterroles", "roles"), ["bind"]),
    ("rbac.authorization.k8s.io", ("clusterroles", "roles"), ["escalate"]),
    ("certificates.k8s.io", ("certificatesigningrequests/approval",), ["update"]),
    ("certificates.k8s.io", ("signers",), ["approve", "sign"]),
    (
        "admissionregistration.k8s.io",
        ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
        ["create", "update", "patch"],
    ),
    ("", ("persistentvolumes",), ["create"]),
    ("", ("users", "groups", "serviceaccounts"), ["impersonate"]),
    ("", ("nodes/proxy",), ["get", "create"]),
)
"""What few roles grant, drawn more often than it is met."""


def _rule(author: Author) -> dict:
    drawn = author.rng.random()
    if drawn < 0.28:
        group, resources = author.choice(HARMLESS)
        groups, resources, verbs = [group], author.some(resources, 1, 3), author.some(READ, 1, 3)
    elif drawn < 0.33:
        group, kind = author.split_custom()
        groups, resources, verbs = (
            [group],
            [kind] + ([f"{kind}/status"] if author.chance(0.5) else []),
            author.some(VERBS, 2, 7),
        )
    elif drawn < 0.39:
        group, resources = author.choice(HARMLESS)
        groups, resources, verbs = [group], author.some(resources, 1, 2), author.some(VERBS, 3, 8)
    elif drawn < 0.5:
        # Long lists over several groups, as operators carry them.
        parts = [author.choice(HARMLESS + tuple((group, some) for group, some, _ in POWERS)) for _ in range(author.rng.choice((2, 3, 4)))]
        groups = list(dict.fromkeys(group for group, _ in parts))
        resources = list(dict.fromkeys(name for _, some in parts for name in author.some(some, 1, len(some))))
        verbs = ["*"] if author.chance(0.25) else author.some(VERBS, 2, len(VERBS))
    elif drawn < 0.9:
        group, some, verbs = author.choice(POWERS + RARE_POWERS * 2)
        groups, resources, verbs = [group], author.some(some, 1, len(some)), list(verbs)
        if author.chance(0.3):
            verbs = author.some(READ, 1, 3) if "impersonate" not in verbs else verbs
        elif author.chance(0.4):
            verbs = list(dict.fromkeys([*author.some(READ, 1, 3), *verbs]))
        if author.chance(0.2):
            resources = [*author.some(author.choice(HARMLESS)[1], 1, 2), *resources]
    else:
        group, some = author.choice(HARMLESS)
        groups, resources, verbs = author.choice(
            (
                (["*"], ["*"], ["*"]),
                ([group], ["*"], READ),
                ([group], list(some), ["*"]),
                (["*"], list(some), READ),
                (["*"], ["*"], READ),
                (["", "apps"], ["*"], ["*"]),
                ([group], ["secrets"] if not group else list(some), ["*"]),
            )
        )
    rule: dict = {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}
    if author.chance(0.08) and "*" not in resources:
        rule["resourceNames"] = [author.name()]
        rule["verbs"] = [verb for verb in verbs if verb not in ("create", "list", "watch")] or ["get"]
    if author.way("rule order", 4) == 0:
        rule = {"verbs": rule["verbs"], **{key: value for key, value in rule.items() if key != "verbs"}}
    return rule


def _rules(author: Author, cluster: bool) -> list[dict]:
    if author.chance(0.6):
        rules = operator_rules(author)
    else:
        rules = [_rule(author) for _ in range(author.rng.choices((1, 2, 3, 5), (34, 30, 22, 14))[0])]
    if cluster and author.chance(0.1):
        paths = author.choice((["/metrics"], ["/healthz", "/metrics"], ["/version", "/version/*"], ["/healthz/*"], ["*"]))
        rules.insert(
            author.rng.randint(0, len(rules)), {"nonResourceURLs": paths, "verbs": author.choice((["get"], ["get", "head"], ["*"]))}
        )
    return rules


def _version(author: Author) -> str:
    return author.rng.choices(("rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1"), (95, 5))[0]


READING = re.compile(
    r"view|read|audit|guest|watch|observ|monitor|scan|complian|export|collect|public|dashboard|report|metrics|status"
)
"""Names that promise a role that changes nothing."""


def _role_name(author: Author, rules: list[dict] | None = None) -> str:
    """The name of a role. One that promises to read only is kept for roles that do."""
    changes = any(
        set(rule["verbs"]) - set(READ) or {"secrets", "*"} & set(rule.get("resources", ())) for rule in rules or ()
    )
    while True:
        name = f"{author.name()}-{author.word('GROUPS_OF_ROLES')}"
        if not changes or not READING.search(name):
            return name


def role(author: Author) -> dict:
    rules = _rules(author, False)
    return author.object(_version(author), "Role", author.metadata(_role_name(author, rules)), rules=rules)


def cluster_role(author: Author) -> dict:
    rules = _rules(author, True)
    metadata = author.metadata(_role_name(author, rules), namespaced=False)
    if author.chance(0.12):
        labels = metadata.setdefault("labels", {})
        for to in author.choice((("edit",), ("admin",), ("admin", "edit"))):
            labels[f"rbac.authorization.k8s.io/aggregate-to-{to}"] = "true"
    if author.chance(0.04):
        selector = [{"matchLabels": {f"rbac.example.com/aggregate-to-{author.word('SUBJECTS')}": "true"}}]
        return author.object(
            _version(author), "ClusterRole", metadata, aggregationRule={"clusterRoleSelectors": selector}, rules=[]
        )
    return author.object(_version(author), "ClusterRole", metadata, rules=rules)


def _subject(author: Author) -> dict:
    drawn = author.rng.random()
    group = "rbac.authorization.k8s.io"
    if drawn < 0.44:
        return {"kind": "ServiceAccount", "name": author.name(), "namespace": author.word("NAMESPACES")}
    if drawn < 0.54:
        return {"kind": "ServiceAccount", "name": "default", "namespace": author.word("NAMESPACES")}
    if drawn < 0.6:
        return {"kind": "User", "name": author.word("PEOPLE"), "apiGroup": group}
    if drawn < 0.66:
        return {
            "kind": "Group",
            "apiGroup": group,
            "name": f"{author.word('SUBJECTS')}-{author.choice(('team', 'admins', 'devs'))}",
        }
    return author.choice(
        (
            {"kind": "User", "name": "system:anonymous", "apiGroup": group},
            {"kind": "Group", "name": "system:unauthenticated", "apiGroup": group},
            {"kind": "Group", "name": "system:authenticated", "apiGroup": group},
            {"apiGroup": group, "kind": "Group", "name": "system:masters"},
            {"kind": "Group", "name": "system:masters", "apiGroup": group},
            {"apiGroup": group, "kind": "Group", "name": "system:serviceaccounts"},
            {"apiGroup": group, "kind": "Group", "name": f"system:serviceaccounts:{author.word('NAMESPACES')}"},
        )
    )


def _binding(author: Author, kind: str, metadata: dict) -> dict:
    drawn = author.rng.random()
    if drawn < 0.5:
        name, referred = (
            _role_name(author),
            "ClusterRole" if kind == "ClusterRoleBinding" or author.chance(0.3) else "Role",
        )
    elif drawn < 0.7:
        name, referred = "cluster-admin", "ClusterRole"
    elif drawn < 0.9:
        name, referred = author.choice(("admin", "edit", "view", "edit")), "ClusterRole"
    else:
        name, referred = (
            author.choice(("system:auth-delegator", "system:node", "system:masters", "system:discovery")),
            "ClusterRole",
        )
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": referred, "name": name}
    subjects = [_subject(author) for _ in range(author.choice((1, 1, 1, 2, 3)))]
    if kind == "RoleBinding" and "namespace" not in metadata:
        for subject in subjects:
            if author.chance(0.5):
                subject.pop("namespace", None)
    parts = {"roleRef": reference, "subjects": subjects}
    if author.way("binding order", 2):
        parts = dict(reversed(parts.items()))
    return author.object(_version(author), kind, metadata, **parts)


def role_binding(author: Author) -> dict:
    return _binding(author, "RoleBinding", author.metadata(author.name()))


def cluster_role_binding(author: Author) -> dict:
    return _binding(author, "ClusterRoleBinding", author.metadata(author.name(), namespaced=False))


def service_account(author: Author) -> dict:
    name = "default" if author.chance(0.5) else author.name()
    automount = author.choice((None, True, None, False, False))
    secrets = [{"name": f"{author.word('SUBJECTS')}-registry"}] if author.likes("pull secrets", 0.3) else None
    return author.object(
        "v1", "ServiceAccount", author.metadata(name), automountServiceAccountToken=automount, imagePullSecrets=secrets
    )


BUILDERS = {
    "Role": (role, 28),
    "ClusterRole": (cluster_role, 46),
    "RoleBinding": (role_binding, 16),
    "ClusterRoleBinding": (cluster_role_binding, 16),
    "ServiceAccount": (service_account, 10),
}
