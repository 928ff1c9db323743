"""Roles that grant what their name or their comment denies, and roles that keep their word."""

from __future__ import annotations

from . import frames
from .parts import Part, Whole
from .texts import DENIED, Text
from .vocabulary import Choices, Words, lines_of, words_of

READERS = words_of(
    "{thing}-viewer {thing}-reader {thing}-read-only {thing}-readonly {thing}-ro {thing}-view {thing}-observer view-{thing} read-{thing} "
    "{thing}-auditor audit-{thing} {thing}-audit {thing}-monitor {thing}-monitoring-read {thing}-watcher {thing}-list-only {thing}-lister "
    "readonly-{thing} read-only-{thing} viewer-{company} {company}-observers {thing}-inspector {thing}-spectator {thing}-get-only "
    "{thing}-lookup {thing}-reporting-viewer {thing}-dashboard-viewer {thing}-guest-view {thing}-reviewer-readonly {company}:viewer {company}:reader "
    "{thing}-pod-reader {thing}-log-reader {thing}-status-viewer {thing}-leser {thing}-lecture-seule {thing}-solo-lectura {thing}-nur-lesen"
)
READERS_WORDS = lines_of(
    """read-only access for {thing}
    Read only view of the namespace
    may look, never change
    lists and watches, nothing else
    viewers of {company}: no writes
    for auditors, read access only
    observers of the {thing} team
    view only
    only for reading
    read-only, used by the dashboard
    grants no write access
    can inspect but not modify
    monitoring: get, list and watch only
    safe to give to guests
    strictly read-only
    Nur Lesezugriff
    does not allow changes
    inspection rights without modification"""
)
NO_SECRETS_WORDS = lines_of(
    """no access to secrets
    everything except secrets
    all but secrets
    without secrets
    secrets are not included
    may not read secrets
    view without secrets
    no secrets here
    never sees credentials
    excludes secrets on purpose
    reads configuration but not secrets
    secrets stay out of reach"""
)
NO_SECRETS_NAMES = words_of(
    "{thing}-no-secrets {thing}-without-secrets view-no-secrets-{thing} {thing}-nosecrets {thing}-except-secrets {thing}-reader-no-secrets "
    "{thing}-nonsecret-viewer {thing}-secretless {company}-view-but-secrets {thing}-all-but-secrets {thing}-non-sensitive {thing}-config-no-secrets"
)
ONLY_PODS = words_of(
    "{thing}-pods-only pods-only-{thing} only-pods-{thing} {thing}-just-pods {thing}-pod-only {thing}-only-for-pods {company}-pods-only "
    "{thing}-strictly-pods {thing}-pods-and-nothing-else {thing}-pod-lister-only"
)
WRITERS = words_of(
    "{thing}-editor {thing}-admin {thing}-operator {thing}-manager {thing}-controller {thing}-deployer {thing}-writer edit-{thing} "
    "manage-{thing} {thing}-maintainer {thing}-ci {thing}-provisioner {thing}-reconciler {thing}-installer {thing}-full-access {thing}-backup "
    "{thing}-agent {thing}-scaler {thing}-cleaner {thing}-release {company}-developers {thing}-leader-election {thing}-secret-manager"
)
WRITING = words_of("create update patch delete deletecollection create update patch delete bind escalate impersonate * approve")
READING = (["get", "list", "watch"], ["get", "list"], ["get"], ["list", "watch"], ["watch", "list", "get"], ["list"])
RESOURCES = Choices(
    ("", ("pods",)), ("", ("pods", "services")), ("", ("configmaps",)), ("apps", ("deployments",)), ("apps", ("deployments", "statefulsets")),
    ("batch", ("jobs", "cronjobs")), ("networking.k8s.io", ("ingresses",)), ("", ("nodes",)), ("", ("namespaces",)), ("", ("events",)),
    ("autoscaling", ("horizontalpodautoscalers",)), ("", ("persistentvolumeclaims",)), ("", ("endpoints", "services")),
    ("apps", ("daemonsets", "replicasets")), ("policy", ("poddisruptionbudgets",)), ("", ("pods", "pods/log")), ("storage.k8s.io", ("storageclasses",)),
    ("monitoring.coreos.com", ("servicemonitors", "prometheusrules")), ("metrics.k8s.io", ("pods", "nodes")), ("", ("serviceaccounts",)),
    ("rbac.authorization.k8s.io", ("roles", "rolebindings")), ("cert-manager.io", ("certificates",)), ("argoproj.io", ("applications",)),
    ("", ("resourcequotas", "limitranges")), ("discovery.k8s.io", ("endpointslices",)), ("gateway.networking.k8s.io", ("httproutes",)),
)  # fmt: skip
REVIEWS = Choices(
    ("authorization.k8s.io", ("selfsubjectaccessreviews",)), ("authorization.k8s.io", ("subjectaccessreviews",)),
    ("authentication.k8s.io", ("tokenreviews",)), ("authorization.k8s.io", ("selfsubjectrulesreviews",)),
    ("authorization.k8s.io", ("localsubjectaccessreviews",)),
)  # fmt: skip
STRUCTURES = Choices(
    "name", "label", "annotation", "comment", "name-and-annotation", "aggregated", "several-rules", "no-secrets", "pods-only", "exec",
    "wildcard", "comment-before", "description-label",
)  # fmt: skip
SHAPES = Choices("Role", "ClusterRole", "ClusterRole aggregated", "Role labelled", "ClusterRole labelled", "Role spaced", "ClusterRole described", "Role plain")


def rule(group: str, resources: tuple[str, ...], verbs: list) -> dict:
    """A rule of a role."""
    return {"apiGroups": [group], "resources": list(resources), "verbs": verbs}


def reading_rules(words: Words, count: int) -> list[dict]:
    """Rules that only read."""
    return [rule(*words.pick(RESOURCES), list(words.rng.choice(READING))) for _ in range(count)]


def granting(words: Words) -> list:
    """Verbs of which some grant a change; these have the label."""
    rng = words.rng
    writes = list(dict.fromkeys(rng.choice(("create", "update", "patch", "delete", "deletecollection")) for _ in range(rng.choice((1, 1, 2, 3)))))
    if rng.random() < 0.15:
        return [Text("*", (DENIED,))]
    reads = list(rng.choice(READING)) if rng.random() < 0.85 else []
    verbs = reads + [Text(verb, (DENIED,)) for verb in writes]
    if rng.random() < 0.3:
        rng.shuffle(verbs)
    return verbs


def role(words: Words, name: str, rules: list[dict], says: str, where: str) -> dict:
    """A role that says something of itself in its name, a label, an annotation or a comment."""
    shape = words.pick(SHAPES)
    cluster = shape.startswith("ClusterRole")
    metadata: dict = {"name": Text(name, comment=says) if where == "comment" else name}
    if not cluster or words.chance(0.1):
        metadata["namespace"] = words.space()
    if where == "label":
        metadata["labels"] = {f"{words.company()}.io/{words.rng.choice(('access', 'level', 'scope', 'tier'))}": says, "app": words.thing()}
    elif "labelled" in shape or words.chance(0.2):
        metadata["labels"] = frames.pairs(words, frames.LABEL_KEYS, 2)
    if "aggregated" in shape and where != "label":
        metadata["labels"] = {"rbac.authorization.k8s.io/aggregate-to-monitoring": "true"}
    if where == "annotation":
        metadata["annotations"] = {words.rng.choice(("description", "kubernetes.io/description", f"{words.company()}.io/purpose", f"{words.company()}.com/note")): says}
    elif "described" in shape:
        metadata["annotations"] = {f"{words.company()}.io/owner": words.thing()}
    tree: dict = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole" if cluster else "Role", "metadata": metadata}
    if where == "comment above":
        place = words.rng.choice(("apiVersion", "kind", "metadata", "rules"))
        tree["rules"] = rules
        return {Text(key, comment=f"^{says}") if key == place else key: value for key, value in tree.items()}
    if where == "rules comment":
        tree[Text("rules", comment=says)] = rules
    else:
        tree["rules"] = rules
    return tree


READ_LABELS = words_of("read-only readonly viewer view observer audit read list-only reader monitoring-read guest-read inspect lookup ro")


def claims(words: Words) -> tuple[str, str, str]:
    """A name, words and their place that promise reading only."""
    place = words.rng.choice(("name", "name", "name", "label", "annotation", "comment", "comment above", "rules comment"))
    if place == "name":
        return words.fill(words.pick(READERS)), "", "name"
    name = words.name() if words.chance(0.6) else words.fill(words.pick(READERS))
    if place == "label":
        return name, words.pick(READ_LABELS), "label"
    return name, words.template(READERS_WORDS), place


def harm(words: Words) -> Part:
    """A role that grants more than it says."""
    rng = words.rng
    rules = reading_rules(words, rng.choice((0, 0, 1, 2)))
    structure = words.pick(STRUCTURES)
    if structure in ("no-secrets", "aggregated"):
        names = rng.random() < 0.5
        name = words.fill(words.pick(NO_SECRETS_NAMES)) if names else words.name()
        says, where = ("", "name") if names else (words.template(NO_SECRETS_WORDS), rng.choice(("annotation", "comment", "comment above", "rules comment")))
        secret = Text(rng.choice(("secrets", "secrets", "secrets", "*")), (DENIED,))
        others = [] if secret == "*" else list(rng.choice((["configmaps"], ["pods", "services"], [], ["configmaps", "endpoints"])))
        resources: list = others + [secret]
        rng.shuffle(resources)
        bad = {"apiGroups": [""], "resources": resources, "verbs": list(rng.choice(READING))}
    elif structure in ("pods-only", "several-rules") and rng.random() < 0.5:
        name, says, where = words.fill(words.pick(ONLY_PODS)), "", "name"
        rules = [rule("", ("pods",), list(rng.choice(READING)))]
        other = rng.choice(("secrets", "configmaps", "services", "nodes", "serviceaccounts", "deployments", "*"))
        bad = {"apiGroups": ["apps" if other == "deployments" else ""], "resources": [Text(other, (DENIED,))], "verbs": list(rng.choice(READING))}
    elif structure == "exec":
        name, says, where = claims(words)
        sub = rng.choice(("pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "nodes/proxy", "serviceaccounts/token"))
        bad = rule("", (sub,), [Text(rng.choice(("create", "*") if sub != "pods/ephemeralcontainers" else ("patch", "update")), (DENIED,))])
    elif structure == "wildcard":
        name, says, where = claims(words)
        bad = rule("*", ("*",), [Text("*", (DENIED,))]) if rng.random() < 0.5 else rule(*words.pick(RESOURCES), [Text("*", (DENIED,))])
    else:
        name, says, where = claims(words)
        group, resources_ = words.pick(RESOURCES)
        if rng.random() < 0.15:
            group, resources_ = "", ("secrets",)
        bad = rule(group, resources_, granting(words))
    rules.insert(rng.randrange(len(rules) + 1), bad)
    return Whole(role(words, name, rules, says, where), f"role.{structure}")


def decoy(words: Words) -> Part:
    """A role that keeps its word, or that promised nothing."""
    rng = words.rng
    structure = words.pick(STRUCTURES)
    form = rng.random()
    if form < 0.45:
        name, says, where = claims(words)
        rules = reading_rules(words, rng.choice((1, 1, 2, 3)))
        if rng.random() < 0.3:
            rules.insert(rng.randrange(len(rules) + 1), rule(*words.pick(REVIEWS), ["create"]))
    elif form < 0.55:
        name, says, where = words.fill(words.pick(NO_SECRETS_NAMES)), words.template(NO_SECRETS_WORDS), rng.choice(("name", "annotation", "comment"))
        rules = reading_rules(words, rng.choice((1, 2)))
    elif form < 0.62:
        name, says, where = words.fill(words.pick(ONLY_PODS)), "", "name"
        rules = [rule("", ("pods",), list(rng.choice(READING)))]
    else:
        name, says, where = words.fill(words.pick(WRITERS)), "", "name"
        rules = reading_rules(words, rng.choice((0, 1, 1)))
        for _ in range(rng.choice((1, 1, 2))):
            rules.append(rule(*words.pick(RESOURCES), [str(verb) for verb in granting(words)]))
        if rng.random() < 0.3:
            rules.append(rule("coordination.k8s.io", ("leases",), ["get", "create", "update", "patch"]))
        rng.shuffle(rules)
    return Whole(role(words, name, rules, says, where), f"role.{structure}")
