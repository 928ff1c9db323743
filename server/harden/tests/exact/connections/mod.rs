//! Network policies from flows.

mod cluster;
mod evaluator;
mod flows;

use crate::Score;
use crate::random::Random;
use crate::texts::{flow_form, logs, manifests, objects, record};
use cluster::{Cluster, End, Need};
use evaluator::{Other, Policy};
use flows::{EGRESS, INGRESS, Sample};
use leastwise_evidence::Record;
use leastwise_harden::{Manifests, Options, Proposal, create_network_policies};
use leastwise_yaml::{Document, parse};
use std::collections::BTreeSet;
use std::net::IpAddr;

const FEW: u64 = 150;
const MANY: u64 = 2000;

struct Observed {
    cluster: Cluster,
    sample: Sample,
    record: Record,
    text: String,
}

fn observed(seed: u64) -> Observed {
    let mut random = Random(seed);
    let cluster = Cluster::random(&mut random);
    let sample = Sample::of(&mut random, &cluster);
    let record = record(&logs(&mut random, &sample.events, flow_form));
    let text = manifests(&mut random, &cluster.manifests());
    Observed { cluster, sample, record, text }
}

fn with<T>(text: &str, make: impl FnOnce(&Manifests<'_>) -> T) -> T {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    make(&Manifests { documents, namespace: "default" })
}

/// One thing that a policy may let through: direction, the pod that it is for, the other end, protocol and port.
type Atom = (&'static str, String, String, &'static str, u16);

/// Everything there is in a cluster, and a little more.
struct Universe<'c> {
    cluster: &'c Cluster,
    ports: BTreeSet<u16>,
    addresses: BTreeSet<IpAddr>,
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
        Self { cluster, ports, addresses }
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
            let own = Other::Pod { namespace: workload.namespace, labels: &pod.labels, ports: &workload.ports };
            let closing = policies.iter().filter(|policy| {
                policy.is_for(workload.namespace, &pod.labels) && policy.isolates(direction)
            });
            let closing: Vec<_> = closing.collect();
            if closing.is_empty() {
                return None;
            }
            for (title, other) in self.others() {
                for protocol in ["TCP", "UDP", "SCTP"] {
                    for port in &self.ports {
                        if closing.iter().any(|policy| policy.allows(direction, own, other, protocol, *port)) {
                            atoms.insert((direction, pod.name.clone(), title.clone(), protocol, *port));
                        }
                    }
                }
            }
        }
        Some(atoms)
    }

    fn others(&self) -> Vec<(String, Other<'c>)> {
        let of_workloads = self.cluster.workloads.iter().filter(|of| !of.is_on_host).flat_map(|of| {
            of.pods.iter().map(|pod| {
                let other = Other::Pod { namespace: of.namespace, labels: &pod.labels, ports: &of.ports };
                (pod.name.clone(), other)
            })
        });
        let addresses = self.addresses.iter().map(|address| (address.to_string(), Other::Address(*address)));
        of_workloads.chain(addresses).collect()
    }
}

/// An address of the same net.
fn next_to(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4((u32::from(address) ^ 0x40).into()),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) ^ (1 << 80)).into()),
    }
}

fn created(seed: u64, score: &mut Score) -> usize {
    const REASONS: &[&str] = &[
        "it was only attempted",
        "network policies have no say over it",
        "it runs in the network of its node",
        "no connection of it was seen",
        "no node on which it runs was watched",
        "replicas were seen",
        "isolating it would block what is needed",
        "runs in the network of its node, where policies see the node only",
    ];
    let Observed { cluster, sample, record, text } = observed(seed);
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
                None => assert!(!may_close, "seed {seed}: {direction} of {title} stays open: {:?}", proposal.refused),
                Some(_) if sample.unknowable.contains(&place) => {}
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
    let compared = (0..MANY).map(|seed| created(seed, &mut score)).sum();
    score.must_be_exact("policies made", compared);
}
