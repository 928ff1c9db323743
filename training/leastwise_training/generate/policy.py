"""What decides over other objects: admission webhooks, policies of old and new, and custom ones."""

from __future__ import annotations

from leastwise_training.generate.author import Author


def pod_security_policy(author: Author) -> dict:
    careful = author.choice((0.95, 0.75, 0.5, 0.2))
    spec: dict = {}

    def either(key: str, good: object, bad: object, written: float = 0.75) -> None:
        if author.chance(written):
            spec[key] = good if author.chance(careful) else bad

    either("privileged", False, True)
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        either(key, False, True)
    if author.chance(0.15):
        spec["hostPorts"] = [{"min": 0, "max": 65535}]
    either("allowPrivilegeEscalation", False, True)
    either("defaultAllowPrivilegeEscalation", False, True, 0.2)
    either("requiredDropCapabilities", ["ALL"], author.choice(([], ["MKNOD"], ["SYS_ADMIN", "NET_RAW"])))
    either("allowedCapabilities", [], author.choice((["*"], ["NET_ADMIN"], ["SYS_PTRACE", "NET_RAW"])), 0.6)
    either("allowedProcMountTypes", ["Default"], author.choice((["Unmasked"], ["Default", "Unmasked"])), 0.6)
    either("allowedUnsafeSysctls", [], author.choice((["*"], ["kernel.msg*"], ["net.core.somaxconn"])), 0.6)
    either(
        "volumes",
        ["configMap", "emptyDir", "projected", "secret", "downwardAPI", "persistentVolumeClaim"],
        author.choice((["*"], ["hostPath", "secret"], ["configMap", "hostPath", "emptyDir"])),
        0.95,
    )
    either(
        "allowedHostPaths",
        [{"pathPrefix": f"/var/lib/{author.name()}", "readOnly": True}],
        [{"pathPrefix": author.choice(("/", "/var/log", "/etc"))}],
        0.3,
    )
    either("readOnlyRootFilesystem", True, False, 0.5)
    ranges = {"rule": "MustRunAs", "ranges": [{"min": 1, "max": 65535}]}
    either(
        "runAsUser",
        {"rule": "MustRunAsNonRoot"},
        author.choice(({"rule": "RunAsAny"}, {"rule": "MustRunAs", "ranges": [{"min": 0, "max": 10}]})),
        1,
    )
    either("seLinux", {"rule": "RunAsAny"}, {"rule": "RunAsAny"}, 0.9)
    either("supplementalGroups", ranges, {"rule": "RunAsAny"}, 0.9)
    either("fsGroup", ranges, {"rule": "RunAsAny"}, 0.9)
    metadata = author.metadata(author.name(), namespaced=False)
    if author.chance(careful * 0.8):
        profile = author.choice(("runtime/default", "docker/default"))
        metadata.setdefault("annotations", {})["seccomp.security.alpha.kubernetes.io/defaultProfileName"] = profile
    if author.way("policy order", 2):
        spec = dict(sorted(spec.items()))
    version = author.choice(("policy/v1beta1", "policy/v1beta1", "extensions/v1beta1"))
    return author.object(version, "PodSecurityPolicy", metadata, spec=spec)


def constraints(author: Author) -> dict:
    """The SecurityContextConstraints of OpenShift."""
    settings = {
        f"allow{key}": author.chance(0.3)
        for key in ("HostDirVolumePlugin", "HostIPC", "HostNetwork", "HostPID", "HostPorts")
    }
    settings["allowPrivilegedContainer"] = author.chance(0.7)
    settings["allowPrivilegeEscalation"] = author.chance(0.5)
    settings = dict(author.some(tuple(settings.items()), 5, 7))
    return author.object(
        "security.openshift.io/v1",
        "SecurityContextConstraints",
        author.metadata(author.name(), namespaced=False),
        **settings,
        allowedCapabilities=author.choice((None, ["*"], ["NET_ADMIN"], [])),
        readOnlyRootFilesystem=author.choice((None, True, False)),
        runAsUser={"type": author.choice(("RunAsAny", "MustRunAsNonRoot", "MustRunAsRange"))},
        seLinuxContext={"type": "MustRunAs"},
        fsGroup={"type": author.choice(("RunAsAny", "MustRunAs"))},
        users=[f"system:serviceaccount:{author.word('NAMESPACES')}:{author.name()}"],
        volumes=author.some(("configMap", "downwardAPI", "emptyDir", "hostPath", "secret"), 2, 5),
    )


def _webhook(author: Author, kind: str) -> dict:
    name = author.name()
    hook: dict = {
        "name": f"{name}.{author.host()}",
        "admissionReviewVersions": ["v1"],
        "sideEffects": author.choice(("None", "NoneOnDryRun")),
    }
    hook["clientConfig"] = {
        "service": {
            "name": name,
            "namespace": author.word("NAMESPACES"),
            "path": f"/{author.choice(('validate', 'mutate'))}",
        }
    }
    hook["rules"] = [
        {
            "apiGroups": author.choice(([""], ["apps"], ["*"])),
            "apiVersions": ["v1"],
            "operations": author.choice((["CREATE"], ["CREATE", "UPDATE"], ["*"])),
            "resources": author.choice((["pods"], ["deployments"], ["*"])),
        }
    ]
    if author.chance(0.6):
        hook["failurePolicy"] = author.choice(("Fail", "Ignore"))
    if author.chance(0.4):
        hook["namespaceSelector"] = {"matchLabels": {"admission": "enabled"}}
    if author.chance(0.4):
        hook["timeoutSeconds"] = author.choice((5, 10, 30))
    version = author.rng.choices(("admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"), (85, 15))[
        0
    ]
    return author.object(version, kind, author.metadata(name, namespaced=False), webhooks=[hook])


def validating_webhook(author: Author) -> dict:
    return _webhook(author, "ValidatingWebhookConfiguration")


def mutating_webhook(author: Author) -> dict:
    return _webhook(author, "MutatingWebhookConfiguration")


def admission_policy(author: Author) -> dict:
    expression = author.choice(
        (
            "object.spec.replicas <= 5",
            "has(object.metadata.labels) && 'team' in object.metadata.labels",
            "object.spec.template.spec.containers.all(c, has(c.resources))",
            "!object.metadata.name.startsWith('tmp-')",
        )
    )
    spec = {
        "failurePolicy": author.choice(("Fail", "Ignore")),
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": ["apps"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["deployments"],
                }
            ]
        },
        "validations": [{"expression": expression, "message": author.word("COMMENTS")}],
    }
    return author.object(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        author.metadata(author.name(), namespaced=False),
        spec=spec,
    )


def allowed_repositories(author: Author) -> dict:
    repositories = [
        host if author.chance(0.6) else f"{host}/" for host in author.some(author.words("IMAGE_HOSTS"), 1, 4)
    ]
    spec = {"match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, "parameters": {"repos": repositories}}
    return author.object(
        "constraints.gatekeeper.sh/v1beta1",
        "K8sAllowedRepos",
        author.metadata(author.name(), namespaced=False),
        spec=spec,
    )


def priority_class(author: Author) -> dict:
    version = author.rng.choices(("scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1"), (85, 15))[0]
    return author.object(
        version,
        "PriorityClass",
        {"name": author.word("PRIORITY_CLASSES")},
        value=author.choice((1000, 100000, -10)),
        globalDefault=author.choice((None, False)),
        description=author.word("COMMENTS"),
    )


BUILDERS = {
    "PodSecurityPolicy": (pod_security_policy, 54),
    "SecurityContextConstraints": (constraints, 19),
    "ValidatingWebhookConfiguration": (validating_webhook, 9),
    "MutatingWebhookConfiguration": (mutating_webhook, 8),
    "ValidatingAdmissionPolicy": (admission_policy, 5),
    "K8sAllowedRepos": (allowed_repositories, 16),
    "PriorityClass": (priority_class, 3),
}
