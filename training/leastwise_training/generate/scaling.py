"""Autoscalers, disruption budgets and storage."""

from __future__ import annotations

from leastwise_training.generate.author import Author


def autoscaler(author: Author) -> dict:
    version = author.rng.choices(
        ("autoscaling/v2", "autoscaling/v1", "autoscaling/v2beta2", "autoscaling/v2beta1"), (70, 15, 8, 7)
    )[0]
    least = author.choice((1, 2, 3, 5))
    spec: dict = {
        "scaleTargetRef": {
            "apiVersion": "apps/v1",
            "kind": author.choice(("Deployment", "StatefulSet")),
            "name": author.name(),
        }
    }
    if author.chance(0.85):
        spec["minReplicas"] = least
    spec["maxReplicas"] = author.choice((least, least + 3, 10, 1, 20))
    if version == "autoscaling/v1":
        spec["targetCPUUtilizationPercentage"] = author.choice((50, 80))
    elif version != "autoscaling/v2beta1" and author.chance(0.55):
        metric: dict = {
            "metric": {"name": f"{author.word('SUBJECTS')}_per_second"},
            "describedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": author.name()},
            "target": {"type": "Value", "value": "2k"},
        }
        if author.chance(0.6):
            metric.pop(author.choice(tuple(metric)))
        spec["metrics"] = [{"type": "Object", "object": metric}]
    elif version != "autoscaling/v2beta1":
        spec["metrics"] = [
            {
                "type": "Resource",
                "resource": {
                    "name": author.choice(("cpu", "memory")),
                    "target": {"type": "Utilization", "averageUtilization": author.choice((50, 70, 80))},
                },
            }
        ]
    return author.object(version, "HorizontalPodAutoscaler", author.metadata(author.name()), spec=spec)


def disruption_budget(author: Author) -> dict:
    spec: dict = {"selector": {"matchLabels": author.labels(author.name())}}
    drawn = author.rng.random()
    if drawn < 0.4:
        spec["minAvailable"] = author.choice((1, 2, "50%", "100%", "100%", "100%"))
    elif drawn < 0.76:
        spec["maxUnavailable"] = author.choice((1, 0, "0%", "25%", 0))
    if author.chance(0.2):
        spec["unhealthyPodEvictionPolicy"] = author.choice(("AlwaysAllow", "IfHealthyBudget"))
    if author.way("budget order", 2):
        spec = dict(reversed(spec.items()))
    version = author.rng.choices(("policy/v1", "policy/v1beta1"), (88, 12))[0]
    return author.object(version, "PodDisruptionBudget", author.metadata(author.name()), spec=spec)


def claim(author: Author) -> dict:
    spec: dict = {"accessModes": [author.choice(("ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"))]}
    if author.chance(0.5):
        spec["storageClassName"] = author.word("STORAGE_CLASSES")
    spec["resources"] = {"requests": {"storage": author.choice(("1Gi", "5Gi", "20Gi", "500Mi"))}}
    return author.object("v1", "PersistentVolumeClaim", author.metadata(author.name()), spec=spec)


def volume(author: Author) -> dict:
    source = author.choice(
        (
            {"hostPath": {"path": author.choice(("/mnt/data", "/data", f"/srv/{author.name()}"))}},
            {"hostPath": {"path": f"/opt/{author.name()}", "type": "DirectoryOrCreate"}},
            {"hostPath": {"path": f"{author.word('MOUNT_PATHS')}", "type": author.choice(("", "Directory"))}},
            {"nfs": {"server": author.host(), "path": f"/{author.name()}"}},
            {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0123456789abcdef0"}},
            {
                "local": {"path": f"/mnt/disks/{author.name()}"},
                "nodeAffinity": {
                    "required": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [
                                    {"key": "kubernetes.io/hostname", "operator": "In", "values": [author.name()]}
                                ]
                            }
                        ]
                    }
                },
            },
        )
    )
    spec = {
        "capacity": {"storage": author.choice(("5Gi", "100Gi"))},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": author.choice(("Retain", "Delete")),
        "storageClassName": author.word("STORAGE_CLASSES"),
        **source,
    }
    return author.object("v1", "PersistentVolume", author.metadata(author.name(), namespaced=False), spec=spec)


def storage_class(author: Author) -> dict:
    parameters = author.choice(
        (None, {"type": "gp3"}, {"type": "gp3", "encrypted": "true"}, {"type": "pd-ssd"}, {"encrypted": "false"})
    )
    version = author.rng.choices(("storage.k8s.io/v1", "storage.k8s.io/v1beta1"), (90, 10))[0]
    return author.object(
        version,
        "StorageClass",
        author.metadata(author.name(), namespaced=False),
        provisioner=author.choice(("ebs.csi.aws.com", "pd.csi.storage.gke.io", "rancher.io/local-path")),
        parameters=parameters,
        reclaimPolicy=author.choice((None, "Retain", "Delete")),
        volumeBindingMode=author.choice((None, "WaitForFirstConsumer", "Immediate")),
    )


BUILDERS = {
    "HorizontalPodAutoscaler": (autoscaler, 34),
    "PodDisruptionBudget": (disruption_budget, 36),
    "PersistentVolumeClaim": (claim, 7),
    "PersistentVolume": (volume, 19),
    "StorageClass": (storage_class, 4),
}
