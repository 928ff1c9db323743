//! The chain that makes roles.

use crate::ask::Asker;
use crate::steps::create_role::{self, SentBack};
use crate::steps::look_at_requests;
use leastwise_evidence::Record;
use leastwise_harden::{
    DraftedRole, Manifests, Options, Proposal, RoleRequest, RoleTask, create_drafted_roles,
};
use serde::Serialize;

/// How many drafts of a role a model may give before the exact derivation stands.
pub const DRAFTS: usize = 3;
/// The most requests of a role that a model is asked about: more do not fit a small model's context.
pub const MOST_REQUESTS: usize = 64;

/// What the model said beside its drafts, and what became of those.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What a person should look at, as the model thinks.
    pub look: Vec<Look>,
    /// The roles that are made as the model drafted them, by name.
    pub drafted: Vec<String>,
    /// The roles about which the exact derivation stands, with the reason.
    pub exact: Vec<(String, String)>,
}

/// A request that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Whose it is.
    pub subject: String,
    /// The request, in words. Untrusted.
    pub what: String,
    /// How often, when and where it was seen.
    pub because: String,
}

/// Makes roles as [`leastwise_harden::create_roles`] does, and asks a model how each is called and grouped.
pub fn create_roles(
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
    asker: &mut Asker<'_>,
) -> (Proposal, Advice) {
    let mut advice = Advice::default();
    let proposal = create_drafted_roles(record, manifests, options, &mut |task| {
        let requests = task.requests();
        match draft(task, &requests, asker, &mut advice) {
            Ok(drafted) => {
                advice.drafted.extend(drafted.name().map(str::to_owned));
                Some(drafted)
            }
            Err(why) => {
                advice.exact.push((task.name(), why));
                None
            }
        }
    });
    (proposal, advice)
}

/// A draft that holds, or why there is none.
fn draft(
    task: &RoleTask,
    requests: &[RoleRequest],
    asker: &mut Asker<'_>,
    advice: &mut Advice,
) -> Result<DraftedRole, String> {
    let count = requests.len();
    if count > MOST_REQUESTS {
        return Err(format!("it has {count} requests, more than the model is asked about ({MOST_REQUESTS})"));
    }
    let prompt = look_at_requests::prompt(task, requests);
    let looked = asker.ask("look-at-requests", 0, &prompt, |answer| look_at_requests::read(answer, count));
    if let Some(Ok(places)) = looked {
        let named = places.iter().filter_map(|place| requests.get(*place));
        advice.look.extend(named.map(|request| look(task, request)));
    }
    let mut sent_back: Option<SentBack> = None;
    for attempt in 0..DRAFTS {
        let prompt = create_role::prompt(task, requests, sent_back.as_ref());
        let mut given = String::new();
        let judged = asker.ask("create-role", attempt, &prompt, |answer| {
            answer.clone_into(&mut given);
            task.judge(&create_role::read(answer, count)?)
        });
        match judged {
            Some(Ok(drafted)) => return Ok(drafted),
            Some(Err(why)) => sent_back = Some(SentBack { answer: given, why }),
            None => return Err(asker.failure().unwrap_or("the model was not asked").to_owned()),
        }
    }
    let why = sent_back.map(|sent_back| sent_back.why).unwrap_or_default();
    Err(format!("none of {DRAFTS} drafts held; of the last one: {why}"))
}

fn look(task: &RoleTask, request: &RoleRequest) -> Look {
    let name = request.name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
    Look {
        subject: task.subject(),
        what: format!("{} {}{name}", request.verb, request.what),
        because: request.because.clone(),
    }
}
