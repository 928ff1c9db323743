//! Who completes a prompt: the supervised worker or a server over HTTP. What is asked and what is believed is the same for both.

use std::sync::atomic::AtomicBool;

use crate::Error;
use crate::protocol::{Finish, Prompt};

/// Something that completes prompts.
pub trait Backend: Send + Sync {
    /// Completes the prompt, handing over the answer's pieces as they come. Blocks; to be called from a worker thread.
    /// The answer is not checked here: the grammar of the prompt binds it only where the back end executes grammars.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] soon after `cancel` becomes true, and any other [`Error`] when there is no answer.
    fn complete(
        &self,
        prompt: &Prompt,
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Finish, Error>;

    /// A name of what answers, so that answers of different models are not mixed up in a cache.
    fn identity(&self) -> String;
}
