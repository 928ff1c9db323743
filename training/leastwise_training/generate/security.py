"""How well a pod is hardened: every setting obeyed or not, at the pod or at the container, alone or with others."""

from __future__ import annotations

from copy import copy

from leastwise_training.generate.author import Author

SETTINGS = (
    "run-as-non-root",
    "user",
    "escalation",
    "read-only",
    "drop",
    "seccomp",
    "memory",
    "cpu",
    "liveness",
    "readiness",
    "token",
)
"""What a hardened container has."""

EXTRA_CAPABILITIES = """
NET_ADMIN NET_RAW SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_TIME SYS_RAWIO SYS_BOOT SYS_NICE SYS_RESOURCE SYSLOG IPC_LOCK
BPF PERFMON DAC_READ_SEARCH MKNOD AUDIT_WRITE AUDIT_CONTROL CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID
SETPCAP SETFCAP NET_BIND_SERVICE SYS_CHROOT LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE WAKE_ALARM BLOCK_SUSPEND LEASE ALL
""".split()


class Posture:
    """Which settings the author of a pod knows of."""

    def __init__(self, author: Author) -> None:
        kind = author.rng.random()
        if kind < 0.28:
            self.has = set(SETTINGS)
        elif kind < 0.60:
            self.has = set(SETTINGS) - set(author.some(SETTINGS, 1, 2))
        elif kind < 0.85:
            share = author.choice((0.3, 0.5, 0.7))
            self.has = {setting for setting in SETTINGS if author.chance(share)}
        else:
            self.has = {setting for setting in SETTINGS if author.chance(0.06)}
        self.pod_level = {setting for setting in ("run-as-non-root", "user", "seccomp") if author.chance(0.5)}

    def of_container(self, author: Author) -> Posture:
        """What one container of several has: the pod's settings stay, a few of its own differ."""
        own = copy(self)
        own.pod_level = {setting for setting in self.pod_level if setting in self.has}
        own.has = self.has ^ {setting for setting in SETTINGS if author.chance(0.2)}
        return own

    def at_pod(self, setting: str) -> bool:
        return setting in self.has and setting in self.pod_level


def seccomp(author: Author) -> dict:
    if author.chance(0.12):
        return {"type": "Localhost", "localhostProfile": f"profiles/{author.word('SUBJECTS')}.json"}
    return {"type": "RuntimeDefault"}


def user(author: Author) -> int:
    return author.choice((1000, 1001, 65532, 65534, 10001, 101, 999, 472, 2000, 70))


def pod_context(author: Author, posture: Posture) -> dict:
    """The `securityContext` of a pod."""
    context: dict = {}
    if posture.at_pod("run-as-non-root"):
        context["runAsNonRoot"] = True
    if posture.at_pod("user"):
        context["runAsUser"] = user(author)
        if author.chance(0.5):
            context["runAsGroup"] = author.choice((1000, 3000, 65532, 10001))
    if author.chance(0.3):
        context["fsGroup"] = author.choice((1000, 2000, 65532))
        if author.chance(0.3):
            context["fsGroupChangePolicy"] = "OnRootMismatch"
    if posture.at_pod("seccomp"):
        context["seccompProfile"] = seccomp(author)
    if author.chance(0.05):
        context["supplementalGroups"] = [author.choice((2000, 5000, 44))]
    if author.chance(0.06):
        context["sysctls"] = [
            {"name": "net.ipv4.ip_unprivileged_port_start", "value": author.choice(("0", "80", "1024"))}
        ]
    return context


def container_context(author: Author, posture: Posture) -> dict:
    """The `securityContext` of a container."""
    parts: list[tuple[str, object]] = []
    has = set(posture.has)
    if author.chance(0.2):
        has -= {author.choice(SETTINGS)}
    if "escalation" in has:
        parts.append(("allowPrivilegeEscalation", False))
    if "drop" in has:
        capabilities: dict = {"drop": ["ALL"]}
        if author.chance(0.15):
            capabilities = author.choice(
                (
                    {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
                    {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
                    {"drop": ["all"]},
                )
            )
        parts.append(("capabilities", capabilities))
    elif author.chance(0.2):
        parts.append(("capabilities", {"drop": author.some(EXTRA_CAPABILITIES[:-1], 1, 3)}))
    if author.chance(0.12):
        parts.append(("privileged", False))
    if "read-only" in has:
        parts.append(("readOnlyRootFilesystem", True))
    elif author.chance(0.15):
        parts.append(("readOnlyRootFilesystem", False))
    if "run-as-non-root" in has and (not posture.at_pod("run-as-non-root") or author.chance(0.25)):
        parts.append(("runAsNonRoot", True))
    if "user" in has and (not posture.at_pod("user") or author.chance(0.2)):
        parts.append(("runAsUser", user(author)))
        if author.chance(0.4):
            parts.append(("runAsGroup", author.choice((1000, 3000, 65532, 10001))))
    if "seccomp" in has and (not posture.at_pod("seccomp") or author.chance(0.15)):
        parts.append(("seccompProfile", seccomp(author)))
    if author.chance(0.02):
        parts.append(("procMount", "Default"))
    if author.way("security order", 3) == 0:
        author.rng.shuffle(parts)
    return dict(parts)
