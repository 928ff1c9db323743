//! Reads a file's header. Whatever the bytes are, the answer is a header or words: no length is believed before as much has
//! been read, so that memory stays in proportion to the file.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::number::Number;
use super::value::kind;
use super::{
    ALIGNMENT_KEY, Array, DEFAULT_ALIGNMENT, Error, MAGIC, Metadata, Tensor, TensorType, VERSION, Value,
};

/// A tensor has at most four dimensions.
const MOST_DIMENSIONS: u32 = 4;

/// What stands before the tensors' bytes, and where those begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The metadata.
    pub metadata: Metadata,
    /// The tensors, in the file's order.
    pub tensors: Vec<Tensor>,
    data_start: u64,
}

impl Header {
    /// Reads the header of a file, and nothing after it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no whole GGUF file of version 3.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Self::read(BufReader::new(file), length)
    }

    /// Reads the header of a file of this length.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no whole GGUF file of version 3.
    pub fn read(input: impl Read, length: u64) -> Result<Self, Error> {
        let mut source = Source { input, position: 0, length };
        if length < MAGIC.len() as u64 || source.bytes(MAGIC.len() as u64, "the first bytes")? != MAGIC {
            return Err(Error::malformed("it is no GGUF file"));
        }
        let version: u32 = source.number("the version")?;
        if version != VERSION {
            return Err(Error::malformed(format!(
                "it is GGUF of version {version:#x}; only version 3 is read"
            )));
        }
        let tensor_count: u64 = source.number("the number of tensors")?;
        let entry_count: u64 = source.number("the number of metadata entries")?;
        let metadata = metadata(&mut source, entry_count)?;
        let tensors = tensors(&mut source, tensor_count)?;
        let alignment = match metadata.get(ALIGNMENT_KEY) {
            None => DEFAULT_ALIGNMENT,
            Some(Value::U32(alignment)) if alignment.is_power_of_two() => *alignment,
            Some(other) => return Err(Error::malformed(format!("{ALIGNMENT_KEY} is {other:?}"))),
        };
        let data_start = source.position.next_multiple_of(u64::from(alignment));
        let header = Self { metadata, tensors, data_start };
        header.check_places(u64::from(alignment), length)?;
        Ok(header)
    }

    /// The tensor of this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, Error> {
        self.tensors
            .iter()
            .find(|tensor| tensor.name == name)
            .ok_or_else(|| Error::malformed(format!("there is no tensor {name}")))
    }

    /// Reads a tensor's bytes from the file that this is the header of.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or are of a type unknown here.
    pub fn data(&self, file: &mut (impl Read + Seek), tensor: &Tensor) -> Result<Vec<u8>, Error> {
        let size = tensor.size()?;
        file.seek(SeekFrom::Start(self.data_start.saturating_add(tensor.offset)))?;
        let mut bytes = Vec::new();
        file.take(size).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(Error::malformed(format!("the file ends in the tensor {}", tensor.name)));
        }
        Ok(bytes)
    }

    /// Tensors begin at the alignment and lie within the file; where one of an unknown type ends is not known.
    fn check_places(&self, alignment: u64, length: u64) -> Result<(), Error> {
        for tensor in &self.tensors {
            let name = &tensor.name;
            tensor.count()?;
            if !tensor.offset.is_multiple_of(alignment) {
                return Err(Error::malformed(format!("the tensor {name} begins off the alignment")));
            }
            let size = match tensor.kind {
                TensorType::Other(_) => 0,
                _ => tensor.size()?,
            };
            let end = self.data_start.checked_add(tensor.offset).and_then(|start| start.checked_add(size));
            if end.is_none_or(|end| end > length) {
                return Err(Error::malformed(format!("the file ends before the tensor {name} does")));
            }
        }
        Ok(())
    }
}

fn metadata(source: &mut Source<impl Read>, count: u64) -> Result<Metadata, Error> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..count {
        let key = source.text("a metadata key")?;
        if !seen.insert(key.clone()) {
            return Err(Error::malformed(format!("the metadata key {key:?} is there twice")));
        }
        let value = source.value(&key)?;
        entries.push((key, value));
    }
    Ok(Metadata::from_entries(entries))
}

fn tensors(source: &mut Source<impl Read>, count: u64) -> Result<Vec<Tensor>, Error> {
    let mut tensors = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..count {
        let name = source.text("the name of a tensor")?;
        if !seen.insert(name.clone()) {
            return Err(Error::malformed(format!("the tensor {name:?} is there twice")));
        }
        let dimension_count: u32 = source.number(&name)?;
        if dimension_count > MOST_DIMENSIONS {
            return Err(Error::malformed(format!("the tensor {name:?} has {dimension_count} dimensions")));
        }
        let dimensions = (0..dimension_count).map(|_| source.number(&name)).collect::<Result<_, _>>()?;
        let kind = TensorType::from_number(source.number(&name)?);
        let offset = source.number(&name)?;
        tensors.push(Tensor { name, dimensions, kind, offset });
    }
    Ok(tensors)
}

/// The input with the place in it and its whole length. What is being read is named for the words of an error.
struct Source<R> {
    input: R,
    position: u64,
    length: u64,
}

impl<R: Read> Source<R> {
    fn bytes(&mut self, count: u64, what: &str) -> Result<Vec<u8>, Error> {
        let ends = || Error::malformed(format!("the file ends in {}", shortened(what)));
        if count > self.length - self.position {
            return Err(ends());
        }
        let mut bytes = Vec::new();
        // Grows with what is really there.
        self.input.by_ref().take(count).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != count {
            return Err(ends());
        }
        self.position += count;
        Ok(bytes)
    }

    fn number<N: Number>(&mut self, what: &str) -> Result<N, Error> {
        Ok(N::from_little_endian(&self.bytes(N::SIZE, what)?))
    }

    fn numbers<N: Number>(&mut self, count: u64, what: &str) -> Result<Vec<N>, Error> {
        // What cannot be counted in bytes is longer than any file.
        let bytes = self.bytes(count.saturating_mul(N::SIZE), what)?;
        Ok(bytes.chunks_exact(N::SIZE as usize).map(N::from_little_endian).collect())
    }

    fn text(&mut self, what: &str) -> Result<String, Error> {
        let length = self.number(what)?;
        let bytes = self.bytes(length, what)?;
        String::from_utf8(bytes)
            .map_err(|_| Error::malformed(format!("{} holds text that is not UTF-8", shortened(what))))
    }

    fn boolean(&mut self, what: &str) -> Result<bool, Error> {
        match self.number::<u8>(what)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Error::malformed(format!("{} is neither true nor false: {other}", shortened(what)))),
        }
    }

    fn value(&mut self, key: &str) -> Result<Value, Error> {
        Ok(match self.number::<u32>(key)? {
            kind::U8 => Value::U8(self.number(key)?),
            kind::I8 => Value::I8(self.number(key)?),
            kind::U16 => Value::U16(self.number(key)?),
            kind::I16 => Value::I16(self.number(key)?),
            kind::U32 => Value::U32(self.number(key)?),
            kind::I32 => Value::I32(self.number(key)?),
            kind::F32 => Value::F32(self.number(key)?),
            kind::BOOL => Value::Bool(self.boolean(key)?),
            kind::TEXT => Value::Text(self.text(key)?),
            kind::ARRAY => Value::Array(self.array(key)?),
            kind::U64 => Value::U64(self.number(key)?),
            kind::I64 => Value::I64(self.number(key)?),
            kind::F64 => Value::F64(self.number(key)?),
            other => return Err(unknown_type(key, other)),
        })
    }

    fn array(&mut self, key: &str) -> Result<Array, Error> {
        let kind: u32 = self.number(key)?;
        let count: u64 = self.number(key)?;
        Ok(match kind {
            kind::U8 => Array::U8(self.numbers(count, key)?),
            kind::I8 => Array::I8(self.numbers(count, key)?),
            kind::U16 => Array::U16(self.numbers(count, key)?),
            kind::I16 => Array::I16(self.numbers(count, key)?),
            kind::U32 => Array::U32(self.numbers(count, key)?),
            kind::I32 => Array::I32(self.numbers(count, key)?),
            kind::F32 => Array::F32(self.numbers(count, key)?),
            kind::BOOL => Array::Bool((0..count).map(|_| self.boolean(key)).collect::<Result<_, _>>()?),
            kind::TEXT => Array::Text((0..count).map(|_| self.text(key)).collect::<Result<_, _>>()?),
            kind::U64 => Array::U64(self.numbers(count, key)?),
            kind::I64 => Array::I64(self.numbers(count, key)?),
            kind::F64 => Array::F64(self.numbers(count, key)?),
            kind::ARRAY => {
                return Err(Error::malformed(format!(
                    "{} is an array of arrays, which is not read",
                    shortened(key)
                )));
            }
            other => return Err(unknown_type(key, other)),
        })
    }
}

fn unknown_type(key: &str, kind: u32) -> Error {
    Error::malformed(format!("{} is of the unknown type {kind}", shortened(key)))
}

/// What is quoted from a file into a message is kept short: a hostile key may be as long as the file.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::{TensorPlan, Writer};
    use super::*;

    fn plan(name: &str, dimensions: &[u64], kind: TensorType) -> TensorPlan {
        TensorPlan { name: name.to_owned(), dimensions: dimensions.to_vec(), kind }
    }

    /// A value of every type, and an array of every type.
    fn every_value() -> Metadata {
        let mut metadata = Metadata::default();
        let mut number = 0;
        let mut set = |value: Value| {
            number += 1;
            metadata.set(&format!("key.{number}"), value);
        };
        set(Value::U8(200));
        set(Value::I8(-100));
        set(Value::U16(60_000));
        set(Value::I16(-30_000));
        set(Value::U32(4_000_000_000));
        set(Value::I32(-2_000_000_000));
        set(Value::F32(0.1));
        set(Value::Bool(true));
        set(Value::Text("größer".to_owned()));
        set(Value::U64(u64::MAX));
        set(Value::I64(i64::MIN));
        set(Value::F64(0.1));
        set(Value::Array(Array::U8(vec![1, 255])));
        set(Value::Array(Array::I8(vec![-1])));
        set(Value::Array(Array::U16(vec![65_535])));
        set(Value::Array(Array::I16(vec![-32_768])));
        set(Value::Array(Array::U32(vec![])));
        set(Value::Array(Array::I32(vec![3, -3])));
        set(Value::Array(Array::F32(vec![1.5, -2.5])));
        set(Value::Array(Array::Bool(vec![true, false])));
        set(Value::Array(Array::Text(vec![String::new(), "\u{120} t".to_owned()])));
        set(Value::Array(Array::U64(vec![7])));
        set(Value::Array(Array::I64(vec![-7])));
        set(Value::Array(Array::F64(vec![1e300])));
        metadata
    }

    fn small_file() -> Vec<u8> {
        let plans = [plan("odd", &[3], TensorType::F32), plan("blocks", &[32, 2], TensorType::Q8_0)];
        let mut writer = Writer::begin(Vec::new(), &every_value(), &plans).unwrap();
        writer.tensor(&[1; 12]).unwrap();
        writer.tensor(&[2; 68]).unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Header, Error> {
        Header::read(bytes, bytes.len() as u64)
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read() {
        let file = small_file();
        let header = read(&file).unwrap();
        assert_eq!(header.metadata, every_value());
        let names: Vec<&str> = header.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, ["odd", "blocks"]);
        let mut input = Cursor::new(&file);
        // The second one is not in the way of the first.
        let blocks = header.tensor("blocks").unwrap();
        assert_eq!((blocks.dimensions.as_slice(), blocks.kind), ([32, 2].as_slice(), TensorType::Q8_0));
        assert_eq!(header.data(&mut input, blocks).unwrap(), [2; 68]);
        assert_eq!(header.data(&mut input, header.tensor("odd").unwrap()).unwrap(), [1; 12]);
        assert!(header.tensor("missing").is_err());
    }

    #[test]
    fn the_layout_is_the_one_of_the_format() {
        let mut metadata = Metadata::default();
        metadata.set("a", Value::Bool(true));
        let mut writer =
            Writer::begin(Vec::new(), &metadata, &[plan("t", &[2, 1], TensorType::F16)]).unwrap();
        writer.tensor(&[9, 8, 7, 6]).unwrap();
        let mut expected = b"GGUF\x03\0\0\0".to_vec();
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0]); // tensors
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0]); // entries
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0, b'a', 7, 0, 0, 0, 1]); // a = true
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0, b't', 2, 0, 0, 0]); // t, of two dimensions:
        expected.extend([2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]); // two and one
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // 16 bits, at the beginning
        expected.resize(96, 0);
        expected.extend([9, 8, 7, 6]);
        expected.resize(128, 0);
        assert_eq!(writer.finish().unwrap(), expected);
    }

    #[test]
    fn a_file_that_ends_anywhere_is_refused() {
        let file = small_file();
        // The padding after the last tensor may be missing.
        let needed = file.len() - 28;
        assert!(read(&file[..needed]).is_ok());
        for length in 0..needed {
            assert!(read(&file[..length]).is_err(), "{length}");
            // Also where the file was said to be longer than what comes.
            if length < header_length(&file) {
                assert!(Header::read(&file[..length], file.len() as u64).is_err(), "{length}");
            }
        }
    }

    fn header_length(file: &[u8]) -> usize {
        file.len() - 32 - 96
    }

    /// A header of these counts, and then these bytes.
    fn handmade(tensors: u64, entries: u64, rest: &[&[u8]]) -> Vec<u8> {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(tensors.to_le_bytes());
        file.extend(entries.to_le_bytes());
        rest.iter().for_each(|part| file.extend(*part));
        file
    }

    const MANY: [u8; 8] = [0xff; 8];
    const ONE: [u8; 8] = [1, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn absurd_counts_and_lengths_are_refused_before_memory_is_taken() {
        let many = u64::MAX;
        assert!(refusal(&handmade(many, 0, &[])).contains("ends in the name of a tensor"));
        assert!(refusal(&handmade(0, many, &[])).contains("ends in a metadata key"));
        // A key, a text and an array as long as can be said.
        assert!(refusal(&handmade(0, 1, &[&MANY])).contains("ends in a metadata key"));
        assert!(refusal(&handmade(0, 1, &[&ONE, b"k", &[8, 0, 0, 0], &MANY])).contains("ends in k"));
        for kind in [0, 6, 7, 8, 12] {
            let array = [ONE.as_slice(), b"k", &[9, 0, 0, 0], &[kind, 0, 0, 0], &MANY];
            assert!(refusal(&handmade(0, 1, &array)).contains("ends in k"), "{kind}");
        }
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        let entry = |rest: &[u8]| refusal(&handmade(0, 1, &[&ONE, b"k", rest]));
        assert!(entry(&[13, 0, 0, 0]).contains("unknown type 13"));
        assert!(entry(&[9, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).contains("unknown type 77"));
        assert!(entry(&[9, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).contains("array of arrays"));
        assert!(entry(&[7, 0, 0, 0, 2]).contains("neither true nor false"));
        assert!(entry(&[8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff]).contains("not UTF-8"));
        let twice = handmade(0, 2, &[&ONE, b"k", &[0, 0, 0, 0, 5], &ONE, b"k", &[0, 0, 0, 0, 5]]);
        assert!(refusal(&twice).contains("twice"));
        assert!(refusal(b"GGUF\0\0\0\x03").contains("only version 3"));
        assert!(refusal(b"PK\x03\x04 and more").contains("no GGUF file"));
        assert!(refusal(b"").contains("no GGUF file"));
    }

    #[test]
    fn alignment_is_a_power_of_two() {
        let aligned = |alignment: u32| {
            let key = [17, 0, 0, 0, 0, 0, 0, 0];
            handmade(0, 1, &[&key, b"general.alignment", &[4, 0, 0, 0], &alignment.to_le_bytes(), &[0; 64]])
        };
        assert!(read(&aligned(64)).is_ok());
        assert!(refusal(&aligned(0)).contains("alignment"));
        assert!(refusal(&aligned(48)).contains("alignment"));
    }

    /// A file with one tensor of this description and 64 bytes of data.
    fn one_tensor(dimensions: &[u64], kind: u32, offset: u64) -> Vec<u8> {
        let mut file = handmade(1, 0, &[&ONE, b"t", &(dimensions.len() as u32).to_le_bytes()]);
        dimensions.iter().for_each(|dimension| file.extend(dimension.to_le_bytes()));
        file.extend(kind.to_le_bytes());
        file.extend(offset.to_le_bytes());
        file.resize(file.len().next_multiple_of(32) + 64, 0);
        file
    }

    #[test]
    fn tensors_lie_within_the_file() {
        assert!(read(&one_tensor(&[16], 0, 0)).is_ok());
        assert!(refusal(&one_tensor(&[17], 0, 0)).contains("ends before"));
        assert!(refusal(&one_tensor(&[16], 0, 32)).contains("ends before"));
        assert!(refusal(&one_tensor(&[1], 0, 4)).contains("alignment"));
        assert!(refusal(&one_tensor(&[1], 0, u64::MAX - 31)).contains("ends before"));
        assert!(refusal(&one_tensor(&[u64::MAX, u64::MAX], 0, 0)).contains("too large"));
        assert!(refusal(&one_tensor(&[16], 8, 0)).contains("cannot be stored"));
        assert!(refusal(&one_tensor(&[1; 5], 0, 0)).contains("5 dimensions"));
    }

    #[test]
    fn a_tensor_of_an_unknown_type_is_passed_by_but_not_read() {
        let file = one_tensor(&[256], 12, 0);
        let header = read(&file).unwrap();
        let error = header.data(&mut Cursor::new(&file), header.tensor("t").unwrap()).unwrap_err();
        assert!(error.to_string().contains("type number 12"), "{error}");
        assert!(refusal(&one_tensor(&[256], 12, 96)).contains("ends before"));
    }

    #[test]
    fn what_an_error_quotes_is_short() {
        let key = "k".repeat(5000);
        let file = handmade(0, 1, &[&5000_u64.to_le_bytes(), key.as_bytes(), &[99, 0, 0, 0]]);
        assert!(refusal(&file).len() < 150);
    }

    /// Reads the header and every tensor.
    fn read_all(bytes: &[u8]) {
        if let Ok(header) = read(bytes) {
            for tensor in &header.tensors {
                let _ = header.data(&mut Cursor::new(bytes), tensor);
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read_all(&bytes);
            read_all(&handmade(3, 5, &[&bytes]));
        }

        #[test]
        fn no_damage_panics(place in any::<prop::sample::Index>(), patch in proptest::collection::vec(any::<u8>(), 1..9)) {
            let mut file = small_file();
            let start = place.index(file.len() - patch.len());
            file[start..start + patch.len()].copy_from_slice(&patch);
            read_all(&file);
        }
    }
}
