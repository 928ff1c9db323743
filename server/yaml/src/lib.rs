//! YAML as people type it: exact ranges, broken text included, with the meaning Kubernetes gives it.
//!
//! The way of a text: *split* into documents, *mask* templates and conflict markers at equal length, *strict*
//! check (is it YAML, and if not, where does it break), *repair* of the broken line on a copy, and the events of the
//! strict reader placed on the text to *build* the spanned *model*. [`parse`] never fails: it returns documents that carry their
//! errors. [`apply`] turns a [`Patch`] into the least edits of text, or says why it will not.

mod build;
mod decode;
mod edit;
mod hidden;
mod lines;
mod locate;
mod mask;
mod model;
mod parse;
mod patch;
mod path;
mod repair;
mod scalar;
mod split;
mod strict;

pub use edit::{Edited, Refusal, apply};
pub use model::{
    CollectionStyle, Comment, Document, Entry, Field, Item, Kind, Node, PlacedDocument, ScalarStyle, Stream,
    SyntaxError,
};
pub use parse::parse;
pub use patch::{Emptied, Literal, Patch};
pub use path::{Path, PathError, Segment};
pub use scalar::Scalar;
