"""What makes a pod dangerous, each put into a finished pod spec."""

from __future__ import annotations

from collections.abc import Callable

from leastwise_training.generate.author import Author
from leastwise_training.generate.security import EXTRA_CAPABILITIES

SENSITIVE_PATHS = """
/ /etc /etc/kubernetes /proc /sys /var/lib/kubelet /var/lib/docker /root /boot /dev /var/run /run /usr /lib /bin
/var/log /etc/cni/net.d /opt/cni/bin /lib/modules /var/lib/etcd /home /etc/shadow /var/lib/containerd /sys/fs/cgroup
/sbin /etc/ssh
""".split()
SOCKETS = """
/var/run/docker.sock /run/containerd/containerd.sock /var/run/crio/crio.sock /run/docker.sock
/var/run/containerd/containerd.sock /run/crio/crio.sock /run/k3s/containerd/containerd.sock
""".split()
CLOUD_PATHS = """
/root/.aws /root/.azure /root/.config/gcloud /etc/kubernetes/azure.json /root/.aws/credentials /home/ubuntu/.aws
""".split()
UNSAFE_SYSCTLS = """
kernel.msgmax=65536 net.core.somaxconn=1024 kernel.shm_rmid_forced=1 vm.overcommit_memory=1 fs.file-max=100000
net.ipv4.ip_forward=1 kernel.core_pattern=|/tmp/x vm.max_map_count=262144 net.ipv4.tcp_tw_reuse=1 kernel.sem=250
net.ipv4.conf.all.forwarding=1 net.netfilter.nf_conntrack_max=131072
""".split()


def _context(author: Author, spec: dict) -> dict:
    """The `securityContext` of one of the containers."""
    container = author.choice(spec["containers"] + spec.get("initContainers", []))
    return container.setdefault("securityContext", {})


def _either_context(author: Author, spec: dict) -> dict:
    return spec.setdefault("securityContext", {}) if author.chance(0.4) else _context(author, spec)


def privileged(author: Author, spec: dict) -> None:
    context = _context(author, spec)
    context["privileged"] = True
    context.pop("allowPrivilegeEscalation", None)


def escalation(author: Author, spec: dict) -> None:
    _context(author, spec)["allowPrivilegeEscalation"] = True


def added_capabilities(author: Author, spec: dict) -> None:
    capabilities = _context(author, spec).setdefault("capabilities", {})
    weights = [
        6 if name in ("NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_MODULE", "ALL") else 1 for name in EXTRA_CAPABILITIES
    ]
    added = dict.fromkeys(
        author.rng.choices(EXTRA_CAPABILITIES, weights, k=author.rng.choices((1, 2, 3, 5), (55, 25, 14, 6))[0])
    )
    capabilities["add"] = list(added)


def kept_capabilities(author: Author, spec: dict) -> None:
    _context(author, spec)["capabilities"] = author.choice(
        ({"drop": ["NET_RAW"]}, {"drop": ["MKNOD", "AUDIT_WRITE"]}, {"drop": []})
    )


def root_user(author: Author, spec: dict) -> None:
    context = _either_context(author, spec)
    context["runAsUser"] = 0
    if author.chance(0.4):
        context["runAsNonRoot"] = author.chance(0.5)
    if author.chance(0.3):
        context["runAsGroup"] = 0


def root_group(author: Author, spec: dict) -> None:
    if author.chance(0.5):
        _either_context(author, spec)["runAsGroup"] = 0
    elif author.chance(0.5):
        spec.setdefault("securityContext", {})["fsGroup"] = 0
    else:
        spec.setdefault("securityContext", {})["supplementalGroups"] = author.choice(([0], [0, 1000]))


def may_be_root(author: Author, spec: dict) -> None:
    _either_context(author, spec)["runAsNonRoot"] = False


def low_user(author: Author, spec: dict) -> None:
    _either_context(author, spec)["runAsUser"] = author.choice((1, 33, 100, 200, 500, 999))


def seccomp_off(author: Author, spec: dict) -> None:
    _either_context(author, spec)["seccompProfile"] = {"type": "Unconfined"}


def apparmor(author: Author, spec: dict) -> None:
    profile = author.choice(
        (
            {"type": "Unconfined"},
            {"type": "Unconfined"},
            {"type": "RuntimeDefault"},
            {"type": "Localhost", "localhostProfile": author.name()},
        )
    )
    _either_context(author, spec)["appArmorProfile"] = profile


def selinux(author: Author, spec: dict) -> None:
    kind = author.choice(
        (
            "spc_t",
            "spc_t",
            "unconfined_t",
            "container_t",
            "container_init_t",
            "container_kvm_t",
            "unconfined_t",
            "svirt_lxc_net_t",
        )
    )
    options = author.choice(
        (
            {"type": kind},
            {"type": kind},
            {"user": "system_u", "type": kind},
            {"role": "sysadm_r"},
            {"user": "unconfined_u", "role": "system_r"},
            {"level": "s0:c123,c456"},
        )
    )
    _either_context(author, spec)["seLinuxOptions"] = options


def proc_mount(author: Author, spec: dict) -> None:
    _context(author, spec)["procMount"] = "Unmasked"


def host_namespaces(author: Author, spec: dict) -> None:
    for key in author.some(("hostNetwork", "hostPID", "hostIPC"), 1, author.choice((1, 1, 2, 3))):
        spec[key] = True


def host_port(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    for port in container.setdefault("ports", [{"containerPort": author.word("PORTS")}]):
        if author.chance(0.7):
            port["hostPort"] = author.choice((port.get("containerPort", 53), 80, 443, 9100))


def host_path(author: Author, spec: dict) -> None:
    drawn = author.rng.random()
    if drawn < 0.4:
        path = author.choice(SENSITIVE_PATHS)
        if author.chance(0.3):
            path = f"{path.rstrip('/')}/{author.word('SUBJECTS')}"
    elif drawn < 0.55:
        path = author.choice(SOCKETS)
    elif drawn < 0.7:
        path = author.choice(CLOUD_PATHS)
    else:
        path = author.choice(("/mnt/disks", "/srv", "/data", "/opt")) + f"/{author.name()}"
    name = f"{author.word('VOLUME_NAMES')}-host"
    source: dict = {"path": path}
    if author.chance(0.4):
        source["type"] = "Socket" if path.endswith(".sock") else author.choice(("Directory", "DirectoryOrCreate"))
    spec.setdefault("volumes", [])
    spec["volumes"] = [*spec["volumes"], {"name": name, "hostPath": source}]
    mount: dict = {
        "name": name,
        "mountPath": author.choice((path, f"/host{path}".rstrip("/"), author.word("MOUNT_PATHS"))),
    }
    if author.chance(0.45):
        mount["readOnly"] = True
    container = author.choice(spec["containers"])
    container["volumeMounts"] = [*container.get("volumeMounts", []), mount]


def odd_volume(author: Author, spec: dict) -> None:
    name = f"{author.word('VOLUME_NAMES')}-x"
    source = author.choice(
        (
            {"nfs": {"server": author.host(), "path": f"/{author.name()}"}},
            {"iscsi": {"targetPortal": "10.0.2.15:3260", "iqn": "iqn.2001-04.com.example:storage", "lun": 0}},
            {"cephfs": {"monitors": ["10.16.154.78:6789"], "user": author.word("SUBJECTS")}},
            {"awsElasticBlockStore": {"volumeID": "vol-0a1b2c3d", "fsType": "ext4"}},
            {"gcePersistentDisk": {"pdName": author.name(), "fsType": "ext4"}},
            {"azureFile": {"secretName": author.name(), "shareName": author.word("SUBJECTS")}},
            {"flexVolume": {"driver": "example.com/driver"}},
            {"glusterfs": {"endpoints": author.name(), "path": "vol0"}},
        )
    )
    spec["volumes"] = [*spec.get("volumes", []), {"name": name, **source}]


def sysctls(author: Author, spec: dict) -> None:
    entries = author.some(UNSAFE_SYSCTLS, 1, 2)
    items = [dict(zip(("name", "value"), entry.split("=", 1), strict=True)) for entry in entries]
    if author.chance(0.4):
        items.append(
            {
                "name": "kernel.shm_rmid_forced",
                "value": f"{author.choice((0, 1))}+kernel.core_pattern=|{author.word('MOUNT_PATHS')}/x.sh #",
            }
        )
    spec.setdefault("securityContext", {})["sysctls"] = items


def windows(author: Author, spec: dict) -> None:
    options: dict = {"hostProcess": True} if author.chance(0.7) else {}
    options["runAsUserName"] = author.choice(("NT AUTHORITY\\SYSTEM", "ContainerUser", "NT AUTHORITY\\Local service"))
    if options.get("hostProcess"):
        spec["hostNetwork"] = True
    spec["nodeSelector"] = {"kubernetes.io/os": "windows"}
    _either_context(author, spec)["windowsOptions"] = options


def literal_secret(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    name = f"{author.word('SECRET_WORDS')}_{author.word('SECRET_ENDS')}"
    container["env"] = [*container.get("env", []), {"name": name, "value": author.word("SECRET_VALUES")}]


def duplicate_variable(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    variables = container.get("env") or [
        {"name": f"{author.word('ENV_WORDS')}_{author.word('ENV_ENDS')}", "value": "1"}
    ]
    again = {"name": author.choice(variables)["name"], "value": author.choice(("0", "info", author.name()))}
    container["env"] = [*variables, again]


def ssh_port(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    container["ports"] = [
        *container.get("ports", []),
        author.choice(({"containerPort": 22}, {"name": "ssh", "containerPort": 22})),
    ]


def sudo(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    container["command"] = author.choice(
        (
            ["sudo", author.word("PROGRAMS"), author.word("ARGUMENTS")],
            ["sh", "-c", f"sudo {author.word('PROGRAMS')} {author.word('ARGUMENTS')}"],
            ["/bin/bash", "-c", f"sudo mount -a\nexec {author.word('PROGRAMS')}\n"],
        )
    )
    container.pop("args", None)


def probe_host(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    probe = {
        "httpGet": {
            "host": author.choice((author.host(), "127.0.0.1", "169.254.169.254", "10.0.0.1")),
            "path": author.word("PATHS"),
            "port": author.word("PORTS"),
        }
    }
    if author.chance(0.3):
        container["lifecycle"] = {author.choice(("postStart", "preStop")): probe}
    else:
        container[author.choice(("livenessProbe", "readinessProbe", "startupProbe"))] = probe


def old_account_field(author: Author, spec: dict) -> None:
    spec["serviceAccount"] = spec.pop("serviceAccountName", None) or author.name()


def frozen_registry(author: Author, spec: dict) -> None:
    name = author.choice(
        (
            "pause:3.1",
            "kube-state-metrics/kube-state-metrics:v2.3.0",
            "metrics-server/metrics-server:v0.5.0",
            "ingress-nginx/controller:v1.0.4",
            "coredns:1.6.7",
            f"{author.word('SUBJECTS')}:{author.word('TAGS')}",
        )
    )
    author.choice(spec["containers"])["image"] = f"k8s.gcr.io/{name}"


def stale_latest(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    container["image"] = f"{author.word('IMAGE_NAMES')}:latest"
    container["imagePullPolicy"] = author.choice(("IfNotPresent", "Never", "Always"))


def twice_named_port(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    name = author.word("PORT_NAMES")
    container["ports"] = [{"name": name, "containerPort": port} for port in author.rng.sample(author.words("PORTS"), 2)]


def bad_port(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    container["ports"] = [
        author.choice(
            (
                {"name": "a-very-long-port-name", "containerPort": author.word("PORTS")},
                {"name": f"{author.word('PORT_NAMES').title()}_Port"[:15], "containerPort": author.word("PORTS")},
                {"name": author.word("PORT_NAMES"), "protocol": "TCP"},
                {"protocol": "UDP", "hostIP": "10.1.1.1"},
            )
        )
    ]


def bad_spread(author: Author, spec: dict) -> None:
    constraint = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    constraint.pop(author.choice(tuple(constraint)))
    spec["topologySpreadConstraints"] = [constraint]


def same_probes(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    probe = {
        "httpGet": {"path": author.word("PATHS"), "port": author.word("PORTS")},
        "periodSeconds": author.choice((5, 10, 20)),
    }
    container["livenessProbe"] = probe
    container["readinessProbe"] = dict(probe)
    if author.chance(0.3):
        container["readinessProbe"]["periodSeconds"] = 7


def probe_port(author: Author, spec: dict) -> None:
    container = author.choice(spec["containers"])
    container["ports"] = [{"name": author.word("PORT_NAMES"), "containerPort": author.word("PORTS")}]
    container[author.choice(("livenessProbe", "readinessProbe"))] = {
        "httpGet": {
            "path": author.word("PATHS"),
            "port": author.choice((author.word("PORT_NAMES"), author.word("PORTS"))),
        }
    }


def ephemeral(author: Author, spec: dict) -> None:
    spec["ephemeralContainers"] = [{"name": f"debug-{author.word('SUBJECTS')}", "image": author.image(), "stdin": True}]


def token_mounted(author: Author, spec: dict) -> None:
    spec["automountServiceAccountToken"] = True


def git_sync(author: Author, spec: dict) -> None:
    variable = author.choice(("GITSYNC_GIT", "GITSYNC_GIT", "GITSYNC_REPO", "GITSYNC_ROOT"))
    spec["containers"].append(
        {
            "name": "git-sync",
            "image": "registry.k8s.io/git-sync/git-sync:v4.2.1",
            "env": [
                {
                    "name": variable,
                    "value": author.choice(("/tmp/git", author.word("MOUNT_PATHS"), f"https://{author.host()}/repo")),
                }
            ],
        }
    )


def vulnerable(author: Author, spec: dict) -> None:
    author.choice(spec["containers"])["image"] = author.choice(
        (
            "quay.io/argoproj/argocd:v2.2.3",
            "quay.io/argoproj/argocd:v2.1.4",
            "argoproj/argocd:v2.0.5",
            "quay.io/argoproj/argocd:v2.14.2",
            "grafana/grafana:9.2.1",
            "docker.io/grafana/grafana:9.2.3",
            "grafana/grafana:9.2.0",
            "ghcr.io/kyverno/kyverno:v1.8.3",
            "ghcr.io/kyverno/kyverno:v1.8.4",
            "ghcr.io/kyverno/kyverno:v1.12.5",
            "k8s.gcr.io/ingress-nginx/controller:v0.48.1",
            "registry.k8s.io/ingress-nginx/controller:v1.0.0",
            "registry.k8s.io/ingress-nginx/controller:v0.47.0",
            "registry.k8s.io/ingress-nginx/controller:v1.11.2",
            "registry.k8s.io/ingress-nginx/controller:v1.12.1",
            "registry.k8s.io/ingress-nginx/controller:v1.9.4",
            "kubernetesui/dashboard:v2.7.0",
            "kubernetesui/dashboard:v2.0.0",
            "quay.io/coreos/flannel:v0.14.0",
            "docker.io/flannel/flannel:v0.25.1",
            "rancher/rancher:v2.6.2",
            "grafana/grafana:8.2.0",
            "registry.k8s.io/git-sync/git-sync:v3.6.2",
        )
    )


def wrong_type(author: Author, spec: dict) -> None:
    """A value that has to be text and is none."""
    container = author.choice(spec["containers"])
    name = f"{author.word('ENV_WORDS')}_{author.word('ENV_ENDS')}"
    container["env"] = [
        *container.get("env", []),
        {"name": name, "value": author.choice((8080, True, False, 1, 30, 0.5))},
    ]


def misplaced(author: Author, spec: dict) -> None:
    """A setting of containers at the pod, or one of pods at the container, where neither exists."""
    if author.chance(0.6):
        key, value = author.choice(
            (
                ("readOnlyRootFilesystem", True),
                ("allowPrivilegeEscalation", False),
                ("privileged", False),
                ("privileged", True),
                ("capabilities", {"drop": ["ALL"]}),
                ("procMount", "Default"),
            )
        )
        spec.setdefault("securityContext", {})[key] = value
    elif author.chance(0.5):
        key, value = author.choice((("fsGroup", 2000), ("sysctls", []), ("supplementalGroups", [3000])))
        _context(author, spec)[key] = value
    else:
        key, value = author.choice(
            (
                ("hostNetwork", True),
                ("serviceAccountName", author.name()),
                ("automountServiceAccountToken", False),
                ("runAsNonRoot", True),
                ("readOnlyRootFilesystem", True),
            )
        )
        author.choice(spec["containers"])[key] = value


def tolerations(author: Author, spec: dict) -> None:
    spec["tolerations"] = [
        {"key": key, "operator": "Exists", "effect": "NoSchedule"}
        for key in author.some(
            ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master", author.word("NODE_KEYS")), 1, 2
        )
    ]


DANGERS: tuple[tuple[Callable[[Author, dict], None], int], ...] = (
    (privileged, 10),
    (escalation, 7),
    (added_capabilities, 30),
    (kept_capabilities, 3),
    (root_user, 9),
    (root_group, 7),
    (may_be_root, 4),
    (low_user, 3),
    (seccomp_off, 8),
    (apparmor, 8),
    (selinux, 11),
    (proc_mount, 6),
    (host_namespaces, 14),
    (host_port, 9),
    (host_path, 33),
    (odd_volume, 6),
    (sysctls, 10),
    (windows, 7),
    (literal_secret, 12),
    (duplicate_variable, 8),
    (ssh_port, 6),
    (sudo, 7),
    (probe_host, 7),
    (old_account_field, 7),
    (frozen_registry, 6),
    (stale_latest, 9),
    (twice_named_port, 6),
    (bad_port, 8),
    (bad_spread, 6),
    (same_probes, 6),
    (probe_port, 6),
    (ephemeral, 6),
    (token_mounted, 5),
    (git_sync, 8),
    (wrong_type, 7),
    (misplaced, 8),
    (tolerations, 3),
    (vulnerable, 17),
)


def endanger(author: Author, spec: dict) -> None:
    """Puts none, one or a few dangers into a pod."""
    count = author.rng.choices((0, 1, 2, 3, 5), (40, 27, 16, 11, 6))[0]
    kinds, weights = zip(*DANGERS, strict=True)
    for danger in dict.fromkeys(author.rng.choices(kinds, weights, k=count)):
        danger(author, spec)
