//! A piece of a document as it is read: its lines, each tokenized by itself and followed by the token of a line feed, whatever
//! line end the document has.

use std::collections::HashMap;

use leastwise_model::pieces::{Piece, Reading};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

use crate::Failure;

/// The most lines whose tokens are kept: some ten documents' lines.
const KNOWN_LINES: usize = 4096;

/// Lines and their tokens.
pub(crate) struct Script<'text> {
    pub(crate) readings: Vec<Reading<'text>>,
    pub(crate) tokens: Vec<LlamaToken>,
    /// The positions of the line feeds, one for each reading.
    pub(crate) ends: Vec<usize>,
    /// The first line that would have been judged, had the script fitted.
    pub(crate) first_unread: Option<u32>,
}

/// Makes scripts for a model.
pub(crate) struct Scribe<'model> {
    model: &'model LlamaModel,
    line_feed: LlamaToken,
    /// The most tokens of a script.
    capacity: usize,
    /// Tokens of lines: after an edit all but one are the same, and finding them takes a fortieth of the time.
    known: HashMap<Box<str>, Box<[LlamaToken]>>,
}

impl<'model> Scribe<'model> {
    pub(crate) fn new(model: &'model LlamaModel, capacity: usize) -> Result<Self, Failure> {
        match model.vocab().tokenize(b"\n", false, false)[..] {
            [line_feed] => Ok(Self { model, line_feed, capacity, known: HashMap::new() }),
            _ => {
                let reason = "its vocabulary has no token for a line feed";
                Err(Failure::engine("the model cannot tag", reason))
            }
        }
    }

    /// The script of a piece. Where it does not fit, the outermost of its context is left out, and then the lines at the end.
    pub(crate) fn piece<'text>(&mut self, piece: &Piece, lines: &[&'text str]) -> Script<'text> {
        let readings = piece.readings(lines);
        let mut script = self.lines(readings);
        let excess = script.tokens.len().saturating_sub(self.capacity);
        if excess > 0 {
            let context = &script.ends[..piece.context.len()];
            let left_out = context.iter().take_while(|&&end| end < excess).count() + 1;
            script.readings.drain(..left_out.min(context.len()));
            script = self.lines(script.readings);
        }
        if script.tokens.len() > self.capacity {
            let fitting = script.ends.iter().take_while(|&&end| end < self.capacity).count();
            let unread = script.readings.split_off(fitting);
            script = self.lines(script.readings);
            script.first_unread = unread.iter().filter_map(|reading| reading.judged).min();
        }
        script
    }

    /// The script of these lines, which must fit.
    pub(crate) fn lines<'text>(&mut self, readings: Vec<Reading<'text>>) -> Script<'text> {
        let (mut tokens, mut ends) = (Vec::new(), Vec::new());
        for reading in &readings {
            self.tokenize(reading.text, &mut tokens);
            ends.push(tokens.len());
            tokens.push(self.line_feed);
        }
        Script { readings, tokens, ends, first_unread: None }
    }

    fn tokenize(&mut self, line: &str, tokens: &mut Vec<LlamaToken>) {
        if let Some(known) = self.known.get(line) {
            tokens.extend_from_slice(known);
            return;
        }
        let start = tokens.len();
        self.model.vocab().tokenize_into(line.as_bytes(), tokens, false, false);
        if self.known.len() >= KNOWN_LINES {
            self.known.clear();
        }
        self.known.insert(line.into(), tokens[start..].into());
    }
}
