"""Programs that are known by their names: what to look for in their manifests is their own."""

from __future__ import annotations

import json

from leastwise_training.generate.author import Author
from leastwise_training.generate.danger import endanger
from leastwise_training.generate.pod import pod_spec


def agent_sandbox(author: Author) -> dict:
    spec = pod_spec(author)
    endanger(author, spec)
    if author.chance(0.5):
        spec["runtimeClassName"] = author.choice(("gvisor", "gvisor", "kata", "runc"))
    for container in spec["containers"]:
        if author.chance(0.5):
            container["resources"] = author.choice(
                (
                    {"limits": {"cpu": "1", "memory": "2Gi"}},
                    {"limits": {"memory": "1Gi"}},
                    {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m"}},
                )
            )
    peer = author.choice(
        (
            {"ipBlock": {"cidr": "0.0.0.0/0"}},
            {"ipBlock": {"cidr": "192.0.2.0/24"}},
            {"ipBlock": {"cidr": "::/0"}},
            {"podSelector": {"matchLabels": {"app": author.name()}}},
        )
    )
    settings: dict = {}
    if author.chance(0.6):
        settings["networkPolicy"] = {
            "egress": author.choice(
                ([{"to": [peer]}], [{"to": [peer]}, {"ports": [{"port": 53, "protocol": "UDP"}]}], [{}], [])
            )
        }
    elif author.chance(0.3):
        settings["networkPolicyManagement"] = author.choice(("Managed", "Unmanaged"))
    template = {"spec": spec}
    settings["podTemplate"] = template
    if author.chance(0.7):
        return author.object(
            "extensions.agents.x-k8s.io/v1alpha1", "SandboxTemplate", author.metadata(author.name()), spec=settings
        )
    return author.object(
        "agents.x-k8s.io/v1alpha1", "Sandbox", author.metadata(author.name()), spec={"podTemplate": template}
    )


def tiller(author: Author) -> dict:
    if author.chance(0.4):
        labels = {"app": "helm", "name": "tiller"}
        name = author.choice(("tiller-deploy", "tiller", f"{author.word('SUBJECTS')}-tiller"))
        port = {"name": "tiller", "port": 44134, "targetPort": author.choice(("tiller", 44134))}
        return author.object(
            "v1",
            "Service",
            {"name": name, "namespace": author.choice(("kube-system", author.word("NAMESPACES")))},
            spec={"selector": labels, "type": "ClusterIP", "ports": [port]},
        )
    spec = pod_spec(author)
    container = spec["containers"][0]
    container["name"] = "tiller"
    container["image"] = author.choice(
        ("gcr.io/kubernetes-helm/tiller:v2.16.1", "ghcr.io/helm/tiller:v2.17.0", "registry.example.com/tiller:v2.14.3")
    )
    container.pop("command", None)
    container["args"] = author.choice(
        (
            ["--listen=localhost:44134"],
            ["--listen=0.0.0.0:44134"],
            ["--listen=:44134"],
            ["--history-max=200"],
            ["--listen=0.0.0.0:44134", "--storage=secret"],
        )
    )
    labels = {"app": "helm", "name": "tiller"}
    return author.object(
        "apps/v1",
        "Deployment",
        {"name": "tiller-deploy", "namespace": "kube-system", "labels": labels},
        spec={
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    )


def dashboard(author: Author) -> dict:
    name = "kubernetes-dashboard"
    drawn = author.rng.random()
    if drawn < 0.55:
        kind = author.choice(("Role", "ClusterRole"))
        subject = author.choice(
            (
                {"kind": "ServiceAccount", "name": name, "namespace": name},
                {"kind": "ServiceAccount", "name": author.name(), "namespace": author.word("NAMESPACES")},
                {"kind": "ServiceAccount", "name": author.name(), "namespace": author.word("NAMESPACES")},
            )
        )
        return author.object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            {"name": author.choice((name, author.name())), "namespace": name},
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
            subjects=[subject],
        )
    spec = pod_spec(author)
    spec["serviceAccountName"] = name
    own = author.chance(0.5)
    if own:
        spec["containers"][0]["image"] = author.choice(
            ("kubernetesui/dashboard:v2.7.0", "docker.io/kubernetesui/dashboard:v2.5.1")
        )
    labels = {"k8s-app": name if own else author.name()}
    return author.object(
        "apps/v1",
        "Deployment",
        {"name": labels["k8s-app"], "namespace": name},
        spec={"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    )


def network_plugin(author: Author) -> dict:
    plugins = author.choice(
        (
            [
                {"type": "flannel", "delegate": {"hairpinMode": True}},
                {"type": "portmap", "capabilities": {"portMappings": True}},
            ],
            [{"type": "flannel"}],
            [{"type": "flannel"}, {"type": "bandwidth", "capabilities": {"bandwidth": True}}],
            [{"type": "calico", "datastore_type": "kubernetes"}, {"type": "portmap"}],
            [{"type": "cilium-cni"}],
            [{"type": "bridge"}, {"type": "portmap"}],
        )
    )
    text = json.dumps(
        {
            "name": author.choice(("cbr0", "k8s-pod-network", author.word("SUBJECTS"))),
            "cniVersion": "0.3.1",
            "plugins": plugins,
        },
        indent=2,
    )
    name = author.choice(("kube-flannel-cfg", f"{author.word('SUBJECTS')}-cni-config", "canal-config"))
    data = {"cni-conf.json": text + "\n"}
    if author.chance(0.5):
        data["net-conf.json"] = json.dumps({"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan"}}, indent=2) + "\n"
    return author.object(
        "v1", "ConfigMap", {"name": name, "namespace": author.choice(("kube-flannel", "kube-system"))}, data=data
    )


def snippet_switch(author: Author) -> dict:
    """The ConfigMap of ingress-nginx, or the one of something else with such a key."""
    name = "ingress-nginx-controller" if author.chance(0.8) else author.name()
    data = {"allow-snippet-annotations": author.choice(("true", "true", "false"))}
    others = {
        "proxy-body-size": "8m",
        "use-gzip": "true",
        "ssl-protocols": "TLSv1.2 TLSv1.3",
        "enable-real-ip": "true",
        "annotations-risk-level": author.choice(("Critical", "High")),
    }
    data |= dict(author.some(tuple(others.items()), 0, 4))
    entries = list(data.items())
    author.rng.shuffle(entries)
    return author.object(
        "v1",
        "ConfigMap",
        {"name": name, "namespace": author.choice(("ingress-nginx", author.word("NAMESPACES")))},
        data=dict(entries),
    )


def aggregated_edit(author: Author) -> dict:
    name = author.choice(
        (
            "system:aggregate-to-edit",
            "system:aggregate-to-edit",
            "system:aggregate-to-edit",
            "system:aggregate-to-view",
            author.name(),
        )
    )
    rules = [
        {"apiGroups": [""], "resources": resources, "verbs": verbs}
        for resources, verbs in author.some(
            (
                (
                    ["endpoints"],
                    author.choice(
                        (
                            ["create", "patch", "update"],
                            ["update", "patch"],
                            ["get", "list"],
                            ["create", "delete", "deletecollection", "patch", "update"],
                        )
                    ),
                ),
                (["services", "services/proxy"], ["get", "create", "patch", "update"]),
                (["configmaps", "endpoints"], ["get", "update"]),
                (["pods", "pods/log"], ["get", "list", "watch"]),
            ),
            1,
            3,
        )
    ]
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults", "rbac.authorization.k8s.io/aggregate-to-edit": "true"}
    return author.object("rbac.authorization.k8s.io/v1", "ClusterRole", {"name": name, "labels": labels}, rules=rules)


def identity_map(author: Author) -> dict:
    """A role that changes the identities of an EKS cluster, or others."""
    verbs = author.choice(
        (["get", "update"], ["get", "patch", "update"], ["get"], ["get", "list", "watch"], ["patch"], ["*"], ["update"])
    )
    names = author.choice((["aws-auth"], ["aws-auth"], [author.name()], ["aws-auth", author.name()]))
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": names, "verbs": verbs}]
    if author.chance(0.5):
        rules.insert(0, {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]})
    return author.object(
        "rbac.authorization.k8s.io/v1",
        "Role",
        {"name": author.name(), "namespace": author.choice(("kube-system", author.word("NAMESPACES")))},
        rules=rules,
    )


def endpoints(author: Author) -> dict:
    name = author.name()
    address = f"192.0.2.{author.rng.randint(1, 250)}"
    if author.chance(0.6):
        subset = {"addresses": [{"ip": address}], "ports": [{"port": author.word("PORTS")}]}
        return author.object("v1", "Endpoints", author.metadata(name), subsets=[subset])
    return author.object(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        {"name": f"{name}-1", "labels": {"kubernetes.io/service-name": name}},
        addressType="IPv4",
        ports=[{"name": "", "port": author.word("PORTS"), "protocol": "TCP"}],
        endpoints=[{"addresses": [address]}],
    )


def vertical_autoscaler(author: Author) -> dict:
    spec: dict = {
        "targetRef": {
            "apiVersion": "apps/v1",
            "kind": author.choice(("Deployment", "StatefulSet", "DaemonSet")),
            "name": author.name(),
        },
        "updatePolicy": {"updateMode": author.choice(("Auto", "Off", "Initial"))},
    }
    return author.object("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", author.metadata(author.name()), spec=spec)


BUILDERS = {
    "SandboxTemplate": (agent_sandbox, 20),
    "Tiller": (tiller, 17),
    "Dashboard": (dashboard, 18),
    "NetworkPlugin": (network_plugin, 14),
    "SnippetSwitch": (snippet_switch, 9),
    "AggregatedEdit": (aggregated_edit, 12),
    "IdentityMap": (identity_map, 12),
    "Endpoints": (endpoints, 12),
    "VerticalPodAutoscaler": (vertical_autoscaler, 3),
}
