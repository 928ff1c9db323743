//! The chains: which questions are asked for what is made or tightened.

mod justify;
mod network_policies;
pub(crate) mod processes;
mod refine;
mod roles;
mod taken_for;

use crate::advice::{Advice, Exact, Look};
use crate::ask::Asker;
use crate::quote;
use crate::steps::{Fact, looking};
use crate::workloads::Workloads;
use leastwise_evidence::Record;
use leastwise_harden::{Kind, Manifests, Options, Proposal, Task};
use leastwise_model::protocol::Prompt;

/// The most facts of one question: more do not fit a small model's context.
pub const MOST_FACTS: usize = 64;

/// Makes or tightens manifests as [`leastwise_harden::harden`] does, and asks a model about it.
pub fn harden(
    task: Task,
    kind: Kind,
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
    asker: &mut Asker<'_>,
) -> (Proposal, Advice) {
    let advice = Advice { model: asker.model(), ..Advice::default() };
    let mut chain = Chain { record, asker, advice, workloads: Workloads::of(manifests) };
    let proposal = match (task, kind) {
        (Task::Create, Kind::Role) => chain.create_roles(manifests, options),
        (Task::Create, Kind::NetworkPolicy) => chain.create_network_policies(manifests, options),
        _ => {
            let proposal = leastwise_harden::harden(task, kind, record, manifests, options);
            let about = chain.about_meant(&options.whose);
            if task == Task::Refine {
                chain.look_before_removals(&proposal, &about);
            }
            proposal
        }
    };
    chain.justify(&proposal);
    chain.advice.failure = chain.asker.failure().map(str::to_owned);
    (proposal, chain.advice)
}

/// A chain on its way: who is asked, and what they have said.
struct Chain<'c, 'b, 'd> {
    record: &'c Record,
    asker: &'c mut Asker<'b>,
    advice: Advice,
    workloads: Workloads<'d>,
}

/// Something that a person may be told to look at.
struct Seen {
    /// For the prompt.
    fact: Fact,
    /// For the person.
    what: String,
    because: String,
}

impl Chain<'_, '_, '_> {
    /// Asks which of these a person should look at.
    fn look(
        &mut self,
        step: &'static str,
        subject: &str,
        seen: &[Seen],
        prompt: impl FnOnce(&[Fact]) -> Prompt,
    ) {
        if seen.is_empty() || seen.len() > MOST_FACTS {
            return;
        }
        let facts: Vec<_> = seen.iter().map(|seen| seen.fact.clone()).collect();
        let looked = self.asker.ask(step, 0, &prompt(&facts), |answer| looking::read(answer, facts.len()));
        let Some(Ok(places)) = looked else { return };
        self.advice.look.extend(places.iter().filter_map(|place| seen.get(*place)).map(|seen| Look {
            subject: quote(subject),
            what: seen.what.clone(),
            because: seen.because.clone(),
        }));
    }

    /// Notes what became of the drafts of an object.
    fn note<T>(&mut self, exact_name: String, drafted: Result<(T, Option<String>), String>) -> Option<T> {
        match drafted {
            Ok((drafted, name)) => {
                self.advice.drafted.extend(name);
                Some(drafted)
            }
            Err(because) => {
                self.advice.exact.push(Exact { name: exact_name, because });
                None
            }
        }
    }
}

/// Why a model is not asked for a draft of so much.
fn too_many(count: usize) -> Result<(), String> {
    if count > MOST_FACTS {
        return Err(format!("it is for {count} things, more than the model is asked about ({MOST_FACTS})"));
    }
    Ok(())
}
