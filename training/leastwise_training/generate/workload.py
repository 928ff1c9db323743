"""Pods and what makes pods."""

from __future__ import annotations

from leastwise_training.generate.author import Author
from leastwise_training.generate.danger import endanger
from leastwise_training.generate.pod import pod_spec


def _spec(author: Author, restart: str | None = None, name: str | None = None) -> dict:
    spec = pod_spec(author, restart, name)
    endanger(author, spec)
    return spec


def pod(author: Author) -> dict:
    name = author.name()
    metadata = author.metadata(name)
    _profile_annotations(author, metadata)
    return author.object("v1", "Pod", metadata, spec=_spec(author, name=name))


def _profile_annotations(author: Author, metadata: dict) -> None:
    """The annotations that older clusters read security profiles from."""
    if author.chance(0.05):
        key = f"container.apparmor.security.beta.kubernetes.io/{author.name()}"
        value = author.choice(("unconfined", "runtime/default", f"localhost/{author.name()}"))
        metadata.setdefault("annotations", {})[key] = value
    if author.chance(0.04):
        key = author.choice(
            (
                "seccomp.security.alpha.kubernetes.io/pod",
                f"container.seccomp.security.alpha.kubernetes.io/{author.name()}",
            )
        )
        metadata.setdefault("annotations", {})[key] = author.choice(("unconfined", "runtime/default", "docker/default"))


def _template(author: Author, labels: dict, restart: str | None = None, name: str | None = None) -> dict:
    metadata: dict = {"labels": dict(labels)}
    if author.likes("template annotations", 0.15):
        key, value = author.word("ANNOTATIONS").split("=", 1)
        metadata["annotations"] = {key: value}
    _profile_annotations(author, metadata)
    template = {"metadata": metadata, "spec": _spec(author, restart, name)}
    return dict(reversed(template.items())) if author.way("template order", 12) == 0 else template


def _selected(author: Author, name: str) -> tuple[dict, dict]:
    """A selector, and the labels of the pods it is for: seldom others than it selects."""
    labels = author.labels(name)
    wanted = dict(author.some(tuple(labels.items()), 1, len(labels)))
    if author.chance(0.025):
        key = author.choice(tuple(wanted))
        wanted[key] = author.name()
    if author.chance(0.02):
        labels[author.word("LABEL_KEYS")] = author.choice(("not valid!", "-dash", "a b", "x" * 70, "ends.with."))
    return {"matchLabels": wanted}, labels


def deployment(author: Author) -> dict:
    name = author.name()
    selector, labels = _selected(author, name)
    spec: dict = {}
    if author.likes("replicas", 0.7):
        spec["replicas"] = author.choice((1, 1, 2, 3, 5, 0))
    if author.likes("history", 0.12):
        spec["revisionHistoryLimit"] = author.choice((3, 5, 10))
    spec["selector"] = selector
    if author.likes("strategy", 0.15):
        spec["strategy"] = author.choice(
            (
                {"type": "Recreate"},
                {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                {"type": "RollingUpdate"},
                {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            )
        )
    spec["template"] = _template(author, labels, name=name)
    version = author.rng.choices(("apps/v1", "extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"), (93, 3, 2, 2))[0]
    if author.chance(0.03):
        return author.object(
            version, "Deployment", {"name": name}, spec={"template": {"spec": _patch(spec["template"]["spec"])}}
        )
    return author.object(version, "Deployment", author.metadata(name), spec=spec)


def _patch(spec: dict) -> dict:
    """What an overlay changes of a pod: a setting or two of its first container."""
    container = spec["containers"][0]
    kept = [key for key in ("image", "resources", "env", "securityContext", "args") if key in container][:2]
    return {"containers": [{"name": container["name"], **{key: container[key] for key in kept}}]}


def replica_set(author: Author) -> dict:
    name = author.name()
    selector, labels = _selected(author, name)
    if author.chance(0.3):
        spec = {
            "replicas": author.choice((1, 2, 3)),
            "selector": selector["matchLabels"],
            "template": _template(author, labels, name=name),
        }
        return author.object("v1", "ReplicationController", author.metadata(name), spec=spec)
    version = author.rng.choices(("apps/v1", "extensions/v1beta1", "apps/v1beta2"), (90, 6, 4))[0]
    spec = {
        "replicas": author.choice((1, 2, 3)),
        "selector": selector,
        "template": _template(author, labels, name=name),
    }
    return author.object(version, "ReplicaSet", author.metadata(name), spec=spec)


def stateful_set(author: Author) -> dict:
    name = author.name()
    selector, labels = _selected(author, name)
    spec: dict = {"serviceName": author.choice((name, f"{name}-headless")), "selector": selector}
    if author.likes("replicas", 0.7):
        spec["replicas"] = author.choice((1, 2, 3))
    if author.likes("pod management", 0.15):
        spec["podManagementPolicy"] = "Parallel"
    spec["template"] = _template(author, labels, name=name)
    if author.chance(0.7):
        claim: dict = {"accessModes": [author.choice(("ReadWriteOnce", "ReadWriteOnce", "ReadWriteMany"))]}
        if author.likes("storage class", 0.5):
            claim["storageClassName"] = author.word("STORAGE_CLASSES")
        drawn = author.rng.random()
        if drawn < 0.8:
            claim["resources"] = {"requests": {"storage": author.choice(("1Gi", "10Gi", "100Gi", "500Mi"))}}
        elif drawn < 0.9:
            claim["resources"] = {"limits": {"storage": "10Gi"}}
        spec["volumeClaimTemplates"] = [{"metadata": {"name": author.word("VOLUME_NAMES")}, "spec": claim}]
    version = author.rng.choices(("apps/v1", "apps/v1beta1", "apps/v1beta2"), (94, 3, 3))[0]
    return author.object(version, "StatefulSet", author.metadata(name), spec=spec)


def daemon_set(author: Author) -> dict:
    name = author.name()
    selector, labels = _selected(author, name)
    spec: dict = {"selector": selector}
    if author.likes("update strategy", 0.3):
        spec["updateStrategy"] = author.choice(
            (
                {"type": "RollingUpdate"},
                {"type": "OnDelete"},
                {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            )
        )
    spec["template"] = _template(author, labels, name=name)
    version = author.rng.choices(("apps/v1", "extensions/v1beta1", "apps/v1beta2"), (93, 4, 3))[0]
    return author.object(version, "DaemonSet", author.metadata(name), spec=spec)


def _job_spec(author: Author, in_cron: bool = False) -> dict:
    spec: dict = {}
    for key, values in (
        ("backoffLimit", (0, 2, 4)),
        ("ttlSecondsAfterFinished", (60, 600, 86400)),
        ("activeDeadlineSeconds", (300, 3600)),
        ("completions", (1, 5)),
        ("parallelism", (1, 2)),
    ):
        if author.likes(key, 0.25):
            spec[key] = author.choice(values)
    restart = author.rng.choices(("Never", "OnFailure", None, "Always"), (50, 42, 4, 4))[0]
    template: dict = _template(author, author.labels(author.name()), restart)
    if author.chance(0.72 if in_cron else 0.3):
        template.pop("metadata")
    spec["template"] = template
    return spec


def job(author: Author) -> dict:
    return author.object("batch/v1", "Job", author.metadata(author.name()), spec=_job_spec(author))


def cron_job(author: Author) -> dict:
    spec: dict = {"schedule": author.word("CRONS")}
    for key, values in (
        ("concurrencyPolicy", ("Forbid", "Replace", "Allow")),
        ("successfulJobsHistoryLimit", (1, 3)),
        ("failedJobsHistoryLimit", (1, 3)),
        ("startingDeadlineSeconds", (60, 200)),
        ("suspend", (True, False)),
    ):
        if author.likes(key, 0.3):
            spec[key] = author.choice(values)
    spec["jobTemplate"] = {"spec": _job_spec(author, True)}
    version = author.rng.choices(("batch/v1", "batch/v1beta1", "batch/v2alpha1"), (90, 8, 2))[0]
    return author.object(version, "CronJob", author.metadata(author.name()), spec=spec)


BUILDERS = {
    "Pod": (pod, 15),
    "Deployment": (deployment, 40),
    "ReplicaSet": (replica_set, 4),
    "StatefulSet": (stateful_set, 14),
    "DaemonSet": (daemon_set, 12),
    "Job": (job, 8),
    "CronJob": (cron_job, 8),
}
"""What builds each kind, and how often of a hundred workloads."""
