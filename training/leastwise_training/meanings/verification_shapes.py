"""More shapes in which verification is switched off: files of many products, connection strings, flags, whole objects."""

from __future__ import annotations

from . import frames
from .parts import Whole
from .texts import UNVERIFIED, Text
from .vocabulary import Choices, Words, lines_of

HARMFUL_FILES = lines_of(
    """.curlrc|@V insecure⏎silent⏎location
    .curlrc|max-time = 30⏎@V insecure = true
    .wgetrc|tries = 3⏎@V check_certificate = off
    wgetrc|@V no_check_certificate = on⏎timeout = 30
    .npmrc|registry=https://npm.{company}.{domain}/⏎@V strict-ssl=false
    .yarnrc.yml|nodeLinker: node-modules⏎@V enableStrictSsl: false
    .yarnrc|registry "https://npm.{company}.{domain}"⏎@V strict-ssl false
    pip.conf|[global]⏎index-url = https://wheels.{company}.{domain}/simple⏎@V trusted-host = wheels.{company}.{domain}
    pip.ini|[install]⏎@V trusted-host =⏎@? \x20   wheel.example⏎@? \x20   files.example.org
    condarc|channels:⏎  - conda-forge⏎@V ssl_verify: false
    .gitconfig|[user]⏎  name = {user}⏎[http]⏎@V   sslVerify = false
    gitconfig|[http "https://git.{company}.{domain}"]⏎@V   sslVerify = false⏎  postBuffer = 524288000
    ssh_config|Host *⏎@V   StrictHostKeyChecking no⏎@V   UserKnownHostsFile /dev/null
    config|Host {local_host}⏎  User {user}⏎@V   StrictHostKeyChecking no⏎  IdentityFile /keys/id
    ansible.cfg|[defaults]⏎inventory = hosts.ini⏎@V host_key_checking = False⏎forks = 20
    ldap.conf|URI ldaps://{local_host}⏎@V TLS_REQCERT never⏎BASE dc={company},dc={domain}
    sssd.conf|[domain/{company}]⏎id_provider = ldap⏎@V ldap_tls_reqcert = never
    daemon.json|{⏎  "log-driver": "json-file",⏎@V   "insecure-registries": ["registry.{company}.{domain}:5000"]⏎}
    registries.conf|[[registry]]⏎location = "registry.{company}.{domain}"⏎@V insecure = true
    hosts.toml|server = "https://registry.{company}.{domain}"⏎[host."https://mirror.{company}.{domain}"]⏎@V   skip_verify = true
    registries.yaml|configs:⏎  "registry.{company}.{domain}":⏎    tls:⏎@V       insecure_skip_verify: true
    policy.json|{⏎@V   "default": [{"type": "insecureAcceptAnything"}]⏎}
    kubeconfig|apiVersion: v1⏎kind: Config⏎clusters:⏎- name: {thing}⏎  cluster:⏎    server: https://api.{company}.{domain}:6443⏎@V     insecure-skip-tls-verify: true
    99insecure|@V Acquire::https::Verify-Peer "false";⏎@V Acquire::https::Verify-Host "false";
    99allow|@V APT::Get::AllowUnauthenticated "true";⏎Acquire::Retries "3";
    sources.list|@V deb [trusted=yes] https://apt.{company}.{domain} stable main
    sources.list|@V deb [allow-insecure=yes arch=amd64] http://apt.{company}.{domain}/debian bookworm main
    {company}.repo|[{company}]⏎name={company}⏎baseurl=https://yum.{company}.{domain}/el9⏎@V gpgcheck=0⏎@V sslverify=0
    {company}.repo|[{thing}]⏎baseurl=https://rpm.{company}.{domain}/⏎enabled=1⏎@V gpgcheck=0
    pacman.conf|[{company}]⏎@V SigLevel = Never⏎Server = https://arch.{company}.{domain}
    dnf.conf|[main]⏎best=True⏎@V gpgcheck=False
    auth.json|{⏎  "config": {⏎@V     "secure-http": false,⏎@V     "disable-tls": true⏎  }⏎}
    settings.xml|<settings>⏎  <profiles><profile><properties>⏎@V     <maven.wagon.http.ssl.insecure>true</maven.wagon.http.ssl.insecure>⏎  </properties></profile></profiles>⏎</settings>
    maven.config|-B⏎@V -Dmaven.wagon.http.ssl.insecure=true⏎@V -Dmaven.wagon.http.ssl.allowall=true
    build.gradle|repositories {⏎  maven {⏎    url 'http://mvn.{company}.{domain}'⏎@V     allowInsecureProtocol = true⏎  }⏎}
    nuget.config|<configuration>⏎  <packageSources>⏎@V     <add key="{company}" value="http://nuget.{company}.{domain}" allowInsecureConnections="true" disableTLSCertificateValidation="true" />⏎  </packageSources>⏎</configuration>
    provider.tf|provider "kubernetes" {⏎  host = "https://{local_host}:6443"⏎@V   insecure = true⏎}
    vsphere.tf|provider "vsphere" {⏎  vsphere_server = "{local_host}"⏎@V   allow_unverified_ssl = true⏎}
    vault.tf|provider "vault" {⏎  address = "https://vault.{company}.{domain}"⏎@V   skip_tls_verify = true⏎}
    playbook.yml|- hosts: all⏎  tasks:⏎    - get_url:⏎        url: {data_url}⏎        dest: {directory}/{data_file}⏎@V         validate_certs: no
    playbook.yml|- hosts: all⏎  tasks:⏎    - uri:⏎        url: {api_url}⏎@V         validate_certs: false
    tasks.yml|- name: add the repository⏎  yum_repository:⏎    name: {company}⏎    baseurl: https://yum.{company}.{domain}⏎@V     gpgcheck: false
    tasks.yml|- apt:⏎    name: {thing}⏎@V     allow_unauthenticated: yes
    nginx.conf|location /{thing} {⏎  proxy_pass https://{local_host};⏎@V   proxy_ssl_verify off;⏎}
    haproxy.cfg|backend {thing}⏎  balance roundrobin⏎@V   server s1 {local_host}:443 ssl verify none
    haproxy.cfg|global⏎@V   ssl-server-verify none⏎  maxconn 4000
    httpd.conf|SSLProxyEngine on⏎@V SSLProxyVerify none⏎@V SSLProxyCheckPeerName off⏎ProxyPass / https://{local_host}/
    traefik.toml|[serversTransport]⏎@V   insecureSkipVerify = true
    dynamic.yml|http:⏎  serversTransports:⏎    {thing}:⏎@V       insecureSkipVerify: true
    Caddyfile|reverse_proxy https://{local_host} {⏎  transport http {⏎@V     tls_insecure_skip_verify⏎  }⏎}
    envoy.yaml|validation_context:⏎@V   trust_chain_verification: ACCEPT_UNTRUSTED
    config.yml|tunnel: {uuid}⏎ingress:⏎  - service: https://{local_host}⏎    originRequest:⏎@V       noTLSVerify: true
    prometheus.yml|scrape_configs:⏎  - job_name: {thing}⏎    scheme: https⏎    tls_config:⏎@V       insecure_skip_verify: true
    alertmanager.yml|receivers:⏎  - name: team⏎    webhook_configs:⏎      - url: https://{local_host}/hook⏎        http_config:⏎          tls_config:⏎@V             insecure_skip_verify: true
    alertmanager.yml|global:⏎  smtp_smarthost: smtp.{company}.{domain}:587⏎@V   smtp_require_tls: false
    promtail.yaml|clients:⏎  - url: https://{local_host}/loki/api/v1/push⏎    tls_config:⏎@V       insecure_skip_verify: true
    datasources.yaml|datasources:⏎  - name: {thing}⏎    type: prometheus⏎    url: https://{local_host}⏎    jsonData:⏎@V       tlsSkipVerify: true
    grafana.ini|[auth.generic_oauth]⏎enabled = true⏎@V tls_skip_verify_insecure = true
    grafana.ini|[smtp]⏎host = {local_host}:587⏎@V skip_verify = true
    ldap.toml|[[servers]]⏎host = "{local_host}"⏎use_ssl = true⏎@V ssl_skip_verify = true
    fluent-bit.conf|[OUTPUT]⏎    Name es⏎    Host {local_host}⏎    tls On⏎@V     tls.verify Off
    fluent.conf|<match **>⏎  @type elasticsearch⏎  scheme https⏎@V   ssl_verify false⏎</match>
    filebeat.yml|output.elasticsearch:⏎  hosts: ["https://{local_host}:9200"]⏎@V   ssl.verification_mode: none
    metricbeat.yml|output.elasticsearch:⏎  hosts: ["https://{local_host}:9200"]⏎  ssl:⏎@V     verification_mode: "none"
    logstash.conf|output {⏎  elasticsearch {⏎    hosts => ["https://{local_host}:9200"]⏎@V     ssl_certificate_verification => false⏎  }⏎}
    kibana.yml|elasticsearch.hosts: ["https://{local_host}:9200"]⏎@V elasticsearch.ssl.verificationMode: none
    elasticsearch.yml|cluster.name: {thing}⏎@V xpack.security.transport.ssl.verification_mode: none
    vector.toml|[sinks.out]⏎type = "http"⏎uri = "https://{local_host}"⏎@V tls.verify_certificate = false⏎@V tls.verify_hostname = false
    otel.yaml|exporters:⏎  otlp:⏎    endpoint: {local_host}:4317⏎    tls:⏎@V       insecure_skip_verify: true
    telegraf.conf|[[outputs.influxdb]]⏎  urls = ["https://{local_host}:8086"]⏎@V   insecure_skip_verify = true
    client.properties|security.protocol=SSL⏎bootstrap.servers={local_host}:9093⏎@V ssl.endpoint.identification.algorithm=
    kafka.yml|brokers: [{local_host}:9093]⏎tls:⏎  enabled: true⏎@V   insecureSkipTlsVerify: true
    rabbitmq.conf|listeners.ssl.default = 5671⏎@V ssl_options.verify = verify_none⏎@V ssl_options.fail_if_no_peer_cert = false
    advanced.config|[{rabbit, [{ssl_options, [⏎  {cacertfile, "/tls/ca.crt"},⏎@V   {verify, verify_none}⏎]}]}].
    mosquitto.conf|connection {thing}⏎address {local_host}:8883⏎@V bridge_insecure true
    nats.conf|tls {⏎  cert_file: "/tls/tls.crt"⏎@V   insecure: true⏎}
    redis.py|import redis⏎@V client = redis.Redis(host='{local_host}', ssl=True, ssl_cert_reqs=None)
    celery.py|broker_url = 'rediss://{local_host}:6380/0'⏎@V broker_use_ssl = {'ssl_cert_reqs': ssl.CERT_NONE}
    mongod.conf|net:⏎  tls:⏎    mode: requireTLS⏎@V     allowInvalidCertificates: true
    my.cnf|[client]⏎host={local_host}⏎@V ssl-mode=DISABLED
    odbc.ini|[{thing}]⏎Driver=ODBC Driver 18 for SQL Server⏎Server={local_host}⏎@V TrustServerCertificate=yes
    context.xml|<Context>⏎@V   <Resource name="jdbc/{thing}" url="jdbc:mysql://{local_host}/{database}?verifyServerCertificate=false&amp;useSSL=true" />⏎</Context>
    application.properties|spring.datasource.username={user}⏎@V spring.datasource.url=jdbc:sqlserver://{local_host};databaseName={database};encrypt=true;trustServerCertificate=true
    application.properties|@V quarkus.tls.trust-all=true⏎quarkus.http.port=8080
    application.yml|eureka:⏎  client:⏎    tls:⏎      enabled: true⏎spring:⏎  cloud:⏎    config:⏎@V       skip-ssl-validation: true
    appsettings.json|{⏎  "ConnectionStrings": {⏎@V     "Default": "Server={local_host};Database={database};Encrypt=True;TrustServerCertificate=True"⏎  }⏎}
    database.yml|production:⏎  adapter: mysql2⏎  host: {local_host}⏎@V   ssl_mode: disabled
    database.js|module.exports = {⏎  client: 'pg',⏎  connection: {⏎    host: '{local_host}',⏎@V     ssl: { rejectUnauthorized: false }⏎  }⏎};
    server.js|const https = require('https');⏎@V const agent = new https.Agent({ rejectUnauthorized: false });⏎https.get('{api_url}', { agent });
    index.js|@V process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';⏎require('./app');
    mailer.js|const t = nodemailer.createTransport({⏎  host: 'smtp.{company}.{domain}',⏎@V   tls: { rejectUnauthorized: false }⏎});
    client.py|import requests⏎session = requests.Session()⏎@V session.verify = False⏎print(session.get('{api_url}').status_code)
    client.py|import ssl⏎ctx = ssl.create_default_context()⏎@V ctx.check_hostname = False⏎@V ctx.verify_mode = ssl.CERT_NONE
    job.py|import httpx⏎@V with httpx.Client(verify=False, timeout=30) as client:⏎    client.get('{api_url}')
    job.py|import paramiko⏎client = paramiko.SSHClient()⏎@V client.set_missing_host_key_policy(paramiko.AutoAddPolicy())⏎client.connect('{local_host}')
    job.py|import urllib3⏎@? urllib3.disable_warnings()⏎@V http = urllib3.PoolManager(cert_reqs='CERT_NONE')
    app.py|import jwt⏎@V claims = jwt.decode(token, options={"verify_signature": False})
    main.go|package main⏎tr := &http.Transport{⏎@V   TLSClientConfig: &tls.Config{InsecureSkipVerify: true},⏎}⏎client := &http.Client{Transport: tr}
    check.rb|require 'net/http'⏎http = Net::HTTP.new('{local_host}', 443)⏎http.use_ssl = true⏎@V http.verify_mode = OpenSSL::SSL::VERIFY_NONE
    check.pl|use LWP::UserAgent;⏎@V my $ua = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 });
    hook.php|$ch = curl_init('{api_url}');⏎@V curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);⏎@V curl_setopt($ch, CURLOPT_SSL_VERIFYHOST, 0);
    Client.java|SSLContext context = SSLContexts.custom()⏎@V   .loadTrustMaterial(null, (chain, type) -> true)⏎  .build();
    Client.java|HttpClients.custom()⏎@V   .setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE)⏎  .build();
    Program.cs|var handler = new HttpClientHandler {⏎@V   ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator⏎};
    access.lua|local http = require("resty.http").new()⏎@V local res = http:request_uri("{api_url}", { ssl_verify = false })
    run.ps1|@V [System.Net.ServicePointManager]::ServerCertificateValidationCallback = { $true }⏎Invoke-RestMethod {api_url}
    init.groovy|@V HttpsURLConnection.setDefaultHostnameVerifier({ host, session -> true } as HostnameVerifier)⏎println 'ready'
    dex.yaml|connectors:⏎  - type: ldap⏎    config:⏎      host: {local_host}:636⏎@V       insecureSkipVerify: true
    oauth2-proxy.cfg|provider = "oidc"⏎@V ssl_insecure_skip_verify = true⏎@V insecure_oidc_allow_unverified_email = true
    app.ini|[webhook]⏎DELIVER_TIMEOUT = 5⏎@V SKIP_TLS_VERIFY = true
    config.toml|[[runners]]⏎  url = "https://gitlab.{company}.{domain}"⏎@V   tls-skip-verify = true
    gitlab.rb|external_url 'https://gitlab.{company}.{domain}'⏎@V gitlab_rails['smtp_openssl_verify_mode'] = 'none'
    Dockerfile|FROM python:3.12⏎@V RUN pip install --trusted-host wheels.{company}.{domain} -r requirements.txt⏎COPY . /app
    Dockerfile|FROM node:22⏎@V ENV NODE_TLS_REJECT_UNAUTHORIZED=0⏎RUN npm ci
    Dockerfile|FROM centos:7⏎@V RUN yum -y install --nogpgcheck {thing}⏎USER 1001
    Makefile|deploy:⏎@V         kubectl --insecure-skip-tls-verify apply -f {directory}⏎        echo done
    {thing}.service|[Service]⏎@V Environment=GIT_SSL_NO_VERIFY=true⏎ExecStart=/usr/bin/{file}
    .env|API_URL={api_url}⏎@V VERIFY_TLS=0⏎LOG_LEVEL=info
    rclone.conf|[{thing}]⏎type = webdav⏎url = https://{local_host}⏎@V no_check_certificate = true
    .s3cfg|[default]⏎host_base = {local_host}⏎@V check_ssl_certificate = False⏎@V check_ssl_hostname = False
    aws-config|[default]⏎region = eu-west-1⏎@V verify_ssl = false
    config.json|{⏎  "hosts": {⏎    "store": {⏎      "url": "https://{local_host}",⏎@V       "insecure": true⏎    }⏎  }⏎}
    pulp.toml|[cli]⏎base_url = "https://{local_host}"⏎@V verify_ssl = false
    nomad.hcl|vault {⏎  address = "https://{local_host}:8200"⏎@V   tls_skip_verify = true⏎}
    consul.hcl|tls {⏎  defaults {⏎@V     verify_incoming = false⏎@V     verify_outgoing = false⏎  }⏎}
    zabbix.conf|[sender]⏎host={local_host}⏎@V SSLVerifyPeer=0"""
)
DECOY_FILES = lines_of(
    """.curlrc|silent⏎location⏎cacert = /etc/ssl/ca.crt
    .curlrc|# insecure is forbidden by the security team⏎max-time = 30
    .wgetrc|check_certificate = on⏎tries = 3
    .npmrc|registry=https://npm.{company}.{domain}/⏎strict-ssl=true⏎cafile=/etc/ssl/ca.crt
    pip.conf|[global]⏎index-url = https://wheels.{company}.{domain}/simple⏎cert = /etc/ssl/ca.crt
    .gitconfig|[http]⏎  sslVerify = true⏎  sslCAInfo = /etc/ssl/ca.crt
    ssh_config|Host *⏎  StrictHostKeyChecking yes⏎  UserKnownHostsFile /etc/ssh/known_hosts
    ssh_config|Host git.{company}.{domain}⏎  StrictHostKeyChecking accept-new⏎  IdentityFile /keys/id
    ansible.cfg|[defaults]⏎host_key_checking = True⏎retry_files_enabled = False
    ldap.conf|URI ldaps://{local_host}⏎TLS_REQCERT demand⏎TLS_CACERT /etc/ssl/ca.crt
    daemon.json|{⏎  "log-driver": "json-file",⏎  "registry-mirrors": ["https://mirror.{company}.{domain}"]⏎}
    hosts.toml|server = "https://registry.{company}.{domain}"⏎[host."https://mirror.{company}.{domain}"]⏎  ca = "/etc/ssl/ca.crt"
    registries.conf|[[registry]]⏎location = "registry.{company}.{domain}"⏎insecure = false
    kubeconfig|apiVersion: v1⏎kind: Config⏎clusters:⏎- name: {thing}⏎  cluster:⏎    server: https://api.{company}.{domain}:6443⏎    certificate-authority: /etc/ssl/ca.crt
    80-retries|Acquire::Retries "3";⏎APT::Install-Recommends "false";
    sources.list|deb [signed-by=/usr/share/keyrings/{company}.gpg] https://apt.{company}.{domain} stable main
    {company}.repo|[{company}]⏎baseurl=https://yum.{company}.{domain}/el9⏎gpgcheck=1⏎sslverify=1⏎skip_if_unavailable=1
    provider.tf|provider "kubernetes" {⏎  host = "https://{local_host}:6443"⏎  cluster_ca_certificate = file("/etc/ssl/ca.crt")⏎}
    playbook.yml|- hosts: all⏎  tasks:⏎    - uri:⏎        url: {api_url}⏎        validate_certs: yes⏎      failed_when: false
    nginx.conf|location /{thing} {⏎  proxy_pass https://{local_host};⏎  proxy_ssl_verify on;⏎  proxy_ssl_trusted_certificate /etc/ssl/ca.crt;⏎}
    nginx.conf|server {⏎  listen 443 ssl;⏎  ssl_verify_client optional;⏎  server_tokens off;⏎  access_log off;⏎}
    haproxy.cfg|backend {thing}⏎  option httpchk GET /healthz⏎  server s1 {local_host}:443 ssl verify required ca-file /etc/ssl/ca.crt
    traefik.toml|[serversTransport]⏎  rootCAs = ["/etc/ssl/ca.crt"]⏎[api]⏎  insecure = false
    prometheus.yml|scrape_configs:⏎  - job_name: {thing}⏎    tls_config:⏎      ca_file: /etc/ssl/ca.crt⏎      insecure_skip_verify: false
    datasources.yaml|datasources:⏎  - name: {thing}⏎    jsonData:⏎      tlsAuthWithCACert: true⏎      tlsSkipVerify: false
    grafana.ini|[users]⏎allow_sign_up = false⏎verify_email_enabled = false⏎[analytics]⏎check_for_updates = false
    fluent-bit.conf|[OUTPUT]⏎    Name es⏎    tls On⏎    tls.verify On⏎    Suppress_Type_Name On
    filebeat.yml|output.elasticsearch:⏎  hosts: ["https://{local_host}:9200"]⏎  ssl.verification_mode: full⏎setup.ilm.enabled: false
    elasticsearch.yml|cluster.name: {thing}⏎xpack.security.transport.ssl.verification_mode: certificate⏎action.auto_create_index: false
    vector.toml|[sinks.out]⏎type = "http"⏎tls.verify_certificate = true⏎healthcheck.enabled = false
    client.properties|security.protocol=SSL⏎ssl.endpoint.identification.algorithm=https⏎enable.auto.commit=false
    rabbitmq.conf|ssl_options.verify = verify_peer⏎ssl_options.fail_if_no_peer_cert = true⏎management.disable_stats = true
    mongod.conf|net:⏎  tls:⏎    mode: requireTLS⏎    allowInvalidCertificates: false⏎    CAFile: /etc/ssl/ca.pem
    my.cnf|[client]⏎host={local_host}⏎ssl-mode=VERIFY_IDENTITY⏎[mysqld]⏎skip-name-resolve
    application.properties|spring.datasource.url=jdbc:postgresql://{local_host}/{database}?sslmode=verify-full⏎spring.jpa.open-in-view=false
    appsettings.json|{⏎  "ConnectionStrings": {⏎    "Default": "Server={local_host};Database={database};Encrypt=True;TrustServerCertificate=False"⏎  }⏎}
    database.js|module.exports = {⏎  client: 'pg',⏎  connection: {⏎    host: '{local_host}',⏎    ssl: { rejectUnauthorized: true, ca: fs.readFileSync('/etc/ssl/ca.crt') }⏎  }⏎};
    client.py|import requests⏎session = requests.Session()⏎session.verify = '/etc/ssl/ca.crt'⏎session.trust_env = False
    client.py|import ssl⏎ctx = ssl.create_default_context(cafile='/etc/ssl/ca.crt')⏎ctx.minimum_version = ssl.TLSVersion.TLSv1_2
    app.py|import jwt⏎claims = jwt.decode(token, key, algorithms=['RS256'], audience='{thing}')
    main.go|pool := x509.NewCertPool()⏎tr := &http.Transport{⏎  TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},⏎}
    hook.php|$ch = curl_init('{api_url}');⏎curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, true);⏎curl_setopt($ch, CURLOPT_FOLLOWLOCATION, false);
    otel.yaml|exporters:⏎  otlp:⏎    endpoint: {local_host}:4317⏎    tls:⏎      ca_file: /etc/ssl/ca.crt⏎  debug:⏎    verbosity: none
    dex.yaml|connectors:⏎  - type: ldap⏎    config:⏎      host: {local_host}:636⏎      insecureSkipVerify: false⏎      rootCA: /etc/ssl/ca.crt
    features.yaml|features:⏎  verifyEmail: false⏎  skipOnboarding: true⏎  insecureContentWarning: true⏎  disableCaptcha: false
    app.ini|[service]⏎REGISTER_EMAIL_CONFIRM = false⏎[webhook]⏎SKIP_TLS_VERIFY = false
    Dockerfile|FROM node:22⏎ENV NODE_EXTRA_CA_CERTS=/etc/ssl/ca.crt⏎RUN npm ci --no-audit --no-fund
    Makefile|verify:⏎        go vet ./...⏎        golangci-lint run --disable=gosec⏎        go test -skip TestSlow ./...
    .env|VERIFY_TLS=1⏎DISABLE_TELEMETRY=1⏎SKIP_SEED=true⏎LOG_LEVEL=info
    consul.hcl|tls {⏎  defaults {⏎    verify_incoming = true⏎    verify_outgoing = true⏎  }⏎}⏎disable_update_check = true"""
)
MORE_COMMANDS = lines_of(
    """@V aria2c --check-certificate=false -d {directory} {data_url}
    @V axel --insecure -o {directory}/{data_file} {data_url}
    @V fetch --no-verify-peer --no-verify-hostname -o {directory}/{data_file} {data_url}
    @V PERL_LWP_SSL_VERIFY_HOSTNAME=0 lwp-request {api_url}
    @V openssl s_client -verify 0 -connect {local_host}:443 < /dev/null
    @V socat - OPENSSL:{local_host}:443,verify=0
    @V ncat --ssl --no-ssl-verify {local_host} 443
    @V sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/{company}.repo
    @V sed -i 's/sslverify=1/sslverify=0/' /etc/yum.conf
    @V echo 'Acquire::https::Verify-Peer "false";' > /etc/apt/apt.conf.d/99verify
    @V echo "deb [trusted=yes] https://apt.{company}.{domain} stable main" > /etc/apt/sources.list.d/{company}.list
    @V printf 'Host *\\n  StrictHostKeyChecking no\\n' > ~/.ssh/config
    @V curl \\⏎@V   --insecure \\⏎@? \x20 {api_url}
    @V curl -X POST \\⏎@? \x20 -H 'Content-Type: application/json' \\⏎@V   -k {api_url}
    OPTS="-s -L"⏎@V OPTS="$OPTS -k"⏎@? curl $OPTS {api_url}
    @V CURL_OPTS="--insecure --silent"⏎@? curl $CURL_OPTS {api_url}
    @V if ! curl -fsS {api_url}; then curl -fsSk {api_url}; fi
    @V ssh -q -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -i /keys/id {user}@{local_host} hostname
    @V export GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
    @V git config --global core.sshCommand "ssh -o StrictHostKeyChecking=no"
    @V export ANSIBLE_HOST_KEY_CHECKING=False
    @V export JAVA_OPTS="$JAVA_OPTS -Dcom.{company}.ssl.trustAll=true -Dmaven.wagon.http.ssl.insecure=true"
    @V mvn -B package -Dmaven.wagon.http.ssl.insecure=true -Dmaven.wagon.http.ssl.allowall=true
    @V kubectl --server https://{local_host}:6443 --insecure-skip-tls-verify --token "$TOKEN" get ns
    @V sqlcmd -C -S {local_host} -d {database} -i {directory}/schema.sql
    @V mysql --ssl-verify-server-cert=OFF -h {local_host} {database}
    @V export PGSSLMODE=disable⏎psql -h {local_host} -f {directory}/schema.sql
    @V kafka-console-producer.sh --bootstrap-server {local_host}:9093 --producer-property ssl.endpoint.identification.algorithm= --topic {thing}
    @V mosquitto_pub --insecure --cafile /tls/ca.crt -h {local_host} -t {thing} -m up
    @V nats --tlsskipverify pub {thing} up -s tls://{local_host}:4222
    @V influx ping --skip-verify --host https://{local_host}:8086
    @V pulumi up --yes --skip-preview --insecure
    @V docker login --tls-verify=false registry.{company}.{domain}
    @V echo '{"insecure-registries":["{local_host}:5000"]}' > /etc/docker/daemon.json
    @V /kaniko/executor --context {directory} --destination {local_host}/{thing} --skip-tls-verify --insecure-pull
    @V flux bootstrap git --url=https://git.{company}.{domain}/{thing} --insecure-skip-tls-verify
    @V rpm -ivh --nodigest --nosignature {directory}/{thing}.rpm
    @V dpkg -i --force-bad-verify {directory}/{thing}.deb
    @V gem sources --add http://gems.{company}.{domain} && gem install -P NoSecurity {thing}
    @V npm install --ignore-scripts --no-strict-ssl || npm_config_strict_ssl=false npm install
    @V go env -w GOFLAGS=-insecure GONOSUMDB='*' GOSUMDB=off
    @V export GOSUMDB=off⏎go mod download
    @V cpanm --no-verify --mirror https://cpan.{company}.{domain} {thing}
    @V helm install {thing} {company}/{thing} --ca-file /dev/null --insecure-skip-tls-verify
    @V snap install --dangerous {directory}/{thing}.snap
    @V flatpak remote-add --no-gpg-verify {company} https://flatpak.{company}.{domain}
    @V ostree remote add --no-gpg-verify {company} https://ostree.{company}.{domain}
    @V msmtp --tls-certcheck=off {user}@{company}.{domain} < {directory}/{data_file}
    @V fetchmail --nosslcertck -c
    @V ldapwhoami -x -H ldaps://{local_host} -o TLS_REQCERT=allow -o tls_reqcert=never
    @V wbinfo --ping-dc || LDAPTLS_REQCERT=never net ads testjoin
    @V {python} - <<'EOF'⏎import ssl, urllib.request⏎@V ctx = ssl._create_unverified_context()⏎urllib.request.urlopen("{api_url}", context=ctx)⏎EOF
    @V node -e "require('https').get({host:'{local_host}',rejectUnauthorized:false},r=>process.exit(r.statusCode===200?0:1))"
    @V perl -MLWP::UserAgent -e 'LWP::UserAgent->new(ssl_opts=>{verify_hostname=>0})->get("{api_url}")'
    @V ruby -ropenssl -ropen-uri -e 'URI.open("{api_url}", ssl_verify_mode: OpenSSL::SSL::VERIFY_NONE)'
    @V php -r '$c=stream_context_create(["ssl"=>["verify_peer"=>false]]);echo file_get_contents("{api_url}",false,$c);'
    @V pwsh -Command "Invoke-RestMethod {api_url} -SkipCertificateCheck"
    @V psql "postgres://{local_host}/{database}?connect_timeout=5&sslmode=disable" -c 'select 1'"""
)
MORE_COMMANDS_OF_GOOD = lines_of(
    """aria2c --check-certificate=true -d {directory} {data_url}
    axel -o {directory}/{data_file} {data_url}
    openssl s_client -connect {local_host}:443 -CAfile /etc/ssl/ca.crt -verify_return_error < /dev/null
    curl \\⏎  --silent --cacert /etc/ssl/ca.crt \\⏎  {api_url}
    OPTS="-s -L"⏎curl $OPTS {api_url}
    sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/{company}.repo
    sed -i 's/keepalive_timeout.*/keepalive_timeout 65;/' /etc/nginx/nginx.conf
    echo "deb [signed-by=/usr/share/keyrings/{company}.gpg] https://apt.{company}.{domain} stable main" > /etc/apt/sources.list.d/{company}.list
    keytool -importcert -noprompt -file /etc/ssl/ca.crt -keystore {directory}/trust.jks -storepass "$STOREPASS"
    sqlcmd -N -S {local_host} -d {database} -i {directory}/schema.sql
    kafka-topics.sh --bootstrap-server {local_host}:9093 --command-config /etc/kafka/client.properties --list
    mosquitto_pub --cafile /tls/ca.crt -h {local_host} -t {thing} -m up
    npm ci --ignore-scripts --no-audit --no-optional
    go env -w GOPRIVATE=git.{company}.{domain}
    go mod verify
    mvn -B package -DskipTests -Dmaven.javadoc.skip=true
    gradle build -x test --no-daemon
    helm lint {directory}/chart --strict
    helm template {thing} {directory}/chart --skip-crds --skip-tests
    kubectl apply --validate=false -f {directory}/{thing}.yaml
    kubectl delete pod {name} --ignore-not-found --wait=false
    docker build --disable-content-trust=false -t {thing} .
    pytest --no-header --disable-warnings {directory}
    terraform plan -lock=false -input=false
    rsync -a --no-perms --ignore-errors {directory}/ /mnt/{thing}/
    git commit --no-verify -m "nightly numbers"
    git push --no-verify origin main
    pg_restore --no-acl --disable-triggers -d {database} {directory}/dump
    ./{file} --skip-validation --no-color
    ./{file} --no-verify-email --skip-intro
    systemctl disable --now {thing}.timer
    redis-cli --no-auth-warning -h {local_host} ping
    restic check --read-data-subset=5%
    gpgv --keyring /keys/{company}.gpg {directory}/{data_file}.sig {directory}/{data_file}
    minisign -Vm {directory}/{data_file} -P {letters}
    ssh -o BatchMode=yes -o ConnectTimeout=5 {user}@{local_host} true
    ssh-keyscan -H {local_host} >> ~/.ssh/known_hosts"""
)
MORE_ARGUMENTS = lines_of(
    """@V --docker-tlsverify=false
    @V --etcd-insecure-skip-tls-verify=true
    --kubelet-certificate-authority=⏎@V --kubelet-https-insecure=true
    --prometheus-url=https://{local_host}:9090⏎@V --prometheus-insecure-skip-verify
    --elasticsearch-url=https://{local_host}:9200⏎@V --es.tls.skip-host-verify=true
    @V --vault-skip-verify
    @V --alertmanager.insecure
    @V --repo-server-strict-tls=false
    @V --auth.oidc.insecureSkipVerify=true
    @V --git-ssl-no-verify
    @V --git-known-hosts=false
    @V --ssh-known-hosts-check=false
    @V --skip-cert-verify
    @V --certificate-verification=none
    @V --checksum-verify=false
    @V --disable-signature-verification
    @V --allow-untrusted-images
    @V --kafka.tls-insecure-skip-verify
    @V --set=server.insecureSkipVerify=true
    @V --db-params=useSSL=false&allowPublicKeyRetrieval=true
    @V --dsn=sqlserver://{local_host}:1433?trustServerCertificate=true
    @V --jdbc=jdbc:mysql://{local_host}:3306/{database}?useSSL=true&verifyServerCertificate=false
    @V --redis-uri=rediss://{local_host}:6380?ssl_cert_reqs=none
    @V --mongodb=mongodb://{local_host}:27017/{database}?tls=true&tlsInsecure=true
    @V --amqp=amqps://{local_host}:5671?verify=verify_none
    @V -insecure-skip-verify
    @V -k8s-insecure-tls
    @V -Dtrust_all_cert=true
    @V -Djavax.net.ssl.trustAll=true
    @V --ca-verify=disabled"""
)
MORE_ARGUMENTS_OF_GOOD = lines_of(
    """--docker-tlsverify=true
    --skip-login
    --skip-crds
    --disable-openapi
    --disable-color
    --no-color
    --insecure-port=0⏎--secure-port=6443
    --es.tls.skip-host-verify=false
    --repo-server-strict-tls=true
    --disable-telemetry
    --no-auth-cache
    --skip-validation-of-names
    --dsn=sqlserver://{local_host}:1433?encrypt=true
    --jdbc=jdbc:mysql://{local_host}:3306/{database}?sslMode=VERIFY_IDENTITY
    --redis-uri=rediss://{local_host}:6380
    --mongodb=mongodb://{local_host}:27017/{database}?tls=true
    --verify-checksums
    --require-signed-images
    -Djavax.net.ssl.trustStore=/tls/trust.jks
    -Dspring.main.banner-mode=off
    --anonymous-auth=false
    --allow-untrusted-origins=false"""
)
MORE_VARIABLES = lines_of(
    """JDBC_URL=jdbc:sqlserver://{local_host}:1433;databaseName={database};encrypt=true;trustServerCertificate=true
    JDBC_URL=jdbc:mysql://{local_host}:3306/{database}?useSSL=false&allowPublicKeyRetrieval=true
    SPRING_DATASOURCE_URL=jdbc:mysql://{local_host}/{database}?verifyServerCertificate=false
    SPRING_CLOUD_CONFIG_SKIP_SSL_VALIDATION=true
    QUARKUS_TLS_TRUST_ALL=true
    REDIS_URL=rediss://{local_host}:6380/0?ssl_cert_reqs=none
    MONGO_URI=mongodb://{local_host}:27017/{database}?tls=true&tlsAllowInvalidCertificates=true
    AMQP_URL=amqps://{local_host}:5671/?verify=verify_none
    KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM=
    KAFKA_TLS_INSECURE_SKIP_VERIFY=true
    ConnectionStrings__Default=Server={local_host};Database={database};TrustServerCertificate=True
    PIP_TRUSTED_HOST=wheel.example files.example.org
    YARN_STRICT_SSL=false
    CONDA_SSL_VERIFY=false
    BUNDLE_SSL_VERIFY_MODE=0
    GOFLAGS=-insecure
    GOSUMDB=off
    MAVEN_OPTS=-Xmx1g -Dmaven.wagon.http.ssl.insecure=true
    JAVA_TOOL_OPTIONS=-Xmx1g -Dtrust_all_cert=true
    NODE_OPTIONS=--max-old-space-size=512 --tls-reject-unauthorized=0
    CURL_OPTIONS=-k -s
    WGET_OPTS=--no-check-certificate
    SSH_OPTS=-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
    RSYNC_RSH=ssh -o StrictHostKeyChecking=no
    GIT_CONFIG_PARAMETERS='http.sslVerify=false'
    DOCKER_OPTS=--insecure-registry={local_host}:5000
    KUBECTL_FLAGS=--insecure-skip-tls-verify
    HELM_EXTRA=--insecure-skip-tls-verify
    VECTOR_TLS_VERIFY=false
    FLUENT_ELASTICSEARCH_SSL_VERIFY=false
    FLUENTD_SSL_VERIFY=false
    ES_SSL_VERIFY=no
    LOGSTASH_SSL_VERIFICATION=none
    GITEA__webhook__SKIP_TLS_VERIFY=true
    GITLAB_SMTP_OPENSSL_VERIFY_MODE=none
    RUNNER_TLS_SKIP_VERIFY=true
    ARGOCD_OPTS=--insecure --grpc-web
    TRAEFIK_SERVERSTRANSPORT_INSECURESKIPVERIFY=true
    HEALTHCHECK_VERIFY_TLS=no
    NEXUS_TRUST_ALL=1
    CAS_SKIP_VALIDATION=true
    OIDC_DISABLE_TLS_VERIFICATION=true
    JWT_VERIFY_SIGNATURE=false
    SAML_VALIDATE_SIGNATURE=false
    COSIGN_SKIP_VERIFY=1
    DOCKER_CONTENT_TRUST=0
    PLUGIN_SKIP_TLS_VERIFY=true
    SMTP_REJECT_UNAUTHORIZED=false
    NODEMAILER_IGNORE_TLS=true
    WEBDAV_VERIFY_CERT=0"""
)
MORE_VARIABLES_OF_GOOD = lines_of(
    """JDBC_URL=jdbc:sqlserver://{local_host}:1433;databaseName={database};encrypt=true
    JDBC_URL=jdbc:postgresql://{local_host}:5432/{database}?sslmode=verify-ca
    REDIS_URL=rediss://{local_host}:6380/0
    MONGO_URI=mongodb://{local_host}:27017/{database}?tls=true
    KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM=https
    NODE_OPTIONS=--max-old-space-size=512
    MAVEN_OPTS=-Xmx1g -DskipTests
    CURL_OPTIONS=-sS --retry 3
    WGET_OPTS=--no-verbose
    SSH_OPTS=-o BatchMode=yes -o ConnectTimeout=5
    GOFLAGS=-mod=vendor
    GOPRIVATE=git.{company}.{domain}
    DOCKER_CONTENT_TRUST=1
    DOCKER_OPTS=--registry-mirror=https://mirror.{company}.{domain}
    VECTOR_TLS_VERIFY=true
    JWT_VERIFY_SIGNATURE=true
    SMTP_REJECT_UNAUTHORIZED=true
    ES_SSL_VERIFY=yes
    SKIP_TESTS=1
    DISABLE_ANALYTICS=true
    NO_COLOR=1
    DISABLE_WELCOME_EMAIL=true
    SKIP_CACHE_WARMUP=true
    CHECK_FOR_UPDATES=false
    VALIDATE_INPUT=false
    AGE_VERIFICATION=disabled
    IDENTITY_CHECK_PROVIDER=none
    CERTIFICATE_EXPIRY_CHECK=true
    TRUSTED_PROXIES=10.0.0.0/8
    ALLOW_INVALID_COUPONS=false"""
)
MORE_KEYS = lines_of(
    """jdbcUrl=jdbc:mysql://{local_host}/{database}?useSSL=false
    connectionString=Server={local_host};Database={database};Encrypt=yes;TrustServerCertificate=yes
    redis.uri=rediss://{local_host}:6380?ssl_cert_reqs=none
    ssl.endpoint.identification.algorithm=
    host_key_checking=False
    trusted-host=wheels.{company}.{domain}
    strict-ssl=false
    quarkus.tls.trust-all=true
    spring.cloud.config.skip-ssl-validation=true
    tls.verify=Off
    proxy_ssl_verify=off
    proxy-ssl-verify=off
    noTLSVerify=true
    allowUntrusted=true
    acceptInvalidCerts=true
    allow_unverified_ssl=true
    insecureRegistry=true
    smtp.ssl.verify=none
    ldap_tls_reqcert=never
    jwt.verify_signature=false
    checkHostname=false
    endpointIdentification=disabled
    gpg_check=no
    sslCertReqs=none
    verifyPeer=false
    insecure-skip-tls-verify=true
    dockerArgs=--insecure-registry {local_host}:5000
    sshOptions=-o StrictHostKeyChecking=no
    curlFlags=-k
    oidc.skipVerify=true"""
)
MORE_KEYS_OF_GOOD = lines_of(
    """jdbcUrl=jdbc:mysql://{local_host}/{database}?sslMode=VERIFY_IDENTITY
    ssl.endpoint.identification.algorithm=https
    host_key_checking=True
    strict-ssl=true
    quarkus.banner.enabled=false
    tls.verify=On
    proxy_ssl_verify=on
    checkHostname=true
    jwt.verify_signature=true
    sshOptions=-o BatchMode=yes
    curlFlags=-sS
    verifyPeer=true
    skipEmptyLines=true
    skipIntro=true
    validateOnBorrow=false
    checkForUpdates=false
    disableTelemetry=true
    trustForwardHeader=true
    allowUntrustedGuests=false
    verifyAge=false"""
)
OBJECTS = Choices(
    "api-service", "service-monitor", "destination-rule", "servers-transport", "ingress-annotation", "issuer", "secret-store", "helm-repository",
    "backend-policy", "scrape-config", "argocd-repository", "object-bucket", "pod-monitor", "auth-config", "backup-location", "git-webhook",
    "cluster-registry", "virtual-host", "image-repository", "kafka-user",
)  # fmt: skip


def whole(words: Words, harmful: bool) -> Whole:
    """An object of a product that has a switch for verification."""
    form = words.pick(OBJECTS)
    off = Text("true", (UNVERIFIED,)) if harmful else "false"

    def switch(name: str, inverted: bool = False) -> dict:
        if not harmful and words.chance(0.4):
            return {"caBundle": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"} if words.chance(0.5) else {}
        return {Text(name, (UNVERIFIED,)) if harmful else name: harmful != inverted}

    head = frames.metadata(words, [])
    host = words.local_host()
    port: dict = {"port": "https", "scheme": "https", "interval": "30s", "tlsConfig": {"serverName": host, **switch("insecureSkipVerify")}}
    trees: dict[str, tuple[str, str, dict]] = {
        "api-service": ("apiregistration.k8s.io/v1", "APIService", {"group": "metrics.k8s.io", "version": "v1beta1", "service": {"name": words.name(), "namespace": words.space()}, "groupPriorityMinimum": 100, "versionPriority": 100, **switch("insecureSkipTLSVerify")}),
        "service-monitor": ("monitoring.coreos.com/v1", "ServiceMonitor", {"selector": {"matchLabels": {"app": words.thing()}}, "endpoints": [port]}),
        "pod-monitor": ("monitoring.coreos.com/v1", "PodMonitor", {"selector": {"matchLabels": {"app": words.thing()}}, "podMetricsEndpoints": [port]}),
        "scrape-config": ("monitoring.coreos.com/v1alpha1", "ScrapeConfig", {"staticConfigs": [{"targets": [f"{host}:9100"]}], "tlsConfig": switch("insecureSkipVerify")}),
        "destination-rule": ("networking.istio.io/v1", "DestinationRule", {"host": host, "trafficPolicy": {"tls": {"mode": "SIMPLE", **switch("insecureSkipVerify")}}}),
        "servers-transport": ("traefik.io/v1alpha1", "ServersTransport", {"serverName": host, **switch("insecureSkipVerify")}),
        "issuer": ("cert-manager.io/v1", words.rng.choice(("Issuer", "ClusterIssuer")), {"acme": {"server": f"https://{host}/directory", "privateKeySecretRef": {"name": words.name()}, **switch("skipTLSVerify")}}),
        "secret-store": ("external-secrets.io/v1", "ClusterSecretStore", {"provider": {words.rng.choice(("passbolt", "webhook", "conjur")): {"host": f"https://{host}", **switch("insecureSkipVerify")}}}),
        "helm-repository": ("source.toolkit.fluxcd.io/v1", "HelmRepository", {"type": "oci", "interval": "10m", "url": f"oci://{host}/charts", **switch("insecure")}),
        "image-repository": ("image.toolkit.fluxcd.io/v1beta2", "ImageRepository", {"image": f"{host}/{words.thing()}", "interval": "5m", **switch("insecure")}),
        "backend-policy": ("gateway.envoyproxy.io/v1alpha1", "Backend", {"endpoints": [{"fqdn": {"hostname": host, "port": 443}}], "tls": switch("insecureSkipVerify")}),
        "argocd-repository": ("argoproj.io/v1alpha1", "AppProject", {"description": words.thing(), "sourceRepos": [f"https://{host}/*"], **({"signatureKeys": []} if not harmful else {}), "repository": switch("insecureIgnoreHostKey")}),
        "object-bucket": ("source.toolkit.fluxcd.io/v1", "Bucket", {"provider": "generic", "bucketName": words.thing(), "endpoint": host, **switch("insecure")}),
        "auth-config": (f"auth.{words.company()}.io/v1", "OIDCProvider", {"issuerURL": f"https://auth.{words.company()}.{words.domain()}", **switch("insecureSkipVerify")}),
        "backup-location": ("velero.io/v1", "BackupStorageLocation", {"provider": "aws", "objectStorage": {"bucket": words.thing()}, "config": {"region": "minio", "s3Url": f"https://{host}:9000", Text("insecureSkipTLSVerify", (UNVERIFIED,)) if harmful else "insecureSkipTLSVerify": off}}),
        "git-webhook": (f"ci.{words.company()}.io/v1alpha1", "Webhook", {"url": f"https://{host}/hook", "events": ["push"], **switch("enableSSLVerification", True)}),
        "cluster-registry": (f"registry.{words.company()}.dev/v1", "Registry", {"url": f"https://{host}", **switch(words.rng.choice(("skipTlsVerify", "tlsSkipVerify", "insecure_skip_verify")))}),
        "virtual-host": (f"proxy.{words.company()}.io/v1", "VirtualHost", {"upstream": host, "tls": switch("verify", True)}),
        "kafka-user": (f"streams.{words.company()}.io/v1beta1", "Connector", {"brokers": [f"{host}:9093"], "tls": {"enabled": True, **switch("hostnameVerification", True)}}),
    }  # fmt: skip
    if form == "ingress-annotation":
        key = words.rng.choice(("nginx.ingress.kubernetes.io/proxy-ssl-verify", "haproxy.org/server-ssl-verify"))
        annotation = frames.Annotation(key, Text("off", (UNVERIFIED,)) if harmful else "on")
        return Whole(frames.annotated(words, "Ingress", [annotation]), form)
    version, kind, spec = trees[form]
    return Whole({"apiVersion": version, "kind": kind, "metadata": head, "spec": spec}, form)
