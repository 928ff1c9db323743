//! The chain that makes network policies.

use super::{Chain, Seen, too_many};
use crate::drafts::draft;
use crate::quote;
use crate::steps::{Fact, create_network_policy, look_at_connections};
use leastwise_harden::{
    DraftedNetworkPolicy, Manifests, NetworkPolicyTask, Options, PolicyConnection, Proposal,
    create_drafted_network_policies,
};

impl Chain<'_, '_, '_> {
    pub(super) fn create_network_policies(
        &mut self,
        manifests: &Manifests<'_>,
        options: &Options,
    ) -> Proposal {
        create_drafted_network_policies(self.record, manifests, options, &mut |task| {
            let drafted = self.draft_network_policy(task);
            let named = drafted.map(|drafted| {
                let name = drafted.name().map(str::to_owned);
                (drafted, name)
            });
            self.note(task.name(), named)
        })
    }

    fn draft_network_policy(&mut self, task: &NetworkPolicyTask<'_>) -> Result<DraftedNetworkPolicy, String> {
        let connections = task.connections();
        too_many(connections.len())?;
        let choices = create_network_policy::choices(task, &connections);
        let seen: Vec<_> = connections.iter().map(seen).collect();
        let (namespace, kind, name) = task.workload();
        let subject = format!("{namespace}/{kind}/{name}");
        let workload = self.workloads.named(namespace, kind, name);
        let title = format!("A network policy for {}.{}", quote(&subject), self.about(&workload));
        self.look("look-at-connections", &subject, &seen, |facts| look_at_connections::prompt(&title, facts));
        let facts: Vec<_> = seen.into_iter().map(|seen| seen.fact).collect();
        let prompt =
            |sent_back: Option<&_>| create_network_policy::prompt(&title, &facts, &choices, sent_back);
        draft(self.asker, "create-network-policy", prompt, |answer| {
            task.judge(&create_network_policy::read(answer, &choices)?)
        })
    }
}

fn seen(connection: &PolicyConnection) -> Seen {
    let way = if connection.direction == "Ingress" { "from" } else { "to" };
    let what = format!("{} {way} {}", connection.port, quote(&connection.peer));
    Seen {
        fact: Fact(format!("{}: {what}", connection.direction)),
        what,
        because: connection.because.clone(),
    }
}
