//! Labels the lines of a document in one pass over its tokens: no text is generated, no line number can be wrong.
//!
//! Each line is tokenized by itself and followed by the token of a line feed, whatever line end the document has. At that
//! token the model has seen the whole line and all before it, and its logits of the label tokens are read. What has been
//! computed of a document is kept; when its text changes, reading starts again at the first token that differs, or rather at
//! the beginning of its batch, so that the tags are exactly those of a fresh read.

use std::sync::atomic::AtomicBool;

use leastwise_model::protocol::{Tag, Tags};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use lru::LruCache;

use crate::Failure;
use crate::decode::{Reader, State};
use crate::failure::Stop;
use crate::labels::Labels;
use crate::load::Loaded;

/// The most bytes of states of documents other than the current one.
const KEPT_BYTES: usize = 128 * 1024 * 1024;

/// Tokens in a batch. After a change, half of it is read again on average for nothing; but every batch passes all weights
/// through the processor, so that 32 are 10 % slower a token than 64, and 64 are 5 % slower than 256.
const BATCH: u16 = 64;

/// Tags the documents of a session.
pub(crate) struct Tagger<'model> {
    model: &'model LlamaModel,
    labels: &'model Labels,
    reader: Reader<'model>,
    line_feed: LlamaToken,
    /// The document that the reader holds.
    current: Document,
    /// Others, with what the reader held of them.
    kept: LruCache<String, (Document, State)>,
    kept_bytes: usize,
}

/// What is known of a document's text.
#[derive(Default)]
struct Document {
    key: String,
    tokens: Vec<LlamaToken>,
    /// Of each line whose end was read: the position of its line feed, and a margin for each label.
    lines: Vec<(usize, Vec<f32>)>,
}

impl<'model> Tagger<'model> {
    pub(crate) fn new(loaded: &'model Loaded, labels: &'model Labels, threads: u32) -> Result<Self, Failure> {
        let reader = Reader::new(loaded, threads, BATCH)?;
        let line_feed = match loaded.model.vocab().tokenize(b"\n", false, false)[..] {
            [line_feed] => line_feed,
            _ => {
                return Err(Failure::engine(
                    "the model cannot tag",
                    "its vocabulary has no token for a line feed",
                ));
            }
        };
        let (model, current, kept) = (&loaded.model, Document::default(), LruCache::unbounded());
        Ok(Self { model, labels, reader, line_feed, current, kept, kept_bytes: 0 })
    }

    /// The tags of a document. `on_progress` gets the tokens read and to read.
    pub(crate) fn tag(
        &mut self,
        key: &str,
        text: &str,
        on_progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<Tags, Stop> {
        self.switch_to(key);
        let (tokens, ends) = self.tokenize(text);
        let same = tokens.iter().zip(&self.current.tokens).take_while(|(new, old)| new == old).count();
        if same < tokens.len() || same < self.current.tokens.len() {
            let left = self.reader.cut(same);
            self.current.lines.retain(|(end, _)| *end < left);
        }
        self.current.tokens = tokens;
        let result = self.read(&ends, on_progress, cancel);
        if result.is_err() {
            // What was read before the end stands: the next text of this document goes on from there.
            self.current.tokens.truncate(self.reader.position());
        }
        result.map(|()| self.tags())
    }

    fn read(
        &mut self,
        ends: &[usize],
        on_progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<(), Stop> {
        let Self { labels, reader, current, .. } = self;
        let total = current.tokens.len();
        let lines = &mut current.lines;
        let outcome = reader.read(
            &current.tokens,
            |position| ends.binary_search(&position).is_ok(),
            |position, logits| {
                let logit = |token: u32| logits[token as usize];
                let margins =
                    labels.labels.iter().map(|label| logit(label.token) - logit(labels.none)).collect();
                lines.push((position, margins));
            },
            &mut |done| on_progress(done, total),
            cancel,
        );
        if let Err(Stop::Failed(_)) = &outcome {
            // What the context holds now is not known.
            reader.clear();
            current.lines.clear();
        }
        outcome
    }

    /// The tokens of the lines that fit, and where each line ends.
    fn tokenize(&self, text: &str) -> (Vec<LlamaToken>, Vec<usize>) {
        let mut tokens = Vec::new();
        let mut ends = Vec::new();
        for line in text.lines() {
            let before = tokens.len();
            self.model.vocab().tokenize_into(line.as_bytes(), &mut tokens, false, false);
            if tokens.len() >= self.reader.capacity() {
                tokens.truncate(before);
                break;
            }
            ends.push(tokens.len());
            tokens.push(self.line_feed);
        }
        (tokens, ends)
    }

    fn tags(&self) -> Tags {
        let Labels { labels, .. } = self.labels;
        let tags = (0..)
            .zip(&self.current.lines)
            .flat_map(|(line, (_, margins))| {
                labels.iter().zip(margins).filter_map(move |(label, &margin)| {
                    let probability = label.probability(margin);
                    (probability >= label.threshold).then(|| Tag {
                        label: label.name.clone(),
                        line,
                        probability,
                    })
                })
            })
            .collect();
        Tags { tags, judged_lines: self.current.lines.len().try_into().unwrap_or(u32::MAX) }
    }

    /// Puts the current document aside, and takes up this one where it was left.
    fn switch_to(&mut self, key: &str) {
        if self.current.key == key {
            return;
        }
        let next = self.kept.pop(key);
        if let Some((_, state)) = &next {
            self.kept_bytes -= state.bytes();
        }
        let previous = std::mem::take(&mut self.current);
        if !previous.tokens.is_empty()
            && let Ok(state) = self.reader.save()
        {
            self.kept_bytes += state.bytes();
            self.kept.push(previous.key.clone(), (previous, state));
        }
        while self.kept_bytes > KEPT_BYTES
            && let Some((_, (_, state))) = self.kept.pop_lru()
        {
            self.kept_bytes -= state.bytes();
        }
        self.current = match next {
            Some((document, state)) if self.reader.restore(&state).is_ok() => document,
            // A state that cannot be taken up costs a fresh read.
            _ => {
                self.reader.clear();
                Document { key: key.to_owned(), ..Document::default() }
            }
        };
    }
}
