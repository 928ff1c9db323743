//! The chain that makes roles.

use super::{Chain, Seen, too_many};
use crate::drafts::draft;
use crate::quote;
use crate::steps::{Fact, create_role, look_at_requests};
use leastwise_harden::{
    DraftedRole, Manifests, Options, Proposal, RoleRequest, RoleTask, create_drafted_roles,
};
use std::fmt::Write;

impl Chain<'_, '_, '_> {
    pub(super) fn create_roles(&mut self, manifests: &Manifests<'_>, options: &Options) -> Proposal {
        create_drafted_roles(self.record, manifests, options, &mut |task| {
            let drafted = self.draft_role(task);
            let named = drafted.map(|drafted| {
                let name = drafted.name().map(str::to_owned);
                (drafted, name)
            });
            self.note(task.name(), named)
        })
    }

    fn draft_role(&mut self, task: &RoleTask) -> Result<DraftedRole, String> {
        let requests = task.requests();
        too_many(requests.len())?;
        let choices = create_role::choices(task, &requests);
        let seen: Vec<_> = requests.iter().map(seen).collect();
        let place = task
            .namespace()
            .map_or("the whole cluster".to_owned(), |name| format!("namespace {}", quote(name)));
        let mut title = format!("A role for {} in {place}.", quote(&task.subject()));
        if let Some((namespace, account)) = task.service_account() {
            let workloads = self.workloads.of_service_account(namespace, account);
            title.push_str(&self.about(&workloads));
        }
        self.look("look-at-requests", &task.subject(), &seen, |facts| {
            look_at_requests::prompt(&title, facts)
        });
        let facts: Vec<_> = seen.into_iter().map(|seen| seen.fact).collect();
        let prompt = |sent_back: Option<&_>| create_role::prompt(&title, &facts, &choices, sent_back);
        draft(self.asker, "create-role", prompt, |answer| task.judge(&create_role::read(answer, &choices)?))
    }
}

fn seen(request: &RoleRequest) -> Seen {
    let mut what = format!("{} {}", quote(&request.verb), quote(&request.what));
    if let Some(name) = &request.name {
        // Writing to a string cannot fail.
        let _ = write!(what, " named {}", quote(name));
    }
    let mut fact = what.clone();
    if request.may_lose_name {
        fact.push_str(" (the name looks made up; the rule may be for any name)");
    }
    if let Some(risk) = request.risk {
        let _ = write!(fact, " (risk: {risk})");
    }
    Seen { fact: Fact(fact), what, because: request.because.clone() }
}
