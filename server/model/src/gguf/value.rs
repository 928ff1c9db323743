//! What metadata can hold: values of thirteen types, each with a number in the format.

/// One value of the metadata.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Value {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    Text(String),
    Array(Array),
    U64(u64),
    I64(i64),
    F64(f64),
}

/// An array of values of one type. Arrays of arrays, which no model has and llama.cpp refuses, are not read.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Array {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    Bool(Vec<bool>),
    Text(Vec<String>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F64(Vec<f64>),
}

/// The type numbers of the format.
pub(super) mod kind {
    pub(crate) const U8: u32 = 0;
    pub(crate) const I8: u32 = 1;
    pub(crate) const U16: u32 = 2;
    pub(crate) const I16: u32 = 3;
    pub(crate) const U32: u32 = 4;
    pub(crate) const I32: u32 = 5;
    pub(crate) const F32: u32 = 6;
    pub(crate) const BOOL: u32 = 7;
    pub(crate) const TEXT: u32 = 8;
    pub(crate) const ARRAY: u32 = 9;
    pub(crate) const U64: u32 = 10;
    pub(crate) const I64: u32 = 11;
    pub(crate) const F64: u32 = 12;
}

impl Value {
    pub(super) fn kind(&self) -> u32 {
        match self {
            Self::U8(_) => kind::U8,
            Self::I8(_) => kind::I8,
            Self::U16(_) => kind::U16,
            Self::I16(_) => kind::I16,
            Self::U32(_) => kind::U32,
            Self::I32(_) => kind::I32,
            Self::F32(_) => kind::F32,
            Self::Bool(_) => kind::BOOL,
            Self::Text(_) => kind::TEXT,
            Self::Array(_) => kind::ARRAY,
            Self::U64(_) => kind::U64,
            Self::I64(_) => kind::I64,
            Self::F64(_) => kind::F64,
        }
    }
}

impl Array {
    pub(super) fn kind(&self) -> u32 {
        match self {
            Self::U8(_) => kind::U8,
            Self::I8(_) => kind::I8,
            Self::U16(_) => kind::U16,
            Self::I16(_) => kind::I16,
            Self::U32(_) => kind::U32,
            Self::I32(_) => kind::I32,
            Self::F32(_) => kind::F32,
            Self::Bool(_) => kind::BOOL,
            Self::Text(_) => kind::TEXT,
            Self::U64(_) => kind::U64,
            Self::I64(_) => kind::I64,
            Self::F64(_) => kind::F64,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<f32>> for Value {
    fn from(numbers: Vec<f32>) -> Self {
        Self::Array(Array::F32(numbers))
    }
}

/// The metadata of a file: keys and values, in the file's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    entries: Vec<(String, Value)>,
}

impl Metadata {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of a key. `None` also where it holds something else.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a key that holds an unsigned number of 32 bits. `None` also where it holds something else.
    #[must_use]
    pub fn u32(&self, key: &str) -> Option<u32> {
        match self.get(key)? {
            Value::U32(number) => Some(*number),
            _ => None,
        }
    }

    /// The number of a key that holds a real number of 32 bits. `None` also where it holds something else.
    #[must_use]
    pub fn f32(&self, key: &str) -> Option<f32> {
        match self.get(key)? {
            Value::F32(number) => Some(*number),
            _ => None,
        }
    }

    /// The numbers of a key that holds an array of 32-bit real numbers. `None` also where it holds something else.
    #[must_use]
    pub fn numbers(&self, key: &str) -> Option<&[f32]> {
        match self.get(key)? {
            Value::Array(Array::F32(numbers)) => Some(numbers),
            _ => None,
        }
    }

    /// Gives a key a value, in the place where the key was, or at the end.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key.to_owned(), value)),
        }
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// From entries whose keys are known to differ.
    pub(super) fn from_entries(entries: Vec<(String, Value)>) -> Self {
        Self { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_place_and_is_read_only_as_what_it_is() {
        let mut metadata = Metadata::default();
        metadata.set("name", "first");
        metadata.set("layers", Value::U32(30));
        metadata.set("name", "second");
        metadata.set("mean", vec![0.5, 1.5]);
        let keys: Vec<&str> = metadata.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["name", "layers", "mean"]);
        assert_eq!(metadata.text("name"), Some("second"));
        assert_eq!(metadata.u32("layers"), Some(30));
        assert_eq!(metadata.numbers("mean"), Some([0.5, 1.5].as_slice()));
        assert_eq!(
            (metadata.text("layers"), metadata.u32("name"), metadata.f32("layers")),
            (None, None, None)
        );
        assert_eq!(metadata.get("other"), None);
    }
}
