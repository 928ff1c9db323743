"""Word lists. Each is cut into the parts of the splits by `words.Words`, so that no split sees another's words."""

SUBJECTS = """
orders billing catalog checkout inventory payments shipping invoices ledger pricing loyalty coupons search reviews
ratings accounts profile identity session notifications mailer messaging chat telemetry metrics tracing logging audit
events stream ingest etl warehouse reports dashboard analytics forecast recommender ranking crawler indexer scraper
parser renderer thumbnail transcoder video audio image-resizer uploads downloads storage archive backup restore
snapshot replication scheduler workflow pipeline builder runner deployer registry artifacts cache sessions queue
broker publisher subscriber consumer producer webhook gateway proxy router balancer edge cdn dns resolver firewall vpn
bastion tunnel mesh sidecar-injector operator controller admission policy scanner compliance secrets-sync vault-agent
cert-rotator issuer oauth sso ldap directory tenant quota provisioner autoscaler descheduler node-tuner gpu-monitor
disk-cleaner log-rotator image-puller kernel-tuner health-prober uptime status-page incident pager oncall runbook wiki
blog forum comments cms storefront frontend landing portal console admin backoffice intranet mobile-api graphql
rest-api grpc-gateway feature-flags experiments ab-testing translation localization geocoder maps weather sensors
iot-hub fleet vehicle telematics booking reservations tickets events-calendar seating payroll recruiting onboarding
timesheet expenses procurement suppliers contracts documents signatures ocr fax print claims policies-db underwriting
fraud risk kyc aml trading quotes orderbook settlement custody wallet exchange market-data charts signals backtest
notebook training inference embeddings vector-store tokenizer model-server labeling dataset feature-store fruit-basket
apple-picker lantern harbor-pilot meadow quarry falcon kestrel otter heron badger walnut juniper cedar maple aurora
borealis comet nebula quasar pulsar zenith apex summit ridge canyon delta lagoon reef tundra prairie savanna clinic
pharmacy appointments triage radiology lab-results genome library campus enrollment grading exams lectures
""".split()

ROLES = """
api server web worker service app backend frontend svc daemon agent manager controller exporter collector sync job
cron task processor handler writer reader importer dispatcher watcher janitor bridge relay adapter connector engine
core main primary canary v2 next legacy public internal dev staging prod
""".split()

NAMESPACES = """
shop platform payments-prod data-platform ml-team monitoring-stack web-prod web-staging team-blue team-red team-green
integration edge-services batch-jobs research analytics-prod identity-system ops-tools ingress-public cache-tier
messaging-prod sandbox qa-env uat perf-tests customer-a customer-b tenant-42 media-processing billing-prod finance
hr-systems observability logging-system backup-system storage-system security-tools ci-runners build-farm games lab
warehouse-eu warehouse-us mobile-backend internal-apps partner-portal iot-platform robotics maps-service travel
""".split()

LABEL_KEYS = """
app tier component role team track release owner stage part-of layer unit squad service group domain
app.kubernetes.io/name app.kubernetes.io/instance app.kubernetes.io/component app.kubernetes.io/part-of k8s-app name
run example.com/team company.io/cost-center acme.dev/owner
""".split()

LABEL_VALUES = """
backend frontend cache database worker stable canary blue green core edge platform growth search-team data infra web
batch critical standard internal public gold silver bronze alpha beta main monitoring logging mobile partner
operations
""".split()

ANNOTATIONS = """
prometheus.io/scrape=true prometheus.io/port=9090 description=Serves-the-public-api checksum/config=3f1a9c07be
owner=platform-team@example.com contact=ops@example.org kubernetes.io/change-cause=rollout-of-the-release
sidecar.istio.io/inject=false linkerd.io/inject=enabled argocd.argoproj.io/sync-wave=2 reloader.stakater.com/auto=true
cluster-autoscaler.kubernetes.io/safe-to-evict=true git.example.com/commit=9b1c7de helm.sh/resource-policy=keep
kubectl.kubernetes.io/default-container=main backup.velero.io/backup-volumes=data
config.example.io/reviewed=2024-11-03 docs.example.net/runbook=https://runbooks.example.net/service
co.elastic.logs/enabled=true
""".split()

IMAGE_HOSTS = """
docker.io quay.io ghcr.io registry.example.com registry.k8s.io gcr.io/example-project harbor.internal.example
public.ecr.aws registry.gitlab.com 123456789012.dkr.ecr.eu-west-1.amazonaws.com europe-docker.pkg.dev/acme-prod
mcr.microsoft.com artifactory.example.net:5000 localhost:5000 images.corp.example registry.acme.dev nexus.example.org
cr.example.cloud containers.factory.test docker.example.eu registry.red.example us-docker.pkg.dev/blue-team
""".split()

IMAGE_NAMES = """
nginx redis postgres mysql mariadb mongo busybox alpine ubuntu debian python node golang openjdk ruby php httpd
memcached rabbitmq traefik haproxy envoyproxy/envoy fluent/fluentd fluent/fluent-bit grafana/grafana prom/prometheus
prom/node-exporter prom/alertmanager jaegertracing/all-in-one elastic/elasticsearch elastic/kibana hashicorp/vault
hashicorp/consul minio/minio bitnami/kafka bitnami/zookeeper nats etcd curlimages/curl library/telegraf influxdb
keycloak/keycloak sonarqube jenkins/jenkins gitea/gitea registry nextcloud wordpress ghost drupal redmine
mattermost/team apache/airflow apache/spark apache/flink apache/superset jupyter/base-notebook tensorflow/serving
pytorch/torchserve nvidia/cuda netshoot amazon/aws-cli bitnami/kubectl google/cloud-sdk alpine/git alpine/helm
plugins/docker caddy varnish squid coredns/coredns oauth2-proxy/oauth2-proxy dexidp/dex cockroachdb/cockroach
timescale/timescaledb clickhouse/clickhouse-server neo4j cassandra couchdb scylladb/scylla questdb/questdb
vectordotdev/vector
""".split()

TAGS = """
1.0 1.2.3 v1.4.0 2.8.1 3.19 7.2-alpine 16.3 8.0.36 1.27.2 20-slim 3.12-slim-bookworm v0.9.1 v2.11.0 2024.10.1 1.36.1
0.31.0 v3.1.2-rc1 build-5812 4.17 r2 sha-9f8e7d6 20240611 v1.30.2 5.0.14 11-jre 12.5 v24.4 6.2.14-bookworm 1.9.7
10.11.2
""".split()

PORT_NAMES = (
    "http https web grpc metrics admin-http api health rpc probe tcp-main ws http-alt prom http-metrics app".split()
)
PORTS = [
    8080,
    8443,
    9090,
    3000,
    5000,
    8000,
    8081,
    9100,
    50051,
    4000,
    7070,
    9000,
    8888,
    5432,
    6379,
    3306,
    27017,
    9200,
    80,
    443,
    15000,
    6060,
    10254,
    4317,
    8125,
    2112,
    1883,
    5672,
]

PATHS = """
/healthz /ready /readyz /livez /health /status /ping /-/healthy /-/ready /api/health /actuator/health /health/live
/health/ready /up /alive /internal/ready /v1/health /probe /startup /check /api/v1/ping /heartbeat /_health /system/ok
""".split()

MOUNT_PATHS = """
/data /tmp /var/cache/app /etc/config /etc/app /var/lib/data /cache /config /work /srv/content /opt/app/conf
/var/log/app /home/app/.cache /usr/share/app /models /uploads /export /var/run/app /etc/ssl/custom /mnt/shared
/scratch /app/config /app/data /var/spool/jobs /opt/plugins /etc/nginx/conf.d /var/lib/postgresql/data /state /backup
/etc/tls /run/secrets/app
""".split()

VOLUME_NAMES = """
data tmp cache config work content conf logs shared models uploads export run-dir tls scratch spool plugins state
backup-vol settings storage workspace certs static runtime buffers index-vol home artifacts-vol secrets-vol
""".split()

ENV_WORDS = """
LOG APP SERVER HTTP QUEUE CACHE WORKER REGION CLUSTER FEATURE REQUEST BATCH DATABASE REDIS KAFKA UPSTREAM SERVICE
METRICS TRACE SESSION STORAGE BUCKET SMTP SEARCH GATEWAY BILLING MEDIA SYNC NODE RETRY POOL INDEX EXPORT IMPORT MODEL
TENANT REPORT
""".split()
ENV_ENDS = (
    "LEVEL PORT HOST URL TIMEOUT MODE NAME SIZE PATH LIMIT COUNT ENABLED FORMAT INTERVAL REGION VERSION THREADS".split()
)

SECRET_WORDS = """
DB POSTGRES MYSQL REDIS API ADMIN ROOT SMTP STRIPE GITHUB SLACK AWS OAUTH LDAP JWT MAIL BROKER RABBITMQ MONGO ELASTIC
VAULT SENTRY TWILIO WEBHOOK SERVICE INTERNAL BACKUP FTP REGISTRY SESSION PAYMENT PARTNER
""".split()
SECRET_ENDS = (
    "PASSWORD TOKEN SECRET API_KEY PASS SECRET_KEY ACCESS_KEY PRIVATE_KEY AUTH_TOKEN CLIENT_SECRET PASSWD".split()
)
SECRET_VALUES = """
s3cr3tPass hunter22 Tr0ub4dor&3 correct-horse-battery Zx9!kQ2p 8fj3kd9s0a1l changeme123 Passw0rd P@ssw0rd2024
qwerty-7781 b7c1f0e2a9d84 letmein-now ZGVtb3Bhc3M4ODE admin1234 xK29dkq0fFqz my-db-password Sup3rS3cure winter-2023!
4f9a1c77e0bb rootroot postgres-pw 0penSesame vErYs3cr3t kd83hfKq29 blueTiger77 n0tAsecret hello-world-55 pw-for-prod
""".split()

HOSTS = """
shop.example.com api.example.com www.example.org portal.acme.dev app.internal.example status.example.net
media.example.com login.acme.io docs.example.org admin.example.com grafana.example.net chat.example.io cdn.example.com
files.acme.dev store.demo.test blog.example.org jobs.example.com api.partner.example registry.example.net
music.example.fm git.example.com pay.example.shop maps.example.travel tickets.example.events api.v2.example.dev
help.example.support go.example.app
""".split()

COMMENTS = (
    """
keep in sync with the chart|see the runbook before changing this|TODO: tune after the load test|default for all environments
set by the platform team|owned by the data team|reviewed last quarter|needed for the migration|do not edit by hand
copied from the old cluster|temporary, remove after the release|matches the dashboard|production values
only for staging|bump together with the library|this must match the service|see issue 1423|required by the vendor
FIXME: why is this needed?|the next lines are for the canary|about twice the observed peak|three zones, one each
as agreed with operations|the old value was too small|managed by kustomize|generated, then edited|NOTE: order matters
works around a bug in the client|used by the nightly build|the port the probes use|start with the defaults
enable once the image supports it|per customer request|legacy, but still called|kept for compatibility|tested on arm64 too
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

COMMENTED_SETTINGS = (
    """
runAsNonRoot: true|readOnlyRootFilesystem: true|privileged: true|hostNetwork: true|allowPrivilegeEscalation: false
automountServiceAccountToken: false|cpu: 500m|memory: 256Mi|replicas: 3|type: NodePort|namespace: default
image: registry.example.com/app:latest|hostPort: 8080|seccompProfile:|- name: DEBUG|imagePullPolicy: Always
nodeSelector:|resources: {}|limits:|- NET_ADMIN|drop: [ALL]|runAsUser: 0|type: LoadBalancer|value: "true"
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

REASONS_OF_RULES = (
    """
The controller works with {resources}.|Needed for {resources}|{resources}: used when an object is reconciled
The operator looks after {resources} of its own|Rules for {resources}, see the installation guide|access to {resources} in every namespace
The webhook asks for {resources} at its start.|for the owner references of {resources}|Leader election needs {resources}.
{resources} come and go with each cluster|The agent reports through {resources}|Added with version 2, when {resources} were introduced
You can leave this out if {resources} are handled elsewhere.|What follows is about {resources}|core: {resources}
The installer touches {resources} once|{resources} for the metrics adapter|Without {resources} the sync does not start.
Finalizers and the status of {resources}|Requested by the scheduler plugin: {resources}|The sidecar resolves {resources} by itself
the provisioner follows {resources}|old releases called {resources} by another name|To be dropped once {resources} have moved
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
"""What comments say a rule of a role is for, without a promise of what it may not do."""

PROGRAMS = """
/app/server /usr/local/bin/app python node java ./server /bin/worker gunicorn nginx redis-server /manager
/usr/bin/collector celery npm bundle dotnet /opt/app/run.sh uvicorn /entrypoint.sh rails php-fpm ./main
/ko-app/controller deno /bin/exporter sidekiq puma /usr/sbin/service-main ./bin/start caddy /cmd/agent
""".split()

ARGUMENTS = """
--config=/etc/app/config.yaml --port=8080 --log-level=info -v --verbose --metrics-addr=:9090 --leader-elect
--workers=4 --bind=0.0.0.0:8000 -jar /app/app.jar --zone=eu-west --cache-size=512 --timeout=30s main.py run start
serve --enable-feature=fast --threads=2 --data-dir=/data --no-color --tracing=off --max-connections=200
--health-port=8081 --interval=15s --output=json --dry-run=false --sync --listen=:3000 --shard=1 worker -c
/etc/app/settings.toml
""".split()

SCRIPTS = (
    """
echo starting;exec /app/server --port 8080|set -e;python manage.py migrate;python manage.py collectstatic --noinput
until nc -z db 5432; do sleep 2; done|mkdir -p /data/cache;cp -r /seed/. /data|sleep 3600
while true; do date; sleep 60; done|pg_dump -h db -U app app > /backup/app.sql;gzip -f /backup/app.sql
find /cache -mtime +7 -delete|envsubst < /etc/template > /run/app.conf;exec nginx
test -f /data/ready|node scripts/seed.js && node server.js|echo "waiting for broker"; sleep 5;exec ./worker
cd /work;make report;cp out/report.csv /export/|java -Xmx512m -jar /app/app.jar|rm -rf /tmp/scratch/*;exec ./batch
redis-cli -h cache ping|ulimit -n 4096;exec ./proxy|tar czf /backup/site.tgz /srv/content|./check-disk --warn 80
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

CRONS = [
    "*/5 * * * *",
    "0 3 * * *",
    "30 2 * * 0",
    "@daily",
    "15 */6 * * *",
    "0 0 1 * *",
    "@hourly",
    "45 23 * * 1-5",
    "*/15 * * * *",
    "0 12 * * *",
    "5 4 * * sun",
    "20 1 * * *",
]

GROUPS_OF_ROLES = """
view-only reader editor operator-role leader-election metrics-reader viewer maintainer deployer-role auditor
node-reader config-reader secret-reader pod-manager proxy-role manager-role support on-call developer ci-role
release-manager guest
""".split()

PEOPLE = """
alice@example.com bob carol@example.org dave erin frank@acme.dev grace heidi ivan judy mallory@example.com niaj olivia
peggy quentin rupert sybil@example.net trent uma victor walter@acme.dev xena yves zoe
""".split()

CUSTOM_RESOURCES = """
widgets.example.com/widgets batch.acme.dev/trainings data.example.io/pipelines cache.example.org/memcacheds
db.example.com/clusters ml.acme.dev/models net.example.io/tunnels shop.example.com/carts media.example.net/streams
farm.example.org/crops city.example.io/buses game.example.dev/lobbies
""".split()

STORAGE_CLASSES = (
    "standard fast ssd gp3 premium-rwo nfs-client rook-ceph-block longhorn local-path cold-hdd zonal archive".split()
)
PRIORITY_CLASSES = (
    "high-priority low-priority business-critical batch-low interactive platform-core best-effort-jobs".split()
)
NODE_KEYS = """
disktype pool node-type accelerator workload example.com/pool kubernetes.io/arch topology.kubernetes.io/zone
""".split()

CERTIFICATES = """
/etc/kubernetes/pki /etc/kubernetes/ssl /srv/kubernetes /var/lib/rancher/pki /etc/pki/cluster /opt/kubernetes/certs
/var/lib/k8s/tls /etc/ssl/kube /etc/kubernetes/certs /usr/local/kube/pki /home/kube/ssl /mnt/pki
/var/lib/minikube/certs
""".split()
