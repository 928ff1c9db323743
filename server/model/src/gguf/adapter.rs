//! The detector's adapter: what training adds to a base model. A GGUF file of our own, which `training/` writes.
//!
//! It holds the two thin matrices of every linear layer, whose product is added to the layer's weights, and for each variant of
//! the detector (so many layers of the same net) what its reader needs: the last norm, a row of weights for each label, and the
//! mean and the whitening of the states at line ends. Where it tells how the weights of a layer are to be rounded, they become four bits
//! each, else eight.

use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::rounding::Rounding;
use super::{Error, Header, Metadata, Tensor, dequantize};

/// The linear layers of a block, each of which the adapter changes.
pub(super) const LINEAR: [&str; 7] =
    ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
/// Those whose weights it tells how to round, each with the layer of the same inputs by whose name it does.
const ROUNDED: [(&str, &str); 3] = [("ffn_gate", "ffn_up"), ("ffn_up", "ffn_up"), ("ffn_down", "ffn_down")];
/// What the adapter holds for each variant.
const READER: [&str; 5] = ["output_norm.weight", "label_rows", "label_bias", "state_mean", "state_whitening"];

/// A label of the detector and how its probability is read: the logistic function of `scale · logit + offset`, which counts
/// from the threshold on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The label's name: a rule's id or a meaning.
    pub name: String,
    /// The probability from which it is shown.
    pub threshold: f64,
    /// The calibration's factor.
    pub scale: f64,
    /// The calibration's summand.
    pub offset: f64,
}

/// A detector that the adapter can make of the base model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Variant {
    /// Its name, `default` or `small`.
    pub name: String,
    /// How many of the base model's layers it keeps, from the first on.
    pub layers: u32,
    /// Its labels, in the order of their rows.
    pub labels: Vec<Label>,
}

/// Two thin matrices in row-major order: `a` has `rank` rows, `b` has `rank` columns.
pub(super) struct Pair {
    pub(super) rank: usize,
    pub(super) a: Vec<f32>,
    pub(super) b: Vec<f32>,
}

/// An adapter file in memory.
#[derive(Debug)]
pub struct Adapter<'a> {
    bytes: &'a [u8],
    header: Header,
    variants: Vec<Variant>,
    base_sha256: String,
    alpha: f32,
}

impl<'a> Adapter<'a> {
    /// Reads an adapter's header and checks that it is one, whole and without anything that nobody knows.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = Header::read(bytes, bytes.len() as u64)?;
        let metadata = &header.metadata;
        for (key, expected) in [
            ("general.type", "adapter"),
            ("general.architecture", "llama"),
            ("adapter.type", "leastwise-detector"),
        ] {
            if text(metadata, key)? != expected {
                return Err(Error::malformed(format!(
                    "it is no adapter of the detector: {key} is not {expected}"
                )));
            }
        }
        let alpha = metadata
            .f32("adapter.lora.alpha")
            .filter(|alpha| alpha.is_finite())
            .ok_or_else(|| Error::malformed("the adapter does not say its adapter.lora.alpha"))?;
        let base_sha256 = text(metadata, "leastwise.base.sha256")?.to_owned();
        let variants: Vec<Variant> = serde_json::from_str(text(metadata, "leastwise.variants")?)
            .map_err(|error| Error::malformed(format!("the adapter's leastwise.variants: {error}")))?;
        if let Some(stray) = header.tensors.iter().find(|tensor| !is_known(&tensor.name, &variants)) {
            // Else a misspelled name would leave a layer untrained without a word.
            return Err(Error::malformed(format!("nobody knows the adapter's tensor {}", stray.name)));
        }
        Ok(Self { bytes, header, variants, base_sha256, alpha })
    }

    /// The SHA-256 of the only base model that it fits.
    #[must_use]
    pub fn base_sha256(&self) -> &str {
        &self.base_sha256
    }

    /// The detectors that it can make.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// The detector of this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn variant(&self, name: &str) -> Result<&Variant, Error> {
        self.variants
            .iter()
            .find(|variant| variant.name == name)
            .ok_or_else(|| Error::malformed(format!("the adapter has no variant {name:?}")))
    }

    pub(super) fn alpha(&self) -> f32 {
        self.alpha
    }

    /// The matrices that change a linear layer of so many numbers in and out.
    pub(super) fn pair(&self, weight: &str, input: u64, output: u64) -> Result<Pair, Error> {
        let (a, b) = (self.tensor(&format!("{weight}.lora_a"))?, self.tensor(&format!("{weight}.lora_b"))?);
        let rank = a.dimensions.get(1).copied().unwrap_or(0);
        if rank == 0 || a.dimensions != [input, rank] || b.dimensions != [rank, output] {
            return Err(Error::malformed(format!(
                "the adapter's matrices {:?} and {:?} do not fit {weight} of {input} and {output}",
                a.dimensions, b.dimensions
            )));
        }
        Ok(Pair { rank: rank as usize, a: self.numbers(a)?, b: self.numbers(b)? })
    }

    /// Whether a linear layer is to be rounded to four bits.
    pub(super) fn rounds(&self, weight: &str) -> bool {
        rounding(weight).is_some_and(|name| self.header.tensor(&name).is_ok())
    }

    /// How the rows of a linear layer of so many inputs are rounded to four bits, if they are.
    pub(super) fn rounding(&self, weight: &str, input: u64) -> Result<Option<Rounding>, Error> {
        let Some(name) = rounding(weight).filter(|_| self.rounds(weight)) else { return Ok(None) };
        let tensor = self.tensor(&name)?;
        let spans = tensor.dimensions.get(1).copied().unwrap_or(1);
        let rounding = Rounding::new(self.numbers(tensor)?, spans as usize, input as usize);
        rounding
            .map(Some)
            .map_err(|error| Error::malformed(format!("the adapter's {name} does not fit {weight}: {error}")))
    }

    /// What a variant's reader needs, by the last part of its name: numbers of exactly this shape, the contiguous dimension first.
    pub(super) fn reader(&self, variant: &Variant, part: &str, shape: &[u64]) -> Result<Vec<f32>, Error> {
        let tensor = self.tensor(&format!("{}.{part}", variant.name))?;
        if tensor.dimensions != shape {
            let (name, found) = (&tensor.name, &tensor.dimensions);
            return Err(Error::malformed(format!(
                "the adapter's {name} has the shape {found:?} and not {shape:?}"
            )));
        }
        self.numbers(tensor)
    }

    fn tensor(&self, name: &str) -> Result<&Tensor, Error> {
        self.header
            .tensor(name)
            .map_err(|error| Error::malformed(format!("the adapter is not whole: {error}")))
    }

    fn numbers(&self, tensor: &Tensor) -> Result<Vec<f32>, Error> {
        let numbers = dequantize(tensor.kind, &self.header.data(&mut Cursor::new(self.bytes), tensor)?)?;
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(Error::malformed(format!("the adapter's {} holds what is no number", tensor.name)));
        }
        Ok(numbers)
    }
}

fn text<'m>(metadata: &'m Metadata, key: &str) -> Result<&'m str, Error> {
    metadata.text(key).ok_or_else(|| {
        Error::malformed(format!("it is no adapter of the detector: it does not say its {key}"))
    })
}

/// Whether a tensor is a matrix of a linear layer, tells how one is rounded, or belongs to the reader of a variant.
fn is_known(name: &str, variants: &[Variant]) -> bool {
    let is_pair = || {
        let weight = name.strip_suffix(".lora_a").or_else(|| name.strip_suffix(".lora_b"))?;
        linear(weight)
    };
    is_pair().is_some()
        || name
            .strip_suffix(".rounding")
            .and_then(block)
            .is_some_and(|(_, part)| ROUNDED.iter().any(|(_, by)| *by == part))
        || variants.iter().any(|variant| {
            let part = name.strip_prefix(&variant.name).and_then(|rest| rest.strip_prefix('.'));
            part.is_some_and(|part| READER.contains(&part))
        })
}

/// The tensor that tells how a linear layer's weights are rounded, if it is one of `ROUNDED`.
fn rounding(weight: &str) -> Option<String> {
    let (number, part) = block(weight)?;
    let part = part.strip_suffix(".weight")?;
    let (_, by) = ROUNDED.iter().find(|(rounded, _)| *rounded == part)?;
    Some(format!("blk.{number}.{by}.rounding"))
}

/// The block of a linear layer's weights, if this is the name of some.
pub(super) fn linear(name: &str) -> Option<u32> {
    let (block, part) = block(name)?;
    LINEAR.contains(&part.strip_suffix(".weight")?).then_some(block)
}

/// The block that a tensor belongs to, and the rest of its name.
pub(super) fn block(name: &str) -> Option<(u32, &str)> {
    let (number, part) = name.strip_prefix("blk.")?.split_once('.')?;
    Some((number.parse().ok()?, part))
}
