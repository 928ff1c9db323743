//! A network policy that is to be made, and what there is to choose about it: how its connections are grouped into
//! rules and what it is called. As with roles, whoever chooses need not be trusted: a draft becomes a policy only after
//! the privilege order has seen that it allows the same as the exact one.

use super::flows::{Flows, Peer};
use super::labels::LabelMap;
use super::making::{DIRECTIONS, policy_name, resource, rules, seen, silent, types};
use super::peers::{Group, PortSet, by_ports, mapping, port_words, selector};
use crate::name::check_name;
use crate::{Created, Manifests, Statement};
use leastwise_manifest::{Direction, NetworkPolicy, Object};
use leastwise_privilege::network::{ConnectionAtom, Network, Protocol, compare};
use leastwise_privilege::{Applied, Verdict};
use std::collections::BTreeSet;

/// So many times the rules that are enough are too many for a person to read.
const MANY: usize = 2;

/// A network policy that is to be made.
#[derive(Clone, Debug)]
pub struct NetworkPolicyTask<'t> {
    pub(super) place: usize,
    pub(super) flows: &'t Flows<'t>,
    pub(super) manifests: &'t Manifests<'t>,
    /// By what it chooses its pods.
    pub(super) subject: LabelMap,
    /// The directions that get rules.
    pub(super) isolated: Vec<Direction>,
    /// The directions in which nothing was seen.
    pub(super) silent: Vec<Direction>,
    /// The names of policies that are there already, with their namespaces.
    pub(super) taken: BTreeSet<(String, String)>,
}

/// One of the connections that a policy is for. All texts come from logs and manifests, and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyConnection {
    /// `Ingress` or `Egress`.
    pub direction: &'static str,
    /// Like `TCP 80`.
    pub port: String,
    /// Who is at the other end: a workload or an address.
    pub peer: String,
    /// How often, when and where it was seen, in words.
    pub because: String,
}

/// How somebody would make a network policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkPolicyDraft {
    /// What it is called; as without a draft where they do not say.
    pub name: Option<String>,
    /// Its rules: of each the places of its connections in [`NetworkPolicyTask::connections`].
    pub rules: Vec<Vec<usize>>,
}

/// A network policy that the privilege order has passed.
#[derive(Clone, Debug)]
pub struct DraftedNetworkPolicy {
    pub(super) policy: Created,
    pub(super) statements: Vec<Statement>,
}

impl DraftedNetworkPolicy {
    /// What it is called.
    pub fn name(&self) -> Option<&str> {
        self.policy.resource.name.as_deref()
    }
}

/// One port of one peer in one direction.
type Atom = (Direction, Peer, (Protocol, u16));

impl NetworkPolicyTask<'_> {
    /// Whose policy it is: namespace, kind and name. Untrusted.
    pub fn workload(&self) -> (&str, &str, &str) {
        let party = self.flows.inventory.get(self.place);
        party.map_or(("", "", ""), |party| (&party.namespace, &party.kind, &party.name))
    }

    /// What it is called without a draft.
    pub fn name(&self) -> String {
        self.flows.inventory.get(self.place).map(policy_name).unwrap_or_default()
    }

    /// The connections that it must allow, in a fixed order.
    pub fn connections(&self) -> Vec<PolicyConnection> {
        let connection = |(direction, peer, port): Atom| {
            let ports = BTreeSet::from([port]);
            let (seen, _) = seen(self.flows, self.place, peer, direction, &ports);
            PolicyConnection {
                direction: direction.name(),
                port: port_words(&ports),
                peer: self.flows.peer_title(peer),
                because: seen.words("flow"),
            }
        };
        self.atoms().into_iter().map(connection).collect()
    }

    fn atoms(&self) -> Vec<Atom> {
        let of_direction = |direction: &Direction| {
            let direction = *direction;
            let needs = self.flows.of_party(self.place, direction);
            let ports =
                needs.into_iter().flat_map(|(peer, ports)| ports.into_iter().map(move |port| (peer, port)));
            ports.map(move |(peer, port)| (direction, peer, port)).collect::<Vec<_>>()
        };
        self.isolated.iter().flat_map(of_direction).collect()
    }

    /// The policy as it is made without a draft.
    pub(super) fn exact(&self) -> Result<DraftedNetworkPolicy, String> {
        self.made(&self.name(), |direction| {
            by_ports(&self.flows.of_party(self.place, direction)).into_iter().collect()
        })
    }

    /// The policy of a draft, if it holds: it allows what the exact one does, and takes nobody's name. Otherwise what is
    /// wrong with it, with the connection that shows it.
    pub fn judge(&self, draft: &NetworkPolicyDraft) -> Result<DraftedNetworkPolicy, String> {
        let atoms = self.atoms();
        let groups = (1..).zip(&draft.rules).map(|(number, rule)| group(number, rule, &atoms));
        let groups: Vec<_> = groups.collect::<Result<_, _>>()?;
        let of_direction =
            |direction: &Direction| by_ports(&self.flows.of_party(self.place, *direction)).len();
        let enough: usize = self.isolated.iter().map(of_direction).sum();
        if groups.len() > MANY * enough {
            return Err(format!("it has {} rules, and {enough} would do", groups.len()));
        }
        let own = self.name();
        let name = draft.name.as_ref().filter(|name| **name != own);
        if let Some(name) = name {
            check_name(name)?;
            if self.taken.contains(&(self.workload().0.to_owned(), name.clone())) {
                return Err(format!("there is a network policy called {name} already"));
            }
        }
        let drafted = self.made(name.unwrap_or(&own), |direction| {
            let own = groups.iter().filter(|(of, _)| *of == direction);
            own.map(|(_, group)| group.clone()).collect()
        })?;
        self.prove(&drafted.policy, &self.exact()?.policy)?;
        Ok(drafted)
    }

    fn made(
        &self,
        name: &str,
        groups: impl Fn(Direction) -> Vec<Group>,
    ) -> Result<DraftedNetworkPolicy, String> {
        let party = self.flows.inventory.get(self.place).ok_or("nobody knows it")?;
        let resource = resource(party, name);
        let mut entries =
            vec![("podSelector", selector(&self.subject)), ("policyTypes", types(&self.isolated))];
        let mut statements = Vec::new();
        for direction in DIRECTIONS {
            if self.silent.contains(&direction) {
                statements.push(silent(resource.clone(), direction));
            } else if self.isolated.contains(&direction) {
                let groups = groups(direction);
                let (rules, said) = rules(self.place, direction, self.flows, groups, &resource)?;
                entries.push((if direction == Direction::Ingress { "ingress" } else { "egress" }, rules));
                statements.extend(said);
            }
        }
        let metadata = mapping(vec![("name", name.into()), ("namespace", party.namespace.as_str().into())]);
        let policy = mapping(vec![
            ("apiVersion", resource.api_version.as_str().into()),
            ("kind", resource.kind.as_str().into()),
            ("metadata", metadata),
            ("spec", mapping(entries)),
        ]);
        let policy = Created::new(policy).ok_or("its text cannot be written safely")?;
        Ok(DraftedNetworkPolicy { policy, statements })
    }

    /// Puts a draft to the privilege order: it must allow the same as the exact policy does, to whatever pods.
    fn prove(&self, drafted: &Created, exact: &Created) -> Result<(), String> {
        let mut others = self.manifests.objects();
        others.retain(|object| NetworkPolicy::of(object).is_none());
        let (exact, drafted) = (with(&others, exact), with(&others, drafted));
        let network = |objects| Network::of(Applied { objects, namespace: self.manifests.namespace });
        let difference = compare(&network(&exact), &network(&drafted));
        if let Some((lost, _)) = difference.lost.first() {
            return Err(format!("it would not allow {}", words(lost)));
        }
        if let Some((gained, _)) = difference.gained.first() {
            return Err(format!("it would also allow {}", words(gained)));
        }
        match difference.verdict() {
            Verdict::Equal => Ok(()),
            _ => Err(difference.undecided.into_iter().collect::<Vec<_>>().join("; ")),
        }
    }
}

fn with<'d>(others: &[Object<'d>], policy: &'d Created) -> Vec<Object<'d>> {
    others.iter().cloned().chain(leastwise_manifest::objects(&policy.document)).collect()
}

fn words(atom: &ConnectionAtom) -> String {
    let ports = leastwise_privilege::network::ports_in_words(&atom.protocol, &atom.ports);
    format!("{ports} from {} to {}", atom.from, atom.to)
}

/// What a rule of a draft grants. `number` counts from 1.
fn group(number: usize, rule: &[usize], atoms: &[Atom]) -> Result<(Direction, Group), String> {
    let (mut of, mut ports, mut peers) = (None, PortSet::new(), BTreeSet::new());
    for place in rule {
        let (direction, peer, port) = atoms.get(*place).ok_or_else(|| {
            format!("rule {number} has a connection {}, and there is none of that number", place + 1)
        })?;
        if of.is_some_and(|of| of != *direction) {
            return Err(format!("rule {number} mixes directions, of which each needs a rule of its own"));
        }
        of = Some(*direction);
        ports.insert(*port);
        peers.insert(*peer);
    }
    Ok((of.ok_or_else(|| format!("rule {number} is empty"))?, (ports, peers)))
}
