"""Secrets by their sense, wherever they stand, and values that only look or sound like secrets."""

from __future__ import annotations

import base64
import re

from . import parts
from .parts import Annotation, Arguments, Data, Environment, Part
from .texts import SECRET, UNVERIFIED, Script, Text, marked
from .vocabulary import Words, lines_of, words_of

NAMES_OF_PASSWORDS = words_of(
    """DB_PASSWORD DATABASE_PASSWORD POSTGRES_PASSWORD MYSQL_ROOT_PASSWORD MYSQL_PASSWORD PGPASSWORD REDIS_PASSWORD RABBITMQ_DEFAULT_PASS
    MONGO_INITDB_ROOT_PASSWORD ADMIN_PASSWORD APP_PASSWORD SMTP_PASSWORD MAIL_PASS LDAP_BIND_PASSWORD KEYSTORE_PASSWORD TRUSTSTORE_PASS
    GF_SECURITY_ADMIN_PASSWORD ELASTIC_PASSWORD MINIO_ROOT_PASSWORD NEO4J_PASS FTP_PASSWORD SFTP_PWD BASIC_AUTH_PASSWORD PASSWORD PASSWD
    PWD_ADMIN ROOT_PASS DJANGO_SUPERUSER_PASSWORD WORDPRESS_DB_PASSWORD KC_DB_PASSWORD SA_PASSWORD MSSQL_SA_PASSWORD ORACLE_PWD
    CLICKHOUSE_PASSWORD INFLUXDB_ADMIN_PASSWORD NEXUS_PASS SONAR_JDBC_PASSWORD AMQP_PASS MQTT_PASSWORD PROXY_PASSWORD WIFI_PSK PASSPHRASE
    BACKUP_PASSPHRASE RESTIC_PASSWORD BORG_PASSPHRASE ARCHIVE_PW VPN_PASSWORD CONTRASEÑA CONTRASENA_BD CLAVE_SECRETA PASSWORT DB_PASSWORT
    KENNWORT MOT_DE_PASSE MDP_ADMIN SENHA SENHA_BANCO WACHTWOORD HASLO HASLO_BAZY LOSENORD PAROLA PAROL SALASANA ADGANGSKODE"""
)
NAMES_OF_TOKENS = words_of(
    """API_KEY API_TOKEN ACCESS_TOKEN AUTH_TOKEN SECRET_KEY SECRET_TOKEN CLIENT_SECRET OAUTH_CLIENT_SECRET JWT_SECRET SESSION_SECRET
    COOKIE_SECRET ENCRYPTION_KEY SIGNING_KEY HMAC_KEY APP_KEY SECRET_KEY_BASE DJANGO_SECRET_KEY NEXTAUTH_SECRET STRIPE_SECRET_KEY
    STRIPE_API_KEY TWILIO_AUTH_TOKEN SENDGRID_API_KEY MAILGUN_API_KEY SLACK_BOT_TOKEN GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN NPM_TOKEN
    DD_API_KEY DATADOG_API_KEY NEW_RELIC_LICENSE_KEY SENTRY_AUTH_TOKEN OPENAI_API_KEY ANTHROPIC_API_KEY HF_TOKEN AWS_SECRET_ACCESS_KEY
    AWS_SECRET_KEY AZURE_CLIENT_SECRET AZURE_STORAGE_KEY DIGITALOCEAN_TOKEN CLOUDFLARE_API_TOKEN CF_API_KEY HCLOUD_TOKEN VAULT_TOKEN
    CONSUL_HTTP_TOKEN NOMAD_TOKEN SONAR_TOKEN BOT_TOKEN TELEGRAM_TOKEN DISCORD_TOKEN WEBHOOK_SECRET PRIVATE_KEY LICENSE_KEY
    GOOGLE_API_KEY MAPS_KEY RECAPTCHA_SECRET FIREBASE_KEY ALGOLIA_ADMIN_KEY SHOPIFY_SECRET PAYPAL_SECRET ADYEN_API_KEY KUBE_TOKEN
    BEARER SERVICE_TOKEN INTERNAL_TOKEN MASTER_KEY RUNNER_REGISTRATION_TOKEN INFLUX_TOKEN GRAFANA_API_KEY SALT PEPPER"""
)
NAMES_WITHOUT_HINT = words_of(
    "DB CONNECTION STORE UPSTREAM DATABASE BACKEND LOGIN ACCESS SOURCE TARGET CREDS ACCOUNT REMOTE EXTRA OPTS VALUE PARAM_1 "
    "CONFIG SERVICE_ACCESS LEGACY INIT_DATA SETUP CUSTOM VENDOR PARTNER FEED IMPORT_FROM SYNC_WITH MAILER BROKER CACHE"
)
KEYS_OF_PASSWORDS = words_of(
    """password db.password dbPassword adminPassword rootPassword spring.datasource.password redis.password smtpPassword mail.smtp.password
    ldap.bindPassword keystorePassword databasePassword auth.password userPassword passwd pass pwd passphrase db_password admin_pwd
    rabbitmq.password quarkus.datasource.password mysqlRootPassword postgresqlPassword spring.rabbitmq.password jdbc.password
    contraseña passwort kennwort mot_de_passe senha wachtwoord hasło masterPassword replicationPassword ssl.keystore.password
    sasl.password bindPw defaultPassword proxyPassword javax.persistence.jdbc.password registry-password unlock_code pin"""
)
KEYS_OF_TOKENS = words_of(
    """apiKey api_key api-key apiToken accessToken access_token authToken clientSecret client_secret secretKey secret_key jwtSecret
    jwt.secret sessionSecret cookieSecret encryptionKey signingKey token bearerToken webhookSecret secretAccessKey aws_secret_access_key
    stripe.key github.token slackToken botToken licenseKey oauth.client-secret sharedSecret hmacKey app.key privateToken
    registrationToken s3.secretKey accountKey storageKey sas ingestKey integrationKey routingKeySecret datadog.apiKey sentryToken"""
)
PREFIXED_TOKENS = lines_of(
    """AKIA{upper16}
    ASIA{upper16}
    ghp_{letters36}
    gho_{letters36}
    github_pat_{letters22}_{letters59}
    glpat-{letters20}
    xoxb-{digits12}-{digits12}-{letters24}
    xoxp-{digits12}-{digits12}-{letters32}
    xapp-1-{upper11}-{digits12}-{hex64}
    sk_live_{letters24}
    rk_live_{letters24}
    sk-{letters48}
    sk-proj-{letters48}
    sk-ant-api03-{letters80}
    SG.{letters22}.{letters43}
    key-{hex32}
    AIza{letters35}
    ya29.{letters60}
    npm_{letters36}
    pypi-{letters80}
    dop_v1_{hex64}
    hvs.{letters24}
    s.{letters24}
    shpat_{hex32}
    EAAC{letters60}
    hf_{letters34}
    glsa_{letters32}_{hex8}
    NRAK-{upper27}
    dckr_pat_{letters27}
    ATATT{letters60}
    AC{hex32}:{hex32}
    {digits10}:AA{letters33}
    sntrys_{letters60}
    lin_api_{letters40}
    tfe.{letters60}
    PMAK-{hex24}-{hex34}
    whsec_{letters32}
    figd_{letters40}"""
)
URLS = lines_of(
    """postgres://{user}:{url_password}@{local_host}:5432/{database}
    postgresql://{user}:{url_password}@{local_host}/{database}?sslmode=require
    postgresql+asyncpg://{user}:{url_password}@{local_host}:5432/{database}
    mysql://{user}:{url_password}@{local_host}:3306/{database}
    mysql+pymysql://{user}:{url_password}@{local_host}/{database}
    mariadb://{user}:{url_password}@{local_host}:3306/{database}
    mongodb://{user}:{url_password}@{local_host}:27017/{database}
    mongodb+srv://{user}:{url_password}@{thing}.mongodb.net/{database}?retryWrites=true
    mongodb://{user}:{url_password}@{local_host}:27017,{local_host2}:27017/{database}?replicaSet=rs0
    redis://:{url_password}@{local_host}:6379/0
    redis://{user}:{url_password}@{local_host}:6379
    rediss://default:{url_password}@{local_host}:6380
    amqp://{user}:{url_password}@{local_host}:5672/
    amqps://{user}:{url_password}@{local_host}/{thing}
    https://{user}:{url_password}@{host}/repository/{thing}
    https://{user}:{url_password}@git.{company}.{domain}/{thing}.git
    http://{user}:{url_password}@{local_host}:9200
    http://{user}:{url_password}@proxy.{company}.{domain}:3128
    smtp://{user}:{url_password}@smtp.{company}.{domain}:587
    ftp://{user}:{url_password}@ftp.{company}.{domain}/{thing}
    sftp://{user}:{url_password}@{local_host}/upload
    ldap://cn={user},dc={company}:{url_password}@{local_host}
    nats://{user}:{url_password}@{local_host}:4222
    clickhouse://{user}:{url_password}@{local_host}:9000/{database}
    sqlserver://{user}:{url_password}@{local_host}:1433?database={database}
    cassandra://{user}:{url_password}@{local_host}/{database}
    couchdb://{user}:{url_password}@{local_host}:5984
    https://{letters32}@sentry.{company}.{domain}/42:{hex32}
    https://hooks.slack.com/services/T{upper9}/B{upper9}/{letters24}
    https://discord.com/api/webhooks/{digits18}/{letters68}
    https://api.telegram.org/bot{digits10}:AA{letters33}/sendMessage
    https://{company}.webhook.office.com/webhookb2/{uuid}@{uuid2}/IncomingWebhook/{hex32}/{uuid}
    https://{company}.blob.core.windows.net/{thing}?sv=2022-11-02&sr=c&sig={letters43}%3D
    https://{company}-{thing}.s3.amazonaws.com/{data_file}?X-Amz-Signature={hex64}
    https://api.{company}.{domain}/v1/data?api_key={letters32}
    https://maps.{company}.{domain}/js?key={letters35}
    jdbc:postgresql://{local_host}:5432/{database}?user={user}&password={url_password}
    jdbc:mysql://{local_host}:3306/{database}?user={user}&password={url_password}
    jdbc:sqlserver://{local_host}:1433;databaseName={database};user={user};password={url_password}
    Server={local_host};Database={database};User Id={user};Password={url_password};
    host={local_host} port=5432 user={user} password={url_password} dbname={database}
    {user}:{url_password}@tcp({local_host}:3306)/{database}?parseTime=true
    Endpoint=sb://{company}.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={key44}
    DefaultEndpointsProtocol=https;AccountName={company}{database};AccountKey={key88};EndpointSuffix=core.windows.net
    oracle://{user}:{url_password}@{local_host}:1521/ORCL
    cockroachdb://{user}:{url_password}@{local_host}:26257/{database}
    https://oauth2:{letters20}@gitlab.{company}.{domain}/{thing}.git
    https://x-access-token:{letters36}@github.com/{company}/{thing}.git"""
)
OPEN_CONNECTIONS = lines_of(
    """postgres://{user}:{url_password}@{local_host}:5432/{database}?sslmode=disable
    postgresql://{user}:{url_password}@{local_host}/{database}?sslmode=disable
    host={local_host} user={user} password={url_password} dbname={database} sslmode=disable"""
)
NAMES_OF_URLS = words_of(
    "DATABASE_URL DB_URL MONGO_URI MONGODB_URI REDIS_URL AMQP_URL RABBITMQ_URL BROKER_URL CELERY_BROKER_URL ELASTICSEARCH_URL "
    "SQLALCHEMY_DATABASE_URI CONNECTION_STRING DSN POSTGRES_DSN SENTRY_DSN WEBHOOK_URL SLACK_WEBHOOK HTTPS_PROXY HTTP_PROXY GIT_REPO "
    "REPO_URL SMTP_URL CACHE_URL STORE_URL UPSTREAM_URL DATASOURCE JDBC_URL STORAGE_CONNECTION QUEUE_URL ALERT_ENDPOINT NOTIFY_URL"
)
KEYS_OF_URLS = words_of(
    "url databaseUrl connectionString uri dsn endpoint webhook webhookUrl spring.datasource.url broker.url repository remote "
    "datasource target mongo.uri redis.url sqlalchemy_url upstream slack_url proxy storage backend.connection"
)
ARGUMENTS = lines_of(
    """@S --password={password}
    @S --db-password={password}
    @S --admin-password={password}
    @S --token={letters32}
    @S --api-key={letters32}
    @S --auth-token={prefixed}
    @S --secret-key={letters40}
    @S --client-secret={letters32}
    @S --requirepass={password}
    @S -p{password}
    @S --pass={password}
    @S --redis-password={password}
    @S --access-key={letters20}
    @S --database-url={url}
    @S --dsn={url}
    @S --mongodb-uri={url}
    @S --webhook-url={url}
    @S --proxy={url}
    @S --basic-auth={user}:{password}
    @S --user={user}:{password}
    @S --http-auth={user}:{password}
    @S --cookie-secret={letters32}
    @S --encryption-key={hex32}
    @S --bearer={jwt}
    @S --header=Authorization: Bearer {jwt}
    @S --header=X-Api-Key: {letters32}
    @S --set=adminPassword={password}
    @S --set=auth.rootPassword={password}
    @S --license-key={upper5}-{upper5}-{upper5}
    ? --password⏎@S {password}
    ? -p⏎@S {password}
    ? --token⏎@S {prefixed}
    ? --requirepass⏎@S {password}
    ? --api-key⏎@S {letters32}
    ? --masterauth⏎@S {password}
    ? -u⏎@S {user}:{password}
    ? --connection⏎@S {url}
    ? --secret⏎@S {letters32}
    ? --pw⏎@S {password}"""
)
COMMANDS = lines_of(
    """@S PGPASSWORD={password} psql -h {local_host} -U {user} -c 'select 1'
    @S PGPASSWORD={password} pg_dump -h {local_host} {database} > {directory}/dump.sql
    @S export PGPASSWORD={password}
    @S export AWS_SECRET_ACCESS_KEY={letters40}
    @S export API_TOKEN={prefixed}
    @S export DB_PASS='{password}'
    @S export DATABASE_URL={url}
    @S mysql -h {local_host} -u{user} -p{password} {database} < {directory}/schema.sql
    @S mysqldump -u root -p'{password}' {database} > {directory}/dump.sql
    @S mysqladmin ping -u root --password={password}
    @S redis-cli -a {password} ping
    @S redis-cli -h {local_host} -a '{password}' info
    @S redis-server --requirepass {password}
    @S mongosh "{url}" --eval 'db.stats()'
    @S mongo -u {user} -p {password} --authenticationDatabase admin
    @S psql {url} -f {directory}/schema.sql
    @S curl -u {user}:{password} {api_url}
    @S curl -fsS --user {user}:{password} {api_url}
    @S curl -H "Authorization: Bearer {jwt}" {api_url}
    @S curl -H "Authorization: Basic {basic}" {api_url}
    @S curl -H "X-Api-Key: {letters32}" {api_url}
    @S curl -H "Authorization: token {prefixed}" https://api.github.com/user
    @S curl -X POST {url} -d '{"text":"done"}'
    @S wget --user={user} --password={password} {data_url}
    @S wget --header="PRIVATE-TOKEN: {prefixed}" {data_url}
    @S git clone https://{user}:{prefixed}@github.com/{company}/{thing}.git
    @S git clone https://oauth2:{letters20}@gitlab.{company}.{domain}/{thing}.git
    @S docker login -u {user} -p {password} registry.{company}.{domain}
    @S helm registry login registry.{company}.{domain} -u {user} -p {password}
    @S az login --service-principal -u {uuid} -p {letters34} --tenant {uuid2}
    @S sshpass -p {password} ssh {user}@{local_host} uptime
    @S sshpass -p '{password}' scp {directory}/{data_file} {user}@{local_host}:/tmp/
    @S echo "{user}:{password}" | chpasswd
    @S echo '{password}' | docker login -u {user} --password-stdin
    @S echo "machine {host} login {user} password {password}" > ~/.netrc
    @S echo "//npm.example.org/:_authToken={prefixed}" > ~/.npmrc
    @S echo "{local_host}:5432:{database}:{user}:{password}" > ~/.pgpass
    @S htpasswd -bc /etc/nginx/.htpasswd {user} {password}
    @S openssl enc -aes-256-cbc -k {password} -in {directory}/{data_file} -out {directory}/out.enc
    @S gpg --batch --passphrase {password} -d {directory}/{data_file}.gpg > {directory}/{data_file}
    @S zip -P {password} {directory}/out.zip {directory}/{data_file}
    @S restic -r s3:{company} --password-command "echo {password}" backup {directory}
    @S vault login {prefixed}
    @S vault kv put secret/{thing} password={password}
    @S ldapsearch -D cn={user} -w {password} -H ldaps://{local_host}
    @S rabbitmqctl add_user {user} {password}
    @S mc alias set store https://{local_host} {user} {password}
    @S lftp -u {user},{password} {local_host} -e "mirror {directory}; bye"
    @S keytool -importcert -keystore {directory}/trust.jks -storepass {password} -file /tls/ca.crt
    @S kubectl create secret generic {name} --from-literal=password={password}
    @S kubectl config set-credentials {user} --token={jwt}
    @S java -Djavax.net.ssl.keyStorePassword={password} -jar app.jar
    @S java -jar app.jar --spring.datasource.password={password}
    @S clickhouse-client --user {user} --password {password} --query 'select 1'
    @S ansible-playbook site.yml -e "ansible_password={password}"
    @S sqlcmd -S {local_host} -U sa -P '{password}' -Q 'select 1'"""
)
FILE_LINES = lines_of(
    """.npmrc|@S //npm.example.org/:_authToken={prefixed}
    .npmrc|registry=https://npm.{company}.{domain}/⏎@S //npm.{company}.{domain}/:_password={basic}
    .netrc|@S machine {host} login {user} password {password}
    .netrc|machine {host}⏎  login {user}⏎@S   password {password}
    .pgpass|@S {local_host}:5432:{database}:{user}:{password}
    config.json|{⏎  "auths": {⏎    "registry.{company}.{domain}": {⏎@S       "auth": "{basic}"⏎    }⏎  }⏎}
    credentials|[default]⏎@? aws_access_key_id = AKIA{upper16}⏎@S aws_secret_access_key = {letters40}
    application.properties|spring.datasource.url=jdbc:postgresql://{local_host}/{database}⏎spring.datasource.username={user}⏎@S spring.datasource.password={password}
    application.yml|spring:⏎  datasource:⏎    username: {user}⏎@S     password: {password}
    app.yaml|database:⏎  host: {local_host}⏎  user: {user}⏎@S   password: "{password}"
    settings.py|DEBUG = False⏎@S SECRET_KEY = '{letters40}'⏎ALLOWED_HOSTS = ['*']
    config.php|<?php⏎$user = '{user}';⏎@S $password = '{password}';
    wp-config.php|define('DB_USER', '{user}');⏎@S define('DB_PASSWORD', '{password}');
    redis.conf|maxmemory 256mb⏎@S requirepass {password}
    users.acl|@S user {user} on >{password} ~* +@all
    my.cnf|[client]⏎user={user}⏎@S password={password}
    pgbouncer.ini|[databases]⏎@S {database} = host={local_host} user={user} password={password}
    userlist.txt|@S "{user}" "{password}"
    config.toml|[auth]⏎user = "{user}"⏎@S token = "{prefixed}"
    grafana.ini|[security]⏎admin_user = admin⏎@S admin_password = {password}
    settings.json|{⏎  "user": "{user}",⏎@S   "password": "{password}"⏎}
    appsettings.json|{⏎  "ConnectionStrings": {⏎@S     "Default": "Server={local_host};Database={database};User Id={user};Password={url_password}"⏎  }⏎}
    alertmanager.yml|receivers:⏎- name: team⏎  slack_configs:⏎@S   - api_url: https://hooks.slack.com/services/T{upper9}/B{upper9}/{letters24}
    rclone.conf|[store]⏎type = s3⏎access_key_id = {upper20}⏎@S secret_access_key = {letters40}
    s3cfg|[default]⏎@S secret_key = {letters40}⏎use_https = True
    tnsnames.properties|user={user}⏎@S jdbc.pass={password}
    pip.conf|[global]⏎@S index-url = https://{user}:{url_password}@wheels.{company}.{domain}/simple
    gitconfig|[credential]⏎@S   helper = "!f() { echo password={prefixed}; }; f"
    kafka.properties|security.protocol=SASL_SSL⏎@S sasl.jaas.config=PlainLoginModule required username="{user}" password="{password}";
    smb.conf|username={user}⏎@S password={password}⏎domain={company}
    prometheus.yml|scrape_configs:⏎- job_name: {thing}⏎  basic_auth:⏎    username: {user}⏎@S     password: {password}
    dsn.env|LOG_LEVEL=info⏎@S DATABASE_URL={url}
    .env|APP_ENV=production⏎@S APP_KEY=base64:{key44}⏎APP_DEBUG=false
    nginx.conf|location / {⏎@S   proxy_set_header Authorization "Basic {basic}";⏎  proxy_pass http://{local_host};⏎}
    init.sql|CREATE DATABASE {database};⏎@S CREATE USER {user} WITH PASSWORD '{password}';
    grants.sql|@S ALTER USER {user} IDENTIFIED BY '{password}';⏎FLUSH PRIVILEGES;
    wg0.conf|[Interface]⏎Address = 10.8.0.2/24⏎@S PrivateKey = {key44}
    wpa.conf|network={⏎  ssid="{thing}"⏎@S   psk="{password}"⏎}
    kubeconfig|users:⏎- name: {user}⏎  user:⏎@S     token: {jwt}
    maven-settings.xml|<server>⏎  <username>{user}</username>⏎@S   <password>{password}</password>⏎</server>
    tomcat-users.xml|<tomcat-users>⏎@S   <user username="{user}" password="{password}" roles="manager-gui"/>⏎</tomcat-users>
    id_rsa|{pem}
    tls.key|{pem}
    server.pem|{pem}
    deploy-key|{pem}
    service-account.json|{⏎  "type": "service_account",⏎@S   "private_key": "-----BEGIN PRIVATE KEY-----\\nMIIE{letters60}",⏎  "client_email": "{user}@{company}.iam.gserviceaccount.com"⏎}"""
)
PEM_KINDS = words_of("RSA_PRIVATE EC_PRIVATE OPENSSH_PRIVATE PRIVATE ENCRYPTED_PRIVATE DSA_PRIVATE")
ANNOTATION_KEYS = lines_of(
    """{company}.io/api-token
    {company}.com/password
    external-dns.alpha.kubernetes.io/token
    {company}.dev/db-url
    deploy.{company}.io/webhook
    notifications.{company}.com/slack-webhook
    backup.{company}.io/passphrase
    {company}.io/credentials
    monitoring.{company}.net/basic-auth
    ci.{company}.org/deploy-key
    {company}.io/connection
    grafana.com/admin-password
    service.{company}.cloud/access-key
    sync.{company}.io/remote"""
)
NOTES = lines_of(
    """login is {user} / {password}
    user {user}, password {password}
    password for the admin page: {password}
    {thing} database, {user}:{password}
    the api key is {prefixed}
    use token {letters32} until the new one is there
    temporary login {user} with {password}
    ask for access or use {user}/{password}
    pw={password}
    connect with {url}
    credentials: {user} {password}
    root password was reset to {password}
    vpn secret {letters20}, do not share
    initial admin password {password}
    Zugang: {user} mit Passwort {password}
    contraseña de {user}: {password}
    bearer {jwt} works for staging
    key={hex32} for the partner interface"""
)
NOTE_KEYS = words_of("description {company}.io/note {company}.io/access {company}.com/runbook kubernetes.io/description {company}.io/contact {company}.dev/hint notes comment")

PLACEHOLDERS = words_of(
    "<your-token> <password> <api-key> REPLACE_ME REPLACEME xxxx xxxxxxxx XXXXXXXX **** ******** TODO FIXME <redacted> REDACTED "
    "YOUR_API_KEY_HERE your-api-key-here <CHANGE-ME> INSERT_TOKEN_HERE <insert-secret-here> {{token}} <db-password> ENTER_PASSWORD_HERE "
    "<fill-in> <set-by-ci> to-be-replaced ... ______ <secret> %PASSWORD% @PASSWORD@ __PASSWORD__ <base64-encoded-password> SET_ME"
)
REFERENCES = words_of(
    """$(DB_PASSWORD) ${TOKEN} ${DB_PASSWORD} $(API_KEY) ${SECRET_KEY} $(POSTGRES_PASSWORD) $TOKEN ${REDIS_PASSWORD:?} ${vault:secret/data/app#password}
    ref+vault://secret/app#token arn:aws:secretsmanager:eu-west-1:123456789012:secret:app sm://project/app-token vault:secret/data/db#password
    op://infra/database/password projects/acme/secrets/token/versions/latest file:///run/secrets/token env:API_TOKEN secret://app/token
    /run/secrets/db_password /etc/secrets/token @/run/secrets/key keyvault://acme/db ssm:/prod/db/password ${env:PASSWORD} %(ENV_TOKEN)s
    {{resolve:secretsmanager:app}} valueFrom:secret AQECAHh-sealed ENC[AES256_GCM,data:8fk2] akv:db-password doppler://app/TOKEN"""
)
DECOY_VARIABLES = lines_of(
    """TOKEN_TTL=3600
    TOKEN_EXPIRY=15m
    ACCESS_TOKEN_LIFETIME=900
    PASSWORD_MIN_LENGTH=12
    PASSWORD_POLICY=strict
    PASSWORD_RESET_URL=https://{company}.{domain}/reset
    PASSWORD_HASHER=argon2
    PASSWORD_FILE=/run/secrets/password
    POSTGRES_PASSWORD_FILE=/run/secrets/postgres
    MYSQL_ROOT_PASSWORD_FILE=/etc/mysql/root
    SECRET_NAME={name}
    SECRET_NAMESPACE={space}
    TLS_SECRET={name}-tls
    SECRETS_PATH=/vault/secrets
    SECRET_STORE=vault
    TOKEN_URL=https://login.{company}.{domain}/oauth/token
    TOKEN_ENDPOINT=https://auth.{company}.{domain}/token
    TOKEN_ISSUER=https://auth.{company}.{domain}
    TOKEN_AUDIENCE={thing}
    TOKEN_TYPE=Bearer
    API_KEY_HEADER=X-Api-Key
    API_KEYS_ENABLED=true
    AUTH_TYPE=oauth2
    AUTH_MODE=none
    AUTH_ENABLED=false
    REQUIRE_AUTH=true
    KEY_PREFIX={thing}
    CACHE_KEY={thing}-v2
    CACHE_KEY_PREFIX=app
    PARTITION_KEY=user_id
    ROUTING_KEY={thing}.created
    SORT_KEY=created_at
    PRIMARY_KEY=id
    KEYSPACE={database}
    CASSANDRA_KEYSPACE={database}
    KEY_FILE=/tls/tls.key
    SSL_KEY=/etc/ssl/private/server.key
    PRIVATE_KEY_PATH=/keys/id_rsa
    JWT_PUBLIC_KEY_URL=https://auth.{company}.{domain}/jwks.json
    JWT_ALGORITHM=RS256
    JWT_EXPIRES_IN=7d
    SESSION_COOKIE_NAME=sid
    SESSION_TIMEOUT=1800
    ENCRYPTION_ENABLED=true
    ENCRYPTION_ALGORITHM=AES-256-GCM
    GIT_COMMIT={commit}
    GIT_SHA={commit}
    COMMIT={commit}
    IMAGE_DIGEST=sha256:{hex64}
    CHECKSUM={hex64}
    CONFIG_HASH={hex32}
    BUILD_ID={uuid}
    CLIENT_ID={uuid}
    TENANT_ID={uuid}
    AZURE_CLIENT_ID={uuid}
    OAUTH_CLIENT_ID={thing}
    ACCOUNT_ID={digits12}
    TRACE_ID={hex32}
    DATABASE_URL=postgres://{local_host}:5432/{database}
    MONGO_URI=mongodb://{local_host}:27017/{database}
    REDIS_URL=redis://{local_host}:6379/0
    AMQP_URL=amqp://{local_host}:5672
    JDBC_URL=jdbc:postgresql://{local_host}:5432/{database}
    DATABASE_URL=postgres://$(DB_USER):$(DB_PASSWORD)@{local_host}:5432/{database}
    DATABASE_URL=postgresql://{user}:${DB_PASSWORD}@{local_host}/{database}
    MONGO_URI=mongodb://$(MONGO_USER):$(MONGO_PASS)@{local_host}:27017
    DATABASE_USER={user}
    PGUSER={user}
    SSH_PUBLIC_KEY=ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{letters43} {user}@{company}
    VAULT_ADDR=https://vault.{company}.{domain}:8200
    VAULT_ROLE={thing}
    HTTPS_PROXY=http://proxy.{company}.{domain}:3128
    GIT_REPO=https://git.{company}.{domain}/{thing}.git
    GIT_REPO=git@git.{company}.{domain}:{company}/{thing}.git
    STRIPE_PUBLISHABLE_KEY=pk_live_{letters24}
    RECAPTCHA_SITE_KEY=6L{letters38}
    MAX_TOKENS=4096
    TOKENIZERS_PARALLELISM=false
    TOKEN_BUCKET_SIZE=100
    RATE_LIMIT_KEY=ip
    KEYCLOAK_REALM={company}
    KEYBOARD_LAYOUT=de
    MONKEY_PATCH=true
    PASSTHROUGH=true
    COMPASS_ENABLED=true
    BYPASS_CACHE=false
    LOGIN_URL=https://{company}.{domain}/login
    CREDENTIALS_DIR=/etc/credentials
    GOOGLE_APPLICATION_CREDENTIALS=/var/secrets/google/key.json
    AWS_ROLE_ARN=arn:aws:iam::{digits12}:role/{thing}
    AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token
    KMS_KEY_ID=arn:aws:kms:eu-west-1:{digits12}:key/{uuid}
    SENTRY_ENVIRONMENT=production
    CERT_FINGERPRINT={hex40}
    MACHINE_ID={hex32}
    FEATURE_FLAGS_KEY=checkout
    SECRET_SANTA_ENABLED=true
    SECRET_ROTATION_DAYS=30"""
)
DECOY_KEYS = lines_of(
    """tokenUrl=https://login.{company}.{domain}/token
    tokenTTL=3600
    token.expiry=15m
    passwordFile=/etc/{thing}/password
    password.min.length=12
    passwordPolicy=medium
    passwordSecretName={name}
    existingSecret={name}
    existingSecretPasswordKey=password
    secretName={name}-tls
    secretRef={name}
    tls.secret={name}-tls
    apiKeyHeader=X-Api-Key
    authType=none
    auth=none
    auth.enabled=false
    clientId={uuid}
    client_id={thing}
    keyPrefix={thing}
    key=app
    topologyKey=kubernetes.io/hostname
    cacheKey={thing}-v1
    cache-key={thing}
    partition.key=user_id
    keyspace={database}
    sortKey=created
    keyFile=/tls/tls.key
    ssl.keystore.location=/etc/{thing}/keystore.jks
    ssl.keystore.type=PKCS12
    publicKey=MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{letters60}
    checksum={hex64}
    sha256={hex64}
    revision={commit}
    digest=sha256:{hex64}
    uid={uuid}
    databaseUrl=postgres://{local_host}:5432/{database}
    mongo.uri=mongodb://{local_host}/{database}
    url=https://{host}/repository/{thing}
    spring.datasource.url=jdbc:postgresql://{local_host}:5432/{database}
    spring.datasource.username={user}
    jwt.algorithm=RS256
    jwt.issuer=https://auth.{company}.{domain}
    sessionTimeout=30m
    encryption=aes-256
    username={user}
    accessMode=ReadWriteOnce
    secretEngine=kv-v2
    vaultPath=secret/data/{thing}
    etag={hex32}
    traceparent=00-{hex32}-{hex16}-01
    max_tokens=2048
    tokenizer=wordpiece
    csrf.tokenName=_csrf
    loginPage=/login
    passthrough=true
    keyboard=qwertz
    webhookUrl=https://{host}/hooks/{thing}
    slackChannel=#{thing}-alerts"""
)
DECOY_ARGUMENTS = lines_of(
    """--password-file=/etc/{thing}/password
    --token-file=/var/run/secrets/token
    --token-ttl=3600
    --token-auth-file=/etc/{thing}/tokens.csv
    --password=$(DB_PASSWORD)
    --token=$(API_TOKEN)
    --api-key=${API_KEY}
    --secret-name={name}
    --tls-secret={name}
    --key-file=/tls/tls.key
    --tls-private-key-file=/tls/tls.key
    --service-account-key-file=/pki/sa.pub
    --cache-key={thing}
    --client-id={uuid}
    --requirepass=$(REDIS_PASSWORD)
    --auth=none
    --user={user}
    --database-url=postgres://{local_host}:5432/{database}
    --database-url=postgres://$(USER):$(PASS)@{local_host}/{database}
    --webhook-url=https://{host}/hooks/{thing}
    --oidc-issuer-url=https://auth.{company}.{domain}
    --image-digest=sha256:{hex64}
    --commit={commit}
    -p⏎{port}
    --password⏎$(DB_PASSWORD)
    --token⏎$(TOKEN)
    --password-stdin
    --secrets-dir=/run/secrets
    --cert-hash={hex64}
    --password="""
)
DECOY_COMMANDS = lines_of(
    """PGPASSWORD="$DB_PASSWORD" psql -h {local_host} -U {user} -c 'select 1'
    PGPASSWORD=$(cat /run/secrets/password) pg_dump {database} > {directory}/dump.sql
    export PGPASSWORD="$POSTGRES_PASSWORD"
    mysql -h {local_host} -u{user} -p"$MYSQL_PASSWORD" {database} < {directory}/schema.sql
    mysqladmin ping -u root --password=${MYSQL_ROOT_PASSWORD}
    redis-cli -a "$REDIS_PASSWORD" ping
    redis-cli -h {local_host} ping
    redis-server --requirepass "$REDIS_PASSWORD"
    curl -u "$API_USER:$API_PASS" {api_url}
    curl -H "Authorization: Bearer ${TOKEN}" {api_url}
    curl -H "X-Api-Key: $API_KEY" {api_url}
    curl -H "X-Request-Id: {uuid}" {api_url}
    docker login -u {user} --password-stdin registry.{company}.{domain} < /run/secrets/registry
    git clone https://git.{company}.{domain}/{thing}.git {directory}
    git checkout {commit}
    test "$(git rev-parse HEAD)" = {commit}
    echo "{hex64}  {directory}/{data_file}" | sha256sum -c
    psql postgres://{local_host}/{database} -f {directory}/schema.sql
    psql "$DATABASE_URL" -c 'vacuum'
    echo "token expires in 3600 seconds"
    sed -i "s/PASSWORD/$DB_PASSWORD/" {directory}/config.yaml
    openssl rand -hex 32 > /run/{thing}
    openssl rsa -in /keys/id -pubout -out /keys/id.pub
    htpasswd -bc /etc/nginx/.htpasswd {user} "$HTPASSWD"
    envsubst < /templates/{thing}.conf > {directory}/{thing}.conf
    kubectl create secret generic {name} --from-literal=password="$PASSWORD"
    mkdir -p {directory}/secrets && ls {directory}/secrets
    vault read -field=token auth/token/lookup-self > /dev/null
    ssh-keygen -t ed25519 -N '' -f /keys/{thing}
    passwd -l {user}
    id {user} && getent passwd {user}"""
)
DECOY_FILES = lines_of(
    """ca.crt|-----BEGIN CERTIFICATE-----⏎MIID{letters60}⏎{letters64}⏎-----END CERTIFICATE-----
    tls.crt|-----BEGIN CERTIFICATE-----⏎MIIC{letters60}⏎{letters64}⏎{letters64}⏎-----END CERTIFICATE-----
    jwt.pub|-----BEGIN PUBLIC KEY-----⏎MFkw{letters60}⏎-----END PUBLIC KEY-----
    cosign.pub|-----BEGIN PUBLIC KEY-----⏎MFkwEwYHKoZIzj0CAQYI{letters40}⏎-----END PUBLIC KEY-----
    authorized_keys|ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{letters43} {user}@{company}
    known_hosts|{host} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{letters43}
    id_rsa.pub|ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{letters64} {user}@{thing}
    application.properties|spring.datasource.url=jdbc:postgresql://{local_host}/{database}⏎spring.datasource.username={user}⏎spring.datasource.password=${DB_PASSWORD}
    application.yml|spring:⏎  datasource:⏎    username: {user}⏎    password: ${DB_PASSWORD}
    app.yaml|database:⏎  host: {local_host}⏎  user: {user}⏎  passwordFile: /run/secrets/db
    settings.py|DEBUG = False⏎SECRET_KEY = os.environ['SECRET_KEY']⏎ALLOWED_HOSTS = ['*']
    redis.conf|maxmemory 256mb⏎# requirepass is set by the operator⏎appendonly yes
    grafana.ini|[security]⏎admin_user = admin⏎admin_password = $__file{/run/secrets/admin}
    my.cnf|[client]⏎user={user}⏎password=
    .npmrc|//npm.example.org/:_authToken=${NPM_TOKEN}
    .npmrc|registry=https://npm.{company}.{domain}/⏎always-auth=false
    config.toml|[auth]⏎token_file = "/run/secrets/token"⏎token_ttl = "15m"
    alertmanager.yml|receivers:⏎- name: team⏎  slack_configs:⏎  - api_url_file: /etc/alertmanager/slack
    prometheus.yml|scrape_configs:⏎- job_name: {thing}⏎  basic_auth:⏎    username: {user}⏎    password_file: /etc/prometheus/pass
    checksums.txt|{hex64}  {data_file}⏎{hex64}  index.html
    auth.yaml|policy:⏎  minPasswordLength: 12⏎  tokenLifetime: 15m⏎  requireMfa: true
    config.php|<?php⏎$user = '{user}';⏎$password = getenv('DB_PASSWORD');
    pg_hba.conf|host all all 10.0.0.0/8 scram-sha-256⏎host all all 127.0.0.1/32 md5
    wg0.conf|[Peer]⏎PublicKey = {key44}⏎AllowedIPs = 10.8.0.0/24
    kubeconfig|users:⏎- name: {user}⏎  user:⏎    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
    init.sql|CREATE DATABASE {database};⏎CREATE ROLE {user} NOLOGIN;
    messages.properties|login.password.label=Password⏎login.token.hint=Enter the code that we sent⏎reset.password=Forgot your password?
    schema.json|{⏎  "properties": {⏎    "password": {"type": "string", "minLength": 12},⏎    "token": {"type": "string"}⏎  }⏎}
    cache.conf|key_prefix {thing}⏎hash_key id⏎ttl 3600
    cassandra.cql|CREATE KEYSPACE {database} WITH replication = {'class': 'SimpleStrategy'};"""
)
DECOY_ANNOTATIONS = lines_of(
    """checksum/secret={hex64}
    checksum/config={hex64}
    vault.hashicorp.com/role={thing}
    vault.hashicorp.com/agent-inject-secret-token=secret/data/{thing}
    reloader.stakater.com/search=true
    secret.reloader.stakater.com/reload={name}
    nginx.ingress.kubernetes.io/auth-secret={name}
    nginx.ingress.kubernetes.io/auth-type=basic
    nginx.ingress.kubernetes.io/auth-url=https://auth.{company}.{domain}/check
    cert-manager.io/issuer={thing}
    {company}.io/commit={commit}
    {company}.io/token-ttl=15m
    {company}.com/repository=https://git.{company}.{domain}/{thing}
    eks.amazonaws.com/role-arn=arn:aws:iam::{digits12}:role/{thing}
    iam.gke.io/gcp-service-account={thing}@{company}.iam.gserviceaccount.com
    azure.workload.identity/client-id={uuid}
    kubectl.kubernetes.io/restartedAt=2024-11-02T10:22:31Z
    {company}.io/secret-name={name}
    description=passwords are rotated every 30 days
    description=needs the token of the {thing} team, ask them
    {company}.io/note=login with single sign-on, no password needed
    {company}.io/access=credentials are in vault under {thing}
    {company}.io/hint=set the API key in the secret {name}
    notes=uses the {user} account, password in the secret
    {company}.io/key=app
    deployment.kubernetes.io/revision=4"""
)


SIZED = re.compile(r"(?<!\$)\{(letters|hex|digits|key|upper)([0-9]+)\}")
"""Slots that say how many characters they take: `letters32`, `hex64`, `upper16`, `digits12`, `key44`."""


class SecretWords(Words):
    """Words with what secrets are made of."""

    def prefixed(self) -> str:
        """A token whose beginning says whose it is."""
        return self.fill(self.pick(PREFIXED_TOKENS))

    def url(self) -> str:
        """A URL or a connection string with a secret in it."""
        return self.fill(self.pick(URLS))

    def jwt(self) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        body = base64.urlsafe_b64encode(f'{{"sub":"{self.user()}","iat":{self.rng.randrange(16 * 10**8, 18 * 10**8)}}}'.encode()).decode().rstrip("=")
        return f"{head}.{body}.{self.token_letters(43)}"

    def basic(self) -> str:
        return base64.b64encode(f"{self.user()}:{self.password()}".encode()).decode()

    def pem(self) -> str:
        kind = self.pick(PEM_KINDS).replace("_", " ")
        lines = [self.base64(48) for _ in range(self.rng.choice((2, 3, 4)))]
        return "\n".join([f"@S -----BEGIN {kind} KEY-----", *(f"@? {line}" for line in lines), f"@? -----END {kind} KEY-----"])

    def token(self) -> str:
        """A token without or with a known beginning."""
        form = self.rng.random()
        if form < 0.35:
            return self.prefixed()
        if form < 0.6:
            return self.token_letters(self.rng.choice((20, 24, 32, 40, 48)))
        if form < 0.8:
            return self.hexadecimal(self.rng.choice((32, 40, 48, 64)))
        if form < 0.9:
            return self.base64(self.rng.choice((24, 32, 48)))
        return self.jwt() if form < 0.95 else self.uuid()

    def key(self, length: int) -> str:
        return self.base64(length * 3 // 4)

    def fill(self, template: str) -> str:
        """Fills the slots with a length, and then those of all words."""
        return super().fill(SIZED.sub(self.sized, template))

    def sized(self, match: re.Match[str]) -> str:
        """Random characters as many as a slot says."""
        kind, length = match.group(1), int(match.group(2))
        if kind == "letters":
            return self.token_letters(length)
        if kind == "hex":
            return self.hexadecimal(length)
        if kind == "digits":
            return self.rng.choice("123456789") + self.token_letters(length - 1, "0123456789")
        if kind == "key":
            return self.key(length)
        return self.token_letters(min(length, 32), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def secret(value: str, *more: str) -> Text:
    """A value that is a secret."""
    return Text(value, (SECRET, *more))


def connection(words: SecretWords) -> Text:
    """A URL with a secret; some do without encryption, too."""
    if words.chance(0.08):
        return secret(words.template(OPEN_CONNECTIONS), UNVERIFIED)
    return secret(words.url())


def harm(words: Words) -> Part:
    """A secret somewhere."""
    words = SecretWords(words.rng, words.split)
    form = words.rng.random()
    if form < 0.16:
        return parts.variable(words.pick(NAMES_OF_PASSWORDS), secret(words.password()))
    if form < 0.28:
        return parts.variable(words.pick(NAMES_OF_TOKENS), secret(words.token()))
    if form < 0.36:
        return parts.variable(words.pick(NAMES_OF_URLS), connection(words))
    if form < 0.40:
        value = words.rng.choice((words.prefixed(), words.url(), words.jwt(), f"{words.user()}:{words.password()}"))
        return parts.variable(words.pick(NAMES_WITHOUT_HINT), secret(value))
    if form < 0.48:
        return Data(words.pick(KEYS_OF_PASSWORDS), secret(words.password()))
    if form < 0.55:
        return Data(words.pick(KEYS_OF_TOKENS), secret(words.token()))
    if form < 0.60:
        return Data(words.pick(KEYS_OF_URLS), connection(words))
    if form < 0.72:
        return parts.file(words, FILE_LINES)
    if form < 0.82:
        return Arguments([Text(item[2:], unsure=True) if item.startswith("? ") else item for item in marked(words.template(ARGUMENTS))])
    if form < 0.95:
        return parts.command(words, COMMANDS)
    if words.chance(0.4):
        return Annotation(words.fill(words.pick(NOTE_KEYS)), secret(words.template(NOTES)))
    value = words.rng.choice((words.password(), words.prefixed(), words.url(), words.jwt(), f"Bearer {words.jwt()}", f"Basic {words.basic()}"))
    return Annotation(words.template(ANNOTATION_KEYS), secret(value))


def decoy(words: Words) -> Part:
    """Something that sounds or looks like a secret."""
    words = SecretWords(words.rng, words.split)
    form = words.rng.random()
    if form < 0.30:
        name, value = words.template(DECOY_VARIABLES).split("=", 1)
        return parts.variable(name, value)
    if form < 0.42:
        source = {"secretKeyRef": {"name": words.name(), "key": words.rng.choice(("password", "token", "value", "api-key", "url"))}}
        return Environment([{"name": words.pick(words.rng.choice((NAMES_OF_PASSWORDS, NAMES_OF_TOKENS, NAMES_OF_URLS))), "valueFrom": source}])
    if form < 0.52:
        value = words.pick(words.rng.choice((PLACEHOLDERS, REFERENCES, REFERENCES))) if words.chance(0.9) else ""
        return parts.variable(words.pick(words.rng.choice((NAMES_OF_PASSWORDS, NAMES_OF_TOKENS))), value)
    if form < 0.56:
        value = words.pick(words.rng.choice((PLACEHOLDERS, REFERENCES))) if words.chance(0.9) else ""
        return Data(words.pick(words.rng.choice((KEYS_OF_PASSWORDS, KEYS_OF_TOKENS))), value)
    if form < 0.70:
        key, value = words.template(DECOY_KEYS).split("=", 1)
        return Data(key, value)
    if form < 0.79:
        return parts.file(words, DECOY_FILES)
    if form < 0.86:
        return parts.arguments(words, DECOY_ARGUMENTS)
    if form < 0.94:
        return parts.command(words, DECOY_COMMANDS)
    key, value = words.template(DECOY_ANNOTATIONS).split("=", 1)
    return Annotation(key, value)
