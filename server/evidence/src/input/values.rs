use super::LIMIT;
use super::pieces::{Pieces, too_long};
use super::sniff::LISTS;
use memchr::memchr3;

/// Cuts JSON of any layout into events: values that follow one another, items of arrays, and items of the lists that
/// some objects are there to hold.
///
/// Only brackets and quotes are looked at. Whether a piece is JSON is for whoever reads it to say.
#[derive(Default)]
pub(super) struct Values {
    /// How many brackets are open.
    depth: usize,
    /// How many of them are open around an event: none, an array's one, or two of an object and the list in it.
    outside: usize,
    /// Whether the object that is open has had a list of events. Its other keys are of no interest.
    had_list: bool,
    is_in_string: bool,
    is_escaped: bool,
    /// Where in the piece the last string of the outermost object begins.
    string: usize,
    /// The last string of the outermost object, which may be the key of a list.
    key: Vec<u8>,
    piece: Vec<u8>,
    is_too_long: bool,
    /// The line that is being read, and the one on which the piece begins, counted from 0.
    line: u64,
    piece_line: u64,
}

impl Values {
    pub(super) fn push(&mut self, mut bytes: &[u8], pieces: &mut dyn Pieces) {
        while let Some((first, rest)) = bytes.split_first() {
            let plain = self.plain(bytes);
            if plain > 0 {
                let (text, rest) = bytes.split_at(plain);
                self.keep(text);
                bytes = rest;
                continue;
            }
            self.byte(*first, pieces);
            bytes = rest;
        }
    }

    pub(super) fn finish(&mut self, pieces: &mut dyn Pieces) {
        if self.depth > self.outside || self.is_in_string {
            pieces.unreadable(self.piece_line + 1, "it breaks off in the middle of a value");
        } else if self.outside > 0 {
            pieces.unreadable(self.line + 1, "it breaks off in the middle of a list");
        }
        if !self.is_in_string && self.depth == self.outside {
            self.end(pieces);
        }
    }

    /// How many of the bytes belong to the piece and change nothing.
    fn plain(&self, bytes: &[u8]) -> usize {
        let next = if self.is_escaped {
            Some(0)
        } else if self.is_in_string {
            memchr3(b'"', b'\\', b'\n', bytes)
        } else if self.depth > self.outside {
            bytes.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b'\n'))
        } else {
            Some(0)
        };
        next.unwrap_or(bytes.len())
    }

    fn byte(&mut self, byte: u8, pieces: &mut dyn Pieces) {
        self.line += u64::from(byte == b'\n');
        if self.is_in_string {
            self.in_string(byte, pieces);
            return;
        }
        let is_between = self.depth == self.outside;
        match byte {
            b'"' => {
                self.begin(is_between);
                self.keep(b"\"");
                self.is_in_string = true;
                self.string = self.piece.len();
            }
            b'{' | b'[' => self.open(byte, is_between),
            b'}' | b']' if is_between => self.close_outside(pieces),
            b'}' | b']' => self.close(byte, pieces),
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' if is_between => self.end(pieces),
            _ => {
                self.begin(is_between);
                self.keep(&[byte]);
            }
        }
    }

    fn in_string(&mut self, byte: u8, pieces: &mut dyn Pieces) {
        if byte == b'\n' {
            // No string goes over the end of a line, so this one has lost its end, and what is open with it.
            pieces.unreadable(self.piece_line + 1, "a string without an end");
            *self = Self { line: self.line, ..Self::default() };
            return;
        }
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            self.is_escaped = true;
        } else if byte == b'"' {
            self.is_in_string = false;
            if self.depth == 1 && self.outside == 0 {
                self.key.clear();
                self.key.extend_from_slice(self.piece.get(self.string..).unwrap_or_default());
            }
        }
        self.keep(&[byte]);
    }

    /// Starts a piece, if none is open.
    fn begin(&mut self, is_between: bool) {
        if is_between && self.piece.is_empty() {
            self.piece_line = self.line;
        }
    }

    fn open(&mut self, byte: u8, is_between: bool) {
        let is_array = byte == b'[' && self.depth == 0;
        let is_list =
            byte == b'[' && self.depth == 1 && self.outside == 0 && LISTS.contains(&self.key.as_slice());
        if is_array || is_list {
            self.outside = self.depth + 1;
            self.had_list = is_list;
            self.piece.clear();
        } else {
            self.begin(is_between);
            self.keep(&[byte]);
        }
        self.depth += 1;
        self.key.clear();
    }

    fn close(&mut self, byte: u8, pieces: &mut dyn Pieces) {
        self.keep(&[byte]);
        self.depth = self.depth.saturating_sub(1);
        if self.depth == self.outside {
            self.end(pieces);
        }
    }

    /// Closes what is around events.
    fn close_outside(&mut self, pieces: &mut dyn Pieces) {
        self.end_item(pieces);
        self.depth = self.depth.saturating_sub(1);
        self.outside = 0;
    }

    /// The piece is whole, or there is none.
    fn end(&mut self, pieces: &mut dyn Pieces) {
        if self.outside == 0 && self.had_list {
            self.piece.clear();
            self.had_list = false;
        }
        self.end_item(pieces);
    }

    fn end_item(&mut self, pieces: &mut dyn Pieces) {
        if self.is_too_long {
            pieces.unreadable(self.piece_line + 1, &too_long(LIMIT));
        } else if !self.piece.is_empty() {
            pieces.json(self.piece_line + 1, &self.piece);
        }
        self.piece.clear();
        self.is_too_long = false;
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.is_too_long {
            return;
        }
        if self.piece.len() + bytes.len() > LIMIT {
            self.is_too_long = true;
            self.piece = Vec::new();
        } else {
            self.piece.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Pieces for Heard {
        fn json(&mut self, line: u64, json: &[u8]) {
            self.0.push(format!("{line} {}", String::from_utf8_lossy(json)));
        }

        fn yaml(&mut self, _: u64, _: &[u8]) {}

        fn record(&mut self, _: &[u8]) {}

        fn unreadable(&mut self, line: u64, message: &str) {
            self.0.push(format!("{line} ! {message}"));
        }
    }

    /// What is found does not depend on how the bytes come.
    fn pieces(text: &str) -> Vec<String> {
        let [whole, single] = [usize::MAX, 1].map(|size| {
            let (mut values, mut heard) = (Values::default(), Heard::default());
            text.as_bytes().chunks(size).for_each(|chunk| values.push(chunk, &mut heard));
            values.finish(&mut heard);
            heard.0
        });
        assert_eq!(whole, single);
        whole
    }

    #[test]
    fn values_follow_one_another() {
        assert_eq!(
            pieces("{\"a\":1}\n{\n\"b\":\"}\\\"{\"}{\"c\":[1]}"),
            ["1 {\"a\":1}", "2 {\n\"b\":\"}\\\"{\"}", "3 {\"c\":[1]}"]
        );
    }

    #[test]
    fn arrays_and_lists_give_their_items() {
        assert_eq!(
            pieces("[\n{\"a\":[1]},\n null, {}]\n{\"b\":1}"),
            ["2 {\"a\":[1]}", "3 null", "3 {}", "4 {\"b\":1}"]
        );
        assert_eq!(
            pieces("{\"kind\":\"List\",\"items\":[{\"items\":[1]},\n{}],\"z\":[3]}{\"b\":1}"),
            ["1 {\"items\":[1]}", "2 {}", "2 {\"b\":1}"]
        );
        assert_eq!(pieces("{\"records\":[]}\n{\"records\":[{}]}"), ["2 {}"]);
        assert_eq!(
            pieces("{\"x\":{\"items\":[1]}}"),
            ["1 {\"x\":{\"items\":[1]}}"],
            "only of the outermost object"
        );
    }

    #[test]
    fn what_breaks_off_costs_no_more_than_its_line() {
        assert_eq!(
            pieces("[{\"a\":1},\n{\"b\":\"x\n{\"c\":1},\n{\"d\":1}]"),
            ["1 {\"a\":1}", "2 ! a string without an end", "3 {\"c\":1}", "4 {\"d\":1}"]
        );
        assert_eq!(
            pieces("[{\"a\":1},{\"b\":"),
            ["1 {\"a\":1}", "1 ! it breaks off in the middle of a value"]
        );
        assert_eq!(pieces("[{\"a\":1},"), ["1 {\"a\":1}", "1 ! it breaks off in the middle of a list"]);
    }
}
