//! A prompt's two messages in the model's own chat template, as tokens.
//!
//! Only the template's own pieces may become special tokens. The messages hold lines of a repository's manifests, and one that
//! reads `<|im_end|>` must stay six harmless characters and a bit: so each message is tokenized by itself, as plain text.

use llama_cpp_2::model::{LlamaChatMessage, LlamaModel};
use llama_cpp_2::token::LlamaToken;

/// A prompt as tokens.
pub(crate) struct Tokens {
    /// The template's beginning, the system message and what follows it: the same for every request with this message.
    pub(crate) fixed: Vec<LlamaToken>,
    /// The user's message and the template's end.
    pub(crate) rest: Vec<LlamaToken>,
}

/// Where the messages go in the rendered template. No template holds these words.
const SYSTEM: &str = "@leastwise-system-message@";
const USER: &str = "@leastwise-user-message@";

/// The prompt's tokens.
pub(crate) fn tokens(model: &LlamaModel, system: &str, user: &str) -> Tokens {
    // Without a template that llama.cpp knows, plain paragraphs must do.
    let rendered = rendered_template(model).unwrap_or_else(|| format!("{SYSTEM}\n\n{USER}\n\nAnswer: "));
    let (head, rest) = rendered.split_once(SYSTEM).unwrap_or(("", &rendered));
    let (middle, tail) = rest.split_once(USER).unwrap_or((rest, ""));
    let vocabulary = model.vocab();
    let mut fixed = vocabulary.tokenize(head.as_bytes(), true, true);
    vocabulary.tokenize_into(system.as_bytes(), &mut fixed, false, false);
    vocabulary.tokenize_into(middle.as_bytes(), &mut fixed, false, true);
    let mut rest = vocabulary.tokenize(user.as_bytes(), false, false);
    vocabulary.tokenize_into(tail.as_bytes(), &mut rest, false, true);
    Tokens { fixed, rest }
}

/// The model's template around both places, or `None` if it does not hold each once and in this order.
fn rendered_template(model: &LlamaModel) -> Option<String> {
    let template = model.chat_template(None).ok()?;
    let message = |role: &str, content: &str| LlamaChatMessage::new(role.to_owned(), content.to_owned()).ok();
    let messages = [message("system", SYSTEM)?, message("user", USER)?];
    let rendered = model.apply_chat_template(&template, &messages, true).ok()?;
    let (before, after) = rendered.split_once(SYSTEM)?;
    let ordered = !before.contains(USER) && after.matches(USER).count() == 1 && !after.contains(SYSTEM);
    ordered.then_some(rendered)
}
