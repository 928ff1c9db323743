"""The pod spec of a workload within a resource of a kind that nobody knows."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from ..documents import Document, Split, part
from .bearing import CONTAINER_LISTS
from .draft import Draft, Line, assemble
from .outline import Node, Unsuitable

GROUP_HEADS = (
    "data", "streams", "ledger", "mesh", "tasks", "edge", "ml", "batchworks", "vault", "events", "cache", "search", "grid",
    "relay", "metrics", "media", "jobs", "flows", "fleet", "orders", "catalog", "signals", "archive", "labs", "render",
    "billing", "telemetry", "pipelines", "sensors", "notebooks", "gateways", "indexing", "training", "robots", "maps",
)
GROUP_TAILS = (
    "example.org", "acme.io", "northwind.dev", "bluefin.io", "contoso.cloud", "initech.net", "orchard.dev", "umbra.tech",
    "fabric.systems", "tidewater.io", "greenfield.co", "halcyon.dev", "lumen.works", "quarry.io", "sable.tech", "zephyr.cloud",
    "example.com", "pinewood.io", "internal.corp", "platform.company", "meridian.sh", "opal.run", "basalt.dev",
)
KIND_HEADS = (
    "Data", "Stream", "Ledger", "Mesh", "Task", "Edge", "Model", "Vault", "Event", "Cache", "Search", "Grid", "Relay", "Metric",
    "Media", "Flow", "Fleet", "Order", "Catalog", "Signal", "Archive", "Lab", "Render", "Billing", "Telemetry", "Sensor",
    "Notebook", "Index", "Robot", "Map", "Spark", "Query", "Graph", "Log", "Message",
)
KIND_TAILS = (
    "Cluster", "Server", "Worker", "Runner", "Broker", "Service", "Job", "Pool", "Node", "Engine", "Gateway", "Deployment",
    "Instance", "Set", "Application", "Collector", "Session", "Agent", "Pipeline", "Store",
)
VERSIONS = ("v1", "v1alpha1", "v1beta1", "v1beta2", "v1alpha3", "v2", "v2beta1", "v3")
ROLES = (
    "broker", "server", "worker", "controller", "agent", "coordinator", "proxy", "executor", "driver", "master", "replica",
    "frontend", "engine", "scheduler", "ingester", "querier", "collector", "gateway", "manager", "storage", "compactor",
    "predictor", "transformer", "launcher", "listener", "runner", "writer", "reader", "exporter", "sentinel",
)
PLACES = (
    "podTemplate spec", "template spec", "{role} pod", "{role} podTemplate spec", "components * template", "{role} template spec",
    "nodePools * podSpec", "podSpec", "{role}", "{role}s * pod", "workload podSpec", "deployment template spec", "topology {role} podSpec",
    "{role}Spec template spec", "pod", "override spec template spec", "jobTemplate pod", "replicaSpecs {role} template spec",
)
"""Where a custom resource holds a pod spec, below its own `spec`. `*` is an item of a list."""
LEARNED_PLACES = (
    "{role}", "{role}", "{role}", "{role} template", "template", "{role}s *", "{other} {role}", "{other} {role} template",
    "{role}Template", "{role} runtime", "{other}s * {role}", "{role} deployment template spec", "template spec", "template spec",
)
"""More of them for the training: any key may hold a pod spec, whatever lies between. What the keys are called is each split's own."""
CONTAINER_NAMES = ("containers", "containers", "containers", "containers", "sidecars", "extraContainers", "additionalContainers")
OWN_SETTINGS = (
    "replicas: 3", "replicas: 1", "version: 4.1.0", 'version: "2.8"', "paused: false", "logLevel: info", "mode: cluster",
    "storage:\n  size: 10Gi", "retention: 72h", "tls:\n  enabled: true", "updateStrategy: rolling", "partitions: 12",
    "autoscaling:\n  min: 1\n  max: 4", "suspend: false", "profile: standard", "monitoring:\n  enabled: true\n  port: 9102",
    "clusterRef:\n  name: primary", "backup:\n  schedule: 15 3 * * *", "timeout: 30s", "tier: silver", "maxRetries: 5",
)
LEARNED_SETTINGS = (
    "ingress:\n  enabled: true\n  host: shop.example.org", "persistence:\n  size: 20Gi\n  storageClass: fast", "brokers: 3", "strict: true",
    "topics:\n  - name: orders\n    partitions: 6\n  - name: returns", "listeners:\n  - name: plain\n    port: 9092", "schedule: 0 4 * * *",
    "config:\n  cache.ttl: 60s\n  workers: 8", "dependsOn:\n  - ledger\n  - vault", "auth:\n  secretRef:\n    name: till-login", "region: eu-west",
    "notifications:\n  channel: alerts", "zones:\n  - north\n  - south",
)
"""More of them for the training, which finds them in the middle of a pod's settings as well."""
FIELDS_OF_A_CONTAINER = frozenset((
    "name", "image", "imagePullPolicy", "command", "args", "env", "envFrom", "ports", "resources", "securityContext", "volumeMounts",
    "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "workingDir", "terminationMessagePath",
    "terminationMessagePolicy", "stdin", "tty", "volumeDevices",
))


def joined(first: Document, second: Document) -> Document:
    """The first custom resource with what the second one holds beside its own: resources that hold several pods."""
    body = second.text.split("\nspec:\n", 1)[1]
    own, others = (re.findall(r"^( +)([\w-]+):", text, re.MULTILINE) for text in (first.text.split("\nspec:\n", 1)[1], body))
    column = own[0][0]
    if others[0][0] != column or {key for at, key in own if at == column} & {key for at, key in others if at == column}:
        raise Unsuitable("their settings clash")
    begins = second.text.count("\n") - body.count("\n")
    by = first.text.count("\n") - begins
    return replace(
        first,
        text=first.text + body,
        labels=first.labels + [(line + by, label) for line, label in second.labels if line >= begins],
        unsure=first.unsure + [line + by for line in second.unsure if line >= begins],
    )


def custom_resource(document: Document, random: Random) -> Document:
    """The document's pod spec under another kind. What is known of its lines moves with them."""
    draft = Draft(document)
    pod_spec = _pod_spec(draft)
    names = Names(document.split, random)
    containers = pod_spec.child("containers")
    assert containers is not None
    lines = _head(draft, names, random)
    inner = random.choice((2, 2, 2, 4))
    lines.append(Line("spec:"))
    lines.extend(_settings(document.split, random, inner))
    single = len(containers.children) == 1 and containers.children[0].is_item
    if single and random.random() < 0.3 and _is_flat(containers.children[0]):
        lines.extend(_flattened(draft, pod_spec, names, random, inner))
    else:
        lines.extend(_embedded(draft, pod_spec, names, random, inner))
    if random.random() < 0.4:
        lines.extend(_settings(document.split, random, inner, but=frozenset(line.text.strip() for line in lines)))
    return assemble(document, "custom-resource", lines)


class Names:
    """Names of a split's own: no group or kind is in two."""

    def __init__(self, split: Split, random: Random) -> None:
        self.group = f"{random.choice(part(GROUP_HEADS, split))}.{random.choice(part(GROUP_TAILS, split))}"
        self.kind = random.choice(part(KIND_HEADS, split)) + random.choice(part(KIND_TAILS, split))
        roles = part(ROLES, split)
        self.role = random.choice(roles)
        places = part(PLACES, split)
        if split == "train":
            places.extend(LEARNED_PLACES)
        place = random.choice(places)
        words = {"role": self.role}
        if "{other}" in place:
            words["other"] = random.choice(roles)
        self.place = place.format(**words).split()
        self.version = random.choice(VERSIONS)


def _pod_spec(draft: Draft) -> Node:
    """The pod spec of the document: the outermost key with a list of containers under it."""
    for node in draft.outline.nodes():
        containers = node.child("containers") if node.key else None
        if containers and containers.children and containers.children[0].is_item:
            return node
    raise Unsuitable("no pod spec")


def _head(draft: Draft, names: Names, random: Random) -> list[Line]:
    """The group, the kind, and the metadata as they were. Whatever is known of the object as a whole is the old kind's."""
    lines = [Line(f"apiVersion: {names.group}/{names.version}"), Line(f"kind: {names.kind}")]
    if random.random() < 0.1:
        lines.reverse()
    metadata = draft.outline.find("metadata")
    if metadata:
        for line in draft.lines[metadata.line : metadata.end]:
            lines.append(Line(line.text, [], line.unsure or bool(line.labels)))
    return lines


def _settings(split: Split, random: Random, inner: int, but: frozenset[str] = frozenset()) -> list[Line]:
    """A few settings of the resource itself."""
    texts, counts = part(OWN_SETTINGS, split), (0, 1, 1, 2, 3)
    if split == "train":
        texts, counts = [*texts, *LEARNED_SETTINGS], (0, 1, 1, 2, 3, 5)
    chosen = random.sample(texts, min(len(texts), random.choice(counts)))
    lines: list[Line] = []
    keys: set[str] = {text.split(":")[0] for text in but}
    for text in chosen:
        if text.split(":")[0] not in keys:
            keys.add(text.split(":")[0])
            lines.extend(Line(" " * inner + line) for line in text.split("\n"))
    return lines


def _moved(draft: Draft, first: int, end: int, by: int) -> list[Line]:
    """Lines with what is known of them, further in or out."""
    moved = []
    for line in draft.lines[first:end]:
        text = line.text
        if by >= 0 and text.strip():
            text = " " * by + text
        elif by < 0 and text.strip():
            cut = min(-by, len(text) - len(text.lstrip(" ")))
            text = text[cut:]
        moved.append(Line(text, list(line.labels), line.unsure))
    return moved


def _steps(place: list[str], inner: int) -> tuple[list[str], int]:
    """The lines that lead to a place, and the column where what it holds begins."""
    lines, column, dash = [], inner, ""
    for at, name in enumerate(place):
        if name == "*":
            dash = "- "
            continue
        lines.append(" " * column + dash + f"{name}:")
        column += len(dash) + 2
        dash = ""
    return lines, column


def _embedded(draft: Draft, pod_spec: Node, names: Names, random: Random, inner: int) -> list[Line]:
    """The whole pod spec, under other names, in the training sometimes with settings that are no pod's."""
    split = draft.document.split
    steps, column = _steps(names.place, inner)
    lines = [Line(text) for text in steps]
    head = draft.lines[pod_spec.line]
    comment = head.text[head.text.index(":", pod_spec.column) + 1 :]
    lines[-1] = Line(steps[-1] + comment, list(head.labels), head.unsure)
    if not draft.lines[pod_spec.line].text.strip().startswith("spec"):
        lines[-1].labels, lines[-1].unsure = [], True
    body = _moved(draft, pod_spec.line + 1, pod_spec.end, column - pod_spec.children[0].column)
    listed = random.choice(CONTAINER_NAMES)
    for child in pod_spec.children:
        if child.key == "containers" and listed != "containers":
            line = body[child.line - pod_spec.line - 1]
            line.text = line.text.replace("containers:", f"{listed}:", 1)
            # Additions to containers that somebody else writes: nobody knows what the pod lacks.
            lines[-1].unsure = True
            line.unsure = True
    if split == "train" and random.random() < 0.3:
        keys = frozenset(f"{child.key}:" for child in pod_spec.children)
        settings = _settings(split, random, column, but=keys)
        body = [*settings, *body] if random.random() < 0.6 else [*body, *settings]
    return lines + body


def _is_flat(container: Node) -> bool:
    """Whether a container can stand without its list: its lines are keys that containers have, and nothing else."""
    return bool(container.children) and all(child.key in FIELDS_OF_A_CONTAINER for child in container.children)


def _flattened(draft: Draft, pod_spec: Node, names: Names, random: Random, inner: int) -> list[Line]:
    """The fields of the only container, and with them some of the pod's, straight under a part of the resource."""
    containers = pod_spec.child("containers")
    assert containers is not None
    container = containers.children[0]
    lines = [Line(" " * inner + f"{names.role}:", [], True)]
    column = inner + 2
    for child in container.children:
        moved = _moved(draft, child.line, child.end, column - child.column)
        if child.line == container.line:
            original = draft.lines[child.line]
            text = " " * child.column + original.text[child.column :]
            moved[0].text = _moved_text(text, column - child.column)
            if child.key == "name":
                # A name has no labels of its own: they are the container's, which now begins a line above.
                # Where the pod's own security context held for it too, nobody knows what is missing now.
                unsure = original.unsure or pod_spec.child("securityContext") is not None
                lines[0] = Line(lines[0].text, list(original.labels), unsure)
                moved[0].labels = []
            else:
                moved[0].unsure = True
        if child.key == "name" and random.random() < 0.5:
            continue
        lines.extend(moved)
    for child in pod_spec.children:
        clash = child.key in FIELDS_OF_A_CONTAINER or child.key in CONTAINER_LISTS
        if not clash and child.column == pod_spec.children[0].column and random.random() < 0.7:
            lines.extend(_moved(draft, child.line, child.end, column - child.column))
    return lines


def _moved_text(text: str, by: int) -> str:
    return " " * by + text if by >= 0 else text[min(-by, len(text) - len(text.lstrip(" "))) :]
