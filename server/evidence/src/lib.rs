//! What happened at run time, from logs of many formats, as one small [`Record`].
//!
//! A record holds *atoms*: the requests that a subject made of the Kubernetes API, the connections that workloads
//! opened, and what the processes of a container did. Each atom stands once, with how often, when, in which log and on
//! which node it was seen. Beside the atoms stand the sources and what each of them could not see, from which the
//! [`Certificate`] of the observation is made: without it, silence means nothing.
//!
//! Records unite, and how the logs were cut, ordered or repeated makes no difference to the result. What to grant for
//! what was seen is decided elsewhere: nothing here knows a Role, a NetworkPolicy or a manifest.
//!
//! [`read`] makes a record of logs: `input` cuts them into pieces of JSON, `format` knows what each piece says, and
//! `collect` adds it up.

mod collect;
mod format;
mod input;
mod owner;
mod problem;
mod read;
mod record;
mod watch;

pub use input::Input;
pub use problem::{Problem, Visible};
pub use read::{Reading, read};
pub use record::*;
pub use watch::Watch;
