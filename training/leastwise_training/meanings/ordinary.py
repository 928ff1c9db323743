"""Commands and settings of no interest, between which the interesting ones stand."""

from __future__ import annotations

from .texts import Text, marked
from .vocabulary import Words, lines_of

SCRIPT_STARTS = lines_of(
    """set -e
    set -eu
    set -euo pipefail
    echo "starting {thing}"
    cd {directory}
    mkdir -p {directory}/{thing}
    export TZ=UTC
    date
    sleep 5
    umask 022
    echo "$(date) begin"
    until nc -z {local_host} 5432; do sleep 2; done
    id
    env | sort | head -n 5
    cp /config/{data_file} {directory}/
    rm -rf {directory}/tmp
    ls -l {directory}
    trap 'echo stopped' TERM
    test -d {directory} || mkdir -p {directory}
    export PATH=$PATH:{directory}/bin
    source /etc/profile
    . /opt/{thing}/env.sh
    printf 'node %s\\n' "$HOSTNAME"
    ulimit -n 65535
    chown -R 1000:1000 {directory}"""
)
SCRIPT_ENDS = lines_of(
    """exec {directory}/{file}
    exec "$@"
    ./{file} serve
    python manage.py migrate
    node server.js
    echo done
    touch /tmp/ready
    sleep infinity
    java -jar app.jar
    gunicorn app.wsgi:application --bind 0.0.0.0:8000
    nginx -g 'daemon off;'
    npm run start
    bundle exec rails server -b 0.0.0.0
    ./bin/{thing} --config /etc/{thing}/config.yaml
    php-fpm -F
    wait
    echo "finished with $?"
    exit 0
    uvicorn main:app --host 0.0.0.0 --port 8000
    celery -A {thing} worker -l info
    /usr/sbin/{file} -f
    rake db:migrate
    tail -f /dev/null
    redis-server /etc/redis/redis.conf
    cat {directory}/{data_file} | wc -l"""
)
BLOCKS = lines_of(
    """if [ -z "${POD_NAME}" ]; then⏎  echo "POD_NAME is not set"⏎  exit 1⏎fi
    for file in /config/*.yaml; do⏎  echo "loading $file"⏎  cp "$file" {directory}/⏎done
    while ! nc -z {local_host} {port}; do⏎  echo "waiting for {thing}"⏎  sleep 2⏎done
    log() {⏎  echo "$(date -u +%FT%TZ) $*"⏎}⏎log "{thing} begins"
    REPLICA=${HOSTNAME##*-}⏎if [ "$REPLICA" = "0" ]; then⏎  echo "first replica leads"⏎else⏎  echo "follows {name}-0"⏎fi
    cat > {directory}/{thing}.conf <<EOF⏎listen = 0.0.0.0:{port}⏎workers = 4⏎log = stdout⏎EOF
    case "${ENVIRONMENT}" in⏎  prod) WORKERS=8 ;;⏎  *) WORKERS=2 ;;⏎esac⏎export WORKERS
    BACKUP={directory}/$(date +%Y%m%d).sql.gz⏎pg_dump -h {local_host} {database} | gzip > "$BACKUP"⏎find {directory} -name '*.gz' -mtime +14 -delete
    OWNER=$(stat -c %u {directory})⏎if [ "$OWNER" != "1000" ]; then⏎  chown -R 1000:1000 {directory}⏎fi
    retries=0⏎until curl -fsS {health_url}; do⏎  retries=$((retries + 1))⏎  [ "$retries" -lt 30 ] || exit 1⏎  sleep 5⏎done
    kubectl -n {space} get pods -l app={thing} \\⏎  -o jsonpath='{.items[*].metadata.name}'
    mkdir -p {directory}/{thing}/cache \\⏎  {directory}/{thing}/log
    psql -h {local_host} -U "$PGUSER" {database} <<SQL⏎SELECT count(*) FROM {thing2}_items;⏎VACUUM ANALYZE;⏎SQL
    python3 - <<EOF⏎import json⏎print(json.dumps({"ok": True}))⏎EOF
    # see the manual of {thing}⏎export JAVA_OPTS="-Xmx512m -XX:+UseG1GC"⏎export TZ=UTC
    sed -i "s/@@HOST@@/${HOSTNAME}/g" {directory}/{thing}.conf⏎envsubst < /templates/{thing}.tmpl > {directory}/{thing}.conf
    aws s3 sync s3://{company}-{thing}/public {directory} \\⏎  --only-show-errors
    if ! id {user} >/dev/null 2>&1; then⏎  adduser -D -H {user}⏎fi
    cleanup() {⏎  rm -f {directory}/{thing}.lock⏎}⏎trap cleanup EXIT
    redis-cli -h {local_host} ping | grep -q PONG || {⏎  echo "no cache"⏎  exit 1⏎}
    TOPICS="orders returns parcels"⏎for topic in $TOPICS; do⏎  kafka-topics.sh --bootstrap-server {local_host}:9092 --create --if-not-exists --topic "$topic"⏎done
    nproc⏎free -m⏎df -h {directory}
    flyway -url=jdbc:postgresql://{local_host}/{database} migrate⏎echo "schema is up to date"
    test -s {directory}/{data_file} \\⏎  || echo "no data yet"
    PEERS=$(getent hosts {name}-headless | awk '{print $1}' | paste -sd, -)⏎echo "peers are $PEERS"
    rm -rf {directory}/old⏎mv {directory}/new {directory}/current⏎ln -sfn {directory}/current {directory}/live"""
)
"""Pieces of real scripts of several lines."""
ARGUMENTS = lines_of(
    """--port=8080
    --config=/etc/{thing}/config.yaml
    --log-level=info
    --metrics-addr=:9102
    --leader-elect
    --workers=4
    --namespace={space}
    --listen=0.0.0.0:{port}
    --kubeconfig=/etc/kubernetes/kubeconfig
    --zone={thing}.internal
    --timeout=30s
    --upstream={health_url}
    --data-dir={directory}
    --v=2
    --resync-period=10m
    --enable-cache
    --bucket={company}-{thing}
    --interval=60s
    --cluster-name={thing}-prod
    --tls-cert-file=/tls/tls.crt
    --tls-private-key-file=/tls/tls.key
    --max-connections=200
    --region=eu-west-1
    --schedule=@hourly
    --verbose
    --output=json
    --retries=3
    --secure-port=8443
    --bind-address=0.0.0.0
    --database={database}
    --topic={thing}.events
    --read-only=false
    --feature-gates=Foo=true,Bar=false
    --health-probe-bind-address=:8081
    --dry-run=false
    --color=never"""
)


def arguments(words: Words) -> list[Text]:
    """A few arguments of a server."""
    return [Text(words.template(ARGUMENTS)) for _ in range(words.rng.choice((1, 2, 2, 3, 4)))]


def block(words: Words) -> list[Text]:
    """A piece of a script of several lines."""
    return [Text(line) for line in words.template(BLOCKS).split("\n")]


def around(words: Words, lines: list[Text]) -> list[Text]:
    """A script around some lines: what is done before and after them; sometimes a long one."""
    before = words.rng.choice((0, 0, 1, 1, 2, 3))
    after = words.rng.choice((0, 0, 1, 1, 2))
    starts = dict.fromkeys(words.pick(SCRIPT_STARTS) for _ in range(before))
    ends = dict.fromkeys(words.pick(SCRIPT_ENDS) for _ in range(after))
    head = [Text(words.fill(line)) for line in starts]
    tail = [Text(words.fill(line)) for line in ends]
    for _ in range(words.rng.choice((0, 0, 0, 1, 1, 2, 3))):
        if words.chance(0.5):
            head += block(words)
        else:
            tail = block(words) + tail
    return head + lines + tail


def script(words: Words) -> list[Text]:
    """A script of no interest."""
    return around(words, marked(words.template(SCRIPT_ENDS)))
