//! Reads tokens into a context so that the same tokens always give the same numbers.
//!
//! Floating-point sums depend on how many tokens are computed together and on where their state lies. So tokens are always
//! read in batches that begin at multiples of a fixed number, into a context with one sequence. Whoever takes up an old state first
//! cuts it at such a multiple: then every batch is the one that a fresh read would compute, and the results are the same to
//! the last bit. Small batches are also what makes a request end soon after it was cancelled.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::context::session::{LlamaStateSeqFlags, SeqState};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use crate::Failure;
use crate::failure::Stop;
use crate::load::Loaded;
use crate::tap::Tap;

/// The most tokens of a context. A longer piece is read in part, a longer prompt not answered.
const CONTEXT: u32 = 2048;

/// What is read off after a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// How likely each token of the vocabulary is to come next.
    Logits,
    /// The state behind the last layer and its norm.
    States,
}

/// A context with one sequence, and how much is in it.
pub(crate) struct Reader<'model> {
    context: LlamaContext<'model>,
    /// Filled by the context, which must go first.
    tap: Option<Tap>,
    batch: LlamaBatch<'static>,
    /// The numbers of a state.
    width: usize,
    /// Tokens in a batch.
    size: usize,
    read: usize,
}

/// What was computed for some tokens, to be taken up again.
pub(crate) struct State {
    state: SeqState,
    read: usize,
}

impl State {
    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.state.byte_len()
    }
}

impl<'model> Reader<'model> {
    /// A reader of batches of `size` tokens: small ones end sooner after a cancellation and cost less to read again.
    pub(crate) fn new(
        loaded: &'model Loaded,
        threads: u32,
        size: u16,
        output: Output,
    ) -> Result<Self, Failure> {
        let threads = i32::try_from(threads.max(1)).unwrap_or(1);
        let mut parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(CONTEXT.min(loaded.model.n_ctx_train())))
            // A batch longer than this ends the process; `read` never makes one.
            .with_n_batch(u32::from(size))
            .with_n_ubatch(u32::from(size))
            .with_n_seq_max(1)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let tap = (output == Output::States).then(Tap::default);
        if let Some(tap) = &tap {
            parameters = tap.install(parameters);
        }
        let context = loaded
            .model
            .new_context(loaded.backend, parameters)
            .map_err(|error| Failure::engine("there is no context for the model", error))?;
        let size = usize::from(size);
        Ok(Self { context, tap, batch: LlamaBatch::new(size, 1), width: loaded.width(), size, read: 0 })
    }

    /// The most tokens it can hold.
    pub(crate) fn capacity(&self) -> usize {
        self.context.n_ctx() as usize
    }

    /// How many tokens of a text would be left, if one that begins with as many of the same were read after it.
    pub(crate) fn reusable(&self, same: usize) -> usize {
        same / self.size * self.size
    }

    /// How many tokens have been read.
    pub(crate) fn position(&self) -> usize {
        self.read
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.read = 0;
    }

    /// Forgets what was read from a batch's beginning on, so that at most `keep` tokens are left. Gives how many are left.
    pub(crate) fn cut(&mut self, keep: usize) -> usize {
        let keep = self.reusable(keep.min(self.read));
        let cut = match u32::try_from(keep) {
            Ok(start) if keep > 0 => self.context.clear_kv_cache_seq(Some(0), Some(start), None),
            _ => Ok(false),
        };
        if matches!(cut, Ok(true)) {
            self.read = keep;
        } else {
            self.clear();
        }
        self.read
    }

    /// Reads the tokens that follow those already read, batch by batch; `tokens` are all of them, from the first on. `wanted`
    /// says at which tokens the output is wanted, and `on_output` gets it, in order. `on_batch` is told how many have been
    /// read after each batch.
    pub(crate) fn read(
        &mut self,
        tokens: &[LlamaToken],
        wanted: impl Fn(usize) -> bool,
        mut on_output: impl FnMut(usize, &[f32]),
        on_batch: &mut dyn FnMut(usize),
        cancel: &AtomicBool,
    ) -> Result<(), Stop> {
        while self.read < tokens.len() {
            if cancel.load(Ordering::Relaxed) {
                return Err(Stop::Cancelled);
            }
            // From wherever it stands to the next multiple, so that the following batches begin at one.
            let end = (self.read / self.size * self.size + self.size).min(tokens.len());
            self.batch.clear();
            for (position, &token) in (self.read..end).zip(&tokens[self.read..end]) {
                self.add(token, position, wanted(position))?;
            }
            self.decode()?;
            let positions = (self.read..end).filter(|&position| wanted(position));
            match &self.tap {
                None => {
                    for position in positions {
                        let index = i32::try_from(position - self.read).unwrap_or(i32::MAX);
                        on_output(position, self.context.get_logits_ith(index));
                    }
                }
                Some(tap) => {
                    let states = tap.take();
                    let positions: Vec<usize> = positions.collect();
                    if states.len() != positions.len() * self.width {
                        return Err(Failure::engine(
                            "the model has no state to give",
                            "its graph is another",
                        )
                        .into());
                    }
                    for (position, state) in positions.into_iter().zip(states.chunks_exact(self.width.max(1)))
                    {
                        on_output(position, state);
                    }
                }
            }
            self.read = end;
            on_batch(end);
        }
        Ok(())
    }

    /// Reads one more token, and gives the logits after it.
    pub(crate) fn push(&mut self, token: LlamaToken) -> Result<&[f32], Failure> {
        self.batch.clear();
        self.add(token, self.read, true)?;
        self.decode()?;
        self.read += 1;
        Ok(self.context.get_logits_ith(0))
    }

    fn add(&mut self, token: LlamaToken, position: usize, output: bool) -> Result<(), Failure> {
        let position =
            i32::try_from(position).map_err(|error| Failure::engine("a token's position", error))?;
        self.batch
            .add(token, position, &[0], output)
            .map_err(|error| Failure::engine("a batch of tokens", error))
    }

    fn decode(&mut self) -> Result<(), Failure> {
        self.context
            .decode(&mut self.batch)
            .map_err(|error| Failure::engine("llama.cpp cannot compute", error))
    }

    /// Copies what has been computed.
    pub(crate) fn save(&self) -> Result<State, Failure> {
        let state = self.context.state_seq_get(0, LlamaStateSeqFlags::empty());
        let state = state.map_err(|error| Failure::engine("the state cannot be saved", error))?;
        Ok(State { state, read: self.read })
    }

    /// Takes up what was saved, in place of what is there.
    pub(crate) fn restore(&mut self, saved: &State) -> Result<(), Failure> {
        self.clear();
        match self.context.state_seq_set(&saved.state, 0) {
            Ok(()) => {
                self.read = saved.read;
                Ok(())
            }
            Err(error) => {
                self.clear();
                Err(Failure::engine("the state cannot be restored", error))
            }
        }
    }
}
