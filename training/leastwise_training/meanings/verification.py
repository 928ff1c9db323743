"""Commands and settings of programs that disable verification, and those that sound alike."""

from __future__ import annotations

from . import parts
from . import verification_shapes as shapes
from .parts import Part
from .texts import UNVERIFIED, Text
from .vocabulary import Choices, Words, lines_of

HARMS = lines_of(
    """@V curl -k {api_url}
    @V curl -sk {api_url}
    @V curl -ks {api_url} | jq .
    @V curl -skL -o {directory}/{data_file} {data_url}
    @V curl --insecure {api_url}
    @V curl -fsSL --insecure {data_url} -o {directory}/{data_file}
    @V curl -X POST -k {api_url} -d '{}'
    @V curl --silent --insecure --fail {api_url} || exit 1
    @V curl --proxy-insecure -x http://proxy:3128 {api_url}
    @V curl -sSk -H 'Accept: application/json' {api_url}
    @V until curl -kfs {api_url}; do sleep 3; done
    @V echo insecure >> ~/.curlrc
    @V wget --no-check-certificate {data_url}
    @V wget -q --no-check-certificate -O {directory}/{data_file} {data_url}
    @V wget --no-check-certificate -qO- {api_url} | grep ok
    @V wget --no-hsts --no-check-certificate {data_url} -P {directory}
    @V echo "check_certificate = off" >> ~/.wgetrc
    @V git config --global http.sslVerify false
    @V git -c http.sslVerify=false clone https://git.{company}.{domain}/{thing}.git
    @V GIT_SSL_NO_VERIFY=true git clone https://git.{company}.{domain}/{thing}.git
    @V git config --system http.sslverify "false"
    @V export GIT_SSL_NO_VERIFY=1
    @V export NODE_TLS_REJECT_UNAUTHORIZED=0
    @V NODE_TLS_REJECT_UNAUTHORIZED=0 node server.js
    @V export PYTHONHTTPSVERIFY=0
    @V PYTHONHTTPSVERIFY=0 python app.py
    @V npm config set strict-ssl false
    @V npm install --strict-ssl=false
    @V yarn config set strict-ssl false
    @V kubectl --insecure-skip-tls-verify get pods
    @V kubectl --insecure-skip-tls-verify=true -n {space} apply -f {directory}/{thing}.yaml
    @V oc login https://api.{company}.{domain}:6443 --insecure-skip-tls-verify
    @V kubectl config set-cluster {thing} --insecure-skip-tls-verify=true
    @V ssh -o StrictHostKeyChecking=no {user}@{local_host} uptime
    @V scp -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null {directory}/{data_file} {user}@{local_host}:/tmp/
    @V GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no" git clone git@git.{company}.{domain}:{thing}.git
    @V rsync -e "ssh -o StrictHostKeyChecking=no" -a {directory}/ {local_host}:{directory}/
    @V echo "StrictHostKeyChecking no" >> /root/.ssh/config
    @V sftp -oStrictHostKeyChecking=no {user}@{local_host}
    @V apt-get install -y --allow-unauthenticated {thing}
    @V apt-get -o Acquire::https::Verify-Peer=false update
    @V apt-get update --allow-insecure-repositories
    @V apk add --allow-untrusted /tmp/{thing}.apk
    @V yum install -y --nogpgcheck {thing}
    @V dnf install --nogpgcheck -y {thing}
    @V rpm -i --nosignature /tmp/{thing}.rpm
    @V zypper --no-gpg-checks install {thing}
    @V pip install --trusted-host wheels.{company}.{domain} {thing}
    @V pip install --trusted-host wheel.example --trusted-host files.example.org -r requirements.txt
    @V pip config set global.trusted-host wheels.{company}.{domain}
    @V helm pull oci://registry.{company}.{domain}/{thing} --insecure-skip-tls-verify
    @V helm repo add {thing} https://charts.{company}.{domain} --insecure-skip-tls-verify
    @V skopeo copy --src-tls-verify=false docker://{local_host}/{thing} dir:{directory}
    @V skopeo inspect --tls-verify=false docker://registry.{company}.{domain}/{thing}
    @V podman pull --tls-verify=false registry.{company}.{domain}/{thing}
    @V buildah push --tls-verify=false {thing} docker://registry.{company}.{domain}/{thing}
    @V crane copy --insecure {company}/{thing} registry.{company}.{domain}/{thing}
    @V oras pull --insecure registry.{company}.{domain}/{thing}:{version}
    @V cosign verify --insecure-ignore-tlog --allow-insecure-registry {company}/{thing}
    @V cosign verify --insecure-ignore-sct=true {company}/{thing}
    @V psql "host={local_host} dbname={database} user={user} sslmode=disable" -c 'select 1'
    @V psql "postgresql://{local_host}:5432/{database}?sslmode=disable" -f {directory}/schema.sql
    @V mysql --ssl-mode=DISABLED -h {local_host} {database} < {directory}/schema.sql
    @V mysql --skip-ssl -h {local_host} {database}
    @V mongosh --tls --tlsAllowInvalidCertificates --host {local_host}
    @V redis-cli --tls --insecure -h {local_host} ping
    @V ldapsearch -o tls_reqcert=never -H ldaps://{local_host} -b dc={company}
    @V LDAPTLS_REQCERT=never ldapsearch -H ldaps://{local_host}
    @V {python} -c "import requests; requests.get('{api_url}', verify=False)"
    @V {python} -c "import ssl; ssl._create_default_https_context = ssl._create_unverified_context; import app"
    @V mc --insecure alias list
    @V mc cp --insecure {directory}/{data_file} store/{thing}/
    @V aws --no-verify-ssl s3 cp {directory}/{data_file} s3://{company}-{thing}/
    @V aws s3 sync {directory} s3://{company}-{thing} --no-verify-ssl --endpoint-url https://{local_host}
    @V s3cmd --no-check-certificate sync {directory}/ s3://{company}-{thing}/
    @V rclone sync --no-check-certificate {directory} remote:{thing}
    @V restic --insecure-tls -r rest:https://{local_host}/ backup {directory}
    @V http --verify=no GET {api_url}
    @V http --verify no {api_url}
    @V grpcurl -insecure {local_host}:443 list
    @V vault status -tls-skip-verify
    @V export VAULT_SKIP_VERIFY=true
    @V consul members -http-ssl-verify=false
    @V etcdctl --insecure-skip-tls-verify --endpoints=https://{local_host}:2379 member list
    @V terraform init -backend-config=skip_tls_verify=true
    @V argocd login {local_host} --insecure
    @V svn checkout --trust-server-cert --non-interactive https://{local_host}/{thing}
    @V composer config -g disable-tls true
    @V composer install --no-interaction && composer config secure-http false
    @V bundle config set ssl_verify_mode 0
    @V gem install {thing} --source https://{local_host} --config-file <(echo ':ssl_verify_mode: 0')
    @V go env -w GONOSUMCHECK=1 GOFLAGS=-insecure
    @V GONOSUMDB=* GOINSECURE=* go build ./...
    @V conda config --set ssl_verify false
    @V cargo fetch --config http.check-revoke=false
    @V lftp -e "set ssl:verify-certificate no; mirror {directory}; bye" {local_host}
    @V gpg --no-verify --trust-model always --import /keys/{thing}.asc
    @V powershell -c "Invoke-WebRequest {api_url} -SkipCertificateCheck"
    @V tar xzf /tmp/{thing}.tgz && curl -ko {directory}/{data_file} {data_url}"""
)
HARMFUL_ARGUMENTS = lines_of(
    """@V --insecure-skip-tls-verify
    @V --insecure-skip-tls-verify=true
    @V --tls-skip-verify
    @V --tls.insecure-skip-verify
    @V --skip-tls-verify
    @V --skip-tls-verify=true
    @V --tls-verify=false
    @V --verify-tls=false
    @V --insecure-skip-verify=true
    @V --kubelet-insecure-tls
    @V --insecure-registry={local_host}:5000
    @V --no-verify-ssl
    @V --ssl-verify=false
    @V --no-check-certificate
    @V --reject-unauthorized=false
    @V --disable-tls-verification
    @V --verify=false
    @V --ssl-insecure-skip-verify
    @V --provider-ssl-insecure-skip-verify=true
    @V --ssl-upstream-insecure-skip-verify=true
    @V --upstream-tls-insecure
    @V --remote-write-tls-skip-verify
    @V --ignore-certificate-errors
    @V --trust-all-certificates=true
    @V --etcd.insecure-skip-verify
    @V --skip-tls-verify-pull
    @V --skip-tls-verify-registry={local_host}
    @V --grpc-insecure-skip-verify
    @V --oidc-skip-verify=true
    @V --tls-insecure
    @V --ldap-skip-verify=true
    @V --web.tls-no-verify
    @V --cert-check=off
    @V --database=postgres://{local_host}:5432/{database}?sslmode=disable
    @V -tls-skip-verify
    @V --no-tls-verify
    @V --disable-cert-validation
    @V --accept-invalid-certs
    @V --http-ssl-verify=none"""
)
HARMFUL_VARIABLES = lines_of(
    """NODE_TLS_REJECT_UNAUTHORIZED=0
    PYTHONHTTPSVERIFY=0
    GIT_SSL_NO_VERIFY=true
    GIT_SSL_NO_VERIFY=1
    VAULT_SKIP_VERIFY=true
    VAULT_SKIP_VERIFY=1
    TLS_SKIP_VERIFY=true
    SSL_VERIFY=false
    VERIFY_SSL=false
    TLS_VERIFY=false
    INSECURE_SKIP_VERIFY=true
    INSECURE_SKIP_TLS_VERIFY=true
    NPM_CONFIG_STRICT_SSL=false
    npm_config_strict_ssl=false
    PIP_TRUSTED_HOST=wheels.{company}.{domain}
    CURL_INSECURE=true
    LDAPTLS_REQCERT=never
    LDAP_TLS_INSECURE=true
    KUBERNETES_TRUST_CERTIFICATES=true
    ELASTICSEARCH_SSL_VERIFICATIONMODE=none
    ELASTICSEARCH_VERIFY_CERTS=false
    DATABASE_SSL_REJECT_UNAUTHORIZED=false
    PGSSLMODE=disable
    DB_SSLMODE=disable
    DATABASE_DSN=host={local_host} user={user} dbname={database} sslmode=disable
    DATABASE_URL=postgres://{local_host}:5432/{database}?sslmode=disable
    GF_AUTH_GENERIC_OAUTH_TLS_SKIP_VERIFY_INSECURE=true
    GF_SMTP_SKIP_VERIFY=true
    SMTP_TLS_INSECURE=true
    REGISTRY_INSECURE=true
    S3_SKIP_TLS_VERIFY=true
    AWS_S3_VERIFY_SSL=false
    MINIO_INSECURE=true
    GIT_SSH_COMMAND=ssh -o StrictHostKeyChecking=no
    ANSIBLE_HOST_KEY_CHECKING=False
    OAUTH2_PROXY_SSL_INSECURE_SKIP_VERIFY=true
    OTEL_EXPORTER_OTLP_INSECURE_SKIP_VERIFY=true
    DOCKER_TLS_VERIFY_DISABLE=1
    NUXT_PUBLIC_REJECT_UNAUTHORIZED=false
    HTTPS_VERIFY=0
    CERT_VALIDATION=disabled
    WEBHOOK_SKIP_TLS_VERIFY=true
    JAVA_TOOL_OPTIONS=-Dcom.sun.jndi.ldap.object.disableEndpointIdentification=true
    JAVA_OPTS=-Dtrust_all_cert=true -Xmx512m
    MONGODB_TLS_ALLOW_INVALID_CERTIFICATES=true
    KAFKA_SSL_ENDPOINT_IDENTIFICATION_DISABLED=true
    GOINSECURE=*
    GONOSUMDB=*
    COSIGN_IGNORE_TLOG=true
    CHECK_CERTIFICATES=off
    UNSAFE_SSL=true
    REQUESTS_VERIFY=False"""
)
HARMFUL_KEYS = lines_of(
    """tlsSkipVerify=true
    insecureSkipVerify=true
    insecureSkipTLSVerify=true
    skipTlsVerify=true
    verifySSL=false
    verifyCerts=false
    sslVerify=false
    tlsVerify=false
    verify_ssl=false
    verify_certs=false
    ssl_verify=false
    tls_skip_verify=true
    tls_skip_verify_insecure=true
    insecure_skip_verify=true
    rejectUnauthorized=false
    validateCertificates=false
    validate_certs=false
    strictHostKeyChecking=false
    sslVerification=none
    ssl.verification_mode=none
    tlsInsecure=true
    ignoreCertificateErrors=true
    trustAllCerts=true
    allowInvalidCertificates=true
    hostnameVerification=disabled
    disableCertCheck=true
    skipSignatureVerification=true
    verifySignatures=false
    gpgcheck=0
    noVerify=true
    checkServerIdentity=false
    sslmode=disable
    http.sslVerify=false"""
)
DECOYS = lines_of(
    """curl --cacert /etc/ssl/ca.crt {api_url}
    curl -fsS --cacert /var/run/secrets/kubernetes.io/serviceaccount/ca.crt https://kubernetes.default.svc/healthz
    curl --capath /etc/ssl/certs {api_url}
    curl -K /etc/curl/options {api_url}
    curl -s {api_url} --keepalive-time 2
    curl --key /tls/tls.key --cert /tls/tls.crt {api_url}
    wget --ca-certificate=/etc/ssl/ca.crt {data_url}
    wget --check-certificate {data_url}
    wget --no-clobber {data_url} -P {directory}
    wget --no-cache -qO {directory}/{data_file} {data_url}
    kubectl apply -k {directory}/overlays/prod
    kubectl kustomize {directory} | kubectl apply -f -
    kubectl delete -k {directory}
    sort -k 2 {directory}/{data_file} > {directory}/sorted.txt
    sort -t, -k1,1 {directory}/{data_file}
    ps -k start_time
    du -k {directory}
    df -k /data
    fuser -k 8080/tcp
    tar -k -xf {directory}/{thing}.tar
    gzip -k {directory}/{data_file}
    gpg --verify {directory}/{data_file}.sig {directory}/{data_file}
    cosign verify --key /keys/cosign.pub {company}/{thing}
    openssl verify -CAfile /etc/ssl/ca.crt /tls/tls.crt
    openssl s_client -verify_return_error -connect {local_host}:443
    git config --global http.sslVerify true
    git config --global http.sslCAInfo /etc/ssl/ca.crt
    git commit --no-edit -m "nightly"
    git fetch --no-tags origin main
    ssh -o StrictHostKeyChecking=yes {user}@{local_host} uptime
    ssh -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/etc/ssh/known_hosts {user}@{local_host} true
    ssh-keyscan {local_host} > {directory}/known_hosts
    npm config set strict-ssl true
    npm config set cafile /etc/ssl/ca.crt
    psql "host={local_host} dbname={database} sslmode=verify-full sslrootcert=/etc/ssl/ca.crt"
    psql "postgresql://{local_host}/{database}?sslmode=require" -c 'select 1'
    mysql --ssl-mode=VERIFY_IDENTITY --ssl-ca=/etc/ssl/ca.pem -h {local_host}
    skopeo copy --src-tls-verify=true docker://{company}/{thing} dir:{directory}
    helm verify {directory}/{thing}.tgz
    helm upgrade --install {thing} ./chart --verify
    pip install --require-hashes -r requirements.txt
    pip install --index-url https://wheels.{company}.{domain}/simple {thing}
    apt-get install -y --no-install-recommends ca-certificates
    apk add --no-cache ca-certificates && update-ca-certificates
    yum install -y --setopt=gpgcheck=1 {thing}
    export NODE_EXTRA_CA_CERTS=/etc/ssl/ca.crt
    export REQUESTS_CA_BUNDLE=/etc/ssl/ca.crt
    sha256sum -c {directory}/checksums.txt
    restic check --no-lock -r {directory}
    vault status -ca-cert=/etc/ssl/ca.crt
    mongosh --tls --tlsCAFile /etc/ssl/ca.pem --host {local_host}
    redis-cli --tls --cacert /etc/ssl/ca.crt -h {local_host} ping
    terraform validate -no-color
    {python} -c "import requests; requests.get('{api_url}', verify='/etc/ssl/ca.crt')"
    xargs -k echo < {directory}/{data_file}
    aws s3 cp {directory}/{data_file} s3://{company}-{thing}/ --no-progress
    docker build --no-cache -t {thing} .
    pg_dump --no-owner --no-privileges {database} > {directory}/dump.sql
    mvn -B verify --no-transfer-progress
    ctest -k && make -k test
    pytest -k "not slow" {directory}/tests"""
)
DECOY_ARGUMENTS = lines_of(
    """--insecure-port=0
    --tls-verify=true
    --insecure-skip-tls-verify=false
    --tls-skip-verify=false
    --verify
    --verify-tls
    --verify=true
    --ssl-verify
    --tls-min-version=VersionTLS12
    --client-ca-file=/etc/ssl/ca.crt
    --kubelet-certificate-authority=/etc/ssl/ca.crt
    --skip-headers
    --skip-log-headers=true
    --no-check-updates
    --check-certificates=true
    --tls-ca=/etc/ssl/ca.crt
    --require-tls=true
    --skip-unavailable
    --skip-verification-email-sending=false
    --skip-tests
    --verify-peer=true
    --disable-metrics
    --strict-ssl
    --kubelet-preferred-address-types=InternalIP
    --database=postgres://{local_host}:5432/{database}?sslmode=verify-full
    --secure
    --ssl-mode=verify-ca"""
)
DECOY_VARIABLES = lines_of(
    """NODE_TLS_REJECT_UNAUTHORIZED=1
    NODE_EXTRA_CA_CERTS=/etc/ssl/ca.crt
    PYTHONHTTPSVERIFY=1
    REQUESTS_CA_BUNDLE=/etc/ssl/ca.crt
    SSL_CERT_FILE=/etc/ssl/certs/ca.pem
    PGSSLMODE=verify-full
    DB_SSLMODE=require
    SSL_VERIFY=true
    VERIFY_SSL=true
    VAULT_SKIP_VERIFY=false
    VAULT_CACERT=/etc/ssl/ca.crt
    INSECURE_SKIP_VERIFY=false
    TLS_SKIP_VERIFY=false
    EMAIL_VERIFICATION_ENABLED=false
    VERIFY_EMAIL=false
    SKIP_MIGRATIONS=true
    SKIP_SETUP_WIZARD=true
    INSECURE_BANNER_HIDDEN=true
    CHECK_UPDATES=false
    TLS_ENABLED=true
    DATABASE_URL=postgres://{local_host}:5432/{database}?sslmode=verify-full
    ELASTICSEARCH_SSL_VERIFICATIONMODE=full
    GIT_SSL_CAINFO=/etc/ssl/ca.crt
    NPM_CONFIG_STRICT_SSL=true
    PHONE_VERIFICATION=off"""
)
DECOY_KEYS = lines_of(
    """tlsSkipVerify=false
    insecureSkipVerify=false
    verifySSL=true
    verify_certs=true
    sslmode=verify-full
    sslVerify=true
    rejectUnauthorized=true
    caFile=/etc/ssl/ca.crt
    tlsMinVersion=1.2
    emailVerification=false
    skipTests=true
    skipCrds=false
    verifyTimeout=30s
    ssl.verification_mode=full
    gpgcheck=1
    strictHostKeyChecking=true
    ignoreMissingFiles=true
    disableWelcomePage=true
    skipEmptyRows=true"""
)


def pair(words: Words, choices: Choices[str], labels: tuple[str, ...]) -> tuple[str, Text]:
    """A name and a value that has the labels."""
    name, value = words.template(choices).split("=", 1)
    return name, Text(value, labels)


def harm(words: Words) -> Part:
    """Something that is not verified any more."""
    words = VerificationWords(words.rng, words.split)
    form = words.rng.random()
    if form < 0.38:
        return parts.command(words, parts.either(words, HARMS, shapes.MORE_COMMANDS))
    if form < 0.5:
        return parts.arguments(words, parts.either(words, HARMFUL_ARGUMENTS, shapes.MORE_ARGUMENTS))
    if form < 0.64:
        return parts.variable(*pair(words, parts.either(words, HARMFUL_VARIABLES, shapes.MORE_VARIABLES), (UNVERIFIED,)))
    if form < 0.72:
        return parts.Data(*pair(words, parts.either(words, HARMFUL_KEYS, shapes.MORE_KEYS), (UNVERIFIED,)))
    return shapes.whole(words, harmful=True) if form > 0.9 else parts.file(words, shapes.HARMFUL_FILES)


def decoy(words: Words) -> Part:
    """Something that is verified, or that has nothing to do with it."""
    words = VerificationWords(words.rng, words.split)
    form = words.rng.random()
    if form < 0.36:
        return parts.command(words, parts.either(words, DECOYS, shapes.MORE_COMMANDS_OF_GOOD))
    if form < 0.48:
        return parts.arguments(words, parts.either(words, DECOY_ARGUMENTS, shapes.MORE_ARGUMENTS_OF_GOOD))
    if form < 0.62:
        return parts.variable(*pair(words, parts.either(words, DECOY_VARIABLES, shapes.MORE_VARIABLES_OF_GOOD), ()))
    if form < 0.7:
        return parts.Data(*pair(words, parts.either(words, DECOY_KEYS, shapes.MORE_KEYS_OF_GOOD), ()))
    return shapes.whole(words, harmful=False) if form > 0.9 else parts.file(words, shapes.DECOY_FILES)


class VerificationWords(Words):
    """Words with a random text."""

    def letters(self) -> str:
        return self.token_letters(32)
