//! Completes prompts token by token, each chosen among those that the grammar allows.
//!
//! The grammar is executed by llguidance, which gives the set of allowed tokens; the choice among them is made here. llama.cpp's
//! own grammar sampler is not used: it ends the process when it is asked again after a refused token.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leastwise_model::protocol::{FailureKind, Finish, Prompt, Sampling, Usage};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::SimpleVob;
use llguidance::{Matcher, ParserFactory};

use crate::chat;
use crate::decode::{Output, Reader, State};
use crate::failure::{Failure, Stop};
use crate::load::Loaded;

/// Completes the prompts of a session.
pub(crate) struct Completer<'model> {
    model: &'model LlamaModel,
    reader: Reader<'model>,
    grammars: ParserFactory,
    /// The fixed part of the last prompt, and what was computed for it.
    fixed: Option<(Vec<LlamaToken>, State)>,
}

impl<'model> Completer<'model> {
    pub(crate) fn new(loaded: &'model Loaded, threads: u32) -> Result<Self, Failure> {
        let vocabulary = LlamaSampler::llguidance_tok_env(&loaded.model);
        let mut grammars =
            ParserFactory::new_simple(&vocabulary).map_err(|error| Failure::engine("the grammars", error))?;
        // Standard error is for what ends the process.
        grammars.quiet();
        Ok(Self {
            model: &loaded.model,
            reader: Reader::new(loaded, threads, Output::Logits)?,
            grammars,
            fixed: None,
        })
    }

    /// Completes a prompt. `on_progress` gets the tokens of the prompt read and to read, `on_text` the answer's pieces.
    pub(crate) fn complete(
        &mut self,
        prompt: &Prompt,
        on_progress: &mut dyn FnMut(usize, usize),
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<(Finish, Usage), Stop> {
        let start = Instant::now();
        let mut matcher = self.matcher(&prompt.grammar)?;
        let chat::Tokens { fixed, rest } = chat::tokens(self.model, &prompt.system, &prompt.user);
        let total = fixed.len() + rest.len();
        let most = prompt.max_tokens as usize;
        if total + most > self.reader.capacity() {
            let message = format!(
                "the prompt has {total} tokens; with {most} for the answer it does not fit into {}",
                self.reader.capacity()
            );
            return Err(Failure::new(FailureKind::TooLong, message).into());
        }
        let mut usage = Usage { prompt_tokens: total as u32, ..Usage::default() };
        usage.reused_tokens = self.read_fixed(&fixed, &mut |done| on_progress(done, total), cancel)? as u32;
        let tokens = [fixed, rest].concat();
        let mut logits = Vec::new();
        let last = tokens.len() - 1;
        self.reader.read(
            &tokens,
            |position| position == last,
            |_, computed| logits.extend_from_slice(computed),
            &mut |done| on_progress(done, total),
            cancel,
        )?;

        usage.prompt_seconds = start.elapsed().as_secs_f32();
        let start = Instant::now();
        let mut choice_time = Duration::ZERO;
        let mut choose = Chooser::new(prompt.sampling);
        let mut text = Utf8::default();
        let finish = loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Stop::Cancelled);
            }
            if usage.answer_tokens == prompt.max_tokens {
                break Finish::Length;
            }
            let asked = Instant::now();
            let next = choose.next(&logits, &mut matcher, |token| self.model.vocab().is_eog(token))?;
            let over = matcher.is_stopped();
            choice_time += asked.elapsed();
            let Some(token) = next else { break Finish::End };
            usage.answer_tokens += 1;
            let piece = text.push(&self.model.vocab().token_to_piece(token, false, None));
            if !piece.is_empty() {
                on_text(&piece);
            }
            if over {
                break Finish::End;
            }
            logits.clear();
            logits.extend_from_slice(self.reader.push(token)?);
        };
        usage.answer_seconds = start.elapsed().as_secs_f32();
        usage.grammar_seconds = choice_time.as_secs_f32();
        Ok((finish, usage))
    }

    /// Takes up the fixed part of the last prompt again, timed by `clock`, which tells seconds.
    pub(crate) fn restore_seconds(&mut self, clock: impl Fn() -> f64) -> Result<f64, Failure> {
        let Some((_, state)) = &self.fixed else {
            return Err(Failure::engine("it cannot be measured", "there was no prompt before"));
        };
        let start = clock();
        self.reader.restore(state)?;
        Ok(clock() - start)
    }

    fn matcher(&self, grammar: &str) -> Result<Matcher, Failure> {
        let parser = self.grammars.create_parser(TopLevelGrammar::from_lark(grammar.to_owned()));
        let matcher = Matcher::new(parser);
        match matcher.get_error() {
            Some(error) => Err(grammar_failure(error)),
            None => Ok(matcher),
        }
    }

    /// Brings the reader to the end of the prompt's fixed part. Gives how many of its tokens did not have to be computed.
    fn read_fixed(
        &mut self,
        fixed: &[LlamaToken],
        on_batch: &mut dyn FnMut(usize),
        cancel: &AtomicBool,
    ) -> Result<usize, Stop> {
        if let Some((tokens, state)) = &self.fixed
            && tokens == fixed
            && self.reader.restore(state).is_ok()
        {
            return Ok(fixed.len());
        }
        self.reader.clear();
        self.fixed = None;
        self.reader.read(fixed, |_| false, |_, _| {}, on_batch, cancel)?;
        self.fixed = Some((fixed.to_vec(), self.reader.save()?));
        Ok(0)
    }
}

fn grammar_failure(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Grammar, format!("the grammar of the answer: {error}"))
}

/// Chooses the next token.
struct Chooser {
    random: Option<SplitMix>,
}

impl Chooser {
    fn new(sampling: Sampling) -> Self {
        let random = match sampling {
            Sampling::Greedy => None,
            Sampling::Random { seed } => Some(SplitMix(seed)),
        };
        Self { random }
    }

    /// The next token, which the grammar has then taken, or `None` for the end of the answer.
    fn next(
        &mut self,
        logits: &[f32],
        matcher: &mut Matcher,
        is_end: impl Fn(LlamaToken) -> bool,
    ) -> Result<Option<LlamaToken>, Failure> {
        // To ask about one token costs a hundredth of asking about all, and most of the time it is a good one.
        if self.random.is_none()
            && let Some(token) = most_likely(logits, |_| true)
            && !is_end(LlamaToken(token.cast_signed()))
            && matcher.try_consume_tokens(&[token]).map_err(grammar_failure)? == 1
        {
            return Ok(Some(LlamaToken(token.cast_signed())));
        }
        let allowed = matcher.compute_mask_or_eos().map_err(grammar_failure)?;
        let token = self.choose(logits, &allowed)?;
        if is_end(LlamaToken(token.cast_signed())) {
            return Ok(None);
        }
        matcher.consume_token(token).map_err(grammar_failure)?;
        Ok(Some(LlamaToken(token.cast_signed())))
    }

    fn choose(&mut self, logits: &[f32], allowed: &SimpleVob) -> Result<u32, Failure> {
        let Some(mut chosen) = most_likely(logits, |token| allowed.is_allowed(token)) else {
            // Never the token of number 0, as llama.cpp would have it.
            return Err(Failure::engine(
                "the model cannot go on",
                "no token that the grammar allows has a finite number",
            ));
        };
        let Some(random) = &mut self.random else { return Ok(chosen) };
        let highest = logits[chosen as usize];
        let weights = || {
            (0..)
                .zip(logits)
                .filter(|&(token, logit): &(u32, &f32)| allowed.is_allowed(token) && logit.is_finite())
                .map(|(token, logit)| (token, f64::from(logit - highest).exp()))
        };
        let mut left = random.uniform() * weights().map(|(_, weight)| weight).sum::<f64>();
        for (token, weight) in weights() {
            chosen = token;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        Ok(chosen)
    }
}

/// The token with the highest finite logit among those that may be.
fn most_likely(logits: &[f32], may_be: impl Fn(u32) -> bool) -> Option<u32> {
    let mut best = None;
    let mut highest = f32::NEG_INFINITY;
    for (token, &logit) in (0..).zip(logits) {
        if logit > highest && logit.is_finite() && may_be(token) {
            (best, highest) = (Some(token), logit);
        }
    }
    best
}

/// The generator SplitMix64: the same seed gives the same numbers everywhere.
struct SplitMix(u64);

impl SplitMix {
    /// From 0 to 1, without 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Makes text out of the tokens' bytes: a character may come in several tokens.
#[derive(Default)]
struct Utf8 {
    bytes: Vec<u8>,
}

impl Utf8 {
    /// Takes the next bytes; gives the characters that are whole.
    fn push(&mut self, bytes: &[u8]) -> String {
        self.bytes.extend(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.bytes.clear();
                    return text;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.bytes[..valid]));
                    match error.error_len() {
                        Some(invalid) => {
                            text.push(char::REPLACEMENT_CHARACTER);
                            self.bytes.drain(..valid + invalid);
                        }
                        // The rest may become a character.
                        None => {
                            self.bytes.drain(..valid);
                            return text;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(tokens: &[u32]) -> SimpleVob {
        let mut set = SimpleVob::alloc(8);
        tokens.iter().for_each(|&token| set.allow_token(token));
        set
    }

    #[test]
    fn the_most_likely_of_the_allowed_is_chosen() {
        let logits = [9.0, 1.0, f32::NAN, 3.0, f32::INFINITY];
        let mut greedy = Chooser::new(Sampling::Greedy);
        assert_eq!(greedy.choose(&logits, &allowed(&[1, 2, 3, 4])), Ok(3));
    }

    #[test]
    fn where_nothing_can_be_chosen_it_is_an_error_and_not_token_0() {
        let mut greedy = Chooser::new(Sampling::Greedy);
        let failure = greedy.choose(&[1.0, f32::NAN, f32::NEG_INFINITY], &allowed(&[1, 2])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Engine);
    }

    #[test]
    fn chance_follows_the_probabilities_and_the_seed() {
        // Three to one.
        let logits = [0.0, 3_f32.ln(), 100.0];
        let mut random = Chooser::new(Sampling::Random { seed: 5 });
        let draws: Vec<u32> = (0..4000).map(|_| random.choose(&logits, &allowed(&[0, 1])).unwrap()).collect();
        let ones = draws.iter().filter(|&&token| token == 1).count();
        assert!((2900..3100).contains(&ones), "{ones} of 4000 and not about 3000");
        let mut again = Chooser::new(Sampling::Random { seed: 5 });
        assert!(draws.iter().all(|&token| again.choose(&logits, &allowed(&[0, 1])) == Ok(token)));
    }

    #[test]
    fn a_character_in_pieces_comes_whole() {
        let mut text = Utf8::default();
        let bytes = "aé€".as_bytes();
        assert_eq!(
            bytes.iter().map(|byte| text.push(&[*byte])).collect::<Vec<_>>(),
            ["a", "", "é", "", "", "€"]
        );
        assert_eq!(text.push(&[0xff, b'b']), "\u{fffd}b");
    }
}
