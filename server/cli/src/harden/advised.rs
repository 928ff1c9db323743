//! Hardening with a model in the loop, where one is asked for.

use super::Harden;
use crate::console::Console;
use crate::{advisor, progress};
use leastwise_chain::{Advice, Asker, TraceFolder};
use leastwise_evidence::Record;
use leastwise_harden::{Manifests, Proposal, Task, harden as harden_exactly};
use std::time::Duration;

/// The longest time for one answer: a server may have to load its model first.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of it.
pub(super) struct Advised {
    pub(super) proposal: Proposal,
    /// What the model said, where one was asked.
    pub(super) advice: Option<Advice>,
    /// Whether all that was to be written of its answers is.
    pub(super) is_traced: bool,
}

/// Makes or tightens manifests. That there is no model, or that it fails, costs its words only, and a note.
pub(super) fn harden(
    task: Task,
    options: &Harden,
    record: &Record,
    manifests: &Manifests<'_>,
    trace: Option<TraceFolder>,
    console: &mut Console,
) -> Advised {
    let (kind, asked) = (options.kind.into(), options.asked());
    let model = advisor::open(&options.model).unwrap_or_else(|reason| {
        console.note(&reason);
        None
    });
    let Some(model) = model else {
        let proposal = harden_exactly(task, kind, record, manifests, &asked);
        return Advised { proposal, advice: None, is_traced: true };
    };
    let bar = progress::spinner();
    let mut asker = Asker::new(&*model, PATIENCE, trace)
        .with_listener(|step| bar.set_message(format!("asking the model: {step}")));
    let (proposal, advice) = leastwise_chain::harden(task, kind, record, manifests, &asked, &mut asker);
    let trace_failure = asker.trace_failure().map(|error| format!("the trace: {error}"));
    bar.finish_and_clear();
    if let Some(failure) = &advice.failure {
        console.note(&format!("{failure}; the result is what it is without a model"));
    }
    if let Some(failure) = &trace_failure {
        console.error(failure);
    }
    Advised { proposal, advice: Some(advice), is_traced: trace_failure.is_none() }
}
