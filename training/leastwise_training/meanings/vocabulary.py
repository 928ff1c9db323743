"""The words that documents are made of, cut by split, and the slots of templates."""

from __future__ import annotations

import base64
import re
import string
from random import Random
from typing import Generic, TypeVar

from ..documents import Split, share

Entry = TypeVar("Entry")


class Choices(Generic[Entry]):
    """A list of which each split has its own part: 80 % train, 8 % validation, 12 % test, and at least one each."""

    def __init__(self, *entries: Entry):
        unique = sorted(dict.fromkeys(entries), key=lambda entry: share(repr(entry)))
        if len(unique) < 3:
            raise ValueError(f"too short to be cut into three parts: {entries!r}")
        validation = max(1, round(len(unique) * 0.08))
        test = max(1, round(len(unique) * 0.12))
        self.parts: dict[str, list[Entry]] = {
            "validation": unique[:validation],
            "test": unique[validation : validation + test],
            "train": unique[validation + test :],
        }

    def of(self, split: Split) -> list[Entry]:
        """The part of a split."""
        return self.parts[split]


def words_of(text: str) -> Choices[str]:
    """A list of words written with spaces between them."""
    return Choices(*text.split())


def lines_of(text: str) -> Choices[str]:
    """A list of texts written on lines of their own. `⏎` stands for a line feed inside of one."""
    return Choices(*(line.strip().replace("⏎", "\n") for line in text.strip().split("\n")))


THINGS = words_of(
    """orders billing checkout catalog search user-profile auth gateway inventory payments shipping notifications mail
    reports metrics ingest worker scheduler frontend backend web api storefront crm ledger invoices quotes pricing
    recommendations session cache queue events geo maps weather tickets booking fleet telemetry sensor media
    thumbnails transcoder uploads backup archive sync etl warehouse analytics dashboard admin portal wiki blog forum
    chat presence feed timeline ranking ads campaigns coupons loyalty returns vendor supplier parcels routing dispatch
    driver rider trips menu kitchen recipes labs patients claims policy quote-engine risk fraud kyc trading market-data
    settlement treasury payroll hr leave roster grades courses enrolment library exams proctor video stream radio
    podcast playlist lyrics photo gallery album print label scanner barcode pos till kiosk signage door access camera
    heating meter grid solar turbine battery charger parking tolls traffic transit rail ferry airport baggage crew
    garden harvest milk barn bakery brewery vineyard newsletter survey poll voting census archive-db lighthouse beacon
    harbor anchor compass atlas orion phoenix falcon kestrel heron otter badger lynx marmot saffron juniper cedar maple"""
)
ROLES_OF_THINGS = words_of(
    "api web worker service server backend frontend job cron agent proxy sidecar exporter importer sync loader runner "
    "indexer consumer producer processor controller operator manager cleaner migrator seeder store db cache gateway bff ui"
)
SPACES = words_of(
    "default prod production staging dev development qa test shop platform infra monitoring observability logging data "
    "analytics payments identity security tools ci build batch edge media finance hr retail kiosk research ml sandbox "
    "team-a team-blue team-red tenant-17 tenant-acme preview demo core shared services apps web internal backoffice"
)
COMPANIES = words_of(
    "acme example contoso fabrikam initech globex umbrella hooli northwind tailspin wingtip lumon vandelay stark wayne "
    "bluesky redwood greenfield brightside openfield deepwater hilltop riverbank lakeshore sundial moonbeam starling "
    "nordwind alpenglow meridian kontor hafen werft sternberg lindgren tanaka kowalski moreau rossi silva okafor mbeki "
    "haug virtanen papadakis novak horvat petrov demir cohen iyer nguyen santos garcia jansen dubois keller fischer"
)
DOMAINS = words_of("com io net org dev app cloud eu de fr nl se tech co.uk com.br jp example.com example.org internal.net biz info")
HOST_FIRST = words_of(
    "get install dl download cdn files static releases pkg assets repo bin scripts tools mirror bootstrap setup artifacts "
    "packages objects share store drop media content www raw public edge"
)
INTERNAL = words_of("svc cluster.local internal corp lan intra local prod.local")
PATH_WORDS = words_of(
    "install setup bootstrap init agent latest stable v1 v2 linux amd64 scripts tools deploy provision entrypoint run "
    "start update upgrade helper runner node client cli server plugin extension hook patch hotfix main master release"
)
SCRIPT_FILES = words_of(
    "install.sh setup.sh bootstrap.sh init.sh get.sh run.sh agent.sh start.sh update.sh deploy.sh provision.sh entry.sh "
    "script.sh payload.sh x.sh i.sh a.sh patch.sh hotfix.sh upgrade.sh onboard.sh enroll.sh register.sh boot prepare.sh "
    "node-setup.sh install-agent.sh get-docker.sh quickstart.sh kickstart.sh install cli.sh setup_18.x plugin.sh"
)
BINARY_FILES = words_of(
    "agent tool runner client helper collector kubectl yq jq cli loader updater daemon watcher sync-tool deployer "
    "migrate wait-for dumb-init tini exporter probe shipper node-agent bin.elf main worker-linux-amd64 app-linux-x64 svc"
)
DATA_FILES = words_of(
    "data.json dump.sql.gz model.onnx GeoLite2-City.mmdb rates.csv countries.json config.yaml feed.xml catalog.parquet "
    "labels.txt weights.bin schema.sql translations.po rules.yaml blocklist.txt sitemap.xml calendar.ics tiles.mbtiles "
    "words.txt index.html logo.png report.pdf swagger.json fixtures.json vocab.txt embeddings.npy taxonomy.ttl prices.csv"
)
DIRECTORIES = words_of(
    "/app /data /srv /opt/app /var/lib/app /workspace /work /cache /config /var/cache/nginx /usr/share/nginx/html /mnt/data "
    "/var/log/app /home/app /srv/www /opt/tools /models /uploads /scratch /backup /etc/app /var/www/html /run/app /exports "
    "/shared /storage /var/spool/app /usr/local/app /media /var/tmp/app /opt/service /data/db /output /input /artifacts"
)
TEMPORARY = words_of("/tmp /var/tmp /dev/shm /run /opt /root /usr/local/bin /home/app /data /work /cache /usr/bin /scratch /srv")
USERS = words_of(
    "app admin root postgres mysql svc_app orders billing readonly reporting appuser dbuser deploy ci bot backup sa rabbit "
    "guest grafana kafka nifi airflow jenkins gitlab harbor nexus zabbix odoo keycloak wordpress ghost matomo superset metabase"
)
DATABASES = words_of(
    "app main orders billing users catalog reports events core prod analytics shop inventory auth crm ledger metrics blog "
    "forum warehouse sessions tickets files wiki bookings content payments airflow keycloak grafana wordpress gitea sonar"
)
ENGLISH = words_of(
    "summer winter autumn spring dragon monkey sunshine coffee tiger silver golden purple orange rocket hammer castle "
    "river mountain thunder shadow falcon pepper ginger cookie banana guitar piano soccer hockey magic wizard knight "
    "winter welcome letmein changeit secret qwerty master trustno football princess hunter freedom whatever matrix "
    "correct horse staple lantern velvet copper walnut meadow harvest glacier comet saturn jupiter neptune orchid lotus "
    "tulip violet crimson amber cobalt quartz granite marble onyx topaz bridge tunnel anchor harbor captain pirate"
)
COMMENTS = lines_of(
    """managed by the platform team
    see the runbook before changing
    keep in step with the chart
    TODO: move to the new cluster
    default is fine for now
    tuned after the last load test
    do not edit by hand
    owner: data team
    set by the pipeline
    temporary, remove after the migration
    copied from staging
    needs a review
    used by the nightly job
    at most one replica
    see the ticket for the reason
    kept for backwards compatibility
    same as in production
    ask the on-call engineer
    number of workers
    wait until the database is up
    only in this namespace
    mounted from the shared volume"""
)
IMAGES = words_of(
    """nginx nginx:1.27 nginx:1.25-alpine redis:7 redis:7.2-alpine postgres:16 postgres:15-alpine mysql:8.4 mariadb:11 busybox:1.36
    alpine:3.20 debian:12-slim ubuntu:24.04 python:3.12-slim node:22-alpine golang:1.23 openjdk:21-slim eclipse-temurin:21-jre
    httpd:2.4 haproxy:3.0 traefik:v3.1 memcached:1.6 rabbitmq:3.13 mongo:7 elasticsearch:8.15.0 grafana/grafana:11.2.0
    prom/prometheus:v2.54.0 prom/node-exporter:v1.8.2 quay.io/prometheus/alertmanager:v0.27.0 registry.k8s.io/pause:3.10
    registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.13.0 gcr.io/distroless/static-debian12 curlimages/curl:8.9.1
    bitnami/kubectl:1.31 bitnami/redis:7.4 alpine/git:2.45 hashicorp/vault:1.17 quay.io/keycloak/keycloak:25.0 minio/minio
    ghcr.io/dexidp/dex:v2.41.1 docker.io/library/nginx:1.27.1 docker.io/bitnami/postgresql:16 fluent/fluent-bit:3.1
    otel/opentelemetry-collector:0.108.0 jaegertracing/all-in-one:1.60 envoyproxy/envoy:v1.31.0 nginxinc/nginx-unprivileged:1.27
    mcr.microsoft.com/dotnet/aspnet:8.0 public.ecr.aws/docker/library/python:3.12 amazon/aws-cli:2.17 google/cloud-sdk:slim
    rancher/k3s:v1.30.4-k3s1 longhornio/longhorn-manager:v1.7.0 quay.io/jetstack/cert-manager-controller:v1.15.3
    confluentinc/cp-kafka:7.7.0 apache/airflow:2.10.0 apache/kafka:3.8.0 jenkins/jenkins:lts sonatype/nexus3 gitea/gitea:1.22
    nextcloud:29 wordpress:6.6 ghost:5 matomo:5 drupal:10 joomla:5 adminer:4 dpage/pgadmin4:8 metabase/metabase:v0.50
    influxdb:2.7 telegraf:1.31 timescale/timescaledb:2.16.0-pg16 cockroachdb/cockroach:v24.2.0 nats:2.10 eclipse-mosquitto:2"""
)
REGISTRIES = words_of("registry.{company}.{domain} ghcr.io/{company} docker.io/{company} quay.io/{company} {company} "
    "harbor.{company}.{domain}/library eu.gcr.io/{company}-prod europe-docker.pkg.dev/{company}/apps {company}.azurecr.io "
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com registry.gitlab.com/{company} nexus.{company}.{domain}:5000 "
    "registry.{company}.internal public.ecr.aws/{company} us-central1-docker.pkg.dev/{company}/images")
PLAIN_SETTINGS = lines_of(
    """LOG_LEVEL=info
    LOG_LEVEL=debug
    LOG_FORMAT=json
    TZ=Europe/Berlin
    TZ=UTC
    PORT=8080
    HTTP_PORT=8080
    GRPC_PORT=9090
    METRICS_PORT=9102
    NODE_ENV=production
    APP_ENV=staging
    ENVIRONMENT=prod
    RAILS_ENV=production
    SPRING_PROFILES_ACTIVE=prod
    JAVA_OPTS=-Xmx512m -XX:+UseG1GC
    GOMAXPROCS=2
    GOMEMLIMIT=450MiB
    WORKERS=4
    WEB_CONCURRENCY=3
    THREADS=8
    BATCH_SIZE=500
    MAX_CONNECTIONS=100
    POOL_SIZE=20
    REQUEST_TIMEOUT=30s
    CACHE_TTL=3600
    FEATURE_NEW_CHECKOUT=true
    FEATURE_BETA=false
    DEBUG=false
    LANG=C.UTF-8
    PYTHONUNBUFFERED=1
    DJANGO_SETTINGS_MODULE=shop.settings.production
    ASPNETCORE_URLS=http://+:8080
    DB_HOST=postgres
    DB_PORT=5432
    DB_NAME=orders
    DB_USER=orders
    REDIS_HOST=redis-master
    REDIS_PORT=6379
    KAFKA_BROKERS=kafka-0.kafka:9092,kafka-1.kafka:9092
    KAFKA_TOPIC=orders.created
    S3_BUCKET=acme-uploads
    S3_REGION=eu-central-1
    AWS_REGION=us-east-1
    SMTP_HOST=smtp.mail.svc
    SMTP_PORT=587
    OTEL_SERVICE_NAME=checkout
    OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4317
    BASE_URL=https://shop.example.com
    API_URL=http://api.default.svc:8080
    ALLOWED_ORIGINS=https://www.example.com
    UPLOAD_LIMIT=25MB
    RETRY_COUNT=5
    LOCALE=de_DE
    CURRENCY=EUR
    DATA_DIR=/data
    CONFIG_PATH=/etc/app/config.yaml
    ELASTICSEARCH_URL=http://elasticsearch:9200
    MONGO_DB=catalog
    ENABLE_METRICS=true
    SAMPLING_RATE=0.1
    VERSION=1.14.2
    CLUSTER_NAME=prod-eu-1
    QUEUE_NAME=invoices
    THEME=dark
    PAGE_SIZE=50
    SHUTDOWN_GRACE=20
    NUXT_HOST=0.0.0.0
    UVICORN_WORKERS=2
    GUNICORN_CMD_ARGS=--workers 3 --timeout 60
    PHP_MEMORY_LIMIT=256M"""
)
CUSTOM_GROUPS = words_of(
    "apps.{company}.io platform.{company}.com {company}.dev workloads.{company}.cloud ops.{company}.io data.{company}.net "
    "ci.{company}.org edge.{company}.io batch.{company}.dev run.{company}.app infra.{company}.com ml.{company}.ai"
)
CUSTOM_KINDS = words_of(
    "Application WebService Worker Pipeline BackupPlan Runner Cluster Database Tenant Workspace Stack Component Website Task "
    "Agent Fleet DataJob Service Microservice Environment Notebook TrainingRun Scan Probe Plugin Bootstrap NodeSetup Release"
)
LETTERS = string.ascii_letters + string.digits
CHANGES = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5", "t": "7"}
SLOT = re.compile(r"(?<![$%])\{([a-z_]+[0-9]?)\}")


class Words:
    """Gives words of one split, by chance, and fills templates with them."""

    def __init__(self, rng: Random, split: Split):
        self.rng = rng
        self.split = split

    def pick(self, choices: Choices[Entry]) -> Entry:
        """An entry of the split's part of a list."""
        return self.rng.choice(choices.of(self.split))

    def chance(self, likelihood: float) -> bool:
        """True as often as is said."""
        return self.rng.random() < likelihood

    def fill(self, template: str) -> str:
        """A template with its slots filled. The same slot is filled alike; a digit behind its name makes another of it."""
        known: dict[str, str] = {}

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in known:
                known[name] = getattr(self, name.rstrip("0123456789"))()
            return known[name]

        return SLOT.sub(value, template)

    def template(self, choices: Choices[str]) -> str:
        """A template of the split's part of a list, filled."""
        return self.fill(self.pick(choices))

    # Names and places.

    def thing(self) -> str:
        return self.pick(THINGS)

    def name(self) -> str:
        """A name of an object."""
        form = self.rng.random()
        if form < 0.35:
            return self.thing()
        if form < 0.8:
            return f"{self.thing()}-{self.pick(ROLES_OF_THINGS)}"
        return f"{self.thing()}-{self.thing()}"

    def space(self) -> str:
        return self.pick(SPACES)

    def company(self) -> str:
        return self.pick(COMPANIES)

    def domain(self) -> str:
        return self.pick(DOMAINS)

    def user(self) -> str:
        return self.pick(USERS)

    def database(self) -> str:
        return self.pick(DATABASES)

    def host(self) -> str:
        """A host on the internet."""
        return f"{self.pick(HOST_FIRST)}.{self.company()}.{self.domain()}"

    def address(self) -> str:
        """An address or a host that is somebody's own."""
        rng = self.rng
        form = rng.random()
        if form < 0.5:
            return f"{rng.choice((45, 51, 91, 103, 141, 185, 193, 203, 10, 192))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        if form < 0.6:
            return f"{self.token_letters(5, string.ascii_lowercase)}.{rng.choice(('ngrok.io', 'duckdns.org', 'serveo.net', 'trycloudflare.com'))}"
        return self.host()

    def local_host(self) -> str:
        """A host inside of the cluster or the company."""
        form = self.rng.random()
        if form < 0.35:
            return self.name()
        if form < 0.6:
            return f"{self.name()}.{self.space()}.svc"
        if form < 0.75:
            return f"{self.name()}.{self.space()}.svc.cluster.local"
        return f"{self.name()}.{self.pick(INTERNAL)}"

    def port(self) -> str:
        return str(self.rng.choice((80, 443, 8080, 8443, 3000, 5000, 9000, 9090, 8000, 8888, 7070, 9443)))

    def shell_port(self) -> str:
        return str(self.rng.choice((4444, 1337, 9001, 31337, 5555, 443, 8443, 4242, 6666, 1234, 53, 2222, 12345, 9999, self.rng.randrange(1025, 65000))))

    def path(self) -> str:
        """A path of a URL."""
        return "/".join(self.pick(PATH_WORDS) for _ in range(self.rng.choice((1, 1, 2, 2, 3))))

    def scheme(self) -> str:
        return "http" if self.chance(0.3) else "https"

    def site(self) -> str:
        """Scheme and host of a download."""
        form = self.rng.random()
        if form < 0.2:
            return f"https://raw.githubusercontent.com/{self.company()}/{self.thing()}/{self.rng.choice(('main', 'master', 'v1.2.0', 'HEAD'))}"
        if form < 0.3:
            return f"https://github.com/{self.company()}/{self.thing()}/releases/download/v{self.version()}"
        if form < 0.4:
            return f"http://{self.address()}:{self.port()}"
        if form < 0.45:
            return f"https://storage.googleapis.com/{self.company()}-{self.thing()}"
        if form < 0.5:
            return f"https://{self.company()}-{self.thing()}.s3.amazonaws.com"
        host = self.host() if self.chance(0.7) else f"{self.thing()}.{self.domain()}"
        return f"{self.scheme()}://{host}"

    def script_url(self) -> str:
        """The URL of a script."""
        form = self.rng.random()
        if form < 0.15:
            return self.site()
        middle = f"/{self.path()}" if self.chance(0.5) else ""
        return f"{self.site()}{middle}/{self.pick(SCRIPT_FILES)}"

    def binary_url(self) -> str:
        return f"{self.site()}/{self.path()}/{self.pick(BINARY_FILES)}"

    def archive_url(self) -> str:
        return f"{self.site()}/{self.pick(BINARY_FILES)}-{self.version()}.tar.gz"

    def python_url(self) -> str:
        return f"{self.site()}/{self.pick(PATH_WORDS)}.py"

    def data_url(self) -> str:
        return f"{self.site()}/{self.data_file()}"

    def api_url(self) -> str:
        """A URL of a service."""
        host = self.local_host() if self.chance(0.6) else f"api.{self.company()}.{self.domain()}"
        port = f":{self.port()}" if self.chance(0.5) else ""
        tail = self.rng.choice(("/healthz", "/api/v1/status", "/ready", "/metrics", "/v1/items", "/-/ready", "/ping", "/api/reload", "/status", ""))
        return f"{self.scheme()}://{host}{port}{tail}"

    def health_url(self) -> str:
        place = self.rng.choice(("localhost", "127.0.0.1", self.local_host()))
        return f"http://{place}:{self.port()}/{self.rng.choice(('healthz', 'health', 'ready', 'livez', 'ping', 'status'))}"

    def file(self) -> str:
        return self.pick(BINARY_FILES)

    def script_file(self) -> str:
        return self.pick(SCRIPT_FILES)

    def data_file(self) -> str:
        return self.pick(DATA_FILES)

    def directory(self) -> str:
        return self.pick(DIRECTORIES)

    def temporary(self) -> str:
        return self.pick(TEMPORARY)

    def shell(self) -> str:
        return self.rng.choice(("sh", "sh", "bash", "bash", "/bin/sh", "/bin/bash", "sh -", "bash -s", "sh -s --", "zsh", "ash", "dash", "sudo bash", "bash -x", "sh -e"))

    def version(self) -> str:
        rng = self.rng
        return f"{rng.randrange(5)}.{rng.randrange(20)}.{rng.randrange(12)}"

    def image(self) -> str:
        """An image of a known name, or one of somebody's own."""
        if self.chance(0.5):
            return self.pick(IMAGES)
        tail = f":{self.version()}" if self.chance(0.8) else f"@sha256:{self.hexadecimal(64)}"
        return f"{self.fill(self.pick(REGISTRIES))}/{self.name()}{tail}"

    def custom_group(self) -> str:
        return self.fill(self.pick(CUSTOM_GROUPS))

    def custom_kind(self) -> str:
        return self.pick(CUSTOM_KINDS)

    def setting(self) -> tuple[str, str]:
        """An environment variable of no interest."""
        name, value = self.pick(PLAIN_SETTINGS).split("=", 1)
        return name, value

    def comment(self) -> str:
        return self.pick(COMMENTS)

    # Random characters.

    def token_letters(self, length: int, alphabet: str = LETTERS) -> str:
        return "".join(self.rng.choices(alphabet, k=length))

    def hexadecimal(self, length: int) -> str:
        return f"{self.rng.getrandbits(length * 4):0{length}x}"

    def base64(self, length: int) -> str:
        return base64.b64encode(self.rng.randbytes(length)).decode()

    def checksum(self) -> str:
        return self.hexadecimal(64)

    def commit(self) -> str:
        return self.hexadecimal(40)

    def get(self) -> str:
        """A program that writes a download to its output."""
        return self.pick(GETTERS)

    def get_to(self) -> str:
        """A program that writes a download to the file named next."""
        return self.pick(GETTERS_TO_FILE)

    def python(self) -> str:
        return self.rng.choice(("python", "python3", "python3", "/usr/bin/python3", "python2"))

    def uuid(self) -> str:
        digits = self.hexadecimal(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def password(self) -> str:
        """A password as people choose or make them."""
        rng = self.rng
        form = rng.random()
        if form < 0.2:
            word = self.pick(ENGLISH)
            return f"{word.capitalize() if rng.random() < 0.5 else word}{rng.choice(('', '!', '#', '_', '-', '@'))}{rng.choice((2019, 2021, 2023, 2024, 2025, 1, 12, 123, 99, 7, rng.randrange(10000)))}{rng.choice(('', '!', '!!', '$', '?'))}"
        if form < 0.35:
            word = f"{self.pick(ENGLISH)}{self.pick(ENGLISH) if rng.random() < 0.4 else ''}"
            changed = "".join(rng.choice(CHANGES[letter]) if letter in CHANGES and rng.random() < 0.5 else letter for letter in word)
            return f"{changed}{rng.randrange(100)}" if changed == word or rng.random() < 0.4 else changed
        if form < 0.45:
            return rng.choice(("-", "_", ".", "")).join(self.pick(ENGLISH) for _ in range(rng.choice((2, 3, 4)))) + rng.choice(("", str(rng.randrange(100))))
        if form < 0.55:
            return f"{self.thing().split('-')[0]}{rng.choice(('Pass', 'pass', 'pw', 'Pwd', 'secret', 'S3cret', 'P4ss'))}{rng.randrange(10000)}{rng.choice(('', '!'))}"
        if form < 0.75:
            return self.token_letters(rng.randrange(8, 20))
        if form < 0.85:
            return self.token_letters(rng.randrange(10, 24), LETTERS + "!%*_-+=.~^")
        if form < 0.92:
            return self.hexadecimal(rng.choice((16, 20, 24, 32)))
        if form < 0.96:
            return self.base64(rng.choice((12, 15, 18, 24)))
        return self.pick(COMMON_PASSWORDS)

    def url_password(self) -> str:
        """A password that may stand in a URL."""
        return re.sub(r"[^A-Za-z0-9_.!*~-]", "x", self.password())


GETTERS = lines_of(
    """curl -fsSL
    curl -sSL
    curl -sL
    curl -s
    curl -sfL
    curl
    curl -L
    curl -fL --retry 3
    curl --silent --location
    curl --proto '=https' --tlsv1.2 -sSf
    curl -sS --max-time 60
    wget -qO-
    wget -q -O -
    wget -O -
    wget --quiet -O-
    wget -O - -o /dev/null
    busybox wget -qO-
    /usr/bin/curl -fsS
    curl --fail --show-error --silent --location
    wget --no-verbose -O -
    curl -sSfL --connect-timeout 5
    fetch -q -o -"""
)
GETTERS_TO_FILE = lines_of(
    """curl -fsSLo
    curl -sSL -o
    curl -L -o
    curl -so
    curl --silent --output
    wget -qO
    wget -O
    wget -q -O
    curl -fL --retry 3 -o
    curl -sLo
    busybox wget -O
    /usr/bin/wget -nv -O
    curl --location --output
    fetch -o"""
)
COMMON_PASSWORDS = words_of(
    "password Password1 P@ssw0rd passw0rd admin admin123 root toor postgres mysql 123456 12345678 qwerty123 letmein secret "
    "secret123 s3cret hunter2 changeit Welcome1 test1234 pass1234 guest minioadmin rabbitmq redis123 supersecret demo1234 dev-only-pw"
)
