//! Numbers as they are stored: little endian.

/// A number of a fixed size.
pub(super) trait Number: Sized {
    /// Its bytes.
    const SIZE: u64;
    /// From exactly that many bytes.
    fn from_little_endian(bytes: &[u8]) -> Self;
    /// Adds its bytes.
    fn put(&self, bytes: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Number for $number {
            const SIZE: u64 = size_of::<Self>() as u64;

            fn from_little_endian(bytes: &[u8]) -> Self {
                let mut array = [0; size_of::<Self>()];
                array.copy_from_slice(bytes);
                Self::from_le_bytes(array)
            }

            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        })+
    };
}

numbers!(u8, i8, u16, i16, u32, i32, f32, u64, i64, f64);
