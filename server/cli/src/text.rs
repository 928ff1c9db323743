//! From bytes to text and back.

use crate::problem::Problem;
use crate::sources::{Origin, Source};
use leastwise_text::{Buffer, TextSize};
use std::fs::File;
use std::io::{self, Read};

/// The most bytes that are read of one file.
pub(crate) const LIMIT: u64 = 64 << 20;

/// How a file writes its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

/// A text, and where it stops being one.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
    /// The first character, as row and column, that the encoding does not know.
    pub(crate) broken: Option<(u32, u32)>,
}

/// Reads a source.
pub(crate) fn read(source: &Source) -> Result<Text, Problem> {
    let bytes = match source.origin {
        Origin::StandardInput => bytes(io::stdin().lock()),
        Origin::Named | Origin::Found => File::open(&source.place).and_then(bytes),
    };
    let bytes = bytes.map_err(|error| Problem::unreadable(&source.name, error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Problem::TooLarge { name: source.name.clone(), limit: LIMIT });
    }
    Ok(decode(bytes))
}

fn bytes(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// UTF-8, or UTF-16 where a byte order mark says so. What is neither is replaced by U+FFFD.
fn decode(bytes: Vec<u8>) -> Text {
    let (text, encoding) = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => (utf16(rest, u16::from_le_bytes), Encoding::Utf16LittleEndian),
        [0xfe, 0xff, rest @ ..] => (utf16(rest, u16::from_be_bytes), Encoding::Utf16BigEndian),
        _ => match String::from_utf8(bytes) {
            Ok(text) => return Text { text, encoding: Encoding::Utf8, broken: None },
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                ((String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(valid)), Encoding::Utf8)
            }
        },
    };
    let (text, broken) = text;
    let broken = broken.map(|offset| {
        let place = Buffer::new(&text).place(TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX)));
        (place.row, place.column)
    });
    Text { text, encoding, broken }
}

/// The text, and the offset in it of the first unit that is no character.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Option<usize>) {
    let (pairs, rest) = bytes.as_chunks();
    let mut text = String::new();
    let mut broken = None;
    for char in char::decode_utf16(pairs.iter().copied().map(unit)) {
        if char.is_err() {
            broken.get_or_insert(text.len());
        }
        text.push(char.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if !rest.is_empty() {
        broken.get_or_insert(text.len());
    }
    (text, broken)
}

impl Encoding {
    /// The bytes of a text.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let utf16 = |bytes: fn(u16) -> [u8; 2]| {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        match self {
            Self::Utf8 => text.as_bytes().to_owned(),
            Self::Utf16LittleEndian => utf16(u16::to_le_bytes),
            Self::Utf16BigEndian => utf16(u16::to_be_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_with_a_mark_is_read_and_written() {
        for encoding in [Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian] {
            let text = decode(encoding.encode("a: é😀\r\n"));
            assert_eq!((text.text.as_str(), text.encoding, text.broken), ("a: é😀\r\n", encoding, None));
        }
    }

    #[test]
    fn says_where_the_text_ends() {
        assert_eq!(decode(b"a: 1\nb: \xe9t\xe9\n".to_vec()).broken, Some((2, 4)));
        assert_eq!(decode(b"\xff\xfea\0\0\xd8b\0".to_vec()).broken, Some((1, 2)), "half a pair");
        assert_eq!(decode(b"\xfe\xff\0a\0".to_vec()).broken, Some((1, 2)), "half a unit");
    }
}
