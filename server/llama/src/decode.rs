//! Reads tokens into a context so that the same tokens always give the same numbers.
//!
//! Floating-point sums depend on which of its ways llama.cpp takes to compute them, and that on how many tokens it computes together.
//! So tokens are read in batches that all take the same way, wherever they begin: then what was computed of any beginning can be taken
//! up again, and the results are those of a fresh read to the last bit. Small batches are also what makes a request end soon after
//! it was cancelled.

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

/// The fewest tokens of a batch, where there are as many; the most are one less than twice as many. The attention of so many is computed
/// by tiles, in which the numbers of a token do not depend on who stands beside it; that of fewer in another way, which rounds
/// otherwise (`Q_TILE_SZ` in `ops.cpp` of ggml). Fewer are 15 % slower a token, and four times as many no faster.
const BATCH: usize = 64;

/// Batches begin at multiples of this, as some processors compute so many tokens side by side and what is left over by itself.
const SIDE_BY_SIDE: usize = 8;

/// What is read off after a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// How likely each token of the vocabulary is to come next.
    Logits,
    /// The state behind the last layer and its norm.
    States,
}

/// How many of the tokens that were computed can be taken up again, to read as many as `tokens` that begin with `same` of the same.
pub(crate) fn reusable(computed: usize, same: usize, tokens: usize) -> usize {
    // Fewer than a batch were computed in the other way, or would be.
    let spared = if computed < BATCH { 0 } else { tokens.saturating_sub(BATCH) };
    same.min(spared) / SIDE_BY_SIDE * SIDE_BY_SIDE
}

/// A context with one sequence, and how much is in it.
pub(crate) struct Reader<'model> {
    context: LlamaContext<'model>,
    /// Filled by the context, which must go first.
    tap: Option<Tap>,
    batch: LlamaBatch<'static>,
    /// The numbers of a state.
    width: usize,
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
    pub(crate) fn new(loaded: &'model Loaded, threads: u32, output: Output) -> Result<Self, Failure> {
        let threads = i32::try_from(threads.max(1)).unwrap_or(1);
        let mut parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(CONTEXT.min(loaded.model.n_ctx_train())))
            // A batch longer than this ends the process; `read` never makes one.
            .with_n_batch(2 * BATCH as u32)
            .with_n_ubatch(2 * BATCH as u32)
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
        Ok(Self { context, tap, batch: LlamaBatch::new(2 * BATCH, 1), width: loaded.width(), read: 0 })
    }

    /// The most tokens it can hold.
    pub(crate) fn capacity(&self) -> usize {
        self.context.n_ctx() as usize
    }

    /// How many tokens have been read.
    pub(crate) fn position(&self) -> usize {
        self.read
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        // What is no longer looked back at may stay in the memory, as behind a cut; to fill all of it with zeros takes longer than
        // to take up a state.
        if !matches!(self.context.clear_kv_cache_seq(None, None, None), Ok(true)) {
            self.context.clear_kv_cache();
        }
        self.read = 0;
    }

    /// Forgets what was read after the first `keep` tokens. Gives how many are left.
    pub(crate) fn cut(&mut self, keep: usize) -> usize {
        if keep >= self.read {
            return self.read;
        }
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
            let is_last = tokens.len() - self.read < 2 * BATCH;
            let end = if is_last { tokens.len() } else { self.read + BATCH };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_the_same_a_last_batch_is_computed_anew() {
        assert_eq!(reusable(300, 200, 300), 200);
        assert_eq!(reusable(300, 203, 300), 200, "where batches may begin");
        assert_eq!(reusable(300, 299, 300), 232, "64 and the few before them");
        assert_eq!(reusable(300, 64, 64), 0);
    }

    #[test]
    fn what_was_computed_with_too_few_is_computed_anew() {
        assert_eq!(reusable(63, 63, 300), 0);
        assert_eq!(reusable(64, 64, 300), 64);
        assert_eq!(reusable(300, 40, 50), 0);
    }
}
