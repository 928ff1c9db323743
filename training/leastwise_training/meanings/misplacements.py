"""Settings at a level where they do nothing, and the same settings where they belong."""

from __future__ import annotations

from collections.abc import Callable

from . import frames, misspellings
from .parts import Change, Part, Whole
from .texts import NO_EFFECT, Text
from .vocabulary import Choices, Words

VALUES: dict[str, Callable[[Words], object]] = misspellings.VALUES | {
    "sysctls": lambda words: [{"name": "net.core.somaxconn", "value": "1024"}],
    "fsGroupChangePolicy": lambda words: "OnRootMismatch",
    "securityContext": frames.container_security,
    "podSecurityContext": frames.pod_security,
    "runtimeClassName": lambda words: words.rng.choice(("gvisor", "kata")),
    "priorityClassName": lambda words: words.rng.choice(("high", "low", "critical")),
    "nodeSelector": lambda words: {"kubernetes.io/os": "linux"},
    "lifecycle": lambda words: {"preStop": {"exec": {"command": ["sleep", "5"]}}},
    "readOnly": lambda words: True,
    "shareProcessNamespace": lambda words: False,
    "activeDeadlineSeconds": lambda words: 600,
    "add": lambda words: ["NET_BIND_SERVICE"],
}
COMMON = (
    ("pod.security", "allowPrivilegeEscalation"), ("pod.security", "capabilities"), ("pod.security", "readOnlyRootFilesystem"),
    ("pod.security", "privileged"), ("container", "hostNetwork"), ("container", "hostPID"), ("container.security", "fsGroup"),
    ("container.security", "sysctls"), ("pod", "runAsNonRoot"), ("container", "runAsNonRoot"),
    ("pod", "livenessProbe"), ("pod", "readinessProbe"), ("metadata", "securityContext"), ("outer", "securityContext"),
    ("container", "automountServiceAccountToken"), ("container", "allowPrivilegeEscalation"), ("container", "readOnlyRootFilesystem"),
)  # fmt: skip
# `resources` of a pod is left out: newer clusters know it, older ones ignore it.
"""What belongs where is a fact that each split may know; of these the surroundings differ. The others are each split's own."""
MISPLACED = Choices(
    ("pod.security", "allowPrivilegeEscalation"), ("pod.security", "capabilities"), ("pod.security", "readOnlyRootFilesystem"),
    ("pod.security", "privileged"), ("pod", "allowPrivilegeEscalation"), ("pod", "capabilities"), ("pod", "readOnlyRootFilesystem"),
    ("pod", "privileged"), ("pod", "runAsNonRoot"), ("pod", "runAsUser"), ("pod", "seccompProfile"), ("pod", "fsGroup"), ("pod", "runAsGroup"),
    ("pod", "livenessProbe"), ("pod", "readinessProbe"), ("pod", "startupProbe"), ("pod", "imagePullPolicy"),
    ("pod", "lifecycle"), ("pod", "limits"), ("container", "hostNetwork"), ("container", "hostPID"), ("container", "hostIPC"),
    ("container", "hostUsers"), ("container", "automountServiceAccountToken"), ("container", "serviceAccountName"),
    ("container", "runAsNonRoot"), ("container", "runAsUser"), ("container", "allowPrivilegeEscalation"), ("container", "privileged"),
    ("container", "readOnlyRootFilesystem"), ("container", "capabilities"), ("container", "seccompProfile"), ("container", "limits"),
    ("container", "requests"), ("container", "fsGroup"), ("container", "nodeSelector"), ("container", "runtimeClassName"),
    ("container", "shareProcessNamespace"), ("container", "enableServiceLinks"), ("container", "terminationGracePeriodSeconds"),
    ("container.security", "fsGroup"), ("container.security", "sysctls"), ("container.security", "supplementalGroups"),
    ("container.security", "fsGroupChangePolicy"), ("container.security", "hostNetwork"), ("container.security", "drop"),
    ("container.security", "hostPID"), ("container.security", "automountServiceAccountToken"), ("container.security", "resources"),
    ("container.resources", "memory"), ("container.resources", "cpu"), ("container.security", "hostUsers"),
    ("metadata", "securityContext"), ("metadata", "automountServiceAccountToken"), ("metadata", "hostNetwork"), ("metadata", "serviceAccountName"),
    ("outer", "securityContext"), ("outer", "automountServiceAccountToken"), ("outer", "serviceAccountName"), ("outer", "hostNetwork"),
    ("outer", "resources"), ("outer", "hostPID"), ("top", "securityContext"), ("top", "automountServiceAccountToken"), ("top", "resources"),
    ("outer", "runAsNonRoot"), ("outer", "livenessProbe"), ("outer", "terminationGracePeriodSeconds"), ("outer", "runtimeClassName"),
)  # fmt: skip
OUTSIDE = ("metadata", "outer", "top")
"""The levels outside of a pod's specification."""
OUTER_KINDS = Choices("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout", "ReplicationController")
NETWORK = Choices("rules-at-top", "ports-in-from", "policy-types-in-metadata", "selector-at-top", "egress-in-ingress", "types-at-top")


def marked(mapping: dict, key: str, value: object, words: Words) -> None:
    """Adds a key with the label somewhere."""
    entries = [entry for entry in mapping.items() if entry[0] != key]
    entries.insert(words.rng.randrange(len(entries) + 1), (Text(key, (NO_EFFECT,)), value))
    mapping.clear()
    mapping.update(entries)


def put(spec: dict, words: Words, level: str, key: str) -> None:
    """Writes a setting at a wrong level of a pod's specification."""
    target = words.rng.choice(spec["containers"])
    if level == "container.resources":
        resources = frames.resources(words)
        marked(resources, key, words.rng.choice(("256Mi", "1Gi")) if key == "memory" else words.rng.choice(("500m", "1")), words)
        target["resources"] = resources
        return
    value = VALUES[key](words)
    if level == "pod":
        marked(spec, key, value, words)
    elif level == "pod.security":
        marked(spec.setdefault("securityContext", frames.pod_security(words)), key, value, words)
    elif level == "container":
        marked(target, key, value, words)
    else:
        marked(target.setdefault("securityContext", frames.container_security(words)), key, value, words)


def put_all(spec: dict, words: Words, several: list[tuple[str, str]]) -> None:
    """Writes settings at wrong levels of a pod's specification."""
    for level, key in several:
        put(spec, words, level, key)


def misplaced(words: Words) -> tuple[str, str]:
    """A level, and a setting that does nothing there."""
    return words.rng.choice(COMMON) if words.chance(0.5) else words.pick(MISPLACED)


def misplaced_outside(words: Words, level: str, key: str) -> Whole:
    """A workload with a pod's setting outside of the pod."""
    kind = words.pick(OUTER_KINDS)
    tree = frames.wrapped(words, kind, frames.pod_spec(words, words.rng.choice((0.1, 0.3, 0.5))), [])
    value = words.rng.choice((frames.pod_security, frames.container_security))(words) if key == "securityContext" else VALUES[key](words)
    if level == "metadata":
        place = tree["metadata"]
        if words.chance(0.3) and "template" in tree["spec"]:
            place = tree["spec"]["template"].setdefault("metadata", {"labels": {"app": words.name()}})
        marked(place, key, value, words)
    elif level == "outer":
        place = tree["spec"]
        if kind == "CronJob" and words.chance(0.5):
            place = place["jobTemplate"]["spec"]
        marked(place, key, value, words)
    else:
        tree[Text(key, (NO_EFFECT,))] = value
    return Whole(tree, f"{kind}.{level}")


def network(words: Words) -> Whole:
    """A network policy with a part of it where nobody reads it."""
    tree = misspellings.network_policy(words, {})
    spec = tree["spec"]
    form = words.pick(NETWORK)
    rules = [{"from": [{"podSelector": {"matchLabels": {"app": words.name()}}}]}]
    if form == "rules-at-top":
        spec.pop("ingress", None)
        tree[Text("ingress", (NO_EFFECT,))] = rules
    elif form == "ports-in-from":
        peer = {"podSelector": {"matchLabels": {"app": words.name()}}, Text("ports", (NO_EFFECT,)): [{"port": 8080}]}
        spec["ingress"] = [{"from": [peer]}]
    elif form == "policy-types-in-metadata":
        tree["metadata"][Text("policyTypes", (NO_EFFECT,))] = spec.pop("policyTypes")
    elif form == "selector-at-top":
        tree[Text("podSelector", (NO_EFFECT,))] = {"matchLabels": {"app": words.name()}}
        spec["podSelector"] = {}
    elif form == "egress-in-ingress":
        spec["ingress"] = [{"from": rules[0]["from"], Text("egress", (NO_EFFECT,)): [{"to": [{"podSelector": {}}]}]}]
    else:
        tree[Text("policyTypes", (NO_EFFECT,))] = spec.pop("policyTypes")
    return Whole(tree, f"network-policy.{form}")


def harm(words: Words) -> Part:
    """A setting where it does nothing, or several."""
    if words.chance(0.08):
        return network(words)
    level, key = misplaced(words)
    if level not in OUTSIDE and words.chance(0.35):
        several = [(level, key), *(place for place in (misplaced(words), misplaced(words)) if place[0] not in OUTSIDE)]
        return Change(lambda spec, words: put_all(spec, words, several))
    if level in OUTSIDE:
        return misplaced_outside(words, level, key)
    return Change(lambda spec, words: put(spec, words, level, key))


RIGHT_PLACES = (
    ("container.security", "allowPrivilegeEscalation"), ("container.security", "capabilities"), ("container.security", "privileged"),
    ("container.security", "readOnlyRootFilesystem"), ("container.security", "runAsNonRoot"), ("container.security", "runAsUser"),
    ("pod.security", "runAsNonRoot"), ("pod.security", "fsGroup"), ("pod.security", "sysctls"), ("pod.security", "supplementalGroups"),
    ("pod.security", "seccompProfile"), ("container.security", "seccompProfile"), ("pod", "hostNetwork"), ("pod", "hostPID"),
    ("pod", "hostUsers"), ("pod", "automountServiceAccountToken"), ("pod", "serviceAccountName"), ("pod", "runtimeClassName"),
    ("pod", "priorityClassName"), ("pod", "nodeSelector"), ("pod", "terminationGracePeriodSeconds"), ("pod", "shareProcessNamespace"),
    ("pod", "activeDeadlineSeconds"), ("pod", "enableServiceLinks"), ("container", "resources"), ("container", "livenessProbe"),
    ("container", "readinessProbe"), ("container", "startupProbe"), ("container", "lifecycle"), ("container", "imagePullPolicy"),
)  # fmt: skip


def decoy(words: Words) -> Part:
    """The same settings at their levels."""

    def placed(spec: dict, words: Words) -> None:
        for level, key in words.rng.sample(RIGHT_PLACES, words.rng.choice((1, 2, 3))):
            target = words.rng.choice(spec["containers"])
            value = VALUES[key](words)
            if level == "pod":
                spec[key] = value
            elif level == "container":
                target[key] = value
            else:
                (spec if level == "pod.security" else target).setdefault("securityContext", {})[key] = value

    return Change(placed)
