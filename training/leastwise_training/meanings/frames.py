"""The documents that parts are put into. A structure is a kind of object and a place in it; each split has its own."""

from __future__ import annotations

from collections.abc import Callable

from . import ordinary
from .parts import Annotation, Arguments, Change, Command, Data, Environment, Image, Part, Whole
from .texts import Script, Text
from .vocabulary import Choices, Words, lines_of

WORKLOADS = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout", "KnativeService",
    "CustomTemplate", "CustomWorkload", "PodTemplate", "ReplicationController", "CloneSet", "ScaledJob",
)  # fmt: skip
COMMAND_PLACES = ("command", "command-and-args", "args", "init", "post-start", "pre-stop", "probe")
FILE_PLACES = (
    "script", "cloud-init", "dockerfile", "systemd-unit", "crontab", "makefile", "pipeline-file", "custom-hook",
    "custom-steps", "task-script", "workflow-source", "custom-run-list", "user-data", "configuration-command",
)  # fmt: skip
COMMANDS_IN_PODS = Choices(*((kind, place) for kind in WORKLOADS for place in COMMAND_PLACES))
COMMANDS_IN_FILES = Choices(*FILE_PLACES)
IN_CONTAINERS = Choices(*((kind, place) for kind in WORKLOADS for place in ("container", "init", "sidecar")))
ENVIRONMENTS_ELSEWHERE = Choices("data", "custom-map", "custom-list", "custom-env", "workflow-parameters", "values-extra-env", "dotenv")
CHANGED_PODS = Choices(*((kind, place) for kind in WORKLOADS for place in ("small", "large", "probed", "init")))
DATA_PLACES = Choices(
    "config-map", "custom-config", "custom-values", "helm-release", "application-parameters", "custom-settings",
    "config-map-immutable", "custom-spec", "chart-values", "generator-literals", "custom-deep",
)  # fmt: skip
ANNOTATED = Choices(
    "Service", "Ingress", "Deployment", "Pod", "ServiceAccount", "Namespace", "PersistentVolumeClaim", "CronJob", "Custom",
    "ConfigMap", "HTTPRoute", "StatefulSet",
)  # fmt: skip
LABEL_KEYS = lines_of(
    """app={name}
    app.kubernetes.io/name={name}
    app.kubernetes.io/part-of={thing}
    app.kubernetes.io/component=backend
    app.kubernetes.io/managed-by=Helm
    team={thing}
    tier=frontend
    env=prod
    k8s-app={name}
    component={thing}
    release={thing}
    version=v2
    owner={company}
    cost-center=cc-1204
    helm.sh/chart={thing}-1.4.0"""
)
ANNOTATIONS = lines_of(
    """prometheus.io/scrape=true
    prometheus.io/port=9102
    description={thing} of the {space} team
    kubernetes.io/change-cause=release 1.14
    argocd.argoproj.io/sync-wave=2
    checksum/config={checksum}
    reloader.stakater.com/auto=true
    example.com/contact={thing}@{company}.com
    sidecar.istio.io/inject=false
    cluster-autoscaler.kubernetes.io/safe-to-evict=true
    linkerd.io/inject=enabled
    backup.velero.io/backup-volumes=data
    kubectl.kubernetes.io/default-container=main
    helm.sh/hook=pre-install,pre-upgrade
    {company}.io/runbook=https://wiki.{company}.com/{thing}
    config.linkerd.io/skip-outbound-ports=3306"""
)


def pairs(words: Words, choices: Choices[str], count: int) -> dict:
    """Some entries of a list of `key=value`."""
    result: dict = {}
    for _ in range(count):
        key, value = words.template(choices).split("=", 1)
        result[key] = value
    return result


def metadata(words: Words, annotations: list[Annotation], name: str = "") -> dict:
    """An object's metadata."""
    result: dict = {"name": name or words.name()}
    if words.chance(0.5):
        result["namespace"] = words.space()
    if words.chance(0.5):
        result["labels"] = pairs(words, LABEL_KEYS, words.rng.choice((1, 2, 3)))
    if annotations or words.chance(0.15):
        entries = list(pairs(words, ANNOTATIONS, words.rng.choice((0, 1, 2)) if annotations else 1).items())
        for annotation in annotations:
            entries.insert(words.rng.randrange(len(entries) + 1), (annotation.key, annotation.value))
        result["annotations"] = dict(entries)
    return result


def resources(words: Words) -> dict:
    """A container's resources."""
    rng = words.rng
    amounts = {"cpu": rng.choice(("100m", "250m", "500m", "1", "50m")), "memory": rng.choice(("64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi"))}
    limits = {"memory": amounts["memory"]} if rng.random() < 0.4 else {"cpu": rng.choice(("500m", "1", "2")), "memory": rng.choice(("512Mi", "1Gi", "2Gi"))}
    form = rng.random()
    if form < 0.6:
        return {"requests": amounts, "limits": limits}
    return {"limits": limits} if form < 0.85 else {"requests": amounts}


def container_security(words: Words) -> dict:
    """A container's security context, spelled as it should be."""
    every = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": words.chance(0.85),
        "runAsNonRoot": True,
        "privileged": words.chance(0.1),
        "runAsUser": words.rng.choice((1000, 1001, 10001, 65532, 65534)),
        "runAsGroup": words.rng.choice((1000, 3000, 65532)),
        "capabilities": {"drop": ["ALL"]} if words.chance(0.7) else {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return sample(words, every, words.rng.choice((1, 2, 3, 4, 5)))


def pod_security(words: Words) -> dict:
    """A pod's security context, spelled as it should be."""
    every = {
        "runAsNonRoot": True,
        "runAsUser": words.rng.choice((1000, 1001, 10001, 65532)),
        "runAsGroup": words.rng.choice((1000, 3000)),
        "fsGroup": words.rng.choice((1000, 2000, 65532)),
        "seccompProfile": {"type": "RuntimeDefault"},
        "fsGroupChangePolicy": "OnRootMismatch",
        "supplementalGroups": [4000],
    }
    return sample(words, every, words.rng.choice((1, 2, 3, 4)))


def sample(words: Words, mapping: dict, count: int) -> dict:
    """Some entries of a mapping, in its order."""
    chosen = set(words.rng.sample(range(len(mapping)), min(count, len(mapping))))
    return {key: value for at, (key, value) in enumerate(mapping.items()) if at in chosen}


def probe(words: Words) -> dict:
    """A probe of a container."""
    rng = words.rng
    form = rng.random()
    if form < 0.6:
        check: dict = {"httpGet": {"path": rng.choice(("/healthz", "/ready", "/livez", "/health", "/ping")), "port": rng.choice((8080, "http", 3000, 9090))}}
    elif form < 0.8:
        check = {"tcpSocket": {"port": rng.choice((5432, 6379, 8080))}}
    else:
        check = {"exec": {"command": [Text(item) for item in rng.choice((["pg_isready", "-U", "app"], ["redis-cli", "ping"], ["cat", "/tmp/ready"], ["/bin/check"]))]}}
    times = {"initialDelaySeconds": rng.choice((5, 10, 15, 30)), "periodSeconds": rng.choice((5, 10, 20)), "timeoutSeconds": 3, "failureThreshold": 3}
    return check | sample(words, times, rng.choice((0, 1, 2)))


def container(words: Words, name: str = "", size: float = 0.4) -> dict:
    """A container with things that most have."""
    result: dict = {"name": name or words.name(), "image": words.image()}
    if words.chance(size * 0.5):
        result["imagePullPolicy"] = words.rng.choice(("IfNotPresent", "Always"))
    if words.chance(size):
        result["ports"] = [{"containerPort": int(words.port())} if words.chance(0.4) else {"name": "http", "containerPort": int(words.port())}]
    if words.chance(size):
        result["env"] = [{"name": key, "value": value} for key, value in dict(words.setting() for _ in range(words.rng.choice((1, 2, 3)))).items()]
    if words.chance(size * 0.5):
        result["resources"] = resources(words)
    if words.chance(size):
        result["securityContext"] = container_security(words)
    if words.chance(size * 0.5):
        result[words.rng.choice(("livenessProbe", "readinessProbe", "startupProbe"))] = probe(words)
    if words.chance(size * 0.4):
        result["volumeMounts"] = [{"name": words.rng.choice(("data", "config", "tmp", "cache")), "mountPath": words.directory()}]
    return result


OWN_SETTINGS: dict[str, object] = {
    "replicas": 2,
    "version": "2.4",
    "paused": False,
    "size": "small",
    "ingress": {"enabled": True, "host": "shop.example.org"},
    "persistence": {"size": "10Gi", "storageClass": "standard"},
    "autoscaling": {"min": 1, "max": 5},
    "metrics": {"enabled": True, "port": 9102},
    "topics": [{"name": "orders", "partitions": 6}, {"name": "returns"}],
    "config": {"cache.ttl": "60s", "workers": 8},
    "auth": {"secretRef": {"name": "till-login"}},
    "dependsOn": ["ledger", "vault"],
    "region": "eu-west",
}
"""What custom resources say beside a pod. None of it is a key of a pod or a container."""


def pod_spec(words: Words, size: float = 0.4) -> dict:
    """A pod's specification."""
    result: dict = {}
    if words.chance(size * 0.6):
        result["serviceAccountName"] = words.name()
    if words.chance(size * 0.4):
        result["automountServiceAccountToken"] = False
    if words.chance(size * 0.7):
        result["securityContext"] = pod_security(words)
    if words.chance(size * 0.2):
        result["nodeSelector"] = {"kubernetes.io/os": "linux"}
    if words.chance(size * 0.2):
        result["terminationGracePeriodSeconds"] = words.rng.choice((10, 30, 60))
    result["containers"] = [container(words, size=size)]
    if words.chance(0.1):
        result["hostNetwork"] = True
    if words.chance(size * 0.3):
        result["volumes"] = [{"name": "tmp", "emptyDir": {}}] if words.chance(0.5) else [{"name": "config", "configMap": {"name": words.name()}}]
    if words.chance(size * 0.15):
        result["tolerations"] = [{"key": "dedicated", "operator": "Equal", "value": words.thing(), "effect": "NoSchedule"}]
    return result


def wrapped(words: Words, kind: str, spec: dict, annotations: list[Annotation]) -> dict:
    """A workload of a kind around a pod's specification."""
    rng = words.rng
    name = words.name()
    labels = {"app": name}
    outer = annotations if rng.random() < 0.5 else []
    inner = [] if outer else annotations
    head = metadata(words, outer, name)
    if kind == "Pod":
        if not outer and inner:
            head = metadata(words, inner, name)
        return {"apiVersion": "v1", "kind": "Pod", "metadata": head, "spec": spec}
    template_head: dict = {"labels": dict(labels)}
    if inner:
        template_head["annotations"] = {annotation.key: annotation.value for annotation in inner}
    template = {"metadata": template_head, "spec": spec}
    selector = {"matchLabels": labels}
    replicas = rng.choice((1, 2, 3))
    if kind in ("Deployment", "ReplicaSet", "Rollout", "CloneSet"):
        group = {"Rollout": "argoproj.io/v1alpha1", "CloneSet": "apps.kruise.io/v1alpha1"}.get(kind, "apps/v1")
        body: dict = {"replicas": replicas, "selector": selector, "template": template}
        if kind == "Rollout":
            body["strategy"] = {"canary": {"steps": [{"setWeight": 20}]}}
        return {"apiVersion": group, "kind": kind, "metadata": head, "spec": body}
    if kind == "StatefulSet":
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": head, "spec": {"serviceName": name, "replicas": replicas, "selector": selector, "template": template}}
    if kind == "DaemonSet":
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": head, "spec": {"selector": selector, "template": template}}
    if kind == "ReplicationController":
        return {"apiVersion": "v1", "kind": kind, "metadata": head, "spec": {"replicas": replicas, "selector": labels, "template": template}}
    if kind == "PodTemplate":
        return {"apiVersion": "v1", "kind": kind, "metadata": head, "template": template}
    if kind in ("Job", "CronJob", "ScaledJob"):
        spec["restartPolicy"] = rng.choice(("Never", "OnFailure"))
        job = {"backoffLimit": rng.choice((0, 1, 3, 4)), "template": {"spec": spec} if rng.random() < 0.5 and not inner else template}
        if kind == "Job":
            return {"apiVersion": "batch/v1", "kind": kind, "metadata": head, "spec": job}
        if kind == "ScaledJob":
            trigger = {"type": "kafka", "metadata": {"topic": words.thing(), "lagThreshold": "50"}}
            return {"apiVersion": "keda.sh/v1alpha1", "kind": kind, "metadata": head, "spec": {"jobTargetRef": job, "triggers": [trigger]}}
        schedule = rng.choice(("0 3 * * *", "*/15 * * * *", "@daily", "30 2 * * 0", "0 */6 * * *", "5 4 1 * *"))
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": head, "spec": {"schedule": schedule, "concurrencyPolicy": "Forbid", "jobTemplate": {"spec": job}}}
    if kind == "KnativeService":
        return {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": head, "spec": {"template": template}}
    group = words.custom_group()
    top = {"apiVersion": f"{group}/{rng.choice(('v1', 'v1alpha1', 'v1beta1'))}", "kind": words.custom_kind(), "metadata": head}
    if kind == "CustomTemplate":
        return top | {"spec": {"size": replicas, rng.choice(("template", "podTemplate", "podTemplateSpec")): template}}
    return top | {"spec": holding(words, spec)}


def holding(words: Words, spec: dict) -> dict:
    """What holds a pod's specification under some key, with settings of its own around it and in it, and seldom another pod."""
    rng = words.rng
    own = lambda counts: dict(rng.sample(list(OWN_SETTINGS.items()), rng.choice(counts)))  # noqa: E731
    part = lambda: rng.choice(("podSpec", "workload", "runtime", "pod", "template", words.thing(), words.thing())).replace("-", "")  # noqa: E731
    held = own((0, 0, 1, 2)) | spec if rng.random() < 0.5 else spec | own((0, 1))
    if rng.random() < 0.3:
        held = own((0, 1)) | {"template": held}
    result = own((0, 1, 2, 4))
    result[part()] = held
    if rng.random() < 0.3:
        other = pod_spec(words, 0.3)
        result.setdefault(part(), {"template": other} if rng.random() < 0.5 else other)
    return result


def custom(words: Words, spec: dict, annotations: list[Annotation] | None = None) -> dict:
    """A custom resource around its specification."""
    version = words.rng.choice(("v1", "v1alpha1", "v1beta1", "v2"))
    return {"apiVersion": f"{words.custom_group()}/{version}", "kind": words.custom_kind(), "metadata": metadata(words, annotations or []), "spec": spec}


# Commands


def shell_call(words: Words) -> list[str]:
    """A shell that takes a script as its next argument."""
    rng = words.rng
    shell = rng.choice(("sh", "/bin/sh", "bash", "/bin/bash", "sh", "/bin/sh"))
    return [Text(shell), Text(rng.choice(("-c", "-c", "-c", "-ec", "-lc", "-xc", "-euc")))]


def put_command(words: Words, target: dict, place: str, lines: list[Text]) -> None:
    """Writes a command to a place of a container."""
    script = Script(lines)
    call = shell_call(words)
    if place in ("command", "init"):
        target["command"] = [*call, script]
    elif place == "command-and-args":
        target["command"] = call
        target["args"] = [script]
    elif place == "args":
        target["args"] = [call[1], script] if words.chance(0.5) else [*call, script]
    elif place in ("post-start", "pre-stop"):
        hook = "postStart" if place == "post-start" else "preStop"
        target["lifecycle"] = {hook: {"exec": {"command": [*call, script]}}}
    else:
        target[words.rng.choice(("livenessProbe", "readinessProbe", "startupProbe"))] = {
            "exec": {"command": [*call, script]}, "periodSeconds": words.rng.choice((10, 30, 60)),
        }  # fmt: skip


def with_prefix(lines: list[Text], first: str, later: str = "") -> list[Text]:
    """The lines with words before the first and before each later one."""
    return [line.with_value(f"{first if at == 0 else later}{line}") for at, line in enumerate(lines)]


def file_with_command(words: Words, place: str, lines: list[Text]) -> tuple[dict, list[Text]]:
    """A document with a file that runs a command."""
    rng = words.rng
    joined = Script(lines).joined(" && ")
    body = ordinary.around(words, lines)
    single = Script(lines).one_line
    if place == "script":
        shebang = Text(rng.choice(("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash")))
        return config_map(words, {words.pick(SCRIPT_NAMES): Script([shebang, *body], one_line=False)})
    if place in ("cloud-init", "user-data"):
        items = [line.with_value(f"  - {line}") for line in body] if single and all(fits_in_yaml(line) for line in body) else [Text("  - |")] + [line.with_value(f"    {line}") for line in body]
        content = Script([Text("#cloud-config"), Text("packages:"), Text("  - curl"), Text("runcmd:"), *items], one_line=False)
        if place == "cloud-init":
            return config_map(words, {rng.choice(("user-data", "cloud-init.yaml", "userdata")): content})
        return custom(words, {"replicas": 1, rng.choice(("userData", "cloudInit", "userDataTemplate")): content})
    if place == "dockerfile" and single:
        content = [Text(f"FROM {words.image()}"), Text(f"WORKDIR {words.directory()}"), *with_prefix(lines, "RUN ", "RUN "), Text(f'CMD ["{words.directory()}/{words.file()}"]')]
        return config_map(words, {rng.choice(("Dockerfile", "Containerfile", "build.dockerfile")): Script(content, one_line=False)})
    if place == "systemd-unit" and single:
        content = [Text("[Unit]"), Text(f"Description={words.thing()} on each node"), Text("[Service]"), joined.with_value(f"{rng.choice(('ExecStart', 'ExecStartPre', 'ExecStartPost'))}=/bin/sh -c '{joined}'" if "'" not in joined else f'ExecStart=/bin/sh -c "{joined}"'), Text("Restart=always")]
        return config_map(words, {f"{words.name()}.service": Script(content, one_line=False)})
    if place == "crontab" and single:
        content = [Text("SHELL=/bin/sh"), joined.with_value(f"{rng.choice(('*/5 * * * *', '0 * * * *', '@reboot', '17 3 * * *'))} {rng.choice(('root ', '', ''))}{joined}"), Text(f"0 1 * * * {words.directory()}/rotate")]
        return config_map(words, {rng.choice(("crontab", "root", "jobs.cron", "cron.d")): Script(content, one_line=False)})
    if place == "makefile":
        content = [Text(f"{rng.choice(('setup', 'all', 'prepare', 'run'))}:"), *with_prefix(body, "        ", "        ")]
        return config_map(words, {rng.choice(("Makefile", "build.mk")): Script(content, one_line=False)})
    if place == "pipeline-file" and single and all(fits_in_yaml(line) for line in lines):
        content = [Text("stages:"), Text("  - build"), Text("build:"), Text("  script:"), *with_prefix(lines, "    - ", "    - "), Text("    - make test")]
        return config_map(words, {rng.choice((".gitlab-ci.yml", "pipeline.yaml", "ci.yml")): Script(content, one_line=False)})
    if place == "custom-hook":
        key = rng.choice(("preStart", "onStart", "postInstall", "beforeRun", "initScript", "startupScript", "bootstrapCommand", "entrypoint"))
        return custom(words, {"image": words.image(), rng.choice(("hooks", "lifecycle", "scripts")): {key: Script(body)}})
    if place == "custom-steps":
        steps = [{"name": words.thing(), "run": Script(body)}, {"name": words.thing(), "run": Script(ordinary.script(words))}]
        rng.shuffle(steps)
        return custom(words, {"steps": steps})
    if place == "task-script":
        step = {"name": words.thing(), "image": words.image(), "script": Script([Text("#!/bin/sh"), *body], one_line=False)}
        return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": metadata(words, []), "spec": {"steps": [step]}}
    if place == "workflow-source":
        source = {"image": words.image(), "command": ["sh"], "source": Script(body, one_line=False)}
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"generateName": f"{words.thing()}-"}, "spec": {"entrypoint": "main", "templates": [{"name": "main", "script": source}]}}
    if place == "custom-run-list" and single:
        return custom(words, {rng.choice(("commands", "run", "preKubeadmCommands", "postKubeadmCommands", "script", "setup")): list(body)})
    if place == "configuration-command" and single:
        return config_map(words, {rng.choice(("command", "START_COMMAND", "entrypoint", "hook", "cmd", "init")): joined, **dict([words.setting(), words.setting()])})
    return config_map(words, {words.pick(SCRIPT_NAMES): Script(body, one_line=False)})


SCRIPT_NAMES = Choices(
    "run.sh", "start.sh", "entrypoint.sh", "init.sh", "setup", "bootstrap.sh", "install.sh", "job.sh", "hook.sh", "boot.sh",
    "check.sh", "backup.sh", "prepare", "cleanup.sh", "node.sh", "script", "main.sh", "wrapper.sh", "configure.sh", "task.sh",
)  # fmt: skip


def fits_in_yaml(line: str) -> bool:
    """Whether a line may stand as a plain item of YAML inside of a file."""
    return ": " not in line and " #" not in line and line[:1].isalnum() and not line.endswith(":")


def config_map(words: Words, data: dict, annotations: list[Annotation] | None = None) -> dict:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(words, annotations or []), "data": data}


# Building


def build(words: Words, part: Part, others: list[Part]) -> tuple[dict, str]:
    """A document around a part, with others where they fit, and its structure's name."""
    if isinstance(part, Whole):
        return part.tree, part.structure
    if isinstance(part, Command):
        if words.chance(0.3):
            place = words.pick(COMMANDS_IN_FILES)
            tree = file_with_command(words, place, part.lines)
            if tree["kind"] == "ConfigMap":
                tree["data"] = {other.key: other.value for other in others if isinstance(other, Data)} | tree["data"]
            return tree, f"file.{place}"
        kind, place = words.pick(COMMANDS_IN_PODS)
        lines = part.lines if place == "probe" or words.chance(0.4) else ordinary.around(words, part.lines)
        return workload(words, kind, place, lambda target: put_command(words, target, place, lines), others)
    if isinstance(part, Arguments):
        kind, place = words.pick(IN_CONTAINERS)
        return workload(words, kind, place, lambda target: put_arguments(words, target, part), others)
    if isinstance(part, Environment):
        if words.chance(0.25) and all(isinstance(entry.get("value"), str) for entry in part.entries):
            place = words.pick(ENVIRONMENTS_ELSEWHERE)
            return environment_elsewhere(words, place, part, others), f"environment.{place}"
        kind, place = words.pick(IN_CONTAINERS)
        return workload(words, kind, place, lambda target: put_environment(words, target, part), others)
    if isinstance(part, Image):
        kind, place = words.pick(IN_CONTAINERS)
        return workload(words, kind, place, lambda target: target.update(image=part.reference), others)
    if isinstance(part, Data):
        place = words.pick(DATA_PLACES)
        return data_document(words, place, [part, *(other for other in others if isinstance(other, Data))]), f"data.{place}"
    if isinstance(part, Annotation):
        kind = words.pick(ANNOTATED)
        return annotated(words, kind, [part, *(other for other in others if isinstance(other, Annotation))]), f"annotation.{kind}"
    kind, place = words.pick(CHANGED_PODS)
    return changed(words, kind, place, part, others)


def workload(words: Words, kind: str, place: str, put: Callable[[dict], None], others: list[Part]) -> tuple[dict, str]:
    """A workload with something put into one of its containers."""
    spec = pod_spec(words, words.rng.choice((0.1, 0.25, 0.4, 0.6)))
    target = spec["containers"][0]
    if place == "init":
        target = container(words, words.rng.choice(("init", "setup", "prepare", "")), 0.2)
        spec["initContainers"] = [target]
    elif place == "sidecar":
        target = container(words, size=0.2)
        spec["containers"].insert(words.rng.randrange(2), target)
    put(target)
    return finished(words, kind, spec, target, others), f"{kind}.{place}"


def finished(words: Words, kind: str, spec: dict, target: dict, others: list[Part]) -> dict:
    """A workload with other parts put where they fit."""
    for other in others:
        if isinstance(other, Environment):
            put_environment(words, words.rng.choice(spec["containers"]), other)
        elif isinstance(other, Arguments) and "args" not in target and "command" not in target:
            put_arguments(words, target, other)
        elif isinstance(other, Command):
            free = spec["containers"][-1]
            if "command" in free or "args" in free or "lifecycle" in free:
                free = container(words, size=0.1)
                spec["initContainers"] = [*spec.get("initContainers", []), free]
            put_command(words, free, words.rng.choice(("command", "command-and-args")), other.lines)
        elif isinstance(other, Image) and spec["containers"][0] is not target:
            spec["containers"][0]["image"] = other.reference
    if "command" not in target and "args" not in target and words.chance(0.15):
        target["args"] = ordinary.arguments(words)
    return wrapped(words, kind, spec, [other for other in others if isinstance(other, Annotation)])


def put_arguments(words: Words, target: dict, part: Arguments) -> None:
    """Writes a program or arguments to a container."""
    items = list(part.items)
    if items[0].startswith("-"):
        more = ordinary.arguments(words) if words.chance(0.6) else []
        at = words.rng.randrange(len(more) + 1)
        target["args"] = more[:at] + items + more[at:]
    elif words.chance(0.5) or len(items) == 1:
        target["command"] = items
    else:
        target["command"] = items[:1]
        target["args"] = items[1:]


def put_environment(words: Words, target: dict, part: Environment) -> None:
    """Adds variables to a container."""
    entries = list(target.get("env", []))
    if not entries:
        entries = [{"name": key, "value": value} for key, value in dict(words.setting() for _ in range(words.rng.choice((0, 1, 2, 3)))).items()]
    for entry in part.entries:
        entries.insert(words.rng.randrange(len(entries) + 1), entry)
    target["env"] = entries


def environment_elsewhere(words: Words, place: str, part: Environment, others: list[Part]) -> dict:
    """Variables outside of a container's `env`."""
    entries = [*part.entries, *(entry for other in others if isinstance(other, Environment) for entry in other.entries if isinstance(entry.get("value"), str))]
    entries += [{"name": key, "value": value} for key, value in (words.setting() for _ in range(words.rng.choice((1, 2, 4))))]
    words.rng.shuffle(entries)
    mapping = {entry["name"]: entry["value"] for entry in entries}
    if place == "data":
        return config_map(words, mapping)
    if place == "dotenv":
        lines = [joined_pair(name, value, "=") for name, value in mapping.items()]
        return config_map(words, {words.rng.choice((".env", "app.env", "env", "settings.env")): Script(lines, one_line=False)})
    if place == "custom-map":
        return custom(words, {"image": words.image(), words.rng.choice(("environment", "env", "envVars", "variables")): mapping})
    if place == "custom-list":
        return custom(words, {words.rng.choice(("variables", "parameters", "settings", "environmentVariables")): entries, "replicas": 2})
    if place == "custom-env":
        return custom(words, {"containers": [{"name": words.name(), "image": words.image(), "env": entries}]})
    if place == "workflow-parameters":
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"generateName": f"{words.thing()}-"}, "spec": {"entrypoint": "main", "arguments": {"parameters": entries}}}
    return {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": metadata(words, []), "spec": {"interval": "10m", "values": {"extraEnv": entries}}}


def joined_pair(key: str, value: str, sign: str) -> Text:
    """`key=value` with the labels of its parts."""
    return value.with_value(f"{key}{sign}{value}") if isinstance(value, Text) else Text(f"{key}{sign}{value}")


def data_document(words: Words, place: str, parts: list[Data]) -> dict:
    """A document with keys and values."""
    own: dict[str, object] = {}
    for part in parts:
        own.setdefault(part.key, part.value)
    entries = list(own.items())
    settings = [words.setting() for _ in range(words.rng.choice((0, 1, 2, 4, 5)))]
    dotted = any("." in part.key for part in parts)
    camel = not dotted and any(part.key[:1].islower() for part in parts)
    for key, value in settings:
        key = camel_case(key) if camel else key
        if key not in own:
            entries.append((key, value))
    words.rng.shuffle(entries)
    mapping = dict(entries)
    if place == "config-map":
        return config_map(words, mapping)
    if place == "config-map-immutable":
        return config_map(words, mapping) | {"immutable": True}
    if place == "custom-config":
        return custom(words, {"replicas": 1, words.rng.choice(("config", "configuration", "options")): mapping})
    if place == "custom-values":
        return custom(words, {"chart": words.thing(), "version": words.version(), "values": mapping})
    if place == "helm-release":
        return {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": metadata(words, []), "spec": {"interval": "5m", "chart": {"spec": {"chart": words.thing(), "version": words.version()}}, "values": mapping}}
    if place == "application-parameters":
        parameters = [{"name": key, "value": value} for key, value in mapping.items()]
        source = {"repoURL": f"https://charts.{words.company()}.{words.domain()}", "chart": words.thing(), "targetRevision": words.version(), "helm": {"parameters": parameters}}
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata(words, []), "spec": {"project": "default", "source": source}}
    if place == "custom-settings":
        return custom(words, {"size": 3, "storage": "10Gi", words.rng.choice(("settings", "params", "properties", "connection")): mapping})
    if place == "custom-spec":
        return custom(words, mapping)
    if place == "chart-values":
        return custom(words, {words.thing().replace("-", ""): mapping, "replicaCount": 2})
    if place == "generator-literals" and all(isinstance(value, str) for value in mapping.values()):
        literals = [joined_pair(key, value, "=") for key, value in mapping.items() if isinstance(value, str)]
        return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "configMapGenerator": [{"name": words.name(), "literals": literals}]}
    return custom(words, {words.rng.choice(("backend", "storage", "source", "upstream")): {words.rng.choice(("auth", "options", "config", "spec")): mapping}})


def camel_case(key: str) -> str:
    """`LOG_LEVEL` as `logLevel`."""
    head, *tail = key.lower().split("_")
    return head + "".join(word.capitalize() for word in tail)


def annotated(words: Words, kind: str, annotations: list[Annotation]) -> dict:
    """An object with annotations."""
    name = words.name()
    if kind in ("Deployment", "Pod", "CronJob", "StatefulSet"):
        return wrapped(words, kind, pod_spec(words, 0.2), annotations)
    if kind == "Custom":
        return custom(words, {"replicas": 1, "image": words.image()}, annotations)
    if kind == "ConfigMap":
        return config_map(words, dict(words.setting() for _ in range(3)), annotations)
    head = metadata(words, annotations, name)
    if kind == "Service":
        return {"apiVersion": "v1", "kind": kind, "metadata": head, "spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": int(words.port())}]}}
    if kind in ("ServiceAccount", "Namespace"):
        return {"apiVersion": "v1", "kind": kind, "metadata": head} | ({"automountServiceAccountToken": False} if kind == "ServiceAccount" else {})
    if kind == "PersistentVolumeClaim":
        return {"apiVersion": "v1", "kind": kind, "metadata": head, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}
    if kind == "HTTPRoute":
        return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": head, "spec": {"parentRefs": [{"name": words.thing()}], "rules": [{"backendRefs": [{"name": name, "port": 80}]}]}}
    backend = {"service": {"name": name, "port": {"number": 80}}}
    rule = {"host": f"{words.thing()}.{words.company()}.{words.domain()}", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": head, "spec": {"ingressClassName": "nginx", "rules": [rule]}}


def changed(words: Words, kind: str, place: str, part: Change, others: list[Part]) -> tuple[dict, str]:
    """A workload whose settings a part changes."""
    spec = pod_spec(words, 0.25 if place == "small" else 0.7)
    target = spec["containers"][0]
    if place == "large":
        spec["containers"].append(container(words, size=0.5))
    elif place == "probed":
        target["livenessProbe"] = probe(words)
    elif place == "init":
        spec["initContainers"] = [container(words, "init", 0.4)]
    part.apply(spec, words)
    return finished(words, kind, spec, target, others), f"{kind}.{place}"
