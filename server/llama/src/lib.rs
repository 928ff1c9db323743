//! The model worker: llama.cpp behind the protocol of `leastwise-model`. The only crate that may hold `unsafe`, and the only
//! one that depends on llama.cpp.
//!
//! llama.cpp ends its process when an assertion of it fails, so this code runs in a process of its own (`leastwise
//! model-worker`), which `leastwise_model::Supervisor` starts, watches and replaces. [`serve`] is that process's whole work;
//! [`measure`] compares it with llama.cpp's own loop. Both need the feature `engine`, which compiles llama.cpp. Without it
//! there is [`tiny`], which writes the small random model that tests use instead of a real one.
//!
//! One thread owns the model and everything computed with it. Prompts and documents are read in small batches, between which
//! it looks whether the request was cancelled.

pub mod tiny;

#[cfg(feature = "engine")]
mod chat;
#[cfg(feature = "engine")]
mod checks;
#[cfg(feature = "engine")]
mod completer;
#[cfg(feature = "engine")]
mod decode;
#[cfg(feature = "engine")]
mod failure;
#[cfg(feature = "engine")]
mod labels;
#[cfg(feature = "engine")]
mod load;
#[cfg(feature = "engine")]
mod measure;
#[cfg(feature = "engine")]
mod measure_tags;
#[cfg(feature = "engine")]
mod native_log;
#[cfg(feature = "engine")]
mod plane;
#[cfg(feature = "engine")]
mod script;
#[cfg(feature = "engine")]
mod serve;
#[cfg(feature = "engine")]
mod shelf;
#[cfg(feature = "engine")]
mod states;
#[cfg(feature = "engine")]
mod tagger;
#[cfg(feature = "engine")]
mod tap;
#[cfg(feature = "engine")]
mod thread_time;
#[cfg(feature = "engine")]
mod weigh;

#[cfg(feature = "engine")]
pub use failure::Failure;
#[cfg(feature = "engine")]
pub use load::Options;
#[cfg(feature = "engine")]
pub use measure::{Measurements, TextMeasurements, measure};
#[cfg(feature = "engine")]
pub use measure_tags::TagMeasurements;
#[cfg(feature = "engine")]
pub use serve::serve;
