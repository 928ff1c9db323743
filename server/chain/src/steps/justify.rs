//! Why an object is as it is, in a sentence or two beside the exact statements.

use super::{DATA, Fact, listed};
use leastwise_model::prose;
use leastwise_model::protocol::{Prompt, Sampling};

/// Begun for it, a small model keeps to the point.
const BEGINNING: &str = "This is needed because";
const BEGINNING_OF_REMOVAL: &str = "This is taken away because";

pub(crate) fn prompt(title: &str, statements: &[Fact], names: &[String], is_removal: bool) -> Prompt {
    let system = format!(
        "You tell a colleague why a Kubernetes object is as it is. Retell the statements in one or two short, plain \
         sentences. Do not add anything. Write every name between backticks, exactly as the statements write it. {DATA}"
    );
    let beginning = if is_removal { BEGINNING_OF_REMOVAL } else { BEGINNING };
    Prompt {
        system,
        user: format!("{}\nBegin with `{beginning}`.", listed(title, "statements", statements)),
        grammar: prose::grammar(names, beginning),
        max_tokens: 96,
        sampling: Sampling::Greedy,
    }
}

/// What can be believed of it: sentences that name only what the statements name.
pub(crate) fn read(answer: &str, names: &[String]) -> Result<String, String> {
    let believed = prose::believed(answer, names);
    if believed.is_empty() { Err("nothing of it could be believed".to_owned()) } else { Ok(believed) }
}
