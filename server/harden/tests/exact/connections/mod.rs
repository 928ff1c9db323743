//! Network policies from flows.

mod cluster;
mod evaluator;
mod flows;
mod policies;

use crate::random::Random;
use crate::texts::{flow_form, logs, manifests, objects, record};
use crate::{Score, many_seeds};
use cluster::{Cluster, End, Need};
use evaluator::{Other, Policy, Way};
use flows::{EGRESS, INGRESS, Sample};
use leastwise_evidence::Record;
use leastwise_harden::{Manifests, Options, Proposal, create_network_policies, refine_network_policies};
use leastwise_yaml::{Document, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const FEW: u64 = 100;

struct Observed {
    cluster: Cluster,
    sample: Sample,
    record: Record,
    text: String,
    random: Random,
}

fn observed(seed: u64) -> Observed {
    let mut random = Random(seed);
    let cluster = Cluster::random(&mut random);
    let sample = Sample::of(&mut random, &cluster);
    let record = record(&logs(&mut random, &sample.events, flow_form));
    let text = manifests(&mut random, &cluster.manifests());
    Observed { cluster, sample, record, text, random }
}

fn with<T>(text: &str, make: impl FnOnce(&Manifests<'_>) -> T) -> T {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    make(&Manifests { documents, namespace: "default" })
}

/// One thing that a policy may let through: direction, the pod that it is for, the other end, protocol and port.
type Atom = (&'static str, String, String, &'static str, u16);

/// One thing that a rule writes: by what, for which peer, and for which number, unless it is a name.
type Let = (Way, String, Option<(&'static str, u16)>);

/// Everything there is in a cluster, and a little more.
struct Universe<'c> {
    cluster: &'c Cluster,
    ports: BTreeSet<u16>,
    /// Every pod that policies see, and addresses, by name.
    others: BTreeMap<String, Other<'c>>,
}

impl<'c> Universe<'c> {
    fn of(cluster: &'c Cluster) -> Self {
        let mut ports: BTreeSet<u16> = [1, 22, 443, 6443, 65535].into();
        ports.extend(cluster.workloads.iter().flat_map(|of| of.ports.iter().map(|port| port.number)));
        ports.extend(cluster.services.iter().map(|service| service.port));
        let mut addresses = BTreeSet::new();
        for need in cluster.habits.iter().flat_map(|habit| &habit.needs) {
            for end in [need.client, need.server] {
                if let End::Outside(address) | End::ApiServer(address) = end {
                    addresses.extend([address, next_to(address)]);
                }
            }
        }
        addresses.extend(cluster.nodes.iter().map(|node| node.address));
        addresses.extend(cluster.services.iter().map(|service| service.address));
        addresses.extend(["8.8.8.8", "2001:db8:ffff::1"].map(|text| text.parse::<IpAddr>().unwrap()));
        let of_workloads = cluster.workloads.iter().filter(|of| !of.is_on_host).flat_map(|of| {
            of.pods.iter().map(|pod| {
                let other = Other::Pod { namespace: of.namespace, labels: &pod.labels, ports: &of.ports };
                (pod.name.clone(), other)
            })
        });
        let addresses = addresses.into_iter().map(|address| (address.to_string(), Other::Address(address)));
        Self { cluster, ports, others: of_workloads.chain(addresses).collect() }
    }

    /// Both ends of a need, as pods or addresses.
    fn ends(&self, end: End) -> Vec<String> {
        match end {
            End::Workload(place) => {
                self.cluster.workloads[place].pods.iter().map(|pod| pod.name.clone()).collect()
            }
            End::Outside(address) | End::ApiServer(address) => vec![address.to_string()],
            End::Node(node) => vec![self.cluster.nodes[node].address.to_string()],
        }
    }

    /// What is needed in one direction of a workload.
    fn needed(&self, place: usize, direction: &'static str, needs: &BTreeSet<Need>) -> BTreeSet<Atom> {
        let mut atoms = self.between(place, direction, needs);
        // A pod reaches itself whatever a policy says.
        atoms.retain(|(_, own, other, ..)| own != other);
        atoms
    }

    /// The same with what a pod needs of itself.
    fn between(&self, place: usize, direction: &'static str, needs: &BTreeSet<Need>) -> BTreeSet<Atom> {
        let mut atoms = BTreeSet::new();
        for need in needs {
            let (own, other) =
                if direction == INGRESS { (need.server, need.client) } else { (need.client, need.server) };
            if own != End::Workload(place) {
                continue;
            }
            for own in self.ends(own) {
                for other in self.ends(other) {
                    atoms.insert((direction, own.clone(), other, need.protocol, need.port));
                }
            }
        }
        atoms
    }

    /// What policies let through in one direction of a workload; `None` where none closes it.
    fn granted(&self, place: usize, direction: &'static str, policies: &[Policy]) -> Option<BTreeSet<Atom>> {
        let workload = &self.cluster.workloads[place];
        let mut atoms = BTreeSet::new();
        for pod in &workload.pods {
            let own =
                Other::Pod { namespace: workload.namespace, labels: &pod.labels, ports: &workload.ports };
            let closing = policies.iter().filter(|policy| {
                policy.is_for(workload.namespace, &pod.labels) && policy.isolates(direction)
            });
            let closing: Vec<_> = closing.collect();
            if closing.is_empty() {
                return None;
            }
            for (title, other) in self.others.iter().filter(|(title, _)| **title != pod.name) {
                for protocol in ["TCP", "UDP", "SCTP"] {
                    for port in &self.ports {
                        if closing.iter().any(|policy| policy.allows(direction, own, *other, protocol, *port))
                        {
                            atoms.insert((direction, pod.name.clone(), title.clone(), protocol, *port));
                        }
                    }
                }
            }
        }
        Some(atoms)
    }

    /// What a policy has to let through for these: peers with what a rule writes of their ports. A number is the same at
    /// all pods that the policy is for; of a name, which of them it is for cannot be told.
    fn lets(&self, policy: &Policy, atoms: &BTreeSet<Atom>) -> BTreeSet<Let> {
        let lets = atoms.iter().flat_map(|(direction, own, other, protocol, port)| {
            let ways = policy.ways(direction, self.others[own], self.others[other], protocol, *port);
            let number = |way: &Way| (!way.is_by_name).then_some((*protocol, *port));
            ways.into_iter().map(move |way| (way, other.clone(), number(&way)))
        });
        lets.collect()
    }
}

/// An address of the same net.
fn next_to(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4((u32::from(address) ^ 0x40).into()),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) ^ (1 << 80)).into()),
    }
}

/// The first address of the /24 or /64 in which an address lies.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4((u32::from(address) & !0xff).into()),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

fn created(seed: u64, score: &mut Score) -> usize {
    const REASONS: &[&str] = &[
        "it was only attempted",
        "network policies have no say over it",
        "it runs in the network of its node",
        "no connection of it was seen",
        "no node on which it runs was watched",
        "was not watched",
        "replicas were seen",
        "isolating it would block what is needed",
        // There is no connection in any log.
        "none of the",
        "a pod reaches itself whatever a policy says",
        "runs in the network of its node, where policies see the node only",
    ];
    let Observed { cluster, sample, record, text, .. } = observed(seed);
    let proposal: Proposal =
        with(&text, |manifests| create_network_policies(&record, manifests, &Options::default()));
    let made: String = proposal.created.iter().map(|made| format!("---\n{}", made.text())).collect();
    let policies = Policy::all(objects(&made));
    let universe = Universe::of(&cluster);
    let needs = cluster.needed();
    score.clusters += 1;
    let mut compared = 0;
    for (place, workload) in cluster.workloads.iter().enumerate() {
        for direction in [INGRESS, EGRESS] {
            let needed = universe.needed(place, direction, &needs);
            let granted = universe.granted(place, direction, &policies);
            let title = format!("{}/{}/{}", workload.namespace, workload.kind, workload.name);
            let may_close = !workload.is_on_host
                && !sample.unwatched.contains(&place)
                && !sample.unknowable.contains(&place)
                && !sample.unclear.contains(&(place, direction))
                && !needed.is_empty();
            match granted {
                None => assert!(
                    !may_close,
                    "seed {seed}: {direction} of {title} stays open: {:?}",
                    proposal.refused
                ),
                Some(_) if sample.unknowable.contains(&place) => {}
                Some(_) if needed.is_empty() && !cluster.doubtful(place).is_empty() => {}
                Some(_) if !may_close => panic!("seed {seed}: {direction} of {title} is closed"),
                Some(granted) => {
                    score.add(seed, &granted, &needed);
                    compared += 1;
                }
            }
        }
    }
    for refused in &proposal.refused {
        score.refuse(seed, &refused.because, REASONS);
    }
    compared
}

#[test]
fn policies_that_are_made_let_through_what_was_needed() {
    let mut score = Score::default();
    let compared = (0..FEW).map(|seed| created(seed, &mut score)).sum();
    score.must_be_exact("policies made", compared);
}

#[test]
#[ignore = "takes minutes"]
fn policies_that_are_made_let_through_what_was_needed_in_many_clusters() {
    let mut score = Score::default();
    let compared = many_seeds().map(|seed| created(seed, &mut score)).sum();
    score.must_be_exact("policies made", compared);
}

fn tightened(seed: u64, score: &mut Score) -> usize {
    const REASONS: &[&str] = &[
        "it was only attempted",
        "network policies have no say over it",
        "was not watched",
        "no node on which it runs was watched",
        "replicas were seen",
        "runs in the network of its node, where policies see the node only",
    ];
    let Observed { cluster, sample, record, text, mut random } = observed(seed);
    let mut needs = cluster.needed();
    if needs.is_empty() {
        return 0;
    }
    let policies = policies::random_policies(&mut random, &cluster, &needs);
    // Who asks for names by UDP may ask by TCP as well, where the policy has thought of it.
    let by_tcp: Vec<_> =
        needs.iter().filter(|need| (need.protocol, need.port) == ("UDP", 53)).copied().collect();
    needs.extend(by_tcp.into_iter().map(|need| Need { protocol: "TCP", ..need }));
    let text = text + &manifests(&mut random, &policies);
    let (after, proposal) = refined(&text, &record);
    let (old, new) = (Policy::all(objects(&text)), Policy::all(objects(&after)));
    let universe = Universe::of(&cluster);
    score.clusters += 1;
    let mut compared = 0;
    for (old, new) in old.iter().zip(&new) {
        let title = format!(
            "NetworkPolicy {}/{}",
            old.0["metadata"]["namespace"].as_str().unwrap(),
            old.0["metadata"]["name"].as_str().unwrap()
        );
        let subjects: Vec<usize> = (0..cluster.workloads.len())
            .filter(|place| {
                let of = &cluster.workloads[*place];
                !of.is_on_host && of.pods.iter().any(|pod| old.is_for(of.namespace, &pod.labels))
            })
            .collect();
        let directions: Vec<_> = [INGRESS, EGRESS].into_iter().filter(|one| old.isolates(one)).collect();
        let is_unclear = subjects.iter().any(|place| {
            sample.unwatched.contains(place)
                || directions.iter().any(|one| sample.unclear.contains(&(*place, *one)))
        });
        if let Some(refused) = proposal.refused.iter().find(|refused| refused.what == title) {
            assert_eq!(old.0, new.0, "seed {seed}: what is refused stays as it is");
            let is_unknowable = subjects.iter().any(|place| sample.unknowable.contains(place));
            assert!(is_unclear || is_unknowable, "seed {seed}: {title} is refused: {}", refused.because);
            score.refuse(seed, &refused.because, REASONS);
            continue;
        }
        assert!(!is_unclear || old.0 == new.0, "seed {seed}: {title} is changed");
        if is_unclear || subjects.iter().any(|place| sample.unknowable.contains(place)) {
            continue;
        }
        for direction in directions {
            let (mut needed, mut was, mut is) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for place in &subjects {
                needed.extend(universe.needed(*place, direction, &needs));
                let granted =
                    |policy: &Policy| universe.granted(*place, direction, std::slice::from_ref(policy));
                was.extend(granted(old).unwrap_or_default());
                is.extend(granted(new).unwrap_or_default());
            }
            let doubtful = subjects.iter().flat_map(|place| cluster.doubtful(*place));
            let doubtful = doubtful.collect();
            let doubtful: BTreeSet<_> =
                subjects.iter().flat_map(|place| universe.between(*place, direction, &doubtful)).collect();
            let (needed, doubtful) = (universe.lets(old, &needed), universe.lets(old, &doubtful));
            was.retain(|atom| {
                let grants = universe.lets(old, &[atom.clone()].into());
                !grants.is_disjoint(&needed) || is.contains(atom) && !grants.is_disjoint(&doubtful)
            });
            score.add(seed, &is, &was);
            compared += 1;
        }
    }
    compared
}

fn refined(text: &str, record: &Record) -> (String, Proposal) {
    with(text, |manifests| {
        let proposal = refine_network_policies(record, manifests, &Options::default());
        let mut after = String::new();
        for (place, document) in manifests.documents.iter().enumerate() {
            let change = proposal.changes.iter().find(|change| change.document == place);
            after.push_str(change.map_or(document.source(), |change| change.after.source()));
        }
        (after, proposal)
    })
}

#[test]
fn policies_that_are_tightened_let_through_what_was_needed_of_what_they_did() {
    let mut score = Score::default();
    let compared = (0..FEW).map(|seed| tightened(seed, &mut score)).sum();
    score.must_be_exact("policies tightened", compared);
}

#[test]
#[ignore = "takes minutes"]
fn policies_that_are_tightened_let_through_what_was_needed_of_what_they_did_in_many_clusters() {
    let mut score = Score::default();
    let compared = many_seeds().map(|seed| tightened(seed, &mut score)).sum();
    score.must_be_exact("policies tightened", compared);
}
