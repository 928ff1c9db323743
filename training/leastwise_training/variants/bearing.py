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


CONTAINERS_OWN = frozenset(
    "resources livenessProbe readinessProbe startupProbe lifecycle env envFrom command args ports volumeMounts volumeDevices "
    "imagePullPolicy terminationMessagePolicy terminationMessagePath stdin tty workingDir".split()
)
"""Settings of a container that the pod has no part in."""


def bearing(outline: Outline, node: Node) -> set[int]:
    """The lines outside of the node on which a label may depend on it. Empty for what only names."""
    environment = node.parent.parent if node.parent and node.parent.is_item else None
    if node.parent and environment and environment.key == "env":
        # Whether a variable holds a secret, its name and its value say together.
        return {node.parent.line} | {sibling.line for sibling in node.parent.children}
    if is_naming(node) and outline.kind() != "Namespace":
        return set()
    within = set(range(node.line + 1, node.end))
    pod_spec = pod_spec_of(node)
    if pod_spec is None:
        return _in_an_object(outline, node) - within
    above = list(node.ancestors())
    container = next((a for a in above if a.is_item and a.parent and a.parent.key in CONTAINER_LISTS), None)
    if container is None:
        return _in_a_pod(pod_spec, node) - within
    if node.key == "image":
        return {container.line} | {child.line for child in container.children if child.key in ("image", "imagePullPolicy")}
    # What is missing is told on the nearest ancestor that is there.
    lines = {ancestor.line for ancestor in above[: above.index(container) + 1]}
    if {node.key, *(ancestor.key for ancestor in above[: above.index(container)])} & CONTAINERS_OWN:
        return lines - within
    # A container's security may come from its pod, and what no container settles is told on the pod.
    lines.add(pod_spec.line)
    return (lines | _beside_in_security(pod_spec, [node, *above])) - within


READ_TOGETHER = (
    frozenset(("runAsUser", "runAsNonRoot")),
    frozenset(("privileged", "allowPrivilegeEscalation", "capabilities")),
)
"""Settings of a security context of which one may undo or explain another."""


def _beside_in_security(pod_spec: Node, chain: list[Node]) -> set[int]:
    """The lines of all security contexts of a pod, and in them of the same setting and of those read together with it.

    `chain` is a node with what it lies under, from the node outwards.
    """
    keys = {node.key for node in chain[: chain.index(pod_spec)]} - CONTAINER_LISTS - {None, "securityContext"}
    together = keys.union(*(group for group in READ_TOGETHER if group & keys))
    found = [holder.child("securityContext") for holder in (pod_spec, *containers_of(pod_spec))]
    contexts = [context for context in found if context]
    # A whole context stands for each of its settings.
    chosen = [setting for context in contexts for setting in context.children if setting.key in together or not keys]
    return {context.line for context in contexts} | {inner.line for setting in chosen for inner in setting.nodes()}


def _in_an_object(outline: Outline, node: Node) -> set[int]:
    """Outside of pods the fields of a mapping are read together. What is missing at the top is told on the first key."""
    above = list(node.ancestors())
    if above and (above[-1].key == "metadata" or outline.kind() == "CustomResourceDefinition") and outline.kind() != "Namespace":
        return {above[0].line}
    siblings = node.parent.children if node.parent else outline.top
    lines = {ancestor.line for ancestor in above} | {outline.top[0].line}
    if any(inner.child("containers") for sibling in siblings for inner in sibling.nodes()):
        # What stands beside a pod template has no part in it.
        return lines | {sibling.line for sibling in siblings if sibling.is_scalar}
    lines |= {sibling.line for sibling in siblings}
    if any(ancestor.key == "rules" for ancestor in above):
        # Verbs, groups and resources of a rule mean something only together.
        lines |= {inner.line for sibling in siblings for inner in sibling.nodes()}
    return lines


CONTAINERS_DEFAULTS = CONTAINER_LISTS | {"securityContext", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "os", "shareProcessNamespace"}
"""Settings of a pod that say something about its containers."""


def _in_a_pod(pod_spec: Node, node: Node) -> set[int]:
    """A setting of the pod may hold for every container that does not say otherwise, and for the pod's other settings."""
    above = list(node.ancestors())
    within_pod = [node, *above[: above.index(pod_spec)]]
    lines = {ancestor.line for ancestor in above[: above.index(pod_spec) + 1]}
    setting = within_pod[-1]
    if setting.key == "volumes":
        volume = within_pod[-2] if len(within_pod) > 1 else setting
        return (lines | {inner.line for inner in volume.nodes()}) - {pod_spec.line}
    lines |= {child.line for child in pod_spec.children if child.is_scalar}
    if setting.key not in CONTAINERS_DEFAULTS:
        return lines
    lines |= {item.line for item in containers_of(pod_spec)}
    return lines | _beside_in_security(pod_spec, [node, *above])
