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


def around(words: Words, lines: list[Text]) -> list[Text]:
    """A script around some lines: what is done before and after them."""
    before = words.rng.choice((0, 0, 1, 1, 2, 3))
    after = words.rng.choice((0, 0, 1, 1, 2))
    starts = dict.fromkeys(words.pick(SCRIPT_STARTS) for _ in range(before))
    ends = dict.fromkeys(words.pick(SCRIPT_ENDS) for _ in range(after))
    return [Text(words.fill(line)) for line in starts] + lines + [Text(words.fill(line)) for line in ends]


def script(words: Words) -> list[Text]:
    """A script of no interest."""
    return around(words, marked(words.template(SCRIPT_ENDS)))
