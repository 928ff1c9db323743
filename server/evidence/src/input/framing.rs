use super::pieces::{Pieces, too_long};
use super::sniff::{Framing, HEAD, framing, object_in};
use super::values::Values;
use super::{LIMIT, YAML_LIMIT};
use memchr::memchr;

/// Cuts a log into pieces as its bytes come, and keeps no more of it than the piece that is not whole yet.
#[derive(Default)]
pub(crate) struct Framer {
    state: State,
    buffer: Vec<u8>,
    /// The line on which the buffer begins, counted from 0.
    line: u64,
    /// How many lines of the YAML document that is open have come.
    yaml_lines: u64,
    /// Whether the rest of a piece that is too long is being left out.
    is_skipping: bool,
}

#[derive(Default)]
enum State {
    /// Too little has come to tell.
    #[default]
    Unknown,
    Lines,
    Values(Values),
    Yaml,
    Record,
}

impl Framer {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8], pieces: &mut dyn Pieces) {
        if let State::Unknown = self.state {
            self.buffer.extend_from_slice(bytes);
            if self.buffer.len() >= HEAD {
                self.begin(pieces);
            }
            return;
        }
        match &mut self.state {
            State::Unknown => {}
            State::Lines => self.lines(bytes, pieces),
            State::Values(values) => values.push(bytes, pieces),
            State::Yaml => self.yaml(bytes, pieces),
            State::Record => self.buffer.extend_from_slice(bytes),
        }
    }

    /// There are no more bytes.
    pub(crate) fn finish(&mut self, pieces: &mut dyn Pieces) {
        if let State::Unknown = self.state {
            self.begin(pieces);
        }
        let rest = std::mem::take(&mut self.buffer);
        match &mut self.state {
            State::Unknown => {}
            State::Lines => self.line(&rest, pieces),
            State::Values(values) => values.finish(pieces),
            State::Yaml => self.document(&rest, pieces),
            State::Record => pieces.record(&rest),
        }
    }

    fn begin(&mut self, pieces: &mut dyn Pieces) {
        let head = std::mem::take(&mut self.buffer);
        self.state = match framing(head.get(..HEAD).unwrap_or(&head)) {
            Framing::Lines => State::Lines,
            Framing::Values => State::Values(Values::default()),
            Framing::Yaml => State::Yaml,
            Framing::Record => State::Record,
        };
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        self.push(text, pieces);
    }

    fn lines(&mut self, mut bytes: &[u8], pieces: &mut dyn Pieces) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            if self.buffer.is_empty() {
                self.line(line, pieces);
            } else {
                self.keep(line, LIMIT, pieces);
                let whole = std::mem::take(&mut self.buffer);
                self.line(&whole, pieces);
                self.buffer = whole;
                self.buffer.clear();
            }
            self.is_skipping = false;
            self.line += 1;
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.keep(bytes, LIMIT, pieces);
    }

    /// Keeps the start of a piece whose end has not come.
    fn keep(&mut self, bytes: &[u8], limit: usize, pieces: &mut dyn Pieces) {
        if self.is_skipping {
            return;
        }
        if self.buffer.len() + bytes.len() > limit {
            self.is_skipping = true;
            self.buffer = Vec::new();
            pieces.unreadable(self.line + 1, &too_long(limit));
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn line(&self, line: &[u8], pieces: &mut dyn Pieces) {
        let line = line.trim_ascii();
        if self.is_skipping || line.is_empty() {
            return;
        }
        if line.starts_with(b"{") || line.starts_with(b"[") {
            pieces.json(self.line + 1, line);
        } else {
            match object_in(line) {
                Some(object) => pieces.json(self.line + 1, object),
                None => pieces.unreadable(self.line + 1, "no JSON object"),
            }
        }
    }

    fn yaml(&mut self, mut bytes: &[u8], pieces: &mut dyn Pieces) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end + 1);
            self.keep(line, YAML_LIMIT, pieces);
            self.yaml_lines += 1;
            if line.trim_ascii_end() == b"---" {
                let document = std::mem::take(&mut self.buffer);
                self.document(&document, pieces);
                self.is_skipping = false;
                self.line += std::mem::take(&mut self.yaml_lines);
            }
            bytes = rest;
        }
        self.keep(bytes, YAML_LIMIT, pieces);
    }

    /// A document, perhaps with the mark that ends it.
    fn document(&self, document: &[u8], pieces: &mut dyn Pieces) {
        let document = document.trim_ascii_end();
        let document = document.strip_suffix(b"---").unwrap_or(document);
        if !self.is_skipping && !document.trim_ascii().is_empty() {
            pieces.yaml(self.line + 1, document);
        }
    }
}
