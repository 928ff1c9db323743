//! Tensors: their types, shapes and places.

use super::Error;

/// How a tensor's numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the format's own names")]
pub enum TensorType {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q8_0,
    Iq4Nl,
    /// A type that is only passed by: its number in the format.
    Other(u32),
}

impl TensorType {
    pub(super) fn from_number(number: u32) -> Self {
        match number {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            8 => Self::Q8_0,
            20 => Self::Iq4Nl,
            30 => Self::Bf16,
            other => Self::Other(other),
        }
    }

    pub(super) fn number(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q4_1 => 3,
            Self::Q8_0 => 8,
            Self::Iq4Nl => 20,
            Self::Bf16 => 30,
            Self::Other(number) => number,
        }
    }

    /// How many numbers a block holds and how many bytes it takes. `None` for a type that is only passed by.
    pub(super) fn block(self) -> Option<(u64, u64)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 | Self::Bf16 => Some((1, 2)),
            // A scale of 16 bits (with Q4_1 a minimum, too), then four or eight bits a number.
            Self::Q4_0 | Self::Iq4Nl => Some((32, 2 + 16)),
            Self::Q4_1 => Some((32, 2 + 2 + 16)),
            Self::Q8_0 => Some((32, 2 + 32)),
            Self::Other(_) => None,
        }
    }

    /// The bytes that numbers in rows of this length take. `None` where they do not fill whole blocks.
    pub(super) fn size(self, dimensions: &[u64]) -> Option<u64> {
        let (numbers, bytes) = self.block()?;
        let row = dimensions.first().copied().unwrap_or(1);
        row.is_multiple_of(numbers).then_some(())?;
        count(dimensions)?.checked_div(numbers)?.checked_mul(bytes)
    }
}

/// A tensor's entry in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions, the one that is contiguous first: the other way round than in Python.
    pub dimensions: Vec<u64>,
    /// How its numbers are stored.
    pub kind: TensorType,
    /// Where its bytes begin, counted from the beginning of all tensors.
    pub(super) offset: u64,
}

impl Tensor {
    /// How many numbers it has.
    ///
    /// # Errors
    ///
    /// When that is beyond counting.
    pub fn count(&self) -> Result<u64, Error> {
        count(&self.dimensions)
            .ok_or_else(|| Error::malformed(format!("the tensor {} is too large", self.name)))
    }

    /// How many bytes it takes.
    ///
    /// # Errors
    ///
    /// When its type is unknown here, or its rows do not fill whole blocks.
    pub fn size(&self) -> Result<u64, Error> {
        self.kind.size(&self.dimensions).ok_or_else(|| {
            let (name, kind, dimensions) = (&self.name, self.kind, &self.dimensions);
            Error::malformed(match kind {
                TensorType::Other(number) => {
                    format!("the tensor {name} has the type number {number}, which is not read")
                }
                _ => format!("the tensor {name} of {dimensions:?} numbers cannot be stored as {kind:?}"),
            })
        })
    }
}

fn count(dimensions: &[u64]) -> Option<u64> {
    dimensions.iter().try_fold(1_u64, |product, &dimension| product.checked_mul(dimension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_from_blocks() {
        assert_eq!(TensorType::F32.size(&[3, 5]), Some(60));
        assert_eq!(TensorType::Q8_0.size(&[64, 3]), Some(6 * 34));
        assert_eq!(TensorType::Q4_1.size(&[64, 3]), Some(6 * 20));
        assert_eq!(TensorType::Q4_0.size(&[32]), Some(18));
        // Blocks do not go over the end of a row.
        assert_eq!(TensorType::Q8_0.size(&[16, 4]), None);
        assert_eq!(TensorType::F32.size(&[u64::MAX, 2]), None);
        assert_eq!(TensorType::F32.size(&[u64::MAX]), None);
        assert_eq!(TensorType::Other(12).size(&[256]), None);
    }

    #[test]
    fn numbers_of_types_come_back() {
        for number in 0..64 {
            assert_eq!(TensorType::from_number(number).number(), number);
        }
    }
}
