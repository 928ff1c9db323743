"""Which lines a setting bears on: where a label could come or go when that setting is hidden, guarded or half typed.

A rule's finding stands on the value that it is about, or, where something is missing, on the nearest key or item that is
there. So a setting bears on its own line, on the lines that it lies under, and, since a pod's settings hold for its
containers and the other way round, on those of the other level.
"""

from __future__ import annotations

from .outline import Node, Outline

NAMING = frozenset(
    "name generateName containerPort port targetPort protocol path host key mountPath subPath labels annotations matchLabels "
    "selector nodeSelector tolerations affinity topologyKey terminationGracePeriodSeconds revisionHistoryLimit "
    "progressDeadlineSeconds minReadySeconds imagePullSecrets args workingDir periodSeconds initialDelaySeconds timeoutSeconds "
    "failureThreshold successThreshold defaultMode schedulerName dnsPolicy restartPolicy priorityClassName app app.kubernetes.io/name "
    "storageClassName storage ingressClassName parallelism completions backoffLimit schedule description component tier version "
    "optional lastTransitionTime helm.sh/chart app.kubernetes.io/instance app.kubernetes.io/version configMapRef configMapKeyRef "
    "topologySpreadConstraints weight pathType number".split()
)
"""Keys whose value decides no label elsewhere."""

CONTAINER_LISTS = frozenset(("containers", "initContainers", "ephemeralContainers"))


def is_naming(node: Node) -> bool:
    """Whether a node only names, counts or places things, so that no label elsewhere depends on it."""
    names = {node.key, *(ancestor.key for ancestor in node.ancestors())}
    if names & {"labels", "annotations", "matchLabels", "nodeSelector", "tolerations", "affinity"}:
        return True
    return node.key in NAMING


def pod_spec_of(node: Node) -> Node | None:
    """The pod spec that a node lies in: what holds `containers`."""
    return next((ancestor for ancestor in node.ancestors() if ancestor.child("containers")), None)


def containers_of(pod_spec: Node) -> list[Node]:
    """The containers of a pod spec, as items of their lists."""
    lists = [child for child in pod_spec.children if child.key in CONTAINER_LISTS]
    return [item for child in lists for item in child.children if item.is_item]


def bearing(outline: Outline, node: Node) -> set[int]:
    """The lines outside of the node on which a label may depend on it. Empty for what only names."""
    if is_naming(node):
        return set()
    pod_spec = pod_spec_of(node)
    container = next((a for a in node.ancestors() if a.is_item and a.parent and a.parent.key in CONTAINER_LISTS), None)
    if node.key == "image" and container:
        return {container.line} | {child.line for child in container.children if child.key in ("image", "imagePullPolicy")}
    # What is missing is told on the nearest ancestor that is there; at the top of a document, on its first key.
    lines = {ancestor.line for ancestor in node.ancestors()} | {outline.top[0].line}
    siblings = node.parent.children if node.parent else outline.top
    if pod_spec is None or any(ancestor.key == "securityContext" for ancestor in node.ancestors()):
        lines |= {sibling.line for sibling in siblings}
    elif container is None:
        lines |= {sibling.line for sibling in siblings if sibling.is_scalar}
    if pod_spec and container is None:
        # A setting of the pod holds for every container that does not say otherwise.
        for item in containers_of(pod_spec):
            lines.add(item.line)
            lines |= {child.line for child in item.children if child.key == "securityContext"}
    elif pod_spec and container:
        context = pod_spec.child("securityContext")
        lines |= {inner.line for inner in context.nodes()} if context else set()
    return lines - set(range(node.line + 1, node.end))
