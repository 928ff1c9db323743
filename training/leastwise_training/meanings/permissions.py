"""Commands that let everybody write, and those that give no more than is needed."""

from __future__ import annotations

from . import parts
from .parts import Part
from .vocabulary import Words, lines_of

HARMS = lines_of(
    """@W chmod 777 {directory}
    @W chmod -R 777 {directory}
    @W chmod -Rf 777 {directory}/{thing}
    @W chmod 0777 {directory}
    @W chmod -R 0777 {directory}
    @W chmod 1777 {directory}/{thing}
    @W chmod 666 {directory}/{data_file}
    @W chmod 0666 /dev/{thing}
    @W chmod -R 666 {directory}
    @W chmod a+rwx {directory}
    @W chmod -R a+rwX {directory}
    @W chmod a+w {directory}/{data_file}
    @W chmod -R a+w {directory}
    @W chmod o+w {directory}
    @W chmod -R o+w {directory}/{thing}
    @W chmod o+rwx {directory}
    @W chmod -R go+w {directory}
    @W chmod ugo+rwx {directory}
    @W chmod ugo=rwx {directory}
    @W chmod a=rwx {directory}
    @W chmod +rwx,o+w {directory}
    @W chmod u+rwx,g+rwx,o+rwx {directory}
    @W chmod --recursive 777 {directory}
    @W chmod -v 777 {directory}/{script_file}
    @W chmod 757 {directory}
    @W chmod 776 {directory} && chmod 767 {directory}/{thing}
    @W chmod -R 773 {directory}
    @W chmod 4777 {directory}/{file}
    @W sudo chmod -R 777 {directory}
    @W mkdir -p {directory}/{thing} && chmod 777 {directory}/{thing}
    @W mkdir -p {directory}/{thing} && chmod -R a+rwx {directory}
    @W mkdir -m 777 {directory}/{thing}
    @W mkdir -p -m 0777 {directory}/{thing}
    @W install -d -m 777 {directory}/{thing}
    @W install -m 0777 {file} {directory}/{file}
    @W install -d -m 0777 -o {user} {directory}
    @W umask 000
    @W umask 0
    @W umask 0000 && exec {directory}/{file}
    @W umask 000; {directory}/{file} serve
    @W umask u=rwx,g=rwx,o=rwx
    @W setfacl -m o::rwx {directory}
    @W setfacl -R -m other::rwx {directory}
    @W setfacl -d -m o::rwx {directory}/{thing}
    @W find {directory} -type d -exec chmod 777 {} +
    @W find {directory} -type f -exec chmod 666 {} \\;
    @W find {directory} -print0 | xargs -0 chmod 777
    @W find {directory} -type d | xargs chmod a+rwx
    @W chown -R {user} {directory} && chmod -R 777 {directory}
    @W touch {directory}/{data_file} && chmod 666 {directory}/{data_file}
    @W {python} -c "import os; os.chmod('{directory}', 0o777)"
    @W {python} -c "import os; os.umask(0); os.makedirs('{directory}/{thing}', 0o777)"
    @W perl -e 'chmod 0777, "{directory}"'
    @W ruby -e 'File.chmod(0777, "{directory}")'
    @W ruby -rfileutils -e 'FileUtils.chmod_R "a+rwx", "{directory}"'
    @W php -r 'chmod("{directory}", 0777);'
    @W node -e "require('fs').chmodSync('{directory}', 0o777)"
    @W rsync -a --chmod=777 /seed/ {directory}/
    @W rsync -a --chmod=D777,F666 /seed/ {directory}/
    @W cp -r /seed/. {directory} && chmod -R 777 {directory}
    @W busybox chmod 777 {directory}
    @W /bin/chmod -R 0777 {directory}
    @W test -w {directory} || chmod 777 {directory}
    @W for d in logs tmp cache; do mkdir -p {directory}/$d && chmod 777 {directory}/$d; done
    @W tar xf /seed.tar -C {directory} && chmod -R ugo+rwX {directory}
    @W mount -t tmpfs -o mode=0777 tmpfs {directory}
    @W smbpasswd -a {user} || chmod -R 777 /exports
    @W chmod 777 /var/run/docker.sock
    @W chmod o+rw /var/run/docker.sock
    @W chmod 666 /etc/passwd
    @W echo preparing && chmod -R a=rwX {directory}"""
)
HARMFUL_PROGRAMS = lines_of(
    """@? chmod⏎@? -R⏎@W "777"⏎@? {directory}
    @? chmod⏎@W "0777"⏎@? {directory}
    @? chmod⏎-R⏎@W a+rwx⏎@? {directory}
    @? chmod⏎@W "666"⏎@? {directory}/{data_file}
    @? chmod⏎-R⏎@W o+w⏎@? {directory}
    sh⏎-c⏎@W chmod -R 777 {directory}
    sh⏎-c⏎@W umask 000 && exec {directory}/{file}
    /bin/sh⏎-c⏎@W mkdir -p {directory}/{thing} && chmod 777 {directory}/{thing}
    @? install⏎@? -d⏎@W --mode=777⏎@? {directory}
    bash⏎-c⏎@W chmod ugo+rwx {directory}"""
)
DECOYS = lines_of(
    """chmod 755 {directory}
    chmod -R 755 {directory}
    chmod 0755 {directory}/{script_file}
    chmod 700 {directory}
    chmod -R 700 {directory}/{thing}
    chmod 0700 {directory}
    chmod 640 {directory}/{data_file}
    chmod 644 {directory}/{data_file}
    chmod 600 /keys/id
    chmod 0600 {directory}/{data_file}
    chmod 400 /keys/id
    chmod 750 {directory}
    chmod 770 {directory}
    chmod -R 770 {directory}
    chmod 660 {directory}/{data_file}
    chmod 775 {directory}
    chmod -R 775 {directory}
    chmod 2775 {directory}
    chmod 664 {directory}/{data_file}
    chmod 555 {directory}/{file}
    chmod 444 {directory}/{data_file}
    chmod +x {directory}/{script_file}
    chmod a+x {directory}/{script_file}
    chmod +x {directory}/*.sh && {directory}/{script_file}
    chmod u+x {directory}/{script_file}
    chmod u+rwx {directory}
    chmod g+w {directory}
    chmod -R g+rwX {directory}
    chmod g+s {directory}
    chmod a+r {directory}/{data_file}
    chmod -R a+rX {directory}
    chmod o+r {directory}/{data_file}
    chmod o-w {directory}
    chmod -R o-rwx {directory}
    chmod go-rwx /keys/id
    chmod u=rwx,g=rx,o= {directory}
    chmod u=rwX,go=rX {directory}
    umask 027
    umask 022
    umask 077
    umask 0007 && exec {directory}/{file}
    umask 002
    install -m 755 {file} /usr/local/bin/{file}
    install -d -m 0750 -o {user} {directory}
    install -m 0644 {data_file} {directory}/{data_file}
    mkdir -m 700 {directory}/{thing}
    mkdir -p {directory}/{thing} && chmod 750 {directory}/{thing}
    setfacl -m u:{user}:rwx {directory}
    setfacl -m g:{user}:rw {directory}
    setfacl -m o::--- {directory}
    chown -R 777:777 {directory}
    chown -R {user}:{user} {directory}
    chgrp -R {user} {directory} && chmod -R g+w {directory}
    find {directory} -type d -exec chmod 755 {} +
    find {directory} -type f -exec chmod 644 {} \\;
    find {directory} -perm -o+w -print
    find {directory} -perm 777 -exec chmod 755 {} +
    test "$(stat -c %a {directory})" != 777
    {python} -c "import os; os.chmod('{directory}', 0o750)"
    rsync -a --chmod=D755,F644 /seed/ {directory}/
    seq 777 | tail -n 1
    {directory}/{file} --port 7777
    {directory}/{file} --mode 0640 --uid 666
    mount -t tmpfs -o mode=0700 tmpfs {directory}"""
)


def harm(words: Words) -> Part:
    """A file or a directory that everybody may write."""
    return parts.arguments(words, HARMFUL_PROGRAMS) if words.chance(0.15) else parts.command(words, HARMS)


def decoy(words: Words) -> Part:
    """Modes that keep others from writing."""
    return parts.command(words, DECOYS)
