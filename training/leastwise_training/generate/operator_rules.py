"""The rules of a role as operators and controllers carry them: many, long, and of every group."""

from __future__ import annotations

from leastwise_training.generate.author import Author

READ = ["get", "list", "watch"]
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]

RESOURCES: dict[str, tuple[str, ...]] = {
    group: tuple(names.split())
    for group, names in {
        "": (
            "pods pods/log pods/status pods/exec pods/attach pods/portforward pods/eviction pods/ephemeralcontainers services "
            "services/status services/proxy endpoints configmaps secrets serviceaccounts serviceaccounts/token namespaces "
            "namespaces/status namespaces/finalizers nodes nodes/status nodes/proxy nodes/metrics persistentvolumes "
            "persistentvolumes/status persistentvolumeclaims persistentvolumeclaims/status events replicationcontrollers "
            "resourcequotas limitranges podtemplates"
        ),
        "apps": (
            "deployments deployments/scale deployments/status deployments/finalizers statefulsets statefulsets/scale daemonsets "
            "replicasets controllerrevisions"
        ),
        "extensions": "deployments daemonsets replicasets ingresses ingresses/status networkpolicies",
        "batch": "jobs jobs/status cronjobs cronjobs/finalizers",
        "networking.k8s.io": "ingresses ingresses/status ingressclasses networkpolicies",
        "gateway.networking.k8s.io": "gateways gateways/status gatewayclasses httproutes httproutes/status grpcroutes referencegrants",
        "discovery.k8s.io": "endpointslices",
        "policy": "poddisruptionbudgets podsecuritypolicies",
        "autoscaling": "horizontalpodautoscalers",
        "coordination.k8s.io": "leases",
        "storage.k8s.io": "storageclasses volumeattachments volumeattachments/status csinodes csidrivers csistoragecapacities",
        "snapshot.storage.k8s.io": "volumesnapshots volumesnapshotcontents volumesnapshotclasses",
        "rbac.authorization.k8s.io": "roles rolebindings clusterroles clusterrolebindings",
        "admissionregistration.k8s.io": (
            "validatingwebhookconfigurations mutatingwebhookconfigurations validatingadmissionpolicies "
            "validatingadmissionpolicybindings"
        ),
        "apiextensions.k8s.io": "customresourcedefinitions customresourcedefinitions/status",
        "apiregistration.k8s.io": "apiservices",
        "certificates.k8s.io": "certificatesigningrequests certificatesigningrequests/approval certificatesigningrequests/status",
        "events.k8s.io": "events",
        "metrics.k8s.io": "pods nodes",
        "scheduling.k8s.io": "priorityclasses",
        "node.k8s.io": "runtimeclasses",
    }.items()
}  # fmt: skip
"""What the groups of a cluster hold."""

USUAL_GROUPS = ("", "", "", "", "apps", "apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io")
"""The groups that rules are about most."""

CHECKED = (
    "pods pods/portforward pods/exec secrets configmaps services endpoints namespaces nodes persistentvolumes "
    "serviceaccounts/token events persistentvolumeclaims"
).split()
"""Resources of the core group that a rule of this tool asks about by name."""

VERB_SETS = (
    "get", "update", "create", "list", "patch", "delete", "get list", "list watch", "get watch", "create patch", "get create",
    "get update", "update patch", "create delete", "create update", "update delete", "get list watch", "get list delete",
    "get patch update", "get list update", "create update delete", "create update patch", "get list watch update",
    "get list watch patch", "get list watch create", "get list watch delete", "get list create delete",
    "get list watch update patch", "get list watch create delete", "get list watch create update", "get list watch create patch",
    "list watch create update delete", "get list create update delete", "get list watch create update patch",
    "get list watch create update delete", "create delete deletecollection patch update",
    "get list watch create update patch delete", "get list watch create update patch delete",
    "get list watch create update patch delete deletecollection", "*",
)  # fmt: skip
"""The verbs that rules list together. Which change something is what most checks are about."""

FIXED = (
    ("", ("events",), ("create", "patch")),
    ("authentication.k8s.io", ("tokenreviews",), ("create",)),
    ("authorization.k8s.io", ("subjectaccessreviews",), ("create",)),
    ("authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews"), ("create",)),
    ("policy", ("podsecuritypolicies",), ("use",)),
    ("security.openshift.io", ("securitycontextconstraints",), ("use",)),
    ("rbac.authorization.k8s.io", ("clusterroles",), ("bind",)),
    ("rbac.authorization.k8s.io", ("roles", "clusterroles"), ("get", "list", "bind", "escalate")),
    ("rbac.authorization.k8s.io", ("roles", "rolebindings"), ("create", "get", "list", "update", "delete", "watch", "bind", "escalate")),
    ("certificates.k8s.io", ("signers",), ("approve",)),
    ("certificates.k8s.io", ("signers",), ("sign", "approve")),
    ("certificates.k8s.io", ("certificatesigningrequests/approval",), ("update",)),
    ("certificates.k8s.io", ("certificatesigningrequests", "certificatesigningrequests/approval"), ("get", "create", "update")),
    ("", ("serviceaccounts/token",), ("create",)),
    ("", ("nodes/status",), ("patch", "update")),
    ("", ("nodes/metrics", "nodes/proxy", "nodes/stats"), ("get",)),
    ("", ("pods/exec",), ("create",)),
    ("", ("pods/portforward",), ("create", "get")),
    ("", ("pods/portforward",), ("get", "list")),
    ("", ("users", "groups"), ("impersonate",)),
    ("", ("persistentvolumes",), ("get", "list", "watch", "create", "delete", "patch")),
)  # fmt: skip
"""Rules that are written alike wherever they are met."""


def operator_rules(author: Author) -> list[dict]:
    """A few to many rules by one hand: its order of verbs and of keys goes through all of them."""
    role = _Hand(author)
    count = author.rng.choices((1, 2, 3, 4, 6, 8, 10, 13, 17), (14, 16, 16, 14, 14, 10, 8, 5, 3))[0]
    return [role.rule() for _ in range(count)]


class _Hand:
    """Who writes the rules of one role."""

    def __init__(self, author: Author) -> None:
        self.author = author
        self.verb_order = author.rng.choices(("usual", "sorted", "shuffled", "reads last"), (45, 25, 18, 12))[0]
        self.key_order = author.rng.choices(("usual", "verbs first", "groups last", "verbs middle"), (78, 8, 8, 6))[0]
        self.names_at = author.choice(("end", "middle", "front"))
        self.sorts_resources = author.chance(0.4)
        self.group = author.split_custom()[0]
        words = author.some(author.words("SUBJECTS"), 2, 7)
        self.kinds = [f"{word.replace('-', '').removesuffix('s')}s" for word in words]
        self.same_verbs = author.choice(VERB_SETS).split() if author.chance(0.2) else None
        """What the rules list again and again, where their author copied them."""
        group = author.choice(USUAL_GROUPS)
        self.favourites = (group, author.some(RESOURCES[group], 1, 3))
        """What several rules are about, each with verbs of its own: only these tell the rules apart."""

    def rule(self) -> dict:
        author = self.author
        form = author.rng.choices(
            ("one", "some", "groups", "own", "fixed", "named", "checked", "favourite", "everything"),
            (20, 15, 9, 17, 9, 7, 10, 13, 5),
        )[0]
        groups, resources, verbs, names = getattr(self, f"_{form}")()
        if self.sorts_resources:
            resources = sorted(resources)
        return self._in_order(groups, resources, self._sorted(verbs), names)

    def _verbs(self) -> list[str]:
        if self.same_verbs and self.author.chance(0.7):
            return list(self.same_verbs)
        drawn = self.author.rng.random()
        if drawn < 0.24:
            return list(READ)
        if drawn < 0.85:
            return self.author.choice(VERB_SETS).split()
        return self.author.some(VERBS, 1, len(VERBS))

    def _one(self) -> tuple:
        group = self.author.choice(USUAL_GROUPS if self.author.chance(0.6) else tuple(RESOURCES))
        return [group], [self.author.choice(RESOURCES[group])], self._verbs(), None

    def _favourite(self) -> tuple:
        """The same resources once more, to be read only or to be changed."""
        group, resources = self.favourites
        verbs = list(READ) if self.author.chance(0.4) else self.author.choice(VERB_SETS).split()
        return [group], self.author.some(resources, 1, len(resources)), verbs, None

    def _checked(self) -> tuple:
        resources = self.author.some(CHECKED, 1, 2)
        return [""], resources, self._verbs(), None

    def _some(self) -> tuple:
        group = self.author.choice(USUAL_GROUPS if self.author.chance(0.7) else tuple(RESOURCES))
        most = self.author.choice((2, 3, 4, 8))
        return [group], self._shuffled(self.author.some(RESOURCES[group], 2, most)), self._verbs(), None

    def _groups(self) -> tuple:
        """Several groups in one rule, each resource of which is granted in all of them."""
        chosen = list(dict.fromkeys([*self.author.some(tuple(RESOURCES)[:6], 1, 3), self.author.choice(tuple(RESOURCES))]))
        resources = [name for group in chosen for name in self.author.some(RESOURCES[group], 1, 4)]
        if self.author.chance(0.15):
            resources = ["*"]
        if self.author.chance(0.2):
            chosen.append(self.group)
            resources += self.kinds[:2]
        return self._shuffled(chosen), list(dict.fromkeys(resources)), self._verbs(), None

    def _own(self) -> tuple:
        """What the operator itself defines: all verbs on it are its work."""
        kinds = self.author.some(self.kinds, 1, len(self.kinds))
        drawn = self.author.rng.random()
        if drawn < 0.2:
            resources = [f"{kind}/{self.author.choice(('status', 'finalizers'))}" for kind in kinds]
        elif drawn < 0.5:
            resources = [name for kind in kinds for name in (kind, f"{kind}/status", f"{kind}/finalizers")[: self.author.choice((2, 3))]]
        elif drawn < 0.68:
            resources = ["*"]
        else:
            resources = kinds
        verbs = self._verbs() if self.author.chance(0.5) else self.author.choice((["*"], VERBS[:7], VERBS))
        # An operator may have several groups, each with the name of its company in it.
        groups = [f"{word}.{self.group}" for word in self.author.some(self.author.words("SUBJECTS"), 2, 6)]
        return groups if self.author.chance(0.15) else [self.group], resources, list(verbs), None

    def _fixed(self) -> tuple:
        group, resources, verbs = self.author.choice(FIXED)
        names = None
        if resources == ("signers",):
            names = [f"{self.group}/{self.author.choice(('*', self.author.word('SUBJECTS')))}"]
        elif verbs == ("use",) or verbs == ("bind",):
            names = [self.author.name()] if self.author.chance(0.6) else None
        return [group], list(resources), list(verbs), names

    def _named(self) -> tuple:
        """A rule for objects of known names, which no list and no creation can be held to."""
        group, kinds = self.author.choice(
            (
                ("", ("configmaps", "secrets")),
                ("", ("configmaps",)),
                ("", ("secrets",)),
                ("", ("endpoints",)),
                ("", ("services", "namespaces")),
                ("coordination.k8s.io", ("leases",)),
                ("apps", ("deployments", "daemonsets")),
                ("admissionregistration.k8s.io", ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")),
                ("apiextensions.k8s.io", ("customresourcedefinitions",)),
            )
        )
        verbs = [verb for verb in self._verbs() if verb not in ("create", "list", "watch", "deletecollection")] or ["get"]
        count = self.author.choice((1, 1, 1, 1, 2, 3, 5, 10))
        names = list(dict.fromkeys(self.author.name() for _ in range(count)))
        if kinds == ("customresourcedefinitions",):
            names = [f"{kind}.{self.group}" for kind in self.kinds]
        return [group], self.author.some(kinds, 1, len(kinds)), verbs, names

    def _everything(self) -> tuple:
        """All that a group holds: of the core group that is much, of an operator's own little."""
        groups = self.author.some(("*", "", "apps", "batch", self.group, self.author.choice(tuple(RESOURCES))), 1, 2)
        verbs = ["*"] if self.author.chance(0.4) else self._verbs()
        return list(dict.fromkeys(groups)), ["*"], verbs, None

    def _shuffled(self, entries: list[str]) -> list[str]:
        return self.author.rng.sample(entries, len(entries)) if self.author.chance(0.6) else entries

    def _sorted(self, verbs: list[str]) -> list[str]:
        if self.verb_order == "sorted":
            return sorted(verbs)
        if self.verb_order == "shuffled":
            return self.author.rng.sample(verbs, len(verbs))
        if self.verb_order == "reads last":
            return sorted(verbs, key=lambda verb: verb in READ)
        return verbs

    def _in_order(self, groups: list[str], resources: list[str], verbs: list[str], names: list[str] | None) -> dict:
        rule = {"apiGroups": groups, "resources": resources, "verbs": verbs}
        keys = {
            "usual": ("apiGroups", "resources", "verbs"),
            "verbs first": ("verbs", "apiGroups", "resources"),
            "groups last": ("resources", "verbs", "apiGroups"),
            "verbs middle": ("apiGroups", "verbs", "resources"),
        }[self.key_order]
        entries = [(key, rule[key]) for key in keys]
        if names:
            entries.insert({"end": 3, "middle": 2, "front": 1}[self.names_at], ("resourceNames", names))
        return dict(entries)
