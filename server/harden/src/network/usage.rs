//! What a network policy allows and nobody was seen to use, peer by peer and port by port: for a reader who looks at it.

use super::flows::{Flow, Flows, Peer};
use super::making::{DIRECTIONS, implied, seen};
use super::peers::{PortSet, key, port_words};
use super::refine::{Directed, Need, NeededRule, Refining};
use super::written::{Item, Port, PortItem, WrittenPort, words};
use crate::manifests::Placed;
use crate::seen::{Seen, shown};
use crate::usage::{Excess, RuleUses, Unused, Usage, Use, watched};
use crate::watch::Watch;
use crate::{Kind, Manifests, Options};
use leastwise_evidence::{Channel, Record};
use leastwise_manifest::{Direction, NetworkPolicy};
use leastwise_privilege::Needed;
use leastwise_privilege::network::Protocol;
use leastwise_yaml::{Emptied, Patch, Path};
use std::collections::{BTreeMap, BTreeSet};

/// Holds the NetworkPolicies of one of the documents against the connections that were seen. The manifests must hold
/// the workloads, Services and Namespaces that have a say in whom a policy is for.
pub fn network_usages(
    record: &Record,
    manifests: &Manifests<'_>,
    document: usize,
    options: &Options,
) -> Vec<Usage> {
    let placed = manifests.placed();
    let policies: Vec<_> =
        placed.iter().filter_map(|placed| Some((placed, NetworkPolicy::of(&placed.object)?))).collect();
    let is_here = |placed: &Placed<'_>| placed.document == document;
    if !policies.iter().any(|(placed, _)| is_here(placed)) {
        return Vec::new();
    }
    let flows = flows(record, manifests);
    let watch = Watch::of(record, record.connections.values().flat_map(|seen| seen.seen.sources()));
    let policies =
        policies.iter().map(|(placed, policy)| Refining { flows: &flows, manifests, policy, placed });
    let policies: Vec<_> = policies.collect();
    let here = policies.iter().filter(|policy| is_here(policy.placed));
    here.map(|policy| policy.usage(&policies, &watch, options)).collect()
}

/// What every change must leave.
pub(crate) fn needed(record: &Record, manifests: &Manifests<'_>) -> Needed {
    Needed { connections: flows(record, manifests).needed_connections(), ..Needed::default() }
}

fn flows<'d>(record: &Record, manifests: &Manifests<'d>) -> Flows<'d> {
    let mut flows = Flows::of(record, manifests);
    let implied = implied(&flows);
    flows.needed.extend(implied);
    flows
}

impl<'d> Refining<'_, 'd> {
    fn usage(&self, all: &[Self], watch: &Watch, options: &Options) -> Usage {
        let object = &self.placed.object.path;
        let mut usage = Usage::new(Kind::NetworkPolicy, object, object.key("spec"));
        let subjects = self.subjects();
        usage.denied = self.denied(all, &subjects);
        let directions = match self.watched_directions(&subjects, watch, options) {
            Ok(directions) => directions,
            Err(why) => {
                usage.refused = Some(why);
                return usage;
            }
        };
        usage.watched = self.watched(&subjects, watch);
        for directed in &directions {
            let mut end = directed.rules.len();
            for rule in &directed.rules {
                if let Err(why) = self.rule_usage(directed, rule, &subjects, &mut end, &mut usage) {
                    usage.refused = Some(why);
                    usage.patches.clear();
                    usage.unused.clear();
                    return usage;
                }
            }
            usage.patches.extend(self.closing(directed));
        }
        usage
    }

    /// What was dropped, and is let through by no policy for the same pods, in words.
    fn denied(&self, all: &[Self], subjects: &[usize]) -> Vec<String> {
        let mut denied = Vec::new();
        for (flow, dropped) in &self.flows.dropped {
            let Flow { client, server, protocol, port } = *flow;
            let is_denied = DIRECTIONS.iter().any(|direction| {
                let (own, peer) = match direction {
                    Direction::Ingress => (server, client),
                    Direction::Egress => (client, server),
                };
                let Peer::Party(own) = own else { return false };
                let accepting = match server {
                    Peer::Party(place) => Some(place),
                    Peer::Address(_) => None,
                };
                let need = Need { server: accepting, protocol, number: port };
                let needs = BTreeMap::from([(peer, BTreeSet::from([need]))]);
                subjects.contains(&own)
                    && self.policy.restricts(*direction) == Some(true)
                    && !all.iter().any(|policy| policy.may_let_through(own, *direction, &needs))
            });
            if is_denied {
                let (from, to) = (self.flows.peer_title(client), self.flows.peer_title(server));
                denied.push(format!("{protocol} {port} from {from} to {to}: {}", dropped.seen.words("flow")));
            }
        }
        denied
    }

    /// Whether it is for a party and lets something through, unless a template hides that.
    fn may_let_through(
        &self,
        party: usize,
        direction: Direction,
        needs: &BTreeMap<Peer, BTreeSet<Need>>,
    ) -> bool {
        if !self.subjects().contains(&party) {
            return false;
        }
        match (self.policy.restricts(direction), self.direction(direction, needs)) {
            (Some(false), _) | (_, Ok(None)) => false,
            (None, _) | (_, Err(_)) => true,
            (Some(true), Ok(Some(directed))) => directed.rules.iter().any(|rule| !rule.kept.is_empty()),
        }
    }

    fn watched_directions(
        &self,
        subjects: &[usize],
        watch: &Watch,
        options: &Options,
    ) -> Result<Vec<Directed<'d>>, String> {
        if subjects.is_empty() {
            return Err("no pod that it is for is among the manifests or in the logs".to_owned());
        }
        watch.distrust(options).map_or_else(|| self.directions(subjects), Err)
    }

    fn watched(&self, subjects: &[usize], watch: &Watch) -> String {
        let mut seen = Seen::default();
        let is_own = |peer: Peer| matches!(peer, Peer::Party(place) if subjects.contains(&place));
        for (flow, flow_seen) in &self.flows.needed {
            if is_own(flow.client) || is_own(flow.server) {
                seen.add(&flow_seen.seen);
            }
        }
        let pods = subjects.iter().filter_map(|place| self.flows.inventory.get(*place));
        let replicas = pods.map(|party| party.seen.len()).sum();
        watched(watch.window(Channel::Flows), &seen, replicas, "flow")
    }

    fn rule_usage(
        &self,
        directed: &Directed<'d>,
        rule: &NeededRule<'d>,
        subjects: &[usize],
        end: &mut usize,
        usage: &mut Usage,
    ) -> Result<(), String> {
        let (changes, _) = self.tighten(directed, rule, end)?;
        usage
            .uses
            .push(RuleUses { rule: rule.at.clone(), uses: self.uses(directed.direction, rule, subjects) });
        usage.patches.extend(changes.clone());
        let mut add = |path: &Path, what, patches| {
            usage.unused.push(Unused { path: path.clone(), what, patches });
        };
        if rule.kept.is_empty() {
            let mut changes = changes;
            if directed.rules.len() == 1 {
                changes.extend(self.closing(directed));
            }
            add(&rule.at, Excess::Rule(format!("of {}", directed.direction.name())), changes);
            return Ok(());
        }
        if changes.is_empty() {
            return Ok(());
        }
        let mut has_found = false;
        let mut find = |path: &Path, what, patches| {
            has_found = true;
            add(path, what, patches);
        };
        let remove = |path: &Path| vec![Patch::Remove { path: path.clone(), emptied: Emptied::Keep }];
        let titles = |peers: &BTreeSet<Peer>| peers.iter().map(|one| self.flows.peer_title(*one)).collect();
        let peers: BTreeSet<Peer> = rule.kept.keys().copied().collect();
        match &rule.written.peers {
            None => find(&rule.at, Excess::Everybody(titles(&peers)), changes.clone()),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = peer_path(rule, directed.direction, index);
                    let own = self.of_item(item, &peers);
                    if own.is_empty() {
                        find(&at, Excess::Peer, remove(&at));
                    } else if !self.chooses_only(item, &own) {
                        find(&at, Excess::Peers(titles(&own)), changes.clone());
                    }
                }
            }
        }
        let used: BTreeSet<WrittenPort<'_>> = rule.kept.values().flatten().copied().collect();
        match &rule.written.ports {
            None => find(&rule.at, Excess::EveryPort(words(&used)), changes.clone()),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = port_path(rule, index);
                    let own: BTreeSet<_> = used.iter().copied().filter(|one| item.writes(*one)).collect();
                    if own.is_empty() {
                        let what = Excess::Name { list: "port", name: port_name(item) };
                        find(&at, what, remove(&at));
                    } else if !item.is_exactly(own.len()) {
                        let what = Excess::Pattern {
                            list: "port",
                            name: port_name(item),
                            used: own.iter().map(|one| words(&[*one].into())).collect(),
                        };
                        find(&at, what, changes.clone());
                    }
                }
            }
        }
        let unused = || -> Vec<String> {
            let missing = peers.iter().filter_map(|one| {
                let own = rule.kept.get(one);
                let missing: BTreeSet<_> =
                    used.iter().filter(|port| own.is_none_or(|own| !own.contains(port))).copied().collect();
                (!missing.is_empty())
                    .then(|| format!("{} with {}", words(&missing), self.flows.peer_title(*one)))
            });
            missing.collect()
        };
        // Without pairs, what goes is written twice.
        let pairs = if has_found { Vec::new() } else { unused() };
        if !pairs.is_empty() {
            add(&rule.at, Excess::Pairs(pairs), changes);
        }
        Ok(())
    }

    /// What was seen that the rule allows, and which parts of it do.
    fn uses(&self, direction: Direction, rule: &NeededRule<'d>, subjects: &[usize]) -> Vec<Use> {
        let way = if direction == Direction::Ingress { "from" } else { "to" };
        let mut uses = Vec::new();
        for (peer, needs) in &rule.needs {
            let ports: PortSet = needs.iter().map(|need| (need.protocol, need.number)).collect();
            for one in ports {
                let only: PortSet = [one].into();
                let mut total = Seen::default();
                subjects.iter().for_each(|place| {
                    total.add(&seen(self.flows, *place, *peer, direction, &only).0);
                });
                let items = rule.written.peers.iter().flatten().enumerate();
                let items = items.filter(|(_, item)| self.is_for(item, *peer));
                let mut tokens: Vec<Path> =
                    items.map(|(index, _)| peer_path(rule, direction, index)).collect();
                let of_port = || needs.iter().filter(|need| (need.protocol, need.number) == one);
                let items = rule.written.ports.iter().flatten().enumerate();
                let items = items.filter(|(_, item)| of_port().any(|need| self.port_holds(item, need)));
                tokens.extend(items.map(|(index, _)| port_path(rule, index)));
                let title = self.flows.peer_title(*peer);
                let words = format!("{} {way} {title}: {}", port_words(&only), total.words("flow"));
                uses.push(Use { words, tokens });
            }
        }
        uses
    }

    fn of_item(&self, item: &Item<'d>, peers: &BTreeSet<Peer>) -> BTreeSet<Peer> {
        peers.iter().copied().filter(|one| self.is_for(item, *one)).collect()
    }
}

fn peer_path(rule: &NeededRule<'_>, direction: Direction, index: usize) -> Path {
    rule.at.key(key(direction)).index(index)
}

fn port_path(rule: &NeededRule<'_>, index: usize) -> Path {
    rule.at.key("ports").index(index)
}

/// Like `TCP 8000-9000`.
fn port_name(item: &PortItem<'_>) -> String {
    let protocol: Protocol = item.protocol;
    match item.port {
        Port::All => format!("{protocol}"),
        Port::Range(first, last) if first == last => format!("{protocol} {first}"),
        Port::Range(first, last) => format!("{protocol} {first}-{last}"),
        Port::Name(name) => shown(&format!("{protocol} {name}")),
    }
}
