//! Text without meaning: byte offsets and ranges, lines, the position encodings of the Language Server
//! Protocol, and text edits.
//!
//! Every crate above works in byte offsets ([`TextSize`], [`TextRange`]); lines and columns appear only where
//! text leaves the program.

mod buffer;
mod difference;
mod edit;
mod position;

pub use buffer::Buffer;
pub use difference::edits_between;
pub use edit::{Overlap, TextEdit, apply, sort};
pub use position::{Place, Position, PositionEncoding};
pub use text_size::{TextLen, TextRange, TextSize};
