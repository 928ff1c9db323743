use super::create::{DIRECTIONS, implied, meant};
use super::flows::{Flows, Peer};
use super::labels::{LabelMap, chooses};
use super::peers::{Beside, by_ports, key, peer, port, rule};
use crate::manifests::Placed;
use crate::proof::Proof;
use crate::watch::Watch;
use crate::{Level, Manifests, Options, Proposal, Statement};
use leastwise_evidence::Record;
use leastwise_manifest::{Direction, NetworkPolicy, Selector, lookup};
use leastwise_privilege::Needed;
use leastwise_privilege::network::Protocol;
use leastwise_yaml::{Emptied, Field, Kind, Literal, Node, Patch, Path};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Tightens the NetworkPolicies among the manifests to the connections that were seen of the pods they are for, by
/// the least change of their text. Selectors stay where they choose the same pods.
pub fn refine_network_policies(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    let mut proposal = Proposal::default();
    proposal.refuse_without(record, !record.connections.is_empty(), "connections");
    let mut flows = Flows::of(record, manifests);
    let implied = implied(&flows);
    // What a rule grants of these stays: an author who has thought of it is right.
    flows.needed.extend(implied);
    let meant = match meant(&flows, &options.whose) {
        Ok(meant) => meant,
        Err(why) => {
            proposal.refuse("NetworkPolicy", why);
            return proposal;
        }
    };
    let needed = Needed { connections: flows.needed_connections(), ..Needed::default() };
    let watch = Watch::of(record, record.connections.values().flat_map(|seen| seen.seen.sources()));
    let mut proof = Proof::new(manifests, needed);
    let mut outcomes = Vec::new();
    for placed in manifests.placed() {
        let Some(policy) = NetworkPolicy::of(&placed.object) else { continue };
        let refining = Refining { flows: &flows, manifests, policy: &policy, placed: &placed };
        let subjects = refining.subjects();
        if !subjects.iter().any(|place| meant.contains(place)) {
            continue;
        }
        let changed = watch.distrust(options).map_or_else(|| refining.changes(&subjects), Err);
        if let (Ok((_, statements)), Some(why)) = (&changed, watch.too_short(options)) {
            proposal.leave_to_people(statements.clone(), &why);
            continue;
        }
        let judged = changed.and_then(|(patches, statements)| {
            let is_changed = !patches.is_empty();
            proof.add(placed.document, patches)?;
            Ok((is_changed, statements))
        });
        let outcome = match &judged {
            Ok((true, _)) => Outcome::Narrowed,
            Ok((false, _)) => Outcome::Exact,
            Err(_) => Outcome::Left,
        };
        let directions = DIRECTIONS.map(|one| policy.restricts(one) != Some(false));
        outcomes.push(Refined { title: refining.title(), subjects: subjects.clone(), directions, outcome });
        match judged {
            Ok((_, statements)) => proposal.statements.extend(statements),
            Err(why) => proposal.refuse(refining.title(), why),
        }
    }
    name_those_left(&outcomes, &mut proposal);
    proof.close(&mut proposal);
    proposal
}

/// What became of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It lets through less.
    Narrowed,
    /// It let through only what is needed.
    Exact,
    /// It could not be judged.
    Left,
}

struct Refined {
    title: String,
    subjects: Vec<usize>,
    /// Whether it closes ingress and egress.
    directions: [bool; 2],
    outcome: Outcome,
}

/// Policies add up: what one does not let through any more, another one for the same pods still may.
fn name_those_left(policies: &[Refined], proposal: &mut Proposal) {
    let of = |outcome: Outcome| policies.iter().filter(move |policy| policy.outcome == outcome);
    for narrowed in of(Outcome::Narrowed) {
        for left in of(Outcome::Left) {
            let shares_pods = narrowed.subjects.iter().any(|place| left.subjects.contains(place));
            let shares_direction = (0..2).any(|one| narrowed.directions[one] && left.directions[one]);
            if shares_pods && shares_direction {
                let because =
                    format!("{} is for some of the same pods, adds to it, and stays as it is", left.title);
                proposal.refuse(format!("{} alone", narrowed.title), because);
            }
        }
    }
}

struct Refining<'r, 'd> {
    flows: &'r Flows<'d>,
    manifests: &'r Manifests<'d>,
    policy: &'r NetworkPolicy<'d>,
    placed: &'r Placed<'d>,
}

type Changes = (Vec<Patch>, Vec<Statement>);

impl<'d> Refining<'_, 'd> {
    fn title(&self) -> String {
        format!("NetworkPolicy {}/{}", self.home(), self.placed.object.name().unwrap_or_default())
    }

    fn home(&self) -> &'d str {
        self.manifests.home(&self.placed.object).unwrap_or_default()
    }

    /// The parties that the policy is for.
    fn subjects(&self) -> Vec<usize> {
        let everyone = Selector { requirements: Vec::new(), open: false };
        let selector = self.policy.selector.as_ref().unwrap_or(&everyone);
        let parties = self.flows.inventory.parties.iter().enumerate();
        parties
            .filter(|(_, party)| party.namespace == self.home() && !party.is_on_host())
            .filter(|(_, party)| chooses(selector, &party.labels) != Some(false))
            .map(|(place, _)| place)
            .collect()
    }

    fn changes(&self, subjects: &[usize]) -> Result<Changes, String> {
        if self.policy.selector.as_ref().is_some_and(|selector| !selector.is_known()) {
            return Err("a template hides for which pods it is".to_owned());
        }
        for place in subjects {
            let Some(party) = self.flows.inventory.get(*place) else { continue };
            if let Some(why) = party.unwatched() {
                return Err(format!("{}: {why}", party.title()));
            }
        }
        let (mut patches, mut statements) = (Vec::new(), Vec::new());
        for direction in DIRECTIONS {
            match self.policy.restricts(direction) {
                None => return Err("a template hides what it restricts".to_owned()),
                Some(false) => continue,
                Some(true) => {}
            }
            for place in subjects {
                if let Some(unclear) = self.flows.unclear_of(*place, direction).next() {
                    return Err(format!("{}: {}", unclear.what, unclear.because));
                }
            }
            let (more, said) = self.direction(direction, &self.needs(direction, subjects))?;
            patches.extend(more);
            statements.extend(said);
        }
        Ok((patches, statements))
    }

    fn needs(&self, direction: Direction, subjects: &[usize]) -> BTreeMap<Peer, BTreeSet<Need>> {
        let mut needs: BTreeMap<Peer, BTreeSet<Need>> = BTreeMap::new();
        for place in subjects {
            for (peer, ports) in self.flows.of_party(*place, direction) {
                let server = match (direction, peer) {
                    (Direction::Ingress, _) => Some(*place),
                    (Direction::Egress, Peer::Party(place)) => Some(place),
                    (Direction::Egress, Peer::Address(_)) => None,
                };
                let ports = ports.into_iter().map(|(protocol, number)| Need { server, protocol, number });
                needs.entry(peer).or_default().extend(ports);
            }
        }
        needs
    }

    fn direction(
        &self,
        direction: Direction,
        needs: &BTreeMap<Peer, BTreeSet<Need>>,
    ) -> Result<Changes, String> {
        let name = if direction == Direction::Ingress { "ingress" } else { "egress" };
        let path = self.placed.object.path.keys(&["spec", name]);
        let list = match lookup(self.placed.object.node, &["spec", name]) {
            Field::Absent => return Ok(Changes::default()),
            Field::Present(entry) if entry.value.is_null() => return Ok(Changes::default()),
            Field::Present(entry) if is_whole(entry.value) => entry.value,
            _ => return Err(format!("a template hides some of spec.{name}")),
        };
        let mut end = list.items().count();
        let (mut patches, mut statements) = (Vec::new(), Vec::new());
        let mut stay = 0;
        for item in list.items() {
            let at = path.index(item.index);
            let written = Written::read(item.value, direction)?;
            // What the rule allows of what is needed.
            let mut kept: BTreeMap<Peer, BTreeSet<WrittenPort<'d>>> = BTreeMap::new();
            for (peer, needs) in needs {
                let is_peer = written
                    .peers
                    .as_ref()
                    .is_none_or(|items| items.iter().any(|item| self.is_for(item, *peer)));
                let needs = needs.iter().filter(|_| is_peer);
                let allowed: BTreeSet<_> = needs.filter_map(|need| self.port_for(&written, need)).collect();
                if !allowed.is_empty() {
                    kept.insert(*peer, allowed);
                }
            }
            if kept.is_empty() {
                statements.push(self.state("the rule".to_owned(), &at));
                patches.push(Patch::Remove { path: at, emptied: Emptied::Keep });
                continue;
            }
            stay += 1;
            let mut groups: Vec<_> = by_ports(&kept).into_iter().collect();
            groups.sort_by_key(|(ports, peers)| std::cmp::Reverse(ports.len() * peers.len()));
            let mut groups = groups.into_iter();
            let Some((ports, peers)) = groups.next() else { continue };
            self.tighten_peers(&written, &peers, direction, &at, &mut patches, &mut statements)?;
            self.tighten_ports(&written, &ports, &at, &mut patches, &mut statements);
            for (ports, peers) in groups {
                let items: Result<Vec<_>, _> = peers
                    .iter()
                    .map(|one| peer(self.flows, *one, self.home(), &self.beside(&written, *one)))
                    .collect();
                let value = rule(direction, items?, ports.iter().map(WrittenPort::literal).collect());
                patches.push(Patch::Set { path: path.index(end), value });
                let what = format!("for other peers of the rule all ports but {}", words(&ports));
                statements.push(self.state(what, &at));
                end += 1;
            }
        }
        if stay == 0 && end > 0 && direction == Direction::Egress && self.leaves_types_out() {
            // Without them a list of no rules closes nothing.
            let types = DIRECTIONS.map(|direction| Literal::from(direction.name()));
            let path = self.placed.object.path.keys(&["spec", "policyTypes"]);
            patches.push(Patch::Set { path, value: Literal::Sequence(types.to_vec()) });
        }
        Ok((patches, statements))
    }

    /// Whether which directions it closes follows from its rules.
    fn leaves_types_out(&self) -> bool {
        let types = lookup(self.placed.object.node, &["spec", "policyTypes"]).value();
        types.is_none_or(|types| types.items().next().is_none())
    }

    /// What the item that allows a peer asks beside what tells the peer, so that the new item asks it as well.
    fn beside(&self, written: &Written<'d>, peer: Peer) -> Beside {
        let item = written.peers.iter().flatten().find(|item| self.is_for(item, peer));
        let labels = |selector: &str| -> LabelMap {
            let found = item.map(|item| lookup(item.node, &[selector, "matchLabels"]));
            let entries = found.and_then(Field::value).map(|node| node.entries()).unwrap_or_default();
            let pair = |entry: leastwise_yaml::Entry<'_>| {
                Some((entry.key.as_text()?.to_owned(), entry.value.as_text()?.to_owned()))
            };
            entries.into_iter().filter_map(pair).collect()
        };
        Beside { namespace: labels("namespaceSelector"), pods: labels("podSelector") }
    }

    /// How the rule lets through what is needed, of those who are its peers: by a name if that comes first, which is
    /// another number at other pods.
    fn port_for(&self, written: &Written<'d>, need: &Need) -> Option<WrittenPort<'d>> {
        let number = WrittenPort::Number(need.protocol, need.number);
        let Some(items) = &written.ports else { return Some(number) };
        let first = items.iter().find(|item| self.port_holds(item, need))?;
        Some(match first.port {
            Port::Name(name) => WrittenPort::Name(need.protocol, name),
            Port::All | Port::Range(..) => number,
        })
    }

    /// Whether an item of `from` or `to` is for a peer.
    fn is_for(&self, item: &Item<'d>, peer: Peer) -> bool {
        match peer {
            Peer::Address(address) => item.block.as_ref().is_some_and(|block| block.holds(address)),
            Peer::Party(place) => {
                let Some(party) = self.flows.inventory.get(place) else { return false };
                if item.block.is_some() {
                    return false;
                }
                let is_there = match &item.namespaces {
                    None => party.namespace == self.home(),
                    Some(selector) => {
                        chooses(selector, &self.namespace_labels(&party.namespace)) == Some(true)
                    }
                };
                is_there && item.pods.as_ref().is_none_or(|pods| chooses(pods, &party.labels) == Some(true))
            }
        }
    }

    fn namespace_labels(&self, namespace: &str) -> LabelMap {
        let mut labels = LabelMap::new();
        for object in self.manifests.objects() {
            if object.kind() == Some("Namespace") && object.name() == Some(namespace) {
                let written = lookup(object.node, &["metadata", "labels"]).value();
                for entry in written.map(|node| node.entries()).unwrap_or_default() {
                    if let (Some(key), Some(value)) = (entry.key.as_text(), entry.value.as_text()) {
                        labels.insert(key.to_owned(), value.to_owned());
                    }
                }
            }
        }
        labels.insert("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
        labels
    }

    /// Whether an item of `ports` holds a port of the server.
    fn port_holds(&self, item: &PortItem<'d>, need: &Need) -> bool {
        item.protocol == need.protocol
            && match item.port {
                Port::All => true,
                Port::Range(first, last) => (first..=last).contains(&need.number),
                Port::Name(name) => {
                    let server = need.server.and_then(|place| self.flows.inventory.get(place));
                    server.and_then(|party| party.named_port(name, need.protocol.name())) == Some(need.number)
                }
            }
    }

    fn tighten_peers(
        &self,
        written: &Written<'d>,
        peers: &BTreeSet<Peer>,
        direction: Direction,
        rule: &Path,
        patches: &mut Vec<Patch>,
        statements: &mut Vec<Statement>,
    ) -> Result<(), String> {
        let list = rule.key(key(direction));
        let exact = |one: Peer| peer(self.flows, one, self.home(), &self.beside(written, one));
        let Some(items) = &written.peers else {
            let exact: Result<Vec<_>, _> = peers.iter().map(|one| exact(*one)).collect();
            patches.push(Patch::Set { path: list, value: Literal::Sequence(exact?) });
            statements.push(self.state(format!("everybody but {}", self.peer_words(peers)), rule));
            return Ok(());
        };
        let mut left: BTreeSet<Peer> = peers.clone();
        let mut end = items.len();
        for (index, item) in items.iter().enumerate() {
            let at = list.index(index);
            let own: BTreeSet<Peer> = left.iter().copied().filter(|one| self.is_for(item, *one)).collect();
            left.retain(|one| !own.contains(one));
            if own.is_empty() {
                statements.push(self.state("the peer".to_owned(), &at));
                patches.push(Patch::Remove { path: at, emptied: Emptied::Keep });
                continue;
            }
            if self.chooses_only(item, &own) {
                continue;
            }
            statements.push(self.state(format!("whom the peer chooses but {}", self.peer_words(&own)), &at));
            for (count, one) in own.iter().enumerate() {
                let path = if count == 0 { at.clone() } else { list.index(end + count - 1) };
                patches.push(Patch::Set { path, value: exact(*one)? });
            }
            end += own.len() - 1;
        }
        Ok(())
    }

    /// Whether an item chooses nobody else of those who are known. A selector that everybody matches may choose
    /// anybody tomorrow.
    fn chooses_only(&self, item: &Item<'d>, own: &BTreeSet<Peer>) -> bool {
        if let Some(block) = &item.block {
            return block.is_one_address() && own.len() == 1;
        }
        let asks_for_labels = item.pods.as_ref().is_some_and(|pods| !pods.is_empty());
        let all = (0..self.flows.inventory.parties.len()).map(Peer::Party);
        asks_for_labels && all.filter(|one| self.is_for(item, *one)).all(|one| own.contains(&one))
    }

    fn tighten_ports(
        &self,
        written: &Written<'d>,
        ports: &BTreeSet<WrittenPort<'d>>,
        rule: &Path,
        patches: &mut Vec<Patch>,
        statements: &mut Vec<Statement>,
    ) {
        let list = rule.key("ports");
        let Some(items) = &written.ports else {
            let value = Literal::Sequence(ports.iter().map(WrittenPort::literal).collect());
            patches.push(Patch::Set { path: list, value });
            statements.push(self.state(format!("every port but {}", words(ports)), rule));
            return;
        };
        let mut left = ports.clone();
        let mut end = items.len();
        for (index, item) in items.iter().enumerate() {
            let at = list.index(index);
            let own: BTreeSet<_> = left.iter().copied().filter(|one| item.writes(*one)).collect();
            left.retain(|one| !own.contains(one));
            if own.is_empty() {
                statements.push(self.state("the port".to_owned(), &at));
                patches.push(Patch::Remove { path: at, emptied: Emptied::Keep });
                continue;
            }
            let is_exact = match item.port {
                Port::Name(_) => true,
                Port::Range(first, last) => usize::from(last - first) + 1 == own.len(),
                Port::All => false,
            };
            if is_exact {
                continue;
            }
            statements.push(self.state(format!("every port of it but {}", words(&own)), &at));
            for (count, one) in own.iter().enumerate() {
                let path = if count == 0 { at.clone() } else { list.index(end + count - 1) };
                patches.push(Patch::Set { path, value: one.literal() });
            }
            end += own.len() - 1;
        }
    }

    fn peer_words(&self, peers: &BTreeSet<Peer>) -> String {
        peers.iter().map(|one| self.flows.peer_title(*one)).collect::<Vec<_>>().join(", ")
    }

    fn state(&self, what: String, path: &Path) -> Statement {
        Statement {
            level: Level::Candidate,
            applied: true,
            what: format!("take away {what}"),
            because: "the nodes of all pods that it is for were watched, and no such connection was seen"
                .to_owned(),
            resource: self.placed.object.resource(),
            path: path.relative_to(&self.placed.object.path).unwrap_or_default().to_string(),
            risk: None,
        }
    }
}

/// A port that a peer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    /// Whose port it is, where that is one of the parties.
    server: Option<usize>,
    protocol: Protocol,
    number: u16,
}

/// A port as a rule writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum WrittenPort<'d> {
    Number(Protocol, u16),
    Name(Protocol, &'d str),
}

impl WrittenPort<'_> {
    fn literal(&self) -> Literal {
        match *self {
            Self::Number(protocol, number) => port(protocol, Literal::Integer(number.into())),
            Self::Name(protocol, name) => port(protocol, Literal::from(name)),
        }
    }
}

/// Like `TCP 80, TCP http`.
fn words(ports: &BTreeSet<WrittenPort<'_>>) -> String {
    let words = ports.iter().map(|port| match port {
        WrittenPort::Number(protocol, number) => format!("{protocol} {number}"),
        WrittenPort::Name(protocol, name) => format!("{protocol} {name}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A rule as it is written.
struct Written<'d> {
    /// `None` is everybody.
    peers: Option<Vec<Item<'d>>>,
    /// `None` is every port.
    ports: Option<Vec<PortItem<'d>>>,
}

/// An item of `from` or `to`.
struct Item<'d> {
    node: Node<'d>,
    namespaces: Option<Selector<'d>>,
    pods: Option<Selector<'d>>,
    block: Option<Block>,
}

/// An item of `ports`.
struct PortItem<'d> {
    protocol: Protocol,
    port: Port<'d>,
}

impl PortItem<'_> {
    /// Whether it is the item that writes a port so.
    fn writes(&self, port: WrittenPort<'_>) -> bool {
        match (port, self.port) {
            (WrittenPort::Name(protocol, name), Port::Name(own)) => (protocol, name) == (self.protocol, own),
            (WrittenPort::Number(protocol, _), Port::All) => protocol == self.protocol,
            (WrittenPort::Number(protocol, number), Port::Range(first, last)) => {
                protocol == self.protocol && (first..=last).contains(&number)
            }
            _ => false,
        }
    }
}

#[derive(Clone, Copy)]
enum Port<'d> {
    All,
    Range(u16, u16),
    Name(&'d str),
}

/// A block of addresses.
struct Block {
    cidr: (IpAddr, u8),
    except: Vec<(IpAddr, u8)>,
}

impl Block {
    fn read(node: Node<'_>) -> Option<Self> {
        let except = node
            .get("except")
            .value()
            .map(|list| list.items().map(|item| cidr(item.value)).collect::<Option<Vec<_>>>());
        Some(Self {
            cidr: cidr(node.get("cidr").value()?)?,
            except: except.unwrap_or_else(|| Some(Vec::new()))?,
        })
    }

    fn holds(&self, address: IpAddr) -> bool {
        is_in(self.cidr, address) && !self.except.iter().any(|block| is_in(*block, address))
    }

    fn is_one_address(&self) -> bool {
        self.cidr.1 == if self.cidr.0.is_ipv4() { 32 } else { 128 }
    }
}

fn cidr(node: Node<'_>) -> Option<(IpAddr, u8)> {
    let (address, length) = node.as_str()?.split_once('/')?;
    Some((address.parse().ok()?, length.parse().ok()?))
}

fn is_in((block, length): (IpAddr, u8), address: IpAddr) -> bool {
    let shifted =
        |value: u128, width: u32| value.checked_shr(width.saturating_sub(length.into())).unwrap_or(0);
    match (block, address) {
        (IpAddr::V4(block), IpAddr::V4(address)) => {
            shifted(u32::from(block).into(), 32) == shifted(u32::from(address).into(), 32)
        }
        (IpAddr::V6(block), IpAddr::V6(address)) => {
            shifted(u128::from(block), 128) == shifted(u128::from(address), 128)
        }
        _ => false,
    }
}

impl<'d> Written<'d> {
    fn read(rule: Node<'d>, direction: Direction) -> Result<Self, String> {
        let list = |key: &str| -> Result<Option<Vec<Node<'d>>>, String> {
            match rule.get(key) {
                Field::Absent => Ok(None),
                Field::Present(entry) if entry.value.is_null() => Ok(None),
                Field::Present(entry) if is_whole(entry.value) => {
                    let items: Vec<_> = entry.value.items().map(|item| item.value).collect();
                    Ok(Some(items).filter(|items| !items.is_empty()))
                }
                _ => Err(format!("a template hides some of `{key}`")),
            }
        };
        let peers = list(key(direction))?.map(|items| items.into_iter().map(item).collect()).transpose()?;
        let ports = list("ports")?.map(|items| items.into_iter().map(port_item).collect()).transpose()?;
        Ok(Self { peers, ports })
    }
}

fn is_whole(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Sequence)
        && !node.is_open()
        && !node.items().any(|item| item.value.is_unknown())
}

fn item(node: Node<'_>) -> Result<Item<'_>, String> {
    let block = match node.get("ipBlock").value() {
        Some(block) => Some(Block::read(block).ok_or("a block of addresses cannot be read")?),
        None => None,
    };
    let namespaces = Selector::of(node.get("namespaceSelector"));
    let pods = Selector::of(node.get("podSelector"));
    if [&namespaces, &pods].into_iter().flatten().any(|selector| !selector.is_known()) {
        return Err("a template hides some of a selector".to_owned());
    }
    Ok(Item { node, namespaces, pods, block })
}

fn port_item(node: Node<'_>) -> Result<PortItem<'_>, String> {
    let number = |key: &str| {
        let value = node.get(key).value().filter(|value| !value.is_null())?;
        Some(value.as_integer().and_then(|number| u16::try_from(number).ok()))
    };
    let protocol = match node.get("protocol").value() {
        None => Some(Protocol::Tcp),
        Some(name) => name.as_str().and_then(Protocol::named),
    };
    let named = node.get("port").value().and_then(|value| value.as_str());
    let port = match (named, number("port"), number("endPort")) {
        (Some(name), ..) => Some(Port::Name(name)),
        (None, None, None) => Some(Port::All),
        (None, Some(Some(first)), None) => Some(Port::Range(first, first)),
        (None, Some(Some(first)), Some(Some(last))) if first <= last => Some(Port::Range(first, last)),
        _ => None,
    };
    match (protocol, port) {
        (Some(protocol), Some(port)) => Ok(PortItem { protocol, port }),
        _ => Err("a port cannot be read".to_owned()),
    }
}
