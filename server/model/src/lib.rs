//! The model in the loop: what is asked of it, how its answers are bounded, and how its process is kept from harming anyone.
//!
//! Nothing here computes with a model. llama.cpp can end the process that runs it, so it runs in a child: the `model-worker`
//! sub-command, which `leastwise-llama` implements. This crate holds both ends' protocol, the child's supervisor, the prompts
//! and the grammar that bounds the answers, the check of every sentence, a second back end over HTTP, and the list of model
//! files with the way to fetch one. It knows lines, names and text, no YAML and no rules.
//!
//! Answers are candidates, never verdicts: a caller shows them as the model's, after what the rules say.
//!
//! * [`Supervisor`] runs the child: [`Supervisor::tag`] labels lines, and as a [`Backend`] it completes prompts.
//! * [`Explainer`] turns facts about one finding into checked prose, from any [`Backend`], and keeps what it has said.
//! * [`prose`] checks words about anything else.
//! * [`OpenAi`] is the back end over HTTP, for a server that the user chose.
//! * [`likeness`] is what a list of known images knows beside the model.
//! * [`catalog`], [`location`] and [`pull()`] are about the files; [`detector`] makes the one that tags, of what [`gguf`] reads.

mod backend;
pub mod catalog;
pub mod detector;
pub mod digest;
mod error;
mod explain;
pub mod gguf;
mod grammar;
pub mod likeness;
pub mod location;
mod mask;
mod openai;
pub mod pieces;
mod process;
mod prompt;
pub mod prose;
pub mod protocol;
mod pull;
mod sentences;
mod supervisor;
pub mod teach;
mod worker;

pub use backend::Backend;
pub use error::{Error, Unavailable};
pub use explain::{Explainer, Explanation};
pub use mask::mask;
pub use openai::{OpenAi, OpenAiSettings};
pub use prompt::{Excerpt, ExplainRequest, RuleFacts};
pub use protocol::{Prompt, Tag, Tags};
pub use pull::{PullError, Source, pull};
pub use supervisor::{ModelFile, Status, Supervisor, WorkerCommand};
pub use worker::Limits;
