//! From files and streams to the pieces of JSON in them.

mod decompress;
mod files;
mod framing;
mod pieces;
mod pump;
mod sniff;
mod values;

pub use files::Input;
pub(crate) use framing::Framer;
pub(crate) use pieces::Pieces;
pub(crate) use pump::{Chunk, Pump};

/// The most bytes that one event may have. Whatever is longer is reported and skipped, so that memory stays bounded.
pub(crate) const LIMIT: usize = 32 << 20;
/// The most bytes that a YAML document may have, which takes many times as much memory.
const YAML_LIMIT: usize = 4 << 20;
