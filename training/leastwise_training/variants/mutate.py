"""A manifest with other settings. Its labels are empty: they have to be told anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from ..documents import Document, part
from .bearing import CONTAINER_LISTS
from .draft import Draft, Line, value_replaced
from .outline import Node, Unsuitable

DELETABLE = frozenset(
    "securityContext resources limits requests livenessProbe readinessProbe startupProbe capabilities seccompProfile drop add "
    "allowPrivilegeEscalation readOnlyRootFilesystem runAsNonRoot runAsUser runAsGroup privileged automountServiceAccountToken "
    "serviceAccountName hostNetwork hostPID hostIPC imagePullPolicy namespace strategy replicas affinity nodeSelector tolerations "
    "topologySpreadConstraints annotations labels terminationGracePeriodSeconds priorityClassName memory cpu ephemeral-storage "
    "readOnly secretName resourceNames namespaceSelector podSelector ingress egress policyTypes tls sizeLimit fsGroup "
    "allowedTopologies loadBalancerSourceRanges externalTrafficPolicy revisionHistoryLimit lifecycle defaultMode".split()
)
"""Keys that may go, with all that lies under them."""

VALUES: dict[str, tuple[str, ...]] = {
    "runAsUser": ("0", "1", "999", "1000", "1001", "10001", "65532", "65534"),
    "runAsGroup": ("0", "1000", "3000", "10001", "65532"),
    "fsGroup": ("0", "1000", "2000", "65534"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "type": ("ClusterIP", "NodePort", "LoadBalancer", "RuntimeDefault", "Unconfined", "Localhost", "RollingUpdate", "Recreate"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "replicas": ("1", "2", "3", "5"),
    "memory": ("64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi", "8Gi"),
    "cpu": ("10m", "50m", "100m", "250m", "500m", '"1"', "2"),
    "serviceAccountName": ("default", "app", "reader", "deployer", "builder", "operator"),
    "namespace": ("default", "kube-system", "production", "staging", "apps", "monitoring"),
    "procMount": ("Default", "Unmasked"),
    "protocol": ("TCP", "UDP"),
    "externalTrafficPolicy": ("Local", "Cluster"),
    "path": ("/", "/etc", "/var/run/docker.sock", "/var/log", "/proc", "/data", "/healthz", "/var/lib/kubelet", "/tmp/cache"),
    "defaultMode": ("0400", "0440", "0644", "0777", "420", "511"),
    "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "mountPath": ("/data", "/etc/app", "/var/run/docker.sock", "/tmp", "/host", "/config", "/var/log"),
    "failurePolicy": ("Fail", "Ignore"),
}
"""What a setting may be instead. Types that do not fit the key's place are kept apart by `SAME_SORT`."""

SAME_SORT = (
    frozenset(("ClusterIP", "NodePort", "LoadBalancer")),
    frozenset(("RuntimeDefault", "Unconfined", "Localhost")),
    frozenset(("RollingUpdate", "Recreate")),
    frozenset(("Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")),
)
"""Values of `type` that may stand in for each other."""

ITEMS: dict[str, tuple[str, ...]] = {
    "verbs": ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate", "use", '"*"'),
    "drop": ("ALL", "NET_RAW", "SETUID", "SETGID", "MKNOD", "SYS_CHROOT"),
    "add": ("NET_BIND_SERVICE", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "NET_RAW", "CHOWN", "DAC_OVERRIDE", "SYS_TIME", "ALL", "IPC_LOCK"),
    "resources": ("pods", "secrets", "configmaps", "services", "deployments", "nodes", "pods/exec", "pods/log", "roles", "rolebindings",
                  "serviceaccounts", "serviceaccounts/token", "nodes/proxy", "persistentvolumes", "events", "jobs", '"*"'),
    "apiGroups": ('""', "apps", "batch", "rbac.authorization.k8s.io", "networking.k8s.io", '"*"'),
    "policyTypes": ("Ingress", "Egress"),
    "accessModes": ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"),
}
"""What an item of a list may be instead."""

TAGS = ("latest", "1", "1.4", "2.7.1", "v0.9.3", "3.18.4", "stable", "edge", "v1.26.0", "2024.06", "main", "8-alpine", "1.25-bookworm")
REPOSITORIES = (
    "nginx", "redis", "postgres", "busybox", "alpine", "registry.k8s.io/pause", "ghcr.io/acme/api", "quay.io/acme/worker",
    "docker.io/library/httpd", "registry.example.com/team/billing", "gcr.io/acme-prod/frontend", "mysql", "node", "python",
    "public.ecr.aws/acme/search", "registry.internal:5000/tools/runner", "localhost:5000/app", "ghcr.io/orchard/ingest",
    "memcached", "rabbitmq", "mongo", "registry.k8s.io/metrics-server/metrics-server", "quay.io/orchard/gateway",
)
WORDS = (
    "api", "web", "worker", "ledger", "billing", "orders", "search", "gateway", "cache", "ingest", "report", "mailer", "catalog",
    "session", "metrics", "relay", "indexer", "planner", "signup", "archive", "quota", "pricing", "journal", "notifier", "render",
    "thumbs", "inventory", "checkout", "courier", "tracker", "watcher", "scraper", "portal", "console", "dispatch", "harvest",
)
COMMENTS = (
    "keep in step with the dashboard", "reviewed in spring", "see the runbook", "managed by the platform team", "raise this in production",
    "needed by the sidecar", "temporary", "default", "do not edit by hand", "required", "chosen after the load test", "TODO: revisit",
    "was 2 before the migration", "ask the data team before changing this", "legacy clients still rely on it", "optional",
)
ADDED_TO_CONTAINER = (
    "securityContext:\n  allowPrivilegeEscalation: false\n  capabilities:\n    drop: [\"ALL\"]",
    "securityContext:\n  privileged: true", "securityContext:\n  runAsNonRoot: true\n  runAsUser: 10001",
    "securityContext:\n  readOnlyRootFilesystem: true", "securityContext:\n  runAsUser: 0",
    "securityContext:\n  capabilities:\n    add:\n    - NET_ADMIN",
    "securityContext:\n  seccompProfile:\n    type: RuntimeDefault\n  allowPrivilegeEscalation: true",
    "resources:\n  limits:\n    memory: 256Mi", "resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi",
    "resources:\n  limits:\n    cpu: 500m\n    memory: 512Mi\n  requests:\n    cpu: 100m\n    memory: 256Mi",
    "livenessProbe:\n  tcpSocket:\n    port: 8080", "readinessProbe:\n  httpGet:\n    path: /ready\n    port: 8080",
    "imagePullPolicy: Always", "imagePullPolicy: IfNotPresent",
)
ADDED_TO_POD = (
    "hostNetwork: true", "hostPID: true", "hostIPC: true", "automountServiceAccountToken: false", "automountServiceAccountToken: true",
    "securityContext:\n  runAsNonRoot: true", "securityContext:\n  runAsUser: 0\n  fsGroup: 2000",
    "securityContext:\n  seccompProfile:\n    type: RuntimeDefault", "serviceAccountName: default", "shareProcessNamespace: true",
    "priorityClassName: system-cluster-critical", "hostUsers: false", "securityContext: {}",
)

Change = Callable[[Draft, Random, list[Node]], None]


def mutate(document: Document, random: Random) -> Document:
    """The document with a few settings changed, taken out, put in, moved or written otherwise, and without labels."""
    if "{{" in document.text:
        raise Unsuitable("a template")
    bare = replace(document, labels=[], unsure=[])
    changed = bare
    wanted = random.choice((2, 3, 4, 5, 7, 9))
    for _ in range(4 * wanted):
        draft = Draft(changed)
        nodes = list(draft.outline.nodes())
        if not nodes:
            raise Unsuitable("nothing to change")
        change: Change = random.choices(CHANGES, WEIGHTS)[0]
        change(draft, random, nodes)
        before, changed = changed.text, replace(draft.finish("mutation"), id=document.id)
        wanted -= changed.text != before
        if wanted == 0:
            break
    if random.random() < 0.25:
        changed = replace(changed, text=_indented_lists(changed, inward=random.random() < 0.5))
    if changed.text == document.text:
        raise Unsuitable("nothing changed")
    return replace(changed, id=f"{document.id}+mutation", labels=[], unsure=[])


def _set(draft: Draft, node: Node, value: str) -> None:
    draft.lines[node.line].text = value_replaced(draft.lines[node.line].text, node, value)


def _flip(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A boolean turned round."""
    found = [node for node in nodes if node.is_scalar and node.value in ("true", "false")]
    if found:
        node = random.choice(found)
        _set(draft, node, "false" if node.value == "true" else "true")


def _value(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """Another value for a known setting."""
    found = [node for node in nodes if node.is_scalar and node.key in VALUES and len(node.path()) > 1]
    if not found:
        return
    node = random.choice(found)
    choices = list(VALUES[node.key or ""])
    if node.key == "type":
        sort = next((sort for sort in SAME_SORT if node.value in sort), None)
        if sort is None:
            return
        choices = sorted(sort)
    if node.key == "path" and "hostPath" not in node.path():
        choices = ["/", "/healthz", "/ready", "/live", "/metrics"]
    _set(draft, node, random.choice(choices))


def _item(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """Another item in a list of words, in block or in flow style."""
    items = [node for node in nodes if node.is_item and node.value and not node.children and node.parent and node.parent.key in ITEMS]
    items = [node for node in items if node.end == node.line + 1]
    flows = [node for node in nodes if node.key in ITEMS and node.value.startswith("[") and node.end == node.line + 1]
    found = items + flows
    if not found:
        return
    node = random.choice(found)
    if node.is_item:
        assert node.parent is not None
        _set(draft, node, random.choice(ITEMS[node.parent.key or ""]))
    else:
        words = random.sample(ITEMS[node.key or ""], random.randint(1, min(4, len(ITEMS[node.key or ""]))))
        _set(draft, node, "[" + random.choice((", ", ",")).join(words) + "]")


def _image(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """Another image, tag or digest."""
    found = [node for node in nodes if node.key == "image" and node.is_scalar]
    if not found:
        return
    node = random.choice(found)
    split = draft.document.split
    old = node.value.strip("'\"").partition("@")[0]
    if ":" in old.rsplit("/", 1)[-1]:
        old = old.rpartition(":")[0]
    repository = random.choice((old, old, random.choice(part(REPOSITORIES, split))))
    form = random.random()
    if form < 0.2:
        image = repository
    elif form < 0.4:
        image = f"{repository}:latest"
    elif form < 0.85:
        image = f"{repository}:{random.choice(part(TAGS, split))}"
    else:
        image = f"{repository}@sha256:{random.getrandbits(256):064x}"
    quote = random.choice(("", "", "", '"', "'"))
    _set(draft, node, f"{quote}{image}{quote}")


def _rename(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A name replaced wherever the whole value is that name."""
    found = [node for node in nodes if node.key == "name" and node.is_scalar and node.value.replace("-", "").isalnum()]
    if not found:
        return
    old = random.choice(found).value
    words = part(WORDS, draft.document.split)
    new = "-".join(random.choice(words) for _ in range(random.choice((1, 2, 2))))
    for node in nodes:
        if node.is_scalar and node.value == old:
            _set(draft, node, new)


def _delete(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A setting or a block taken out."""
    found = [node for node in nodes if node.key in DELETABLE and _goes(node)]
    if found:
        node = random.choice(found)
        draft.remove(node.line, node.end)


def _goes(node: Node) -> bool:
    """Whether a key may be taken out: it does not share its line with a dash, and its parent keeps something."""
    return not node.opens_item and node.parent is not None and len(node.parent.children) > 1


def _add(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A setting put into a container or a pod that does not have it."""
    containers = [node for node in nodes if node.is_item and node.parent and node.parent.key in CONTAINER_LISTS and node.children]
    pods = [node for node in nodes if node.key and node.child("containers")]
    chosen = random.choice((ADDED_TO_CONTAINER, ADDED_TO_POD))
    found = containers if chosen is ADDED_TO_CONTAINER else pods
    if not found:
        return
    node, text = random.choice(found), random.choice(chosen)
    if node.child(text.split(":")[0]):
        return
    behind = random.choice(node.children)
    indentation = " " * node.children[0].column
    draft.surround(behind.line, behind.end, [], [indentation + line for line in text.split("\n")])


def _reorder(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """Two neighbours under one parent change places."""
    pairs = []
    for node in nodes:
        for first, second in zip(node.children, node.children[1:], strict=False):
            whole = first.end <= second.line and first.column == second.column and not first.opens_item
            if whole and not draft.outline.loose & set(range(first.end, second.line)):
                pairs.append((first, second))
    if pairs:
        first, second = random.choice(pairs)
        texts = [line.text for line in draft.lines]
        swapped = texts[second.line : second.end] + texts[first.end : second.line] + texts[first.line : first.end]
        for line, text in zip(draft.lines[first.line : second.end], swapped, strict=True):
            line.text = text


def _comment(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A comment added, above a line or behind it, or all comments between the lines taken out."""
    comments = [at for at in sorted(draft.outline.loose) if draft.lines[at].text.strip()]
    if comments and random.random() < 0.4:
        draft.remove(comments[0], comments[0] + 1)
        return
    node = random.choice(nodes)
    line = draft.lines[node.line]
    text = random.choice(part(COMMENTS, draft.document.split))
    if random.random() < 0.5 and "#" not in line.text and node.end == node.line + 1:
        line.text = f"{line.text}  # {text}"
    else:
        begin = len(line.text) - len(line.text.lstrip())
        line.before.append(Line(f"{' ' * begin}# {text}"))


def _flow(draft: Draft, random: Random, nodes: list[Node]) -> None:
    """A short list from block to flow style, or back."""
    blocks = [node for node in nodes if node.key and not node.value and 0 < len(node.children) <= 5
              and all(child.is_item and child.value and not child.children and child.end == child.line + 1
                      and child.value[0] not in "|>[{&*!" and not set(child.value) & set(",[]{}#") for child in node.children)
              and node.end == node.line + 1 + len(node.children)]
    flows = [node for node in nodes if node.key and node.value.startswith("[") and node.end == node.line + 1
             and len(node.value) > 2 and not set(node.value[1:-1]) & set("[]{}\"'")]
    if blocks and (not flows or random.random() < 0.5):
        node = random.choice(blocks)
        values = [child.value for child in node.children]
        draft.lines[node.line].text = f"{draft.lines[node.line].text.split(':')[0]}: [{', '.join(values)}]"
        draft.remove(node.line + 1, node.end)
    elif flows:
        node = random.choice(flows)
        indentation = " " * (node.column + random.choice((0, 2)))
        values = [value.strip() for value in node.value[1:-1].split(",") if value.strip()]
        line = draft.lines[node.line]
        line.text = line.text[: line.text.index(":", node.column) + 1]
        line.after[:0] = [Line(f"{indentation}- {value}") for value in values]


def _indented_lists(document: Document, inward: bool) -> str:
    """The text with lists further in than their keys, or level with them."""
    draft = Draft(document)
    moves = [0] * len(draft.lines)
    for node in draft.outline.nodes():
        if node.key and node.children and node.children[0].is_item and node.children[0].line > node.line:
            level = node.children[0].column == node.column
            if level and inward:
                for at in range(node.line + 1, node.end):
                    moves[at] += 2
            elif not level and not inward and node.children[0].column == node.column + 2:
                for at in range(node.line + 1, node.end):
                    moves[at] -= 2
    texts = []
    for line, move in zip(draft.lines, moves, strict=True):
        text = line.text
        if move > 0 and text.strip():
            text = " " * move + text
        elif move < 0:
            text = text[min(-move, len(text) - len(text.lstrip(" "))) :]
        texts.append(text + "\n")
    return "".join(texts)


CHANGES: tuple[Change, ...] = (_flip, _value, _item, _image, _rename, _delete, _add, _reorder, _comment, _flow)
WEIGHTS = (4, 4, 3, 3, 2, 5, 3, 2, 2, 2)
