//! Writes a file from beginning to end: first the header, which needs every tensor's shape, then each tensor's bytes.

use std::io::Write;

use super::number::Number;
use super::{ALIGNMENT_KEY, Array, DEFAULT_ALIGNMENT, Error, MAGIC, Metadata, TensorType, VERSION, Value};

const ALIGNMENT: u64 = DEFAULT_ALIGNMENT as u64;

/// A tensor that is going to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorPlan {
    /// Its name.
    pub name: String,
    /// Its dimensions, the one that is contiguous first.
    pub dimensions: Vec<u64>,
    /// How its numbers are stored.
    pub kind: TensorType,
}

impl TensorPlan {
    /// How many bytes it takes.
    ///
    /// # Errors
    ///
    /// When its shape does not fit its type.
    pub fn size(&self) -> Result<u64, Error> {
        let Self { name, dimensions, kind } = self;
        kind.size(dimensions).ok_or_else(|| {
            Error::malformed(format!("{name} of {dimensions:?} numbers cannot be stored as {kind:?}"))
        })
    }
}

/// A file in the making.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    /// Names and sizes of the tensors that are still to come, the next one last.
    waiting: Vec<(String, u64)>,
}

impl<W: Write> Writer<W> {
    /// Writes the header. Tensors are aligned to 32 bytes, whatever the metadata of another file says.
    ///
    /// # Errors
    ///
    /// When a shape does not fit its type, or writing fails.
    pub fn begin(mut output: W, metadata: &Metadata, tensors: &[TensorPlan]) -> Result<Self, Error> {
        let entries = || metadata.iter().filter(|&(key, _)| key != ALIGNMENT_KEY);
        let mut header = MAGIC.to_vec();
        header.extend(VERSION.to_le_bytes());
        header.extend((tensors.len() as u64).to_le_bytes());
        header.extend((entries().count() as u64).to_le_bytes());
        for (key, value) in entries() {
            put_text(&mut header, key);
            header.extend(value.kind().to_le_bytes());
            put_value(&mut header, value);
        }
        let mut offset = 0_u64;
        let mut waiting = Vec::with_capacity(tensors.len());
        for plan in tensors {
            let TensorPlan { name, dimensions, kind } = plan;
            put_text(&mut header, name);
            header.extend((dimensions.len() as u32).to_le_bytes());
            dimensions.iter().for_each(|dimension| header.extend(dimension.to_le_bytes()));
            header.extend(kind.number().to_le_bytes());
            header.extend(offset.to_le_bytes());
            let size = plan.size()?;
            waiting.push((name.clone(), size));
            offset = offset
                .checked_add(size)
                .and_then(|end| end.checked_next_multiple_of(ALIGNMENT))
                .ok_or_else(|| Error::malformed("the tensors are too large"))?;
        }
        pad(&mut header);
        output.write_all(&header)?;
        waiting.reverse();
        Ok(Self { output, waiting })
    }

    /// Writes the next tensor's bytes.
    ///
    /// # Errors
    ///
    /// When they are not as many as its shape needs, or writing fails.
    pub fn tensor(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let (name, size) =
            self.waiting.pop().ok_or_else(|| Error::malformed("more tensors than were announced"))?;
        if bytes.len() as u64 != size {
            return Err(Error::malformed(format!("{name} takes {size} bytes, not {}", bytes.len())));
        }
        self.output.write_all(bytes)?;
        let padding = size.next_multiple_of(ALIGNMENT) - size;
        self.output.write_all(&[0; ALIGNMENT as usize][..padding as usize])?;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// When a tensor is missing, or writing fails.
    pub fn finish(mut self) -> Result<W, Error> {
        if let Some((name, _)) = self.waiting.last() {
            return Err(Error::malformed(format!("the tensor {name} was not written")));
        }
        self.output.flush()?;
        Ok(self.output)
    }
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT as usize), 0);
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn put_value(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::U8(number) => number.put(bytes),
        Value::I8(number) => number.put(bytes),
        Value::U16(number) => number.put(bytes),
        Value::I16(number) => number.put(bytes),
        Value::U32(number) => number.put(bytes),
        Value::I32(number) => number.put(bytes),
        Value::F32(number) => number.put(bytes),
        Value::Bool(flag) => bytes.push(u8::from(*flag)),
        Value::Text(text) => put_text(bytes, text),
        Value::Array(array) => put_array(bytes, array),
        Value::U64(number) => number.put(bytes),
        Value::I64(number) => number.put(bytes),
        Value::F64(number) => number.put(bytes),
    }
}

fn put_array(bytes: &mut Vec<u8>, array: &Array) {
    bytes.extend(array.kind().to_le_bytes());
    match array {
        Array::U8(numbers) => put_items(bytes, numbers, Number::put),
        Array::I8(numbers) => put_items(bytes, numbers, Number::put),
        Array::U16(numbers) => put_items(bytes, numbers, Number::put),
        Array::I16(numbers) => put_items(bytes, numbers, Number::put),
        Array::U32(numbers) => put_items(bytes, numbers, Number::put),
        Array::I32(numbers) => put_items(bytes, numbers, Number::put),
        Array::F32(numbers) => put_items(bytes, numbers, Number::put),
        Array::Bool(flags) => put_items(bytes, flags, |&flag, bytes| bytes.push(u8::from(flag))),
        Array::Text(texts) => put_items(bytes, texts, |text, bytes| put_text(bytes, text)),
        Array::U64(numbers) => put_items(bytes, numbers, Number::put),
        Array::I64(numbers) => put_items(bytes, numbers, Number::put),
        Array::F64(numbers) => put_items(bytes, numbers, Number::put),
    }
}

fn put_items<T>(bytes: &mut Vec<u8>, items: &[T], put: impl Fn(&T, &mut Vec<u8>)) {
    bytes.extend((items.len() as u64).to_le_bytes());
    items.iter().for_each(|item| put(item, bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> [TensorPlan; 1] {
        [TensorPlan { name: "t".to_owned(), dimensions: vec![32], kind: TensorType::Q8_0 }]
    }

    #[test]
    fn what_is_written_is_what_was_announced() {
        let begin = || Writer::begin(Vec::new(), &Metadata::default(), &plans()).unwrap();
        assert!(begin().finish().is_err());
        assert!(begin().tensor(&[0; 33]).is_err());
        let mut writer = begin();
        writer.tensor(&[0; 34]).unwrap();
        assert!(writer.tensor(&[0; 34]).is_err());
    }

    #[test]
    fn a_shape_that_does_not_fit_its_type_is_refused() {
        let refused = |dimensions: &[u64], kind| {
            let plan = TensorPlan { name: "t".to_owned(), dimensions: dimensions.to_vec(), kind };
            Writer::begin(Vec::new(), &Metadata::default(), &[plan]).is_err()
        };
        assert!(refused(&[31], TensorType::Q8_0));
        assert!(refused(&[u64::MAX / 4], TensorType::F32));
        assert!(refused(&[32], TensorType::Other(12)));
    }

    #[test]
    fn another_files_alignment_is_not_kept() {
        let mut metadata = Metadata::default();
        metadata.set(ALIGNMENT_KEY, Value::U32(4096));
        let writer = Writer::begin(Vec::new(), &metadata, &[]).unwrap();
        assert_eq!(writer.finish().unwrap().len(), 32);
    }
}
