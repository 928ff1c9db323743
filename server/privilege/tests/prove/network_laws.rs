//! The comparison of connections agrees with trying every connection between all pods of a small universe.
//!
//! What is tried here is written from the documentation of NetworkPolicy, apart from what is tested.

use crate::random::Random;
use crate::support::all;
use leastwise_privilege::Applied;
use leastwise_privilege::network::{
    ConnectionAtom, Connections, End, Namespaces, NeededConnection, Network, Peer, Protocol, compare,
};
use std::fmt::Write;

/// Pairs of sets of policies that are compared, and families of sets from which they are drawn.
const PAIRS: usize = if cfg!(debug_assertions) { 3_000 } else { 100_000 };
const FAMILIES: usize = if cfg!(debug_assertions) { 60 } else { 1_000 };
/// Members of a family differ in little: sets that are drawn apart hardly ever compare.
const MEMBERS: usize = 5;

/// The ports that are tried: 80 and 81 of TCP, 80 of UDP, and of TCP, UDP and SCTP one that nobody writes down, as bits.
type Tried = u8;
const ALL: Tried = 0b11_1111;

/// A set of labels to choose by: keys and what is asked of them.
#[derive(Clone, Debug)]
struct Chooser(Vec<(&'static str, Ask)>);

#[derive(Clone, Copy, Debug)]
enum Ask {
    In(&'static [&'static str]),
    NotIn(&'static [&'static str]),
    Exists,
    Missing,
}

type Labels = Vec<(&'static str, &'static str)>;

#[derive(Clone, Debug)]
struct Pod {
    namespace: &'static str,
    namespace_labels: Labels,
    labels: Labels,
}

/// Who may be at the other end.
#[derive(Clone, Debug)]
enum Other {
    Pod(Pod),
    Address(u64),
}

#[derive(Clone, Debug)]
enum Allowed {
    Pods {
        namespaces: Option<Chooser>,
        pods: Option<Chooser>,
    },
    /// A block, and what is left out of it, by their first and last addresses.
    Block(&'static str, [u64; 2], Option<(&'static str, [u64; 2])>),
}

#[derive(Clone, Debug)]
struct Rule {
    peers: Vec<Allowed>,
    ports: Vec<(&'static str, Tried)>,
}

#[derive(Clone, Debug)]
struct Policy {
    namespace: &'static str,
    pods: Chooser,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

/// The rules of one direction.
type Way = fn(&Policy) -> &Option<Vec<Rule>>;

const WAYS: [Way; 2] = [|policy| &policy.ingress, |policy| &policy.egress];

impl Chooser {
    fn random(random: &mut Random, keys: &[(&'static str, &'static [&'static [&'static str]])]) -> Self {
        let mut asks = Vec::new();
        for (key, values) in keys {
            let values = values[random.below(values.len())];
            match random.below(7) {
                0 => asks.push((*key, Ask::In(values))),
                1 => asks.push((*key, Ask::NotIn(values))),
                2 => asks.push((*key, Ask::Exists)),
                3 => asks.push((*key, Ask::Missing)),
                _ => {}
            }
        }
        Self(asks)
    }

    fn chooses(&self, labels: &Labels) -> bool {
        self.0.iter().all(|(key, ask)| {
            let value = labels.iter().find(|(own, _)| own == key).map(|(_, value)| *value);
            match ask {
                Ask::In(values) => value.is_some_and(|value| values.contains(&value)),
                Ask::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
                Ask::Exists => value.is_some(),
                Ask::Missing => value.is_none(),
            }
        })
    }

    fn yaml(&self) -> String {
        let asks = self.0.iter().map(|(key, ask)| match ask {
            Ask::In(values) => format!("{{key: {key}, operator: In, values: [{}]}}", values.join(", ")),
            Ask::NotIn(values) => format!("{{key: {key}, operator: NotIn, values: [{}]}}", values.join(", ")),
            Ask::Exists => format!("{{key: {key}, operator: Exists}}"),
            Ask::Missing => format!("{{key: {key}, operator: DoesNotExist}}"),
        });
        format!("{{matchExpressions: [{}]}}", asks.collect::<Vec<_>>().join(", "))
    }
}

const POD_KEYS: &[(&str, &[&[&str]])] = &[("a", &[&["x"], &["y"], &["x", "y"]]), ("b", &[&["x"]])];
const NAMESPACE_KEYS: &[(&str, &[&[&str]])] =
    &[("t", &[&["x"]]), ("kubernetes.io/metadata.name", &[&["one"], &["two"], &["one", "two"]])];

const PORTS: &[(&str, Tried)] = &[
    ("{port: 80}", 0b1),
    ("{port: 81}", 0b10),
    ("{port: 80, endPort: 81}", 0b11),
    ("{port: 80, protocol: UDP}", 0b100),
    ("{protocol: TCP}", 0b1011),
    ("{protocol: UDP}", 0b1_0100),
    ("{port: 1, endPort: 65535}", 0b1011),
    ("{}", 0b1011),
];

/// Neighbouring addresses of which each stands for those that no block tells apart from it.
/// The last is of version 6.
const ADDRESSES: [u64; 5] = [0x0a00_0000, 0x0a80_0000, 0x0a80_0100, 0x0b00_0000, 1 << 40];
const BLOCKS: &[(&str, [u64; 2])] = &[
    ("10.0.0.0/8", [0x0a00_0000, 0x0aff_ffff]),
    ("10.128.0.0/9", [0x0a80_0000, 0x0aff_ffff]),
    ("10.128.0.0/24", [0x0a80_0000, 0x0a80_00ff]),
    ("0.0.0.0/0", [0, 0xffff_ffff]),
];

impl Allowed {
    fn random(random: &mut Random) -> Self {
        match random.below(5) {
            0 => {
                let (block, range) = BLOCKS[random.below(BLOCKS.len())];
                let except = (random.below(2) == 0).then(|| BLOCKS[random.below(3)]);
                Self::Block(block, range, except)
            }
            1 => Self::Pods { namespaces: Some(Chooser::random(random, NAMESPACE_KEYS)), pods: None },
            2 => Self::Pods {
                namespaces: Some(Chooser::random(random, NAMESPACE_KEYS)),
                pods: Some(Chooser::random(random, POD_KEYS)),
            },
            _ => Self::Pods { namespaces: None, pods: Some(Chooser::random(random, POD_KEYS)) },
        }
    }

    fn holds(&self, home: &str, other: &Other) -> bool {
        match (self, other) {
            (Self::Pods { namespaces, pods }, Other::Pod(pod)) => {
                let is_in = match namespaces {
                    Some(chooser) => chooser.chooses(&pod.namespace_labels),
                    None => pod.namespace == home,
                };
                is_in && pods.as_ref().is_none_or(|chooser| chooser.chooses(&pod.labels))
            }
            (Self::Block(_, [first, last], except), Other::Address(address)) => {
                let is_out = except.is_some_and(|(_, [first, last])| (first..=last).contains(address));
                (first..=last).contains(&address) && !is_out
            }
            _ => false,
        }
    }

    fn yaml(&self) -> String {
        match self {
            Self::Block(block, _, except) => {
                let except = except.map(|(block, _)| format!(", except: [{block}]")).unwrap_or_default();
                format!("{{ipBlock: {{cidr: {block}{except}}}}}")
            }
            Self::Pods { namespaces, pods } => {
                let one = |key: &str, chooser: &Option<Chooser>| {
                    chooser.as_ref().map(|chooser| format!("{key}: {}", chooser.yaml()))
                };
                let parts = [one("namespaceSelector", namespaces), one("podSelector", pods)];
                format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn rules(random: &mut Random) -> Vec<Rule> {
    let some = |random: &mut Random| random.below(3);
    (0..some(random))
        .map(|_| Rule {
            peers: (0..some(random)).map(|_| Allowed::random(random)).collect(),
            ports: (0..some(random)).map(|_| PORTS[random.below(PORTS.len())]).collect(),
        })
        .collect()
}

impl Policy {
    fn random(random: &mut Random) -> Self {
        let namespace = ["one", "two"][random.below(2)];
        let pods = Chooser::random(random, POD_KEYS);
        let ways = 1 + random.below(3);
        let ingress = (ways & 1 == 1).then(|| rules(random));
        let egress = (ways & 2 == 2).then(|| rules(random));
        Self { namespace, pods, ingress, egress }
    }

    fn yaml(&self, name: usize) -> String {
        let rules = |rules: &[Rule], key: &str| {
            let rule = |rule: &Rule| {
                let peers: Vec<_> = rule.peers.iter().map(Allowed::yaml).collect();
                let ports: Vec<_> = rule.ports.iter().map(|(text, _)| *text).collect();
                format!("{{{key}: [{}], ports: [{}]}}", peers.join(", "), ports.join(", "))
            };
            rules.iter().map(rule).collect::<Vec<_>>().join(", ")
        };
        let mut types = Vec::new();
        let mut text = String::new();
        if let Some(ingress) = &self.ingress {
            types.push("Ingress");
            write!(text, ", ingress: [{}]", rules(ingress, "from")).unwrap();
        }
        if let Some(egress) = &self.egress {
            types.push("Egress");
            write!(text, ", egress: [{}]", rules(egress, "to")).unwrap();
        }
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{name}, namespace: \
             {}}}\nspec: {{podSelector: {}, policyTypes: [{}]{text}}}\n",
            self.namespace,
            self.pods.yaml(),
            types.join(", "),
        )
    }
}

/// What the policies of a pod allow in one direction.
fn one_way(policies: &[Policy], pod: &Pod, other: &Other, way: Way) -> Tried {
    let mut is_isolated = false;
    let mut tried = 0;
    for policy in policies {
        let Some(rules) = way(policy) else { continue };
        if policy.namespace != pod.namespace || !policy.pods.chooses(&pod.labels) {
            continue;
        }
        is_isolated = true;
        for rule in rules {
            if rule.peers.is_empty() || rule.peers.iter().any(|peer| peer.holds(policy.namespace, other)) {
                let ports = rule.ports.iter().fold(0, |all, (_, ports)| all | ports);
                tried |= if rule.ports.is_empty() { ALL } else { ports };
            }
        }
    }
    if is_isolated { tried } else { ALL }
}

/// All pods of the universe. The namespace `two` has a known label; of `one` and of others it may be there or not,
/// which is decided for all pods of a universe at once.
fn pods(label_of_one: Option<&'static str>) -> Vec<Pod> {
    let mut pods = Vec::new();
    for (namespace, label) in [
        ("one", label_of_one),
        ("two", Some("x")),
        ("other", None),
        ("another", Some("x")),
        ("yet another", Some("other")),
    ] {
        let mut namespace_labels: Labels = label.map(|label| ("t", label)).into_iter().collect();
        namespace_labels.push(("kubernetes.io/metadata.name", namespace));
        for a in [None, Some("x"), Some("y"), Some("other")] {
            for b in [None, Some("x"), Some("other")] {
                let labels = a.map(|a| ("a", a)).into_iter().chain(b.map(|b| ("b", b))).collect();
                pods.push(Pod { namespace, namespace_labels: namespace_labels.clone(), labels });
            }
        }
    }
    pods
}

/// What a set of policies allows between all pods of a universe, and between them and addresses.
fn allowed(policies: &[Policy], universe: &[Pod]) -> Vec<Tried> {
    let others: Vec<Other> = universe.iter().cloned().map(Other::Pod).collect();
    let matrix = |way: Way| -> Vec<Vec<Tried>> {
        let row = |pod: &Pod| others.iter().map(|other| one_way(policies, pod, other, way)).collect();
        universe.iter().map(row).collect()
    };
    let (lets_in, lets_out) = (matrix(WAYS[0]), matrix(WAYS[1]));
    let mut allowed = Vec::new();
    for (from, sender) in universe.iter().enumerate() {
        allowed.extend((0..universe.len()).map(|to| lets_out[from][to] & lets_in[to][from]));
        for address in ADDRESSES.map(Other::Address) {
            allowed.extend(WAYS.map(|way| one_way(policies, sender, &address, way)));
        }
    }
    allowed
}

/// A set of policies, and what they allow.
struct Set {
    policies: Vec<Policy>,
    text: String,
    allowed: Vec<Tried>,
}

impl Set {
    fn new(policies: Vec<Policy>, universes: &[Vec<Pod>]) -> Self {
        let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: two, labels: {t: x}}\n";
        let text = policies.iter().enumerate();
        let text = text.fold(namespace.to_owned(), |text, (name, policy)| text + &policy.yaml(name));
        let allowed = universes.iter().flat_map(|universe| allowed(&policies, universe)).collect();
        Self { policies, text, allowed }
    }

    fn changed(&self, random: &mut Random, universes: &[Vec<Pod>]) -> Self {
        let mut policies = self.policies.clone();
        match random.below(4) {
            0 => policies = vec![Policy::random(random)],
            1 => policies.push(Policy::random(random)),
            2 => policies[0].ingress = Some(rules(random)),
            _ => policies[0].egress = Some(rules(random)),
        }
        Self::new(policies, universes)
    }
}

#[test]
fn comparing_agrees_with_trying_every_connection() {
    let universes = [None, Some("x"), Some("other")].map(pods);
    let mut random = Random(17);
    let mut sets = Vec::new();
    for _ in 0..FAMILIES {
        let policies = (0..1 + random.below(2)).map(|_| Policy::random(&mut random)).collect();
        let first = Set::new(policies, &universes);
        let others: Vec<_> = (1..MEMBERS).map(|_| first.changed(&mut random, &universes)).collect();
        sets.extend([first].into_iter().chain(others));
    }
    let streams: Vec<_> = sets.iter().map(|set| leastwise_yaml::parse(&set.text)).collect();
    let objects: Vec<_> = streams.iter().map(all).collect();
    let networks: Vec<_> =
        objects.iter().map(|objects| Network::of(Applied { objects, namespace: "default" })).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = PAIRS / threads;
    let told = std::thread::scope(|scope| {
        let start = |seed: usize| {
            let (sets, networks) = (&sets, &networks);
            scope.spawn(move || tell(sets, networks, share, &mut Random(seed as u64)))
        };
        let all: Vec<_> = (0..threads).map(start).collect();
        all.into_iter()
            .map(|thread| thread.join().unwrap())
            .fold([0, 0], |told, own| [told[0] + own[0], told[1] + own[1]])
    });
    assert!(
        told.iter().all(|count| (PAIRS / 20..PAIRS).contains(count)),
        "both answers are tested: {told:?}"
    );
}

/// Compares so many pairs of families, and counts how often nothing is lost, and nothing gained.
fn tell(sets: &[Set], networks: &[Network<'_>], pairs: usize, random: &mut Random) -> [usize; 2] {
    let mut told = [0; 2];
    let mut certain = 0;
    for pair in 0..pairs {
        let family = random.below(FAMILIES) * MEMBERS;
        let places = [family + random.below(MEMBERS), family + random.below(MEMBERS)];
        let difference = compare(&networks[places[0]], &networks[places[1]]);
        let (before, after) = (&sets[places[0]], &sets[places[1]]);
        assert!(difference.undecided.is_empty(), "{:?}", difference.undecided);
        let none = |one: &Set, other: &Set| {
            one.allowed.iter().zip(&other.allowed).all(|(one, other)| one & !other == 0)
        };
        if pair % 20 == 0 {
            for (told, [with, without]) in [
                (&difference.lost, [&networks[places[0]], &networks[places[1]]]),
                (&difference.gained, [&networks[places[1]], &networks[places[0]]]),
            ] {
                let (with, without) = (Connections::of(with), Connections::of(without));
                for witness in told.iter().filter_map(|(atom, _)| witness(atom)) {
                    let answers = [with.allows(&witness), without.allows(&witness)];
                    // Of a namespace whose labels are not known only some answers are.
                    assert_ne!(
                        answers[0],
                        Some(false),
                        "{witness:?} from\n{}to\n{}",
                        before.text,
                        after.text
                    );
                    assert_ne!(answers[1], Some(true), "{witness:?} from\n{}to\n{}", before.text, after.text);
                    certain += usize::from(answers == [Some(true), Some(false)]);
                }
            }
        }
        let expected = [none(before, after), none(after, before)];
        let answers = [difference.lost.is_empty(), difference.gained.is_empty()];
        assert_eq!(answers, expected, "{difference:?} from\n{}to\n{}", before.text, after.text);
        told[0] += usize::from(expected[0]);
        told[1] += usize::from(expected[1]);
    }
    assert!(certain > pairs / 50, "witnesses are tried");
    told
}

/// One connection among those of an atom, where it names pods by labels that they have.
fn witness(atom: &ConnectionAtom) -> Option<NeededConnection> {
    let end = |peer: &Peer| match peer {
        Peer::Addresses(block) => Some(End::Address(block.split('/').next()?.parse().ok()?)),
        Peer::Pods { namespace: Namespaces::Named(namespace), labels } => {
            let labels = labels.as_deref().unwrap_or_default();
            let pairs = labels.split(',').filter(|pair| !pair.is_empty());
            let pairs: Option<Vec<_>> = pairs.map(|pair| pair.split_once('=')).collect();
            let labels = pairs?.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            Some(End::Pod { namespace: namespace.clone(), workload: None, labels })
        }
        _ => None,
    };
    let protocol = Protocol::named(&atom.protocol).unwrap_or(Protocol::Sctp);
    let port = atom.ports.split([',', '-']).next()?.parse().ok()?;
    Some(NeededConnection { from: end(&atom.from)?, to: end(&atom.to)?, protocol, port })
}

/// The port named `http`, whose number the receiving pod says.
const HTTP: Tried = 0b100_0000;

/// A workload, and the number that it gives to the port `http`, also as the bit that is tried.
struct Workload {
    namespace: &'static str,
    name: &'static str,
    labels: Labels,
    http: Option<(u16, Tried)>,
}

/// The ports with the number of the named one in its place.
fn resolved(tried: Tried, http: Option<Tried>) -> Tried {
    let named = if tried & HTTP == 0 { 0 } else { http.unwrap_or_default() };
    tried & ALL | named
}

/// Which of the tried ports an atom holds.
fn tried(atom: &ConnectionAtom) -> Tried {
    let holds = |port: u16| {
        atom.ports.split(',').any(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            (first.parse().unwrap()..=last.parse().unwrap()).contains(&port)
        })
    };
    let points = [("TCP", 80), ("TCP", 81), ("UDP", 80), ("TCP", 7000), ("UDP", 7000), ("SCTP", 7000)];
    let held = points
        .iter()
        .enumerate()
        .filter(|(_, (protocol, port))| (atom.protocol == "*" || atom.protocol == *protocol) && holds(*port));
    held.fold(0, |all, (bit, _)| all | 1 << bit)
}

#[test]
fn listing_agrees_with_trying_every_connection_between_workloads() {
    const SETS: usize = if cfg!(debug_assertions) { 300 } else { 10_000 };
    let workload = |namespace, name, labels: &[(&'static str, &'static str)], http| Workload {
        namespace,
        name,
        labels: labels.to_vec(),
        http,
    };
    let workloads = [
        workload("one", "w0", &[("a", "x")], Some((80, 0b1))),
        workload("one", "w1", &[("a", "y"), ("b", "x")], Some((81, 0b10))),
        workload("two", "w2", &[("a", "x"), ("b", "x")], None),
        workload("two", "w3", &[], Some((80, 0b1))),
    ];
    let mut text = String::new();
    for (namespace, labels) in [("one", "{}"), ("two", "{t: x}")] {
        text += &format!(
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {labels}}}\n"
        );
    }
    for Workload { namespace, name, labels, http } in &workloads {
        let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let ports =
            http.map(|(port, _)| format!("{{name: http, containerPort: {port}}}")).unwrap_or_default();
        text += &format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: \
             {{template: {{metadata: {{labels: {{{}}}}}, spec: {{containers: [{{name: c, image: c, ports: \
             [{ports}]}}]}}}}}}\n",
            labels.join(", ")
        );
    }
    let pod = |workload: &Workload| {
        let namespace = workload.namespace;
        let mut namespace_labels = if namespace == "two" { vec![("t", "x")] } else { vec![] };
        namespace_labels.push(("kubernetes.io/metadata.name", namespace));
        Pod { namespace, namespace_labels, labels: workload.labels.clone() }
    };
    let pods: Vec<_> = workloads.iter().map(pod).collect();
    let mut random = Random(23);
    for _ in 0..SETS {
        let mut policies: Vec<_> = (0..1 + random.below(3)).map(|_| Policy::random(&mut random)).collect();
        for policy in &mut policies {
            for rule in policy.ingress.iter_mut().chain(&mut policy.egress).flatten() {
                if random.below(3) == 0 {
                    rule.ports.push(("{port: http}", HTTP));
                }
            }
        }
        let yaml = policies.iter().enumerate();
        let text = yaml.fold(text.clone(), |text, (name, policy)| text + &policy.yaml(name));
        let stream = leastwise_yaml::parse(&text);
        let objects = all(&stream);
        let network = Network::of(Applied { objects: &objects, namespace: "default" });
        let atoms = Connections::of_workloads(&network).between_workloads().unwrap();
        for (from, sender) in pods.iter().enumerate() {
            for (to, receiver) in pods.iter().enumerate() {
                let http = workloads[to].http.map(|(_, bit)| bit);
                let one = |pod: &Pod, other: &Pod, way| {
                    resolved(one_way(&policies, pod, &Other::Pod(other.clone()), way), http)
                };
                let expected = one(sender, receiver, WAYS[1]) & one(receiver, sender, WAYS[0]);
                let name = |place: usize| {
                    format!("{}/Deployment/{}", workloads[place].namespace, workloads[place].name)
                };
                let is_between = |atom: &&ConnectionAtom| {
                    (atom.from.to_string(), atom.to.to_string()) == (name(from), name(to))
                };
                let told = atoms.iter().filter(is_between).fold(0, |all, atom| all | tried(atom));
                assert_eq!(told, expected, "from {} to {} by\n{text}", name(from), name(to));
            }
        }
    }
}
