"""Pods as most people write them: containers, volumes and the settings around them."""

from __future__ import annotations

from leastwise_training.generate.author import Author
from leastwise_training.generate.large import enlarge, large_volumes
from leastwise_training.generate.security import Posture, container_context, pod_context

LARGE = 0.3
"""The share of pods that are long: many variables, arguments and volumes, settings far from each other."""


def pod_spec(author: Author, restart: str | None = None, name: str | None = None) -> dict:
    """The `spec` of a pod, before anything dangerous is put into it."""
    posture = Posture(author)
    name = name if name and author.chance(0.6) else author.name()
    large = author.chance(LARGE)
    volumes = large_volumes(author, _source) if large else _volumes(author)
    count = author.rng.choices((1, 2, 3, 4), (50, 30, 14, 6) if large else (72, 22, 6, 0))[0]
    varied = author.chance(0.6) if count > 1 else large and author.chance(0.5)

    def container(name: str, probes: bool = True) -> dict:
        own = posture.of_container(author) if varied else posture
        written = _container(author, own, name, volumes, probes)
        return enlarge(author, written) if large and author.chance(0.75) else written

    containers = [container(name if at == 0 else author.name()) for at in range(count)]
    spec: dict = {}
    if author.chance(0.4):
        spec["serviceAccountName"] = author.name()
    if "token" in posture.has:
        spec["automountServiceAccountToken"] = False
    elif author.chance(0.15):
        spec["automountServiceAccountToken"] = True
    context = pod_context(author, posture)
    if context or author.chance(0.03):
        spec["securityContext"] = context
    if restart or author.chance(0.12):
        spec["restartPolicy"] = restart or "Always"
    _placement(author, spec)
    if author.likes("init containers", 0.45 if large else 0.2):
        names = author.some(author.words("VOLUME_NAMES"), 1, 3 if large else 1)
        spec["initContainers"] = [container(f"init-{volume}", probes=False) for volume in names]
    spec["containers"] = containers
    if author.likes("ephemeral containers", 0.01):
        spec["ephemeralContainers"] = [{"name": "debugger", "image": author.image(), "stdin": True, "tty": True}]
    if volumes:
        spec["volumes"] = volumes
    if author.likes("pull secrets", 0.12):
        spec["imagePullSecrets"] = [{"name": f"{author.word('SUBJECTS')}-registry"}]
    if author.likes("exported", 0.05):
        spec |= {"dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30}
        spec.setdefault("restartPolicy", "Always")
        spec.setdefault("securityContext", {})
        for container in containers:
            container |= {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
            container.setdefault("resources", {})
    return _arranged(author, spec)


def _arranged(author: Author, spec: dict) -> dict:
    """The settings of a pod in one of the usual orders."""
    way = author.way("pod order", 3)
    if way == 1:
        return {"containers": spec["containers"], **spec}
    if way == 2:
        return {**{key: spec[key] for key in ("volumes", "initContainers", "containers") if key in spec}, **spec}
    return spec


def _placement(author: Author, spec: dict) -> None:
    if author.likes("node selector", 0.12):
        spec["nodeSelector"] = {author.word("NODE_KEYS"): author.word("LABEL_VALUES")}
    if author.likes("tolerations", 0.1):
        spec["tolerations"] = [
            author.choice(
                (
                    {
                        "key": author.word("NODE_KEYS"),
                        "operator": "Equal",
                        "value": author.word("LABEL_VALUES"),
                        "effect": "NoSchedule",
                    },
                    {"operator": "Exists"},
                    {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
                    {"effect": "NoExecute", "operator": "Exists"},
                )
            )
        ]
    if author.likes("affinity", 0.1):
        terms = {"labelSelector": {"matchLabels": {"app": author.name()}}, "topologyKey": "kubernetes.io/hostname"}
        spec["affinity"] = author.choice(
            (
                {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [terms]}},
                {
                    "podAntiAffinity": {
                        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": terms}]
                    }
                },
                {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {
                                            "key": author.word("NODE_KEYS"),
                                            "operator": "In",
                                            "values": author.some(author.words("LABEL_VALUES"), 1, 2),
                                        },
                                    ]
                                }
                            ]
                        }
                    }
                },
            )
        )
    if author.likes("spread", 0.07):
        spec["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": author.name()}},
            }
        ]
    if author.likes("priority class", 0.08):
        spec["priorityClassName"] = author.word("PRIORITY_CLASSES")
    if author.likes("grace", 0.12):
        spec["terminationGracePeriodSeconds"] = author.choice((0, 10, 30, 60, 120))
    if author.likes("dns", 0.05):
        spec["dnsPolicy"] = author.choice(("ClusterFirst", "ClusterFirstWithHostNet", "Default"))
    if author.likes("links", 0.05):
        spec["enableServiceLinks"] = False
    if author.likes("host flags off", 0.03):
        spec[author.choice(("hostNetwork", "hostPID", "hostIPC"))] = False


def _volumes(author: Author) -> list[dict]:
    names = author.some(author.words("VOLUME_NAMES"), 0, 3) if author.chance(0.6) else []
    author.rng.shuffle(names)
    return [{"name": name, **_source(author)} for name in names]


def _source(author: Author) -> dict:
    name = author.name()
    return author.rng.choices(
        (
            {"emptyDir": {}},
            {"emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            {"emptyDir": {"sizeLimit": author.choice(("1Gi", "500Mi", "10Gi"))}},
            {"configMap": {"name": name}},
            {"configMap": {"name": name, "items": [{"key": "app.conf", "path": "app.conf"}], "defaultMode": 0o644}},
            {"secret": {"secretName": name}},
            {"secret": {"secretName": name, "defaultMode": 256, "optional": True}},
            {"persistentVolumeClaim": {"claimName": name}},
            {
                "projected": {
                    "sources": [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3600, "audience": name}}]
                }
            },
            {"projected": {"sources": [{"configMap": {"name": name}}, {"secret": {"name": author.name()}}]}},
            {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            {
                "csi": {
                    "driver": "secrets-store.csi.k8s.io",
                    "readOnly": True,
                    "volumeAttributes": {"secretProviderClass": name},
                }
            },
            {
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
                    }
                }
            },
            {"nfs": {"server": f"nfs.{author.host()}", "path": f"/exports/{name}"}},
        ),
        (14, 3, 4, 14, 4, 10, 3, 14, 3, 3, 2, 3, 2, 2),
    )[0]


def _container(author: Author, posture: Posture, name: str, volumes: list[dict], probes: bool = True) -> dict:
    """One container, of the settings its author knows of."""
    container: dict = {"name": name, "image": author.image()}
    if author.likes("pull policy", 0.3):
        container["imagePullPolicy"] = author.choice(("IfNotPresent", "Always", "IfNotPresent", "Never"))
    _command(author, container)
    ports = _ports(author) if probes and author.chance(0.7) else []
    if ports:
        container["ports"] = ports
    variables = _environment(author)
    if variables:
        container["env"] = variables
    if author.likes("env from", 0.08):
        container["envFrom"] = [
            author.choice(
                (
                    {"configMapRef": {"name": author.name()}},
                    {"secretRef": {"name": author.name()}},
                )
            )
        ]
    resources = _resources(author, posture)
    if resources is not None:
        container["resources"] = resources
    if probes:
        _probes(author, posture, container, ports)
    context = container_context(author, posture)
    if context or author.chance(0.02):
        container["securityContext"] = context
    if volumes:
        container["volumeMounts"] = [
            {"name": volume["name"], "mountPath": path, **({"readOnly": True} if author.chance(0.3) else {})}
            for volume, path in zip(volumes, author.rng.sample(author.words("MOUNT_PATHS"), min(len(volumes), len(author.words("MOUNT_PATHS")))), strict=False)
        ]
    if author.likes("lifecycle", 0.04):
        container["lifecycle"] = {"preStop": {"exec": {"command": ["sleep", "10"]}}}
    if author.way("container order", 4) == 0:
        container = dict(sorted(container.items()))
    elif author.way("container order", 4) == 1:
        moved = ("securityContext", "resources", "volumeMounts")
        container = {
            **{key: value for key, value in container.items() if key not in moved},
            **{key: container[key] for key in moved if key in container},
        }
    return container


def _command(author: Author, container: dict) -> None:
    drawn = author.rng.random()
    arguments = author.some(author.words("ARGUMENTS"), 1, 4)
    if drawn < 0.15:
        script = author.word("SCRIPTS")
        steps = [line.strip() for line in script.split(";")]
        for _ in range(author.choice((0, 0, 0, 1, 2, 4))):
            steps += [f"# {author.word('COMMENTS')}"] if author.chance(0.3) else [""] if author.chance(0.3) else []
            steps += [line.strip() for line in author.word("SCRIPTS").split(";")]
        lines = "\n".join(steps) + ("\n" if author.chance(0.8) else "")
        container["command"] = [
            author.choice(("/bin/sh", "sh", "/bin/bash", "bash")),
            author.choice(("-c", "-c", "-ec")),
        ]
        text = lines if author.chance(0.6) else script
        if author.chance(0.5):
            container["command"].append(text)
        else:
            container["args"] = [text]
    elif drawn < 0.3:
        container["command"] = [author.word("PROGRAMS"), *arguments]
    elif drawn < 0.4:
        container["command"] = [author.word("PROGRAMS")]
        container["args"] = arguments
    elif drawn < 0.5:
        container["args"] = arguments
    if author.likes("working directory", 0.05):
        container["workingDir"] = author.word("MOUNT_PATHS")


def _ports(author: Author) -> list[dict]:
    ports = []
    names = author.some(author.words("PORT_NAMES"), 1, 2)
    for name, number in zip(names, author.rng.sample(author.words("PORTS"), len(names)), strict=False):
        port: dict = {"containerPort": number}
        if author.chance(0.6):
            port = {"name": name, **port} if author.chance(0.5) else {**port, "name": name}
        if author.chance(0.3):
            port["protocol"] = "TCP"
        ports.append(port)
    return ports


def _environment(author: Author) -> list[dict]:
    if not author.chance(0.5):
        return []
    variables: dict[str, dict] = {}
    for _ in range(author.choice((1, 1, 2, 2, 3, 4, 5, 8, 12))):
        drawn = author.rng.random()
        plain = f"{author.word('ENV_WORDS')}_{author.word('ENV_ENDS')}"
        secret = f"{author.word('SECRET_WORDS')}_{author.word('SECRET_ENDS')}"
        if drawn < 0.55:
            variables[plain] = {"value": _plain_value(author, plain)}
        elif drawn < 0.7:
            variables[secret] = {
                "valueFrom": {"secretKeyRef": {"name": author.name(), "key": secret.lower().replace("_", "-")}}
            }
        elif drawn < 0.8:
            variables[plain] = {"valueFrom": {"configMapKeyRef": {"name": author.name(), "key": plain.lower()}}}
        elif drawn < 0.92:
            variables[author.choice(("POD_NAME", "POD_NAMESPACE", "NODE_NAME", "POD_IP"))] = {
                "valueFrom": {
                    "fieldRef": {
                        "fieldPath": author.choice(
                            ("metadata.name", "metadata.namespace", "spec.nodeName", "status.podIP")
                        )
                    }
                }
            }
        else:
            variables[f"{secret}_FILE"] = {"value": f"/run/secrets/{secret.lower()}"}
    return [{"name": name, **value} for name, value in variables.items()]


def _plain_value(author: Author, key: str) -> str:
    if key.endswith(("PORT", "SIZE", "LIMIT", "COUNT", "THREADS")):
        return str(author.choice((8080, 10, 25, 512, 4, 3000)))
    if key.endswith(("HOST", "URL")):
        return author.choice((author.host(), f"http://{author.name()}:8080", f"https://{author.host()}/api"))
    if key.endswith("ENABLED"):
        return author.choice(("true", "false"))
    if key.endswith("PATH"):
        return author.word("MOUNT_PATHS")
    return author.choice(("info", "debug", "production", "json", "eu-west-1", "30s", author.name(), ""))


def _resources(author: Author, posture: Posture) -> dict | None:
    requests: dict = {}
    limits: dict = {}
    if "cpu" in posture.has or author.chance(0.1):
        requests["cpu"] = author.choice(("100m", "250m", "50m", "0.5", "1", 1))
        if author.chance(0.6):
            limits["cpu"] = author.choice(("500m", "1", "2", "200m", 1))
    if author.chance(0.75 if "memory" in posture.has else 0.3):
        requests["memory"] = author.choice(("128Mi", "64Mi", "256Mi", "1Gi", "512M"))
    if "memory" in posture.has:
        limits["memory"] = author.choice(("256Mi", "512Mi", "2Gi", "1Gi", "1G"))
    if author.chance(0.06):
        requests["ephemeral-storage"] = "1Gi"
        limits["ephemeral-storage"] = "2Gi"
    if not requests and not limits:
        return {} if author.chance(0.06) else None
    pair = [("requests", requests), ("limits", limits)]
    if author.way("resources order", 2):
        pair.reverse()
    return {key: value for key, value in pair if value}


def _probes(author: Author, posture: Posture, container: dict, ports: list[dict]) -> None:
    liveness = _handler(author, ports)
    for setting, key in (("liveness", "livenessProbe"), ("readiness", "readinessProbe")):
        if setting in posture.has or author.chance(0.1):
            handler = liveness if author.chance(0.3) else _handler(author, ports)
            container[key] = dict(handler, **_timing(author))
    if "livenessProbe" in container and "readinessProbe" in container and author.chance(0.15):
        container["readinessProbe"] = dict(container["livenessProbe"])
    if author.likes("startup probe", 0.1):
        container["startupProbe"] = dict(liveness, **_timing(author))


def _timing(author: Author) -> dict:
    keys = author.some(("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"), 0, 3)
    return {key: author.choice((1, 3, 5, 10, 15, 30)) for key in keys}


def _handler(author: Author, ports: list[dict]) -> dict:
    drawn = author.rng.random()
    if not ports or drawn < 0.15:
        return {
            "exec": {
                "command": author.choice(
                    (
                        ["cat", author.word("MOUNT_PATHS") + "/ready"],
                        ["/bin/sh", "-c", "test -f /tmp/ready"],
                        [author.word("PROGRAMS"), "--check"],
                    )
                )
            }
        }
    port = author.choice(ports)
    target = port["name"] if "name" in port and author.chance(0.6) else port["containerPort"]
    if author.chance(0.06):
        target = author.choice((author.choice(author.words("PORT_NAMES")), 9999, 8086))
    if drawn < 0.3:
        return {"tcpSocket": {"port": target}}
    if drawn < 0.35:
        return {"grpc": {"port": port["containerPort"]}}
    request = {"path": author.word("PATHS"), "port": target}
    if author.chance(0.2):
        request["scheme"] = author.choice(("HTTP", "HTTPS"))
    return {"httpGet": request}
