//! GGUF, the file format of llama.cpp's models: read, written and made anew, in plain Rust.
//!
//! A file is a header (metadata by key, then a table of tensors) and the tensors' numbers. [`Header::read`] reads the header
//! of any file, however broken or hostile, and [`Header::data`] the bytes of one tensor, so that a large file is never whole in
//! memory; [`Writer`] writes one the same way. [`dequantize`] and [`quantize_q8_0`] go between stored bytes and numbers. [`merge`]
//! makes the detector of a base model and an [`Adapter`], and rounds most of it to four bits in sight of what it is for.
//!
//! The format is described at <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Version 3 is what is read and
//! written, little endian.

mod adapter;
mod half;
mod merge;
mod number;
mod quantize;
mod read;
mod rounding;
mod tensor;
#[cfg(test)]
pub(crate) mod tiny;
mod value;
mod write;

pub use adapter::{Adapter, Label, Variant};
pub use half::{f16_to_f32, f32_to_f16};
pub use merge::merge;
pub use quantize::{dequantize, quantize_q8_0};
pub use read::Header;
pub use tensor::{Tensor, TensorType};
pub use value::{Array, Metadata, Value};
pub use write::{TensorPlan, Writer};

use std::io;

/// What every file begins with.
const MAGIC: [u8; 4] = *b"GGUF";
/// The version of the format that is read and written.
const VERSION: u32 = 3;
/// The metadata key that says to which multiple of bytes every tensor is aligned, and what holds without it.
const ALIGNMENT_KEY: &str = "general.alignment";
const DEFAULT_ALIGNMENT: u32 = 32;

/// Why a file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no GGUF file, or a broken one, or not of the kind that is needed. The words say what is wrong.
    #[error("{0}")]
    Malformed(String),
}

impl Error {
    fn malformed(words: impl Into<String>) -> Self {
        Self::Malformed(words.into())
    }
}
