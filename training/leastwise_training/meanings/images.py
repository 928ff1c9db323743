"""Images whose names imitate known ones, and unusual names that imitate nothing."""

from __future__ import annotations

from pathlib import Path

from ..documents import split_of
from . import frames
from .parts import Image, Part, Whole
from .texts import IMITATES, Script, Text
from .vocabulary import Choices, Words, words_of

_REFERENCES = (Path(__file__).parents[3] / "server/model/src/known_images.txt").read_text(encoding="utf-8").splitlines()[1:]
"""What the world's images are called is a fact that each split may know; how it is imitated is each split's own."""
KNOWN = tuple(name for name in _REFERENCES if "/" not in name)
PATHS = tuple(name for name in _REFERENCES if "/" in name)
"""Well-known images with those who publish them."""
PUBLISHERS = words_of(
    "bitnami grafana prom hashicorp apache istio calico cilium jenkins gitlab rancher longhornio confluentinc nginxinc kubernetesui "
    "datadog jaegertracing fluent envoyproxy argoproj amazon curlimages library linuxserver jetstack openebs percona sonatype minio"
)
IMITATED_HOSTS = words_of(
    """gcr.io.{company}.{domain} quay.io-{company}.{domain} k8s-gcr.io k8s.gcr.io.{company}.net ghcr.co ghcr.io.{company}.xyz docker-io.{domain}
    docker.io.{company}.{domain} dockerhub.{company}.xyz registry-k8s.io registry.k8s.io.{company}.com registry.k8s.co regitsry.k8s.io gcr.co
    gcr-io.{company}.dev quay.co quay-io.{company}.org quay.io.{domain}.{company}.net docker.oi dokcer.io qauy.io mcr-microsoft.com mcr.microsoft.co
    mcr.rnicrosoft.com public-ecr.aws.{company}.com registry.gitlab.co ghrc.io gchr.io registy.k8s.io docker.lo dockcer.io index-docker.io
    registry-1-docker.io.{company}.app us-gcr.io.{company}.net amazonaws.ecr-public.co quaay.io gcr.ioo nvcr-io.{company}.com"""
)
UNKNOWN_USERS = words_of(
    "{thing}x{digits} dev{digits} user{digits} hub{digits} docker{digits} admin{digits} real{digits} team{digits} master{digits} x{company}{digits} free{digits} "
    "{company}{digits} pub{digits} cloud{digits} store{digits}"
)
CLAIMS = words_of("{known}-official official-{known} {known}_official {known}-verified original-{known} {known}-real real-{known} true-{known} {known}-genuine {known}-authentic")
HOMOGLYPHS = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і", "y": "у"}
FORKS = words_of(
    """{company}/nginx-exporter {company}/redis-operator {company}/postgres-operator {company}/{known}-backup {company}/{known}-exporter
    {company}/{known}-proxy {company}/{known} {company}/{known}-custom {company}/my-{known} mirror.{company}.{domain}/library/{known}
    mirror.{company}.{domain}/docker.io/library/{known} registry.{company}.{domain}/library/{known} harbor.{company}.{domain}/dockerhub/{known}
    registry.{company}.{domain}/quay.io/{company}/{known} ghcr.io/{company}/{known}-operator {company}.azurecr.io/{known} quay.io/{company}/{known}-sidecar
    eu.gcr.io/{company}/{known}-image nexus.{company}.{domain}:8083/{known} {company}/{thing}-{known} localhost:5000/{known} {company}/{known}-alpine
    docker.{company}.{domain}/{known}/{known} {known}-mirror.{company}.internal/{known} registry.gitlab.com/{company}/{known}-config artifactory.{company}.{domain}/docker-remote/{known}"""
)
UNUSUAL = words_of(
    """nginxinc/nginx-unprivileged postgis/postgis pgvector/pgvector redislabs/redisearch redis/redis-stack mysql/mysql-server
    percona/percona-server bitnami/postgresql-repmgr mongo-express mongodb/mongodb-community-server ankane/pgvector timescale/timescaledb
    valkey/valkey openresty/openresty tiangolo/uvicorn-gunicorn jboss/keycloak kindest/node linuxserver/nginx library/nginx
    jwilder/nginx-proxy nginxproxy/nginx-proxy prompve/prometheus-pve-exporter oliver006/redis_exporter prometheuscommunity/postgres-exporter
    k8s.gcr.io/pause gcr.io/google-containers/nginx registry.k8s.io/nginx-slim gcr.io/k8s-minikube/storage-provisioner node-red/node-red nodered/node-red
    pypy rockylinux almalinux/9-minimal photon cirros swift hylang haxe golangci/golangci-lint nats noop/noop traefik/whoami mendhak/http-https-echo
    kennethreitz/httpbin hashicorp/http-echo stefanprodan/podinfo ealen/echo-server weaveworks/scope kiwigrid/k8s-sidecar jimmidyson/configmap-reload
    openzipkin/zipkin zalando/spilo-15 registry.opensource.zalan.do/acid/postgres-operator crunchydata/postgres-operator quay.io/cilium/operator
    grafana/promtail grafana/loki grafana/mimir vectorim/element-web matrixdotorg/synapse mcr.microsoft.com/mssql/server mcr.microsoft.com/azure-cli
    nvcr.io/nvidia/pytorch tensorflow/serving rayproject/ray jupyter/base-notebook kubeflownotebookswg/jupyter-scipy apache/superset gitea/gitea
    codeberg.org/forgejo/forgejo vaultwarden/server ghcr.io/home-assistant/home-assistant lscr.io/linuxserver/sonarr ollama/ollama dgraph/dgraph
    arangodb yugabytedb/yugabyte surrealdb/surrealdb scylladb/scylla redpandadata/redpanda emqx vernemq/vernemq caddy angie lighttpd/lighttpd"""
)
TAGS = words_of("1.27 7.2 16 8.4 3.12-slim latest stable 2.10.1 v1.14.0 5.0 1.0.0 22-alpine alpine 3.20 v2.54.0 11 9.3 lts 2024.1 7.4.1-debian-12-r0")
NEIGHBOURS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k1", "m": "n",
    "n": "bm", "o": "ip0", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
EDITS = ("swap", "drop", "double", "replace", "insert", "glyph", "look-alike", "plural")
LOOK_ALIKES = (("m", "rn"), ("l", "1"), ("o", "0"), ("i", "1"), ("w", "vv"), ("d", "cl"), ("i", "l"), ("g", "q"))
REAL = frozenset(KNOWN).union(*(path.split("/") for path in PATHS))
LISTS = Choices("text", "kustomization", "map", "pod", "items", "arguments", "mirrors", "environment", "release", "init-containers", "json")
LONG_LISTS = (4, 6, 8, 10, 14)


def misspelled(words: Words, name: str) -> str:
    """A known name with a small mistake, or with two, that is not another known name and is this split's own."""
    while True:
        changed = edited(words, name)
        if changed != name and changed not in REAL and (split_of(changed) == words.split):
            return changed


def edited(words: Words, name: str) -> str:
    """A name with one edit, seldom two."""
    rng = words.rng
    if rng.random() < 0.15:
        name = edited(words, name)
    edit = rng.choice(EDITS)
    at = rng.randrange(1, len(name)) if len(name) > 2 else 1
    if edit == "swap" and at < len(name) - 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if edit == "drop" and len(name) > 4:
        return name[:at] + name[at + 1 :]
    if edit == "double" and name[at].isalpha():
        return name[:at] + name[at] + name[at:]
    if edit == "replace" and name[at] in NEIGHBOURS:
        return name[:at] + rng.choice(NEIGHBOURS[name[at]]) + name[at + 1 :]
    if edit == "insert":
        return name[:at] + rng.choice("aeiounrst") + name[at:]
    if edit == "glyph":
        places = [place for place, letter in enumerate(name) if letter in HOMOGLYPHS]
        if places and rng.random() < 0.4:
            place = rng.choice(places)
            return name[:place] + HOMOGLYPHS[name[place]] + name[place + 1 :]
        return name
    if edit == "look-alike":
        found = [(old, new) for old, new in LOOK_ALIKES if old in name]
        if found:
            old, new = rng.choice(found)
            return name.replace(old, new, 1)
        return name
    return f"{name}s" if not name.endswith("s") else f"{name}s"


def reference(words: Words, name: str) -> str:
    """A name with a tag or a digest."""
    form = words.rng.random()
    if form < 0.8:
        return f"{name}:{words.pick(TAGS)}"
    return name if form < 0.9 else f"{name}@sha256:{words.hexadecimal(64)}"


class ImageWords(Words):
    """Words with the names of images."""

    def known(self) -> str:
        return self.rng.choice(KNOWN)

    def digits(self) -> str:
        return str(self.rng.randrange(10, 10000))


def misspelled_path(words: Words) -> str:
    """A well-known image with its publisher, of which one part has a small mistake."""
    parts = words.rng.choice(PATHS).split("/")
    at = words.rng.choice([number for number, part in enumerate(parts) if len(part) > 2])
    parts[at] = misspelled(words, parts[at])
    return "/".join(parts)


def listed(words: ImageWords, imitations: int) -> Whole:
    """An object that names many images, of which so many imitate."""
    rng = words.rng
    count = rng.choice(LONG_LISTS)
    names = [honest(words) for _ in range(count)]
    images = [Text(reference(words, name)) for name in names]
    for at in rng.sample(range(count), min(imitations, count)):
        images[at] = Text(reference(words, imitation(words)), (IMITATES,))
    structure = words.pick(LISTS)
    keyed = {f"{words.thing()}{rng.choice(('', 'Image', '-image'))}{number or ''}": image for number, image in enumerate(images)}
    if structure == "text":
        file = rng.choice(("images.txt", "images.list", "mirror.txt", "allowed-images"))
        return Whole(frames.config_map(words, {file: Script(images, one_line=False)}), structure)
    if structure == "json":
        return Whole(frames.config_map(words, {words.thing(): Script(described(words, images), one_line=False)}), structure)
    if structure == "kustomization":
        entries = [{rng.choice(("name", "newName")): image.with_value(image.split("@")[0].rsplit(":", 1)[0]), "newTag": words.pick(TAGS)} for image in images]
        return Whole({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "images": entries}, structure)
    if structure == "map":
        return Whole(frames.custom(words, {"images": keyed}), structure)
    if structure == "items":
        entries = [{"name": f"{words.thing()}-{number}", rng.choice(("image", "repository", "ref")): image} for number, image in enumerate(images)]
        return Whole(frames.custom(words, {rng.choice(("components", "services", "steps")): entries}), structure)
    if structure == "mirrors":
        return Whole(frames.custom(words, {"preload": {"schedule": "0 3 * * *", "images": images}}), structure)
    if structure == "release":
        return Whole(frames.custom(words, {"values": {key: {"replicas": 1, "image": image} for key, image in keyed.items()}}), structure)
    containers = [{"name": f"{words.thing()}-{number}", "image": image} for number, image in enumerate(images)]
    if structure == "arguments":
        containers = [{"name": words.name(), "image": words.image(), "args": [image.with_value(f"--{key}={image}") for key, image in keyed.items()]}]
    elif structure == "environment":
        key = lambda name: name.upper().replace("-", "_")  # noqa: E731
        containers = [{"name": words.name(), "image": words.image(), "env": [{"name": key(name), "value": image} for name, image in keyed.items()]}]
    spec: dict = {"containers": containers}
    if structure == "init-containers" and len(containers) > 1:
        spec = {"initContainers": containers[:-1], "containers": containers[-1:]}
    kind = rng.choice(("Pod", "Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob"))
    return Whole(frames.wrapped(words, kind, spec, []), structure)


def described(words: Words, images: list[Text]) -> list[Text]:
    """JSON that says more of each image; of some the tag stands beside."""
    key = words.rng.choice(("image", "image", "containerImage", "repository"))
    more = words.rng.choice(("tag", "version", "release", "tags"))
    lines = [Text("{")]
    for at, image in enumerate(images):
        name, tag = image, words.pick(TAGS)
        if words.chance(0.7) and "@" not in image:
            name = image.with_value(image.rsplit(":", 1)[0])
        given = f'["{tag}"]' if more == "tags" else f'"{tag}"'
        space = words.rng.choice((":", ":", " :"))
        lines += [
            Text(f'  "{words.thing()}{at}": {{'),
            name.with_value(f'    "{key}"{space} "{name}",'),
            Text(f'    "{more}": {given}'),
            Text("  }," if at + 1 < len(images) else "  }"),
        ]
    return [*lines, Text("}")]


def harm(words: Words) -> Part:
    """An image that imitates a known one, or several in a list."""
    words = ImageWords(words.rng, words.split)
    if words.chance(0.4):
        return listed(words, words.rng.choice((1, 1, 2, 3)))
    return Image(Text(reference(words, imitation(words)), (IMITATES,)))


def imitation(words: ImageWords) -> str:
    """The name of an image that imitates a known one."""
    known = words.known()
    form = words.rng.random()
    if form < 0.3:
        return misspelled_path(words)
    if form < 0.58:
        name = misspelled(words, known)
        if words.chance(0.3):
            name = f"{words.rng.choice(('docker.io/library', 'library', 'docker.io', words.pick(PUBLISHERS)))}/{name}"
    elif form < 0.66:
        publisher = words.pick(PUBLISHERS)
        name = f"{misspelled(words, publisher)}/{known}"
        if words.chance(0.3):
            name = f"docker.io/{name}"
    elif form < 0.86:
        host = words.fill(words.pick(IMITATED_HOSTS))
        middle = words.rng.choice(("", f"{words.pick(PUBLISHERS)}/", "library/", "google-containers/"))
        name = f"{host}/{middle}{known}"
    else:
        claim = words.fill(words.pick(CLAIMS).replace("{known}", known))
        name = f"{words.fill(words.pick(UNKNOWN_USERS))}/{claim}"
    return name


def decoy(words: Words) -> Part:
    """An image that says whose it is, or whose name is only unusual, or a list of such."""
    words = ImageWords(words.rng, words.split)
    if words.chance(0.3):
        return listed(words, 0)
    return Image(Text(reference(words, honest(words))))


def honest(words: ImageWords) -> str:
    """The name of an image that imitates nothing."""
    form = words.rng.random()
    if form < 0.25:
        return words.fill(words.pick(FORKS))
    if form < 0.4:
        return words.pick(UNUSUAL)
    if form < 0.7:
        return words.rng.choice(PATHS)
    if form < 0.85:
        known = words.known()
        return words.rng.choice((known, known, f"library/{known}", f"docker.io/library/{known}", f"bitnami/{known}"))
    host = words.rng.choice(("", "", "ghcr.io/", "quay.io/", "docker.io/", f"registry.{words.company()}.{words.domain()}/"))
    return f"{host}{words.company()}/{words.name()}"
