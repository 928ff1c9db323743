"""ConfigMaps, Secrets, Namespaces and what bounds them."""

from __future__ import annotations

import base64

from leastwise_training.generate.author import Author


def config_map(author: Author) -> dict:
    data: dict = {}
    for _ in range(author.rng.randint(1, 6)):
        drawn = author.rng.random()
        if drawn < 0.5:
            key = f"{author.word('ENV_WORDS')}_{author.word('ENV_ENDS')}"
            data[key if author.chance(0.6) else key.lower().replace("_", ".")] = author.choice(
                ("info", "true", "8080", "30s", author.host(), f"http://{author.name()}:9000", author.name())
            )
        elif drawn < 0.68:
            key = f"{author.word('SECRET_WORDS')}_{author.word('SECRET_ENDS')}"
            data[key if author.chance(0.6) else key.lower()] = (
                author.choice(("", "/run/secrets/token", "${TOKEN}")) if author.chance(0.4) else author.secret()
            )
        elif drawn < 0.85:
            data[f"{author.word('SUBJECTS')}.{author.choice(('conf', 'properties', 'ini'))}"] = "".join(
                f"{author.word('ENV_WORDS').lower()}.{author.word('ENV_ENDS').lower()}="
                f"{author.choice(('1', 'on', author.host(), author.name()))}\n"
                for _ in range(author.rng.randint(2, 6))
            )
        else:
            data[f"{author.word('SUBJECTS')}.yaml"] = (
                f"server:\n  port: {author.word('PORTS')}\n  host: {author.host()}\nlog:\n  level: info\n"
                + (
                    f"database:\n  user: {author.word('SUBJECTS')}\n  password: {author.secret()}\n"
                    if author.chance(0.3)
                    else ""
                )
            )
    immutable = True if author.chance(0.05) else None
    metadata = author.metadata(author.name())
    if author.chance(0.04):
        metadata["name"] = "ingress-nginx-controller"
        data = {"allow-snippet-annotations": author.choice(("true", "false")), **data}
    return author.object("v1", "ConfigMap", metadata, data=data, immutable=immutable)


def secret(author: Author) -> dict:
    metadata = author.metadata(author.name())
    drawn = author.rng.random()
    if drawn < 0.45:
        metadata["annotations"] = {"kubernetes.io/service-account.name": author.name()}
        return author.object("v1", "Secret", metadata, type="kubernetes.io/service-account-token")
    keys = [
        f"{author.word('SECRET_WORDS')}_{author.word('SECRET_ENDS')}".lower() for _ in range(author.rng.randint(1, 3))
    ]
    if drawn < 0.62:
        return author.object(
            "v1", "Secret", metadata, type="Opaque", stringData={key: author.secret(doubtful=True) for key in keys}
        )
    data = {key: base64.b64encode(author.word("SECRET_VALUES").encode()).decode() for key in keys}
    if drawn < 0.7:
        data = {
            "tls.crt": base64.b64encode(author.name().encode()).decode(),
            "tls.key": base64.b64encode(b"key").decode(),
        }
        return author.object("v1", "Secret", metadata, type="kubernetes.io/tls", data=data)
    return author.object("v1", "Secret", metadata, type=author.choice(("Opaque", None)), data=data)


def namespace(author: Author) -> dict:
    metadata = author.metadata(author.word("NAMESPACES"), namespaced=False)
    labels = metadata.get("labels", {})
    for mode in ("enforce", "audit", "warn"):
        if author.chance(0.55 if mode == "enforce" else 0.3):
            labels[f"pod-security.kubernetes.io/{mode}"] = author.choice(("restricted", "baseline", "privileged"))
            if author.chance(0.2):
                labels[f"pod-security.kubernetes.io/{mode}-version"] = author.choice(("latest", "v1.30"))
    if labels:
        metadata["labels"] = labels
    return author.object("v1", "Namespace", metadata)


def resource_quota(author: Author) -> dict:
    entries = {
        "requests.cpu": "4",
        "requests.memory": "8Gi",
        "limits.cpu": "8",
        "limits.memory": "16Gi",
        "pods": "20",
        "services.loadbalancers": "2",
        "persistentvolumeclaims": "10",
        "count/secrets": "50",
    }
    hard = dict(author.some(tuple(entries.items()), 2, 8))
    return author.object("v1", "ResourceQuota", author.metadata(author.name()), spec={"hard": hard})


def limit_range(author: Author) -> dict:
    limit: dict = {"type": author.choice(("Container", "Container", "Pod"))}
    values = {
        "default": {"cpu": "500m", "memory": "512Mi"},
        "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
        "max": {"cpu": "2", "memory": "2Gi"},
        "min": {"cpu": "50m", "memory": "32Mi"},
    }
    for key in author.some(tuple(values), 1, 4):
        if limit["type"] == "Pod" and key.startswith("default"):
            continue
        limit[key] = dict(author.some(tuple(values[key].items()), 1, 2))
    return author.object("v1", "LimitRange", author.metadata(author.name()), spec={"limits": [limit]})


BUILDERS = {
    "ConfigMap": (config_map, 42),
    "Secret": (secret, 24),
    "Namespace": (namespace, 24),
    "ResourceQuota": (resource_quota, 5),
    "LimitRange": (limit_range, 5),
}
