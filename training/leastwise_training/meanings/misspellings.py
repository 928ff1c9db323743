"""Keys that nearly are a setting's and therefore set nothing, and keys of others that only look alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..documents import split_of
from . import frames
from .parts import Change, Part, Whole
from .texts import MISSPELLED, Text
from .vocabulary import Choices, Words

SETTINGS = tuple(
    tuple(line.split())
    for line in """container.security allowPrivilegeEscalation privilegeEscalation allowPriviledgeEscalation allowPrivilegedEscalation allowEscalation privilegeEscalationAllowed allowPrivilegeEscalations allowPrivEscalation noPrivilegeEscalation denyPrivilegeEscalation allowPrivilageEscalation disallowPrivilegeEscalation
    container.security readOnlyRootFilesystem readOnlyFilesystem readonlyRootFilesystem readOnlyRootFileSystem readOnlyRootFs readOnlyRoot rootFilesystemReadOnly readOnlyFileSystem readOnlyRootFilesytem readonlyRootfs rootReadOnly
    container.security runAsNonRoot runAsNonroot runAsNonRootUser runNonRoot nonRoot runAsNotRoot mustRunAsNonRoot runasNonRoot runAsNoneRoot asNonRoot
    container.security runAsUser runAsUID runAsUserId runUser userId runasUser runAsUsr runAsuser
    container.security privileged priviledged privilege isPrivileged privileged_ privilaged previleged runPrivileged
    container.security capabilities capabilties capability caps capabilites linuxCapabilities cababilities capabillities
    container.security seccompProfile seccompprofile secompProfile seccomp seccompProfiles secCompProfile seccomProfile
    container.security runAsGroup runAsGid groupId runGroup runAsGroupId runAsgroup
    container.capabilities drop drops dropped remove droped dropCapabilities deny
    container securityContext securitycontext securityContent secContext securityContexts SecurityContext security_context sercurityContext containerSecurity
    container resources resource ressources resourses resourceLimits Resources
    container.resources limits limit limts Limits maximum
    container.resources requests request requsts Requests
    container livenessProbe livenessprobe livenesProbe livelinessProbe liveness livenessCheck livnessProbe aliveProbe
    container readinessProbe readinessprobe readynessProbe readiness readinesProbe readyProbe
    container imagePullPolicy imagePullpolicy pullPolicy imagePolicy imagePullPolcy
    container startupProbe startUpProbe startProbe startupprobe
    pod automountServiceAccountToken automountServiceAccount automountToken autoMountServiceAccountToken mountServiceAccountToken automountServiceAccountTokens automountSAToken automountServiceAcountToken
    pod serviceAccountName serviceAccountname serviceaccountName serviceAcountName svcAccountName
    pod hostNetwork hostNetworks hostnetwork useHostNetwork hostNet hostNetworking
    pod hostPID hostPid hostpid hostPIDs useHostPID
    pod hostIPC hostIpc hostipc useHostIPC
    pod securityContext podSecurity securitycontext securityContent securityCtx SecurityContext
    pod hostUsers hostUser hostusers userNamespaces
    pod enableServiceLinks enableServicelinks serviceLinks enableServiceLink
    pod terminationGracePeriodSeconds terminationGracePeriod gracePeriodSeconds terminationGraceSeconds
    pod.security runAsNonRoot runAsNonroot runNonRoot nonRootOnly runAsNoRoot
    pod.security fsGroup fsgroup fileSystemGroup fsGroupId
    pod.security seccompProfile seccomp seccompprofile secompProfile
    pod.security supplementalGroups suplementalGroups supplementaryGroups
    network policyTypes networkPolicyTypes policyType policytypes types
    network podSelector podselector podSelectors selectPods
    network ingress ingres ingressRules inbound
    network egress egres egressRules outbound""".split("\n")
)
"""A level, a setting's key, and keys that people write in its place."""
HAND_MADE = {
    split: [(level, right, wrong) for level, right, *several in SETTINGS for wrong in several if split_of(wrong) == split]
    for split in ("train", "validation", "test")
}
"""Cut by the wrong key alone, as the mistakes that are made by chance are."""
VALID = frozenset(
    """allowPrivilegeEscalation readOnlyRootFilesystem runAsNonRoot runAsUser runAsGroup privileged capabilities seccompProfile drop add
    securityContext resources limits requests livenessProbe readinessProbe startupProbe imagePullPolicy automountServiceAccountToken
    serviceAccountName serviceAccount hostNetwork hostPID hostIPC hostUsers enableServiceLinks terminationGracePeriodSeconds fsGroup
    supplementalGroups policyTypes podSelector ingress egress image name ports env args command containers volumes procMount
    seLinuxOptions windowsOptions appArmorProfile fsGroupChangePolicy sysctls claims exec tcpSocket httpGet type""".split()
)
VALUES: dict[str, Callable[[Words], object]] = {
    "allowPrivilegeEscalation": lambda words: False,
    "readOnlyRootFilesystem": lambda words: True,
    "runAsNonRoot": lambda words: True,
    "runAsUser": lambda words: words.rng.choice((1000, 1001, 10001, 65532)),
    "runAsGroup": lambda words: words.rng.choice((1000, 3000, 65532)),
    "privileged": lambda words: False,
    "capabilities": lambda words: {"drop": ["ALL"]},
    "seccompProfile": lambda words: {"type": "RuntimeDefault"},
    "drop": lambda words: words.rng.choice((["ALL"], ["ALL"], ["NET_RAW"], ["NET_ADMIN", "SYS_TIME"])),
    "resources": frames.resources,
    "limits": lambda words: {"cpu": words.rng.choice(("500m", "1")), "memory": words.rng.choice(("256Mi", "512Mi", "1Gi"))},
    "requests": lambda words: {"cpu": "100m", "memory": words.rng.choice(("64Mi", "128Mi"))},
    "livenessProbe": frames.probe,
    "readinessProbe": frames.probe,
    "startupProbe": frames.probe,
    "imagePullPolicy": lambda words: words.rng.choice(("Always", "IfNotPresent")),
    "automountServiceAccountToken": lambda words: False,
    "serviceAccountName": lambda words: words.name(),
    "hostNetwork": lambda words: False,
    "hostPID": lambda words: False,
    "hostIPC": lambda words: False,
    "hostUsers": lambda words: False,
    "enableServiceLinks": lambda words: False,
    "terminationGracePeriodSeconds": lambda words: 30,
    "fsGroup": lambda words: words.rng.choice((1000, 2000)),
    "supplementalGroups": lambda words: [4000],
}
LOOK_ALIKES = Choices(
    ("securityProfile", "baseline"), ("escalationPolicy", "default"), ("privilegeTier", "gold"), ("resourceClass", "small"),
    ("limitRangeRef", "default"), ("hostnameOverride", "web"), ("networkName", "blue"), ("hostAliasesRef", "common"), ("rootUrl", "/app"),
    ("readOnlyReplicas", 2), ("dropTables", False), ("livenessInterval", "10s"), ("probeInterval", "30s"), ("resourceQuotaName", "team"),
    ("capabilityLevel", "Seamless Upgrades"), ("runAsJob", True), ("userAgent", "leaf/1.2"), ("groupName", "web"), ("autoscale", True),
    ("automountVolumes", False), ("serviceAccountRef", "builder"), ("limitPerUser", 5), ("requestTimeout", "30s"), ("rateLimit", 100),
    ("imageRepository", "acme/web"), ("pullSecretRef", "regcred"), ("networkMode", "overlay"), ("egressGateway", "eu"), ("ingressClass", "nginx"),
    ("policyName", "strict"), ("containerRuntime", "crun"), ("podManagement", "Parallel"), ("fsType", "ext4"), ("fileSystem", "xfs"),
    ("readOnly", True), ("rootPath", "/srv"), ("privilegedAccounts", 3), ("hostnames", "a.example.com"), ("profile", "default"),
)  # fmt: skip
STRUCTURES_OF_OTHERS = Choices("network-policy", "custom-flat", "custom-container", "custom-nested", "custom-defaults", "custom-profile", "network-egress")


def wrong_key(words: Words) -> tuple[str, str, str]:
    """A level, the right key and a key that is nearly right."""
    if words.chance(0.5):
        return words.rng.choice(HAND_MADE[words.split])
    level, right, *_ = words.rng.choice(SETTINGS)
    while True:
        changed = mistaken(words, right)
        # The right keys are known to each split; the mistakes are its own.
        if changed not in VALID and changed != right and split_of(changed) == words.split:
            return level, right, changed


def mistaken(words: Words, key: str) -> str:
    """A key with a mistake as people make them, seldom with two."""
    rng = words.rng
    if rng.random() < 0.12:
        key = mistaken(words, key)
    form = rng.random()
    pieces = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", key)
    at = rng.randrange(1, len(key) - 1) if len(key) > 3 else 1
    if form < 0.25:
        return key[:at] + key[at + 1 :]
    if form < 0.45:
        return key[:at] + key[at + 1 : at + 2] + key[at] + key[at + 2 :]
    if form < 0.55:
        return key[:at] + key[at] + key[at:]
    if form < 0.65:
        return key.lower()
    if form < 0.72:
        return "_".join(piece.lower() for piece in pieces)
    if form < 0.78:
        return "-".join(piece.lower() for piece in pieces)
    if form < 0.83:
        return key[0].upper() + key[1:]
    if form < 0.92 and len(pieces) > 2:
        gone = rng.randrange(len(pieces))
        kept = pieces[:gone] + pieces[gone + 1 :]
        return kept[0].lower() + "".join(kept[1:])
    first = rng.choice(("use", "enable", "set", "container", "pod", "default"))
    return first + key[0].upper() + key[1:] if rng.random() < 0.6 else f"{key}{rng.choice(('s', 'Enabled', 'Policy', 'Setting'))}"


def renamed(mapping: dict, right: str, key: Text, value: object) -> None:
    """Puts a key where another stood, or at the end."""
    entries = [(key, value) if name == right else (name, item) for name, item in mapping.items()]
    if right not in mapping:
        entries.append((key, value))
    mapping.clear()
    mapping.update(entries)


def put(spec: dict, words: Words, level: str, right: str, key: Text) -> None:
    """Writes a key at its level of a pod's specification."""
    target = words.rng.choice(spec["containers"])
    if level == "pod":
        renamed(spec, right, key, frames.pod_security(words) if right == "securityContext" else VALUES[right](words))
        return
    if level == "pod.security":
        renamed(spec.setdefault("securityContext", {}), right, key, VALUES[right](words))
        return
    if level == "container":
        renamed(target, right, key, frames.container_security(words) if right == "securityContext" else VALUES[right](words))
        return
    if level == "container.security":
        renamed(target.setdefault("securityContext", frames.container_security(words)), right, key, VALUES[right](words))
        return
    if level == "container.capabilities":
        context = target.setdefault("securityContext", frames.container_security(words))
        context["capabilities"] = {key: VALUES["drop"](words)}
        return
    resources = frames.resources(words)
    renamed(resources, right, key, VALUES[right](words))
    target["resources"] = resources


def put_all(spec: dict, words: Words, several: list[tuple[str, str, str]]) -> None:
    """Writes misspelled keys at their levels."""
    for level, right, wrong in several:
        put(spec, words, level, right, Text(wrong, (MISSPELLED,)))


def network_policy(words: Words, replaced: dict[str, Text]) -> dict:
    """A network policy, with keys replaced."""
    rng = words.rng
    ingress = [{"from": [{"podSelector": {"matchLabels": {"app": words.name()}}}], "ports": [{"port": int(words.port())}]}]
    egress = [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": words.space()}}}]}]
    spec: dict = {"podSelector": {} if rng.random() < 0.4 else {"matchLabels": {"app": words.name()}}, "policyTypes": rng.choice((["Ingress"], ["Ingress", "Egress"], ["Egress"]))}
    if "ingress" in replaced or rng.random() < 0.7:
        spec["ingress"] = ingress
    if "egress" in replaced or rng.random() < 0.4:
        spec["egress"] = egress
    spec = {replaced.get(key, key): value for key, value in spec.items()}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": frames.metadata(words, []), "spec": spec}


def custom_settings(words: Words, structure: str, level: str, settings: dict) -> dict:
    """A custom resource that holds settings as a pod does, under a name that says whose they are."""
    rng = words.rng
    name = "podSecurityContext" if level.startswith("pod") else "containerSecurityContext"
    if level in ("container.security", "pod.security"):
        body: dict = {rng.choice((name, "securityContext")): settings}
    elif level == "container.capabilities":
        body = {name: {"runAsNonRoot": True, "capabilities": settings}}
    elif level == "container.resources":
        body = {"resources": settings}
    else:
        body = settings
    body = {"image": words.image(), **body}
    if structure == "custom-flat":
        return frames.custom(words, {"replicas": 2, **body})
    if structure == "custom-container":
        return frames.custom(words, {rng.choice(("container", "server", "runner", "agent")): body, "replicas": 1})
    if structure == "custom-nested":
        return frames.custom(words, {"components": {words.thing(): body}})
    if structure == "custom-defaults":
        return frames.custom(words, {"defaults": body, "size": 3})
    return frames.custom(words, {"workload": {"profile": words.rng.choice(("small", "medium")), **body}})


def other_settings(words: Words, level: str) -> dict:
    """Settings beside, rightly spelled."""
    if level == "container.security":
        return frames.container_security(words)
    if level == "pod.security":
        return frames.pod_security(words)
    return frames.resources(words) if level == "container.resources" else {}


def harm(words: Words) -> Part:
    """A misspelled key of a setting, or several."""
    if words.chance(0.35):
        several = [found for found in (wrong_key(words) for _ in range(words.rng.choice((2, 3, 4)))) if found[0] != "network"]
        if several:
            return Change(lambda spec, words: put_all(spec, words, several))
    level, right, wrong = wrong_key(words)
    key = Text(wrong, (MISSPELLED,))
    if level == "network":
        return Whole(network_policy(words, {right: key}), "network-policy")
    # Other resources may have any keys on top: there only the places are judged that are filled as a pod's.
    if level not in ("pod", "container") and words.chance(0.4):
        structure = words.pick(STRUCTURES_OF_OTHERS)
        value = VALUES[right](words) if right in VALUES else frames.container_security(words)
        settings = other_settings(words, level)
        renamed(settings, right, key, value)
        return Whole(custom_settings(words, structure, level, settings), structure)
    return Change(lambda spec, words: put(spec, words, level, right, key))


def decoy(words: Words) -> Part:
    """Settings that are spelled as they should be, and keys of others that look alike."""
    form = words.rng.random()
    if form < 0.2:
        return Whole(network_policy(words, {}), "network-policy")
    if form < 0.5:
        structure = words.pick(STRUCTURES_OF_OTHERS)
        level = words.rng.choice(("container.security", "pod.security", "container.resources"))
        tree = custom_settings(words, structure, level, other_settings(words, level))
        for _ in range(words.rng.choice((1, 2, 3))):
            key, value = words.pick(LOOK_ALIKES)
            tree["spec"][key] = value
        return Whole(tree, structure)

    def spelled(spec: dict, words: Words) -> None:
        level, right, *_ = words.rng.choice(SETTINGS)
        if level != "network":
            put(spec, words, level, right, Text(right))

    return Change(spelled)
