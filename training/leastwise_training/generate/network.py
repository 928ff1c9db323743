"""Services, Ingresses, routes and NetworkPolicies."""

from __future__ import annotations

from leastwise_training.generate.author import Author


def service(author: Author) -> dict:
    name = author.name()
    metadata = author.metadata(name)
    spec: dict = {}
    kind = author.rng.choices((None, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), (30, 16, 18, 18, 18))[0]
    if kind:
        spec["type"] = kind
    if kind == "ExternalName":
        spec["externalName"] = author.choice(
            (author.host(), "localhost", "127.0.0.1", "localhost", f"db.{author.host()}", "localhost.localdomain")
        )
        if author.chance(0.5):
            spec["ports"] = [{"port": 443}]
        return author.object("v1", "Service", metadata, spec=spec)
    if author.chance(0.1) and kind in (None, "ClusterIP"):
        spec["clusterIP"] = "None"
    ports = []
    names = author.some(author.words("PORT_NAMES"), 1, author.choice((1, 1, 2, 3)))
    for port_name in names:
        port: dict = {"port": author.choice((80, 443, 8080, 22, author.word("PORTS")))}
        if len(names) > 1 or author.chance(0.4):
            port = {"name": port_name, **port}
        if author.chance(0.6):
            port["targetPort"] = author.choice((author.word("PORTS"), author.word("PORT_NAMES"), 22, 2222))
        if kind == "NodePort" and author.chance(0.5):
            port["nodePort"] = author.rng.randint(30000, 32767)
        if author.chance(0.4):
            port["protocol"] = "TCP"
        ports.append(port)
    spec["ports"] = ports
    if author.chance(0.95):
        spec["selector"] = author.labels(name)
    if author.chance(0.18):
        spec["externalIPs"] = [f"203.0.113.{author.rng.randint(1, 250)}"]
    if kind == "LoadBalancer" and author.chance(0.25):
        spec["loadBalancerSourceRanges"] = author.choice((["10.0.0.0/8"], ["0.0.0.0/0"], ["192.168.0.0/16"]))
    if kind in ("LoadBalancer", "NodePort") and author.chance(0.2):
        spec["externalTrafficPolicy"] = author.choice(("Local", "Cluster"))
    if author.likes("affinity", 0.1):
        spec["sessionAffinity"] = author.choice(("None", "ClientIP"))
    if author.way("service order", 2):
        spec = dict(reversed(spec.items()))
    return author.object("v1", "Service", metadata, spec=spec)


NGINX = "nginx.ingress.kubernetes.io/"


def ingress(author: Author) -> dict:
    metadata = author.metadata(author.name())
    annotations = metadata.get("annotations", {})
    if author.chance(0.6):
        drawn = author.rng.random()
        if drawn < 0.22:
            annotations[NGINX + author.choice(("rewrite-target", "app-root"))] = author.choice(
                ("/", "/$2", "/index.html")
            )
        elif drawn < 0.32:
            annotations[NGINX + author.choice(("ssl-redirect", "force-ssl-redirect"))] = author.choice(
                ("true", "false")
            )
        elif drawn < 0.66:
            kind = author.choice(("configuration-snippet", "server-snippet", "auth-snippet", "location-snippet"))
            annotations[NGINX + kind] = author.choice(
                (
                    'more_set_headers "X-Frame-Options: DENY";\n',
                    "proxy_set_header X-Team core;\nadd_header X-A 1;\n",
                    "content_by_lua_block {\n  ngx.say('hi')\n}\n",
                    "access_by_lua_block {\n  ngx.exit(403)\n}\n",
                    f"alias {author.word('MOUNT_PATHS')}/;\nautoindex on;\n",
                    f"root {author.word('MOUNT_PATHS')};\n",
                    "alias /etc/;\n",
                    "rewrite ^/old/(.*)$ /new/$1 permanent;\n",
                    "root /var/run/secrets;\n",
                )
            )
        else:
            _authenticate(author, annotations)
    if author.chance(0.25):
        annotations["kubernetes.io/ingress.class"] = "nginx"
    if annotations:
        metadata["annotations"] = annotations
    spec: dict = {}
    snippets = any(key.startswith(NGINX) for key in annotations)
    if author.chance(0.8 if snippets else 0.5):
        spec["ingressClassName"] = (
            "nginx" if snippets and author.chance(0.8) else author.choice(("nginx", "traefik", "haproxy", "alb"))
        )
    hosts = [author.host() for _ in range(author.choice((1, 1, 2)))]
    version = author.rng.choices(
        ("networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"), (88, 6, 6)
    )[0]
    if author.chance(0.6):
        covered = hosts if author.chance(0.75) else [author.host()]
        spec["tls"] = [{"hosts": covered, "secretName": f"{author.name()}-tls"}]
    if author.chance(0.22):
        key = "defaultBackend" if version == "networking.k8s.io/v1" else "backend"
        spec[key] = _backend(author, version)
    rules = []
    for host in hosts:
        paths = [
            {
                "path": author.choice(
                    ("/", "/api", f"/{author.word('SUBJECTS')}", "/etc/passwd;", "/static/(.*)", "/.git/config")
                ),
                "pathType": author.choice(("Prefix", "Exact", "ImplementationSpecific")),
                "backend": _backend(author, version),
            }
            for _ in range(author.choice((1, 1, 2)))
        ]
        drawn = author.rng.random()
        rule: dict = {"host": host, "http": {"paths": paths}}
        if drawn < 0.12:
            rule.pop("host")
        elif drawn < 0.25:
            rule["host"] = f"*.{host.split('.', 1)[1]}"
        elif drawn < 0.28:
            rule["host"] = ""
        rules.append(rule)
    if author.chance(0.06):
        rules.append(rules[0])
    spec["rules"] = rules
    if author.way("ingress order", 2):
        spec = dict(reversed(spec.items()))
    return author.object(version, "Ingress", metadata, spec=spec)


def _authenticate(author: Author, annotations: dict) -> None:
    """An annotation whose value nginx puts into a directive, harmless or breaking out of it."""
    key = author.choice(("auth-url", "auth-url", "auth-tls-match-cn", "mirror-target", "mirror-host", "auth-signin"))
    harmless = (
        f"CN={author.name()}"
        if key == "auth-tls-match-cn"
        else author.host()
        if key == "mirror-host"
        else f"https://{author.host()}/check"
    )
    escape = author.choice(("#;}", ";}", '"; ', "\n}\n", ";\n"))
    directive = author.choice(
        (
            f"load_module {author.word('MOUNT_PATHS')}/x.so;",
            f"proxy_pass http://{author.host()};",
            "ssl_engine /tmp/lib.so;",
            f"alias {author.word('MOUNT_PATHS')}/;",
            f"include {author.word('MOUNT_PATHS')}/*.conf;",
        )
    )
    annotations[NGINX + key] = harmless if author.chance(0.3) else harmless + escape + directive


def _backend(author: Author, version: str) -> dict:
    port = author.choice((80, 8080, 443, 3000))
    if version != "networking.k8s.io/v1":
        return {"serviceName": author.name(), "servicePort": port}
    number = {"name": author.word("PORT_NAMES")} if author.chance(0.25) else {"number": port}
    return {"service": {"name": author.name(), "port": number}}


def network_policy(author: Author) -> dict:
    spec: dict = {"podSelector": author.choice(({}, {"matchLabels": author.labels(author.name())}))}
    types = author.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
    if author.chance(0.75):
        spec["policyTypes"] = types
    for kind, peers in (("Ingress", "from"), ("Egress", "to")):
        if kind not in types or author.chance(0.25):
            continue
        rules = []
        for _ in range(author.choice((1, 1, 2))):
            rule: dict = {}
            if author.chance(0.75):
                rule[peers] = author.some(
                    (
                        {"podSelector": {"matchLabels": author.labels(author.name())}},
                        {
                            "namespaceSelector": {
                                "matchLabels": {"kubernetes.io/metadata.name": author.word("NAMESPACES")}
                            }
                        },
                        {
                            "ipBlock": {
                                "cidr": author.choice(("10.0.0.0/8", "0.0.0.0/0", "172.16.0.0/12")),
                                "except": ["10.1.0.0/16"],
                            }
                        }
                        if author.chance(0.3)
                        else {"ipBlock": {"cidr": author.choice(("10.0.0.0/8", "0.0.0.0/0", "192.0.2.0/24"))}},
                        {"namespaceSelector": {}},
                    ),
                    1,
                    2,
                )
            if author.chance(0.6):
                rule["ports"] = [
                    {"protocol": author.choice(("TCP", "UDP")), "port": author.choice((53, 443, author.word("PORTS")))}
                ]
            rules.append(rule)
        spec[kind.lower()] = rules
    version = author.rng.choices(("networking.k8s.io/v1", "extensions/v1beta1"), (95, 5))[0]
    return author.object(version, "NetworkPolicy", author.metadata(author.name()), spec=spec)


def gateway(author: Author) -> dict:
    listeners = []
    for name in author.some(author.words("PORT_NAMES"), 1, 2):
        listener: dict = {
            "name": name,
            "port": author.choice((80, 443, 8080)),
            "protocol": author.choice(("HTTP", "HTTPS", "TLS")),
        }
        if author.chance(0.5):
            listener["hostname"] = author.choice((author.host(), "*.example.com"))
        if listener["protocol"] != "HTTP":
            listener["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": f"{author.name()}-tls"}]}
        if author.chance(0.4):
            listener["allowedRoutes"] = {"namespaces": {"from": author.choice(("Same", "All", "Selector"))}}
        listeners.append(listener)
    spec = {"gatewayClassName": author.choice(("istio", "nginx", "cilium", "gke-l7")), "listeners": listeners}
    return author.object("gateway.networking.k8s.io/v1", "Gateway", author.metadata(author.name()), spec=spec)


def http_route(author: Author) -> dict:
    spec: dict = {"parentRefs": [{"name": author.name()}]}
    if author.chance(0.7):
        spec["hostnames"] = [author.host()]
    rule: dict = {}
    if author.chance(0.7):
        rule["matches"] = [
            {"path": {"type": "PathPrefix", "value": author.choice(("/", "/api", f"/{author.word('SUBJECTS')}"))}}
        ]
    rule["backendRefs"] = [{"name": author.name(), "port": author.choice((80, 8080, 3000))}]
    spec["rules"] = [rule]
    version = author.choice(("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"))
    return author.object(version, "HTTPRoute", author.metadata(author.name()), spec=spec)


BUILDERS = {
    "Service": (service, 45),
    "Ingress": (ingress, 40),
    "NetworkPolicy": (network_policy, 9),
    "Gateway": (gateway, 3),
    "HTTPRoute": (http_route, 3),
}
