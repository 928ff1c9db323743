use super::draft::{DraftedNetworkPolicy, NetworkPolicyTask};
use super::flows::{Flow, FlowSeen, Flows, Peer};
use super::inventory::Party;
use super::making::{DIRECTIONS, DNS_BY_TCP, implied, policy_name, resource};
use super::names::first_name;
use super::peers::{Beside, peer};
use crate::seen::shown;
use crate::watch::Watch;
use crate::{Judgement, Level, Manifests, Options, Proposal, Refused, Statement, Whose};
use leastwise_evidence::Record;
use leastwise_manifest::{Direction, NetworkPolicy, Object};
use leastwise_privilege::Applied;
use leastwise_privilege::network::{Connections, NeededConnection, Network};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the NetworkPolicies that let each workload have the connections that were seen, and no others. A direction
/// of which too little is known stays open.
pub fn create_network_policies(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    create_drafted_network_policies(record, manifests, options, &mut |_| None)
}

/// The same, where somebody is asked about each policy how its connections are grouped and what it is called. Where they
/// have no draft that holds, the policy is made as without them.
pub fn create_drafted_network_policies(
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
    draft: &mut dyn FnMut(&NetworkPolicyTask<'_>) -> Option<DraftedNetworkPolicy>,
) -> Proposal {
    let mut proposal = Proposal::default();
    proposal.refuse_without(record, !record.connections.is_empty(), "connections");
    let watch = Watch::of(record, record.connections.values().flat_map(|seen| seen.seen.sources()));
    if let Some(why) = watch.distrust(options) {
        proposal.refuse("whether these are all connections", why);
    }
    let mut flows = Flows::of(record, manifests);
    flows.aside.iter().for_each(|aside| proposal.refuse(aside.what.clone(), aside.because.clone()));
    let implied = implied(&flows);
    if options.include_implied {
        flows.needed.extend(implied.clone());
    }
    let meant = match meant(&flows, &options.whose) {
        Ok(meant) => meant,
        Err(why) => {
            proposal.refuse("NetworkPolicy", why);
            return proposal;
        }
    };
    let mut taken = names_of_policies(manifests);
    for place in &meant {
        let Some(task) = task(*place, &flows, manifests, &taken, &mut proposal) else { continue };
        let policy = draft(&task).map_or_else(|| task.exact(), Ok);
        match policy {
            Ok(made) => {
                taken.extend(made.name().map(|name| (task.workload().0.to_owned(), name.to_owned())));
                proposal.statements.extend(made.statements);
                proposal.created.push(made.policy);
            }
            Err(why) => proposal.refuse(party_title(*place, &flows), why),
        }
    }
    if !options.include_implied {
        propose_implied(&implied, &meant, &flows, &mut proposal);
    }
    if let Err(why) = judge(&proposal, &flows, manifests) {
        proposal.created.clear();
        proposal.statements.iter_mut().for_each(|statement| statement.applied = false);
        proposal.refuse("the policies together", why);
    }
    if !proposal.created.is_empty() {
        proposal.verdict = Judgement::New;
    }
    proposal
}

/// The parties that are asked for. Where workloads are among the manifests, it is those.
pub(super) fn meant(flows: &Flows<'_>, whose: &Whose) -> Result<Vec<usize>, String> {
    let parties = || flows.inventory.parties.iter().enumerate();
    let of = |test: &dyn Fn(&Party<'_>) -> bool| -> Vec<usize> {
        parties().filter(|(_, party)| test(party)).map(|(place, _)| place).collect()
    };
    let found = match whose {
        Whose::Everyone => {
            let written = of(&|party| party.pods.is_some());
            if written.is_empty() { of(&|_| true) } else { written }
        }
        Whose::Workload { namespace, kind, name } => {
            of(&|party| (&party.namespace, &party.kind, &party.name) == (namespace, kind, name))
        }
        Whose::ServiceAccount { namespace, name } => of(&|party| {
            let account = party.pods.as_ref().and_then(|pods| pods.service_account());
            &party.namespace == namespace && account == Some(name)
        }),
        Whose::User(_) => return Err("users open no connections".to_owned()),
    };
    if found.is_empty() && *whose != Whose::Everyone {
        return Err("nobody of that name is among the manifests or in the logs".to_owned());
    }
    Ok(found)
}

/// The policy that is to be made for a party. What cannot be told of it is refused.
fn task<'t>(
    place: usize,
    flows: &'t Flows<'t>,
    manifests: &'t Manifests<'t>,
    taken: &BTreeSet<(String, String)>,
    proposal: &mut Proposal,
) -> Option<NetworkPolicyTask<'t>> {
    let party = flows.inventory.get(place)?;
    let title = party.title();
    let needs = DIRECTIONS.map(|direction| flows.of_party(place, direction));
    let is_silent = needs.iter().all(BTreeMap::is_empty);
    if party.is_on_host() {
        proposal.refuse(title, "it runs in the network of its node: policies are not for it");
        return None;
    }
    let was_unclear = DIRECTIONS.iter().any(|direction| flows.unclear_of(place, *direction).next().is_some());
    if is_silent && !was_unclear {
        proposal.refuse(title, "no connection of it was seen");
        return None;
    }
    if let Some(why) = party.unwatched() {
        proposal.refuse(title, why);
        return None;
    }
    let subject = match flows.inventory.selector(place) {
        Ok(subject) => subject,
        Err(why) => {
            proposal.refuse(title, why);
            return None;
        }
    };
    let (mut isolated, mut silent) = (Vec::new(), Vec::new());
    for (direction, needs) in DIRECTIONS.into_iter().zip(&needs) {
        let unclear: Vec<&Refused> = flows.unclear_of(place, direction).collect();
        for refused in &unclear {
            proposal.refuse(refused.what.clone(), refused.because.clone());
        }
        if let Some(first) = unclear.first() {
            let because = format!("isolating it would block what is needed: {}", first.what);
            proposal.refuse(format!("{} of {title}", direction.name()), because);
        } else if needs.is_empty() {
            silent.push(direction);
        } else {
            match needs
                .keys()
                .try_for_each(|one| peer(flows, *one, &party.namespace, &Beside::default()).map(drop))
            {
                Ok(()) => isolated.push(direction),
                Err(why) => proposal.refuse(format!("{} of {title}", direction.name()), why),
            }
        }
    }
    let is_closed = isolated.contains(&Direction::Egress);
    let asks_names = needs.iter().flat_map(BTreeMap::values).flatten().any(|(_, port)| *port == 53);
    if let Some(name) = party.pods.as_ref().filter(|_| is_closed && !asks_names).and_then(first_name) {
        let because = format!("it is told of `{}`, and nobody saw it ask a DNS server", shown(&name));
        proposal.refuse(format!("names that {title} asks for"), because);
    }
    let taken = taken.clone();
    (!isolated.is_empty()).then_some(NetworkPolicyTask {
        place,
        flows,
        manifests,
        subject,
        isolated,
        silent,
        taken,
    })
}

fn party_title(place: usize, flows: &Flows<'_>) -> String {
    flows.inventory.get(place).map(Party::title).unwrap_or_default()
}

/// The names that policies among the manifests have already, with their namespaces.
fn names_of_policies(manifests: &Manifests<'_>) -> BTreeSet<(String, String)> {
    let objects = manifests.objects();
    let policies = objects.iter().filter(|object| NetworkPolicy::of(object).is_some());
    let named =
        policies.filter_map(|object| Some((manifests.home(object)?.to_owned(), object.name()?.to_owned())));
    named.collect()
}

fn propose_implied(
    implied: &BTreeMap<Flow, FlowSeen>,
    meant: &[usize],
    flows: &Flows<'_>,
    proposal: &mut Proposal,
) {
    for (flow, seen) in implied {
        for (end, way, other, path) in [
            (flow.client, "to", flow.server, "spec.egress"),
            (flow.server, "from", flow.client, "spec.ingress"),
        ] {
            let Peer::Party(place) = end else { continue };
            let Some(party) = flows.inventory.get(place).filter(|_| meant.contains(&place)) else { continue };
            proposal.statements.push(Statement {
                level: Level::Implied,
                applied: false,
                what: format!("{} {} {way} {}", flow.protocol, flow.port, flows.peer_title(other)),
                because: format!("{DNS_BY_TCP}; {}", seen.seen.words("flow")),
                resource: resource(party, &policy_name(party)),
                path: path.to_owned(),
                risk: None,
            });
        }
    }
}

/// Puts all that was made to the privilege order: every connection that is needed must still be allowed.
fn judge(proposal: &Proposal, flows: &Flows<'_>, manifests: &Manifests<'_>) -> Result<(), String> {
    if proposal.created.is_empty() {
        return Ok(());
    }
    let mut objects: Vec<Object<'_>> = manifests.objects();
    objects.retain(|object| NetworkPolicy::of(object).is_none());
    objects.extend(proposal.created.iter().flat_map(|made| leastwise_manifest::objects(&made.document)));
    let network = Network::of(Applied { objects: &objects, namespace: manifests.namespace });
    let connections = Connections::of_workloads(&network);
    let lost =
        flows.needed_connections().into_iter().find(|needed| connections.allows(needed) == Some(false));
    lost.map_or(Ok(()), |NeededConnection { from, to, protocol, port }| {
        Err(format!("they would not allow {protocol} {port} from {from} to {to}"))
    })
}
