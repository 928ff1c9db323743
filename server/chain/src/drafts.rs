//! Asking for a draft until one holds, with what was wrong about the one before.

use crate::ask::Asker;
use leastwise_model::protocol::Prompt;

/// How many drafts of an object a model may give before the exact derivation stands.
pub const DRAFTS: usize = 3;

/// A draft that was sent back, and why.
pub(crate) struct SentBack {
    pub(crate) answer: String,
    pub(crate) why: String,
}

/// A draft that `judge` passes, or why there is none.
pub(crate) fn draft<T>(
    asker: &mut Asker<'_>,
    step: &'static str,
    prompt: impl Fn(Option<&SentBack>) -> Prompt,
    judge: impl Fn(&str) -> Result<T, String>,
) -> Result<T, String> {
    let mut sent_back: Option<SentBack> = None;
    for attempt in 0..DRAFTS {
        let mut given = String::new();
        let judged = asker.ask(step, attempt, &prompt(sent_back.as_ref()), |answer| {
            answer.clone_into(&mut given);
            judge(answer)
        });
        match judged {
            Some(Ok(drafted)) => return Ok(drafted),
            Some(Err(why)) => {
                // Who says the same again has not understood, and will not.
                let is_again = sent_back.as_ref().is_some_and(|before| before.answer == given);
                sent_back = Some(SentBack { answer: given, why });
                if is_again {
                    break;
                }
            }
            None => return Err(asker.failure().unwrap_or("the model was not asked").to_owned()),
        }
    }
    let why = sent_back.map(|sent_back| sent_back.why).unwrap_or_default();
    Err(format!("no draft held; of the last one: {why}"))
}
