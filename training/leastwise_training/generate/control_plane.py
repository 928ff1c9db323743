"""The pods and the configuration files that a cluster itself is made of."""

from __future__ import annotations

import base64

from leastwise_training.generate.author import Author


def _static_pod(author: Author, program: str, flags: list[str], image: str) -> dict:
    """A pod that the kubelet starts from a file."""
    author.rng.shuffle(flags)
    command = [program, *flags]
    container: dict = {"name": program, "image": image}
    drawn = author.rng.random()
    if drawn < 0.75:
        container["command"] = command
    elif drawn < 0.9:
        container["command"] = [program]
        container["args"] = flags
    else:
        container["command"] = ["/bin/sh", "-c", " \\\n  ".join(["exec " + program, *flags]) + "\n"]
    if author.chance(0.6):
        container["resources"] = {"requests": {"cpu": author.choice(("100m", "200m", "250m"))}}
        if author.chance(0.4):
            container["resources"]["limits"] = {"memory": author.choice(("1Gi", "2Gi"))}
    if author.chance(0.4):
        container["livenessProbe"] = {
            "httpGet": {"host": "127.0.0.1", "path": "/livez", "port": 10259, "scheme": "HTTPS"}
        }
    folder = author.word("CERTIFICATES")
    if author.chance(0.6):
        container["volumeMounts"] = [{"name": "k8s-certs", "mountPath": folder, "readOnly": True}]
    spec: dict = {"containers": [container]}
    if author.chance(0.8):
        spec["hostNetwork"] = True
    if author.chance(0.5):
        spec["priorityClassName"] = "system-node-critical"
    if author.chance(0.4):
        spec["securityContext"] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if author.chance(0.5):
        spec["automountServiceAccountToken"] = False
    if "volumeMounts" in container:
        spec["volumes"] = [{"name": "k8s-certs", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}}]
    metadata: dict = {
        "name": program if author.chance(0.6) else f"{program}-{author.name()}",
        "namespace": "kube-system",
    }
    if author.chance(0.7):
        metadata["labels"] = {"component": program, "tier": "control-plane"}
    if author.way("static order", 2):
        spec = dict(sorted(spec.items()))
    return author.object("v1", "Pod", metadata, spec=spec)


def _flags(author: Author, entries: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...], careful: float) -> list[str]:
    """The flags of a program: of each pair the good ones, as often as its author is careful, else the bad ones."""
    flags: list[str] = []
    for good, bad in entries:
        flags += good if author.chance(careful) else bad if author.chance(0.85) else ()
    folder = author.word("CERTIFICATES")
    return [flag.replace("@", folder) for flag in flags]


PLUGINS = (
    "ResourceQuota",
    "LimitRanger",
    "NodeRestriction",
    "PodSecurity",
    "EventRateLimit",
    "AlwaysPullImages",
    "NamespaceAutoProvision",
    "DefaultStorageClass",
    "MutatingAdmissionWebhook",
    "DenyServiceExternalIPs",
)

SERVER = (
    (("--anonymous-auth=false",), ("--anonymous-auth=true",)),
    (("--audit-log-path=/var/log/kubernetes/audit.log", "--audit-log-maxage=30"), ()),
    (("--audit-policy-file=/etc/kubernetes/audit-policy.yaml",), ()),
    (("--client-ca-file=@/ca.crt",), ()),
    (("--encryption-provider-config=/etc/kubernetes/encryption.yaml",), ()),
    (("--etcd-cafile=@/etcd/ca.crt",), ()),
    (
        ("--etcd-certfile=@/apiserver-etcd-client.crt", "--etcd-keyfile=@/apiserver-etcd-client.key"),
        ("--etcd-certfile=@/client.crt",),
    ),
    ((), ("--insecure-bind-address=0.0.0.0",)),
    (("--insecure-port=0",), ("--insecure-port=8080",)),
    (("--kubelet-certificate-authority=@/ca.crt",), ()),
    (
        (
            "--kubelet-client-certificate=@/apiserver-kubelet-client.crt",
            "--kubelet-client-key=@/apiserver-kubelet-client.key",
        ),
        (),
    ),
    ((), ("--kubelet-https=false",)),
    (("--secure-port=6443",), ("--secure-port=0",)),
    (("--service-account-key-file=@/sa.pub",), ()),
    (("--service-account-lookup=true",), ("--service-account-lookup=false",)),
    (("--tls-cert-file=@/apiserver.crt", "--tls-private-key-file=@/apiserver.key"), ()),
    ((), ("--basic-auth-file=/etc/kubernetes/users.csv",)),
    ((), ("--token-auth-file=/etc/kubernetes/tokens.csv",)),
    (("--profiling=false",), ("--profiling=true",)),
    (
        ("--advertise-address=10.0.0.10", "--allow-privileged=true", "--service-cluster-ip-range=10.96.0.0/12"),
        ("--v=2",),
    ),
)


def api_server(author: Author) -> dict:
    careful = author.choice((0.95, 0.75, 0.5, 0.25))
    flags = _flags(author, SERVER, careful)
    modes = author.choice(
        (
            ["Node", "RBAC"],
            ["Node", "RBAC"],
            ["RBAC"],
            ["AlwaysAllow"],
            ["Webhook"],
            ["Node", "Webhook"],
            ["RBAC", "AlwaysAllow"],
            ["ABAC"],
        )
    )
    if author.chance(0.85):
        flags.append("--authorization-mode=" + ",".join(modes if author.chance(1 - careful / 2) else ["Node", "RBAC"]))
    plugins = author.some(PLUGINS, 1, 4)
    if author.chance(0.3):
        plugins.append("AlwaysAdmit")
    if author.chance(0.8):
        flags.append("--enable-admission-plugins=" + ",".join(plugins))
    if author.chance(0.45):
        off = author.some(("NamespaceLifecycle", "ServiceAccount", "DefaultTolerationSeconds", "PodSecurity"), 1, 3)
        flags.append("--disable-admission-plugins=" + ",".join(off))
    return _static_pod(
        author, "kube-apiserver", flags, f"registry.k8s.io/kube-apiserver:v1.{author.rng.randint(28, 34)}.2"
    )


MANAGER = (
    (("--bind-address=127.0.0.1",), ("--bind-address=0.0.0.0",)),
    (("--terminated-pod-gc-threshold=12500",), ("--terminated-pod-gc-threshold=0",)),
    (("--root-ca-file=@/ca.crt",), ()),
    (("--service-account-private-key-file=@/sa.key",), ()),
    (("--use-service-account-credentials=true",), ("--use-service-account-credentials=false",)),
    (
        ("--feature-gates=RotateKubeletServerCertificate=true",),
        ("--feature-gates=RotateKubeletServerCertificate=false",),
    ),
    (("--profiling=false",), ("--profiling=true",)),
    (("--leader-elect=true", "--kubeconfig=/etc/kubernetes/controller-manager.conf"), ("--leader-elect=true",)),
    (("--cluster-cidr=10.244.0.0/16", "--cluster-name=kubernetes"), ("--v=2",)),
)
SCHEDULER = (
    (("--bind-address=127.0.0.1",), ("--bind-address=0.0.0.0",)),
    (("--profiling=false",), ()),
    (("--leader-elect=true",), ("--leader-elect=false",)),
    (("--kubeconfig=/etc/kubernetes/scheduler.conf",), ("--v=4",)),
)
ETCD = (
    (("--client-cert-auth=true",), ("--client-cert-auth=false",)),
    (("--peer-client-cert-auth=true",), ("--peer-client-cert-auth=false",)),
    (("--cert-file=@/etcd/server.crt", "--key-file=@/etcd/server.key"), ()),
    (("--peer-cert-file=@/etcd/peer.crt", "--peer-key-file=@/etcd/peer.key"), ()),
    (("--auto-tls=false",), ("--auto-tls=true",)),
    (("--peer-auto-tls=false",), ("--peer-auto-tls=true",)),
    (("--trusted-ca-file=@/etcd/ca.crt", "--peer-trusted-ca-file=@/etcd/ca.crt"), ("--trusted-ca-file=@/ca.crt",)),
    (
        ("--data-dir=/var/lib/etcd", "--listen-client-urls=https://127.0.0.1:2379"),
        ("--listen-client-urls=http://0.0.0.0:2379",),
    ),
    (("--snapshot-count=10000",), ("--name=infra0",)),
)


def manager(author: Author) -> dict:
    flags = _flags(author, MANAGER, author.choice((0.9, 0.5, 0.15)))
    return _static_pod(
        author,
        "kube-controller-manager",
        flags,
        f"registry.k8s.io/kube-controller-manager:v1.{author.rng.randint(28, 34)}.1",
    )


def scheduler(author: Author) -> dict:
    flags = _flags(author, SCHEDULER, author.choice((0.9, 0.5, 0.15)))
    return _static_pod(
        author, "kube-scheduler", flags, f"registry.k8s.io/kube-scheduler:v1.{author.rng.randint(28, 34)}.0"
    )


def etcd(author: Author) -> dict:
    flags = _flags(author, ETCD, author.choice((0.9, 0.5, 0.15)))
    return _static_pod(author, "etcd", flags, "registry.k8s.io/etcd:3.5.15-0")


def _file(author: Author, version: str, kind: str, **settings: object) -> dict:
    """A configuration file of a component. Such files have no metadata."""
    head = {"apiVersion": version, "kind": kind}
    if author.way("head order", 4) == 0:
        head = dict(reversed(head.items()))
    return {**head, **settings}


def kubelet(author: Author) -> dict:
    careful = author.choice((0.9, 0.5, 0.25))

    def pick(good: object, bad: object) -> object:
        return good if author.chance(careful) else bad

    authentication: dict = {}
    if author.chance(0.85):
        authentication["anonymous"] = {"enabled": pick(False, True)}
    if author.chance(0.7):
        authentication["webhook"] = {"enabled": True, "cacheTTL": "2m0s"}
    if author.chance(careful):
        authentication["x509"] = {"clientCAFile": f"{author.word('CERTIFICATES')}/ca.crt"}
    settings: dict = {
        "authentication": authentication,
        "authorization": {"mode": pick("Webhook", "AlwaysAllow")},
        "readOnlyPort": pick(0, author.choice((10255, 10250, 1))),
        "rotateCertificates": pick(True, False),
        "serverTLSBootstrap": pick(True, False),
        "featureGates": {"RotateKubeletServerCertificate": pick(True, False)},
        "podPidsLimit": pick(4096, -1),
        "makeIPTablesUtilChains": pick(True, False),
        "streamingConnectionIdleTimeout": pick("4h0m0s", "0s"),
        "protectKernelDefaults": pick(True, False),
        "eventRecordQPS": pick(50, 0),
        "clusterDomain": "cluster.local",
        "clusterDNS": ["10.96.0.10"],
        "cgroupDriver": "systemd",
        "maxPods": 110,
        "staticPodPath": "/etc/kubernetes/manifests",
        "evictionHard": {"memory.available": "200Mi", "nodefs.available": "10%"},
        "containerLogMaxSize": "50Mi",
    }
    if not authentication:
        settings.pop("authentication")
    kept = author.some(tuple(settings), 8, len(settings))
    if author.way("kubelet order", 2):
        author.rng.shuffle(kept)
    return _file(
        author, "kubelet.config.k8s.io/v1beta1", "KubeletConfiguration", **{key: settings[key] for key in kept}
    )


def kube_proxy(author: Author) -> dict:
    settings: dict = {
        "metricsBindAddress": author.choice(
            ("0.0.0.0:10249", "0.0.0.0", "127.0.0.1:10249", "[::]:10249", "127.0.0.1", "")
        ),
        "mode": author.choice(("ipvs", "iptables", "nftables")),
        "clusterCIDR": "10.244.0.0/16",
        "healthzBindAddress": "0.0.0.0:10256",
        "bindAddress": "0.0.0.0",
        "conntrack": {"maxPerCore": 32768, "min": 131072},
    }
    kept = author.some(tuple(settings), 3, len(settings))
    return _file(
        author, "kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration", **{key: settings[key] for key in kept}
    )


def encryption(author: Author) -> dict:
    key = base64.b64encode(author.rng.randbytes(32)).decode()
    author.doubtful.append(key)
    keys = {"keys": [{"name": author.choice(("key1", author.word("SUBJECTS"))), "secret": key}]}
    first = [{"identity": {}}] if author.chance(0.5) else []
    providers = first + author.some(
        (
            {author.choice(("aescbc", "aesgcm", "secretbox")): keys},
            *([] if first else [{"identity": {}}]),
            {"kms": {"apiVersion": "v2", "name": author.word("SUBJECTS"), "endpoint": "unix:///run/kms.sock"}},
        ),
        0 if first else 1,
        2,
    )
    resources = author.choice((["secrets"], ["secrets", "configmaps"], ["*.*"]))
    return _file(
        author,
        "apiserver.config.k8s.io/v1",
        "EncryptionConfiguration",
        resources=[{"resources": resources, "providers": providers}],
    )


def audit_policy(author: Author) -> dict:
    rules = author.some(
        (
            {"level": "None", "users": ["system:kube-proxy"], "verbs": ["watch"]},
            {"level": "Metadata", "resources": [{"group": "", "resources": ["secrets", "configmaps"]}]},
            {
                "level": author.choice(("Request", "RequestResponse", "None")),
                "resources": [{"group": "", "resources": ["pods", "secrets"]}],
            },
            {"level": "RequestResponse", "resources": [{"group": "rbac.authorization.k8s.io"}]},
            {"level": "Metadata"},
        ),
        2,
        5,
    )
    return _file(author, "audit.k8s.io/v1", "Policy", rules=rules)


BUILDERS = {
    "APIServer": (api_server, 29),
    "ControllerManager": (manager, 14),
    "Scheduler": (scheduler, 4),
    "Etcd": (etcd, 15),
    "KubeletConfiguration": (kubelet, 24),
    "KubeProxyConfiguration": (kube_proxy, 10),
    "EncryptionConfiguration": (encryption, 10),
    "AuditPolicy": (audit_policy, 2),
}
