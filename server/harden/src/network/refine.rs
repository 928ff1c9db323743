use super::create::meant;
use super::flows::{Flows, Peer};
use super::labels::{LabelMap, chooses};
use super::making::{DIRECTIONS, implied};
use super::peers::{Beside, by_ports, key, peer};
use super::written::{Item, Port, PortItem, Written, WrittenPort, is_whole, words};
use crate::manifests::Placed;
use crate::proof::Proof;
use crate::watch::Watch;
use crate::{Level, Manifests, Options, Proposal, Statement};
use leastwise_evidence::Record;
use leastwise_manifest::{Direction, NetworkPolicy, Selector, lookup};
use leastwise_privilege::Needed;
use leastwise_privilege::network::Protocol;
use leastwise_yaml::{Emptied, Field, Literal, Patch, Path};
use std::collections::{BTreeMap, BTreeSet};

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

/// A policy that is held against the connections that were seen.
pub(super) struct Refining<'r, 'd> {
    pub(super) flows: &'r Flows<'d>,
    pub(super) manifests: &'r Manifests<'d>,
    pub(super) policy: &'r NetworkPolicy<'d>,
    pub(super) placed: &'r Placed<'d>,
}

/// One direction of a policy as it is written.
pub(super) struct Directed<'d> {
    pub(super) direction: Direction,
    /// Where its rules stand.
    list: Path,
    pub(super) rules: Vec<NeededRule<'d>>,
}

/// A rule beside what of it is needed.
pub(super) struct NeededRule<'d> {
    pub(super) at: Path,
    pub(super) written: Written<'d>,
    /// Of those whom it is for.
    pub(super) needs: BTreeMap<Peer, BTreeSet<Need>>,
    /// The same ports as the rule writes them.
    pub(super) kept: BTreeMap<Peer, BTreeSet<WrittenPort<'d>>>,
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
    pub(super) fn subjects(&self) -> Vec<usize> {
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
        let (mut patches, mut statements) = (Vec::new(), Vec::new());
        for directed in self.directions(subjects)? {
            let mut end = directed.rules.len();
            for rule in &directed.rules {
                let (more, said) = self.tighten(&directed, rule, &mut end)?;
                patches.extend(more);
                statements.extend(said);
            }
            patches.extend(self.closing(&directed));
        }
        Ok((patches, statements))
    }

    /// The rules of the policy, each beside what of it is needed; `Err` says why that cannot be known.
    pub(super) fn directions(&self, subjects: &[usize]) -> Result<Vec<Directed<'d>>, String> {
        if self.policy.selector.as_ref().is_some_and(|selector| !selector.is_known()) {
            return Err("a template hides for which pods it is".to_owned());
        }
        for place in subjects {
            let Some(party) = self.flows.inventory.get(*place) else { continue };
            if let Some(why) = party.unwatched() {
                return Err(format!("{}: {why}", party.title()));
            }
        }
        let mut directions = Vec::new();
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
            directions.extend(self.direction(direction, &self.needs(direction, subjects))?);
        }
        Ok(directions)
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

    pub(super) fn direction(
        &self,
        direction: Direction,
        needs: &BTreeMap<Peer, BTreeSet<Need>>,
    ) -> Result<Option<Directed<'d>>, String> {
        let name = if direction == Direction::Ingress { "ingress" } else { "egress" };
        let path = self.placed.object.path.keys(&["spec", name]);
        let list = match lookup(self.placed.object.node, &["spec", name]) {
            Field::Absent => return Ok(None),
            Field::Present(entry) if entry.value.is_null() => return Ok(None),
            Field::Present(entry) if is_whole(entry.value) => entry.value,
            _ => return Err(format!("a template hides some of spec.{name}")),
        };
        let mut rules = Vec::new();
        for item in list.items() {
            let written = Written::read(item.value, direction)?;
            rules.push(self.needed_rule(path.index(item.index), written, needs));
        }
        Ok(Some(Directed { direction, list: path, rules }))
    }

    fn needed_rule(
        &self,
        at: Path,
        written: Written<'d>,
        all: &BTreeMap<Peer, BTreeSet<Need>>,
    ) -> NeededRule<'d> {
        let mut rule = NeededRule { at, written, needs: BTreeMap::new(), kept: BTreeMap::new() };
        for (peer, needs) in all {
            let items = rule.written.peers.as_ref();
            if !items.is_none_or(|items| items.iter().any(|item| self.is_for(item, *peer))) {
                continue;
            }
            for need in needs {
                if let Some(port) = self.port_for(&rule.written, need) {
                    rule.needs.entry(*peer).or_default().insert(*need);
                    rule.kept.entry(*peer).or_default().insert(port);
                }
            }
        }
        rule
    }

    /// What makes a rule grant what is needed of it. `end` is where the list of rules ends by now.
    pub(super) fn tighten(
        &self,
        directed: &Directed<'d>,
        rule: &NeededRule<'d>,
        end: &mut usize,
    ) -> Result<Changes, String> {
        let Directed { direction, list, .. } = directed;
        let NeededRule { at, written, kept, .. } = rule;
        let (mut patches, mut statements) = (Vec::new(), Vec::new());
        let mut groups: Vec<_> = by_ports(kept).into_iter().collect();
        groups.sort_by_key(|(ports, peers)| std::cmp::Reverse(ports.len() * peers.len()));
        let mut groups = groups.into_iter();
        let Some((ports, peers)) = groups.next() else {
            statements.push(self.state("the rule".to_owned(), at));
            patches.push(Patch::Remove { path: at.clone(), emptied: Emptied::Keep });
            return Ok((patches, statements));
        };
        self.tighten_peers(written, &peers, *direction, at, &mut patches, &mut statements)?;
        self.tighten_ports(written, &ports, at, &mut patches, &mut statements);
        for (ports, peers) in groups {
            let items: Result<Vec<_>, _> = peers
                .iter()
                .map(|one| peer(self.flows, *one, self.home(), &self.beside(written, *one)))
                .collect();
            let value =
                super::peers::rule(*direction, items?, ports.iter().map(WrittenPort::literal).collect());
            patches.push(Patch::Set { path: list.index(*end), value });
            let what = format!("for other peers of the rule all ports but {}", words(&ports));
            statements.push(self.state(what, at));
            *end += 1;
        }
        Ok((patches, statements))
    }

    /// What keeps egress closed when all its rules go: without types, a list of no rules closes nothing.
    pub(super) fn closing(&self, directed: &Directed<'d>) -> Option<Patch> {
        let all_go = !directed.rules.is_empty() && directed.rules.iter().all(|rule| rule.kept.is_empty());
        if directed.direction == Direction::Ingress || !all_go || !self.leaves_types_out() {
            return None;
        }
        let types = DIRECTIONS.map(|direction| Literal::from(direction.name()));
        let path = self.placed.object.path.keys(&["spec", "policyTypes"]);
        Some(Patch::Set { path, value: Literal::Sequence(types.to_vec()) })
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
    pub(super) fn is_for(&self, item: &Item<'d>, peer: Peer) -> bool {
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
    pub(super) fn port_holds(&self, item: &PortItem<'d>, need: &Need) -> bool {
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
    pub(super) fn chooses_only(&self, item: &Item<'d>, own: &BTreeSet<Peer>) -> bool {
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
            if item.is_exactly(own.len()) {
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
pub(super) struct Need {
    /// Whose port it is, where that is one of the parties.
    pub(super) server: Option<usize>,
    pub(super) protocol: Protocol,
    pub(super) number: u16,
}
