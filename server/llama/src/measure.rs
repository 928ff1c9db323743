//! Measures this worker's work against llama.cpp's own: the same file, the same tokens, the same process, in turns.
//!
//! The other side is what `llama-bench` does, straight over the C interface: a prompt in batches of up to 512 tokens with the
//! logits of the last, then one token after the other, nothing chosen, no grammar, nobody told. This side is everything that a
//! request costs. Times are of the computing thread on its processor where the system tells (Linux), so that other work on the
//! machine counts as little as it can.

use std::ffi::CString;
use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use leastwise_model::protocol::{Prompt, Sampling};
use llama_cpp_2::token::LlamaToken;

use crate::chat;
use crate::completer::Completer;
use crate::failure::{Failure, failure};
use crate::load::{Loaded, Options, load};
use crate::measure_tags::{self, TagMeasurements};
use crate::thread_time::thread_seconds;

/// Tokens of an answer.
const ANSWER: u32 = 64;

/// What was measured: seconds and tokens a second, the best of all rounds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measurements {
    /// Checking the head of the file and loading it; seconds on the clock.
    pub load_seconds: f64,
    /// What a completion costs, of a model that cannot tag.
    pub text: Option<TextMeasurements>,
    /// What tags cost, of a model that can tag.
    pub tags: Option<TagMeasurements>,
    /// Resident memory of the process at the end, in bytes; 0 where it is not known.
    pub resident_bytes: u64,
}

/// What it costs to complete a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct TextMeasurements {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens of the prompt a second: here, and by llama.cpp's own loop.
    pub prompt_rate: f64,
    /// See `prompt_rate`.
    pub llama_prompt_rate: f64,
    /// Tokens of the answer a second, grammar included: here, and by llama.cpp's own loop.
    pub answer_rate: f64,
    /// See `answer_rate`.
    pub llama_answer_rate: f64,
    /// Of a token of the answer: seconds that the grammar took.
    pub grammar_seconds: f64,
    /// Tokens of the prompt's fixed part; seconds to read them; seconds to take them up again.
    pub fixed_tokens: usize,
    /// See `fixed_tokens`.
    pub fixed_seconds: f64,
    /// See `fixed_tokens`.
    pub restore_seconds: f64,
}

impl fmt::Display for Measurements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "load                {:8.1} ms", self.load_seconds * 1e3)?;
        if let Some(text) = &self.text {
            writeln!(formatter, "{text}")?;
        }
        if let Some(tags) = &self.tags {
            writeln!(formatter, "{tags}")?;
        }
        write!(formatter, "resident memory     {:8.1} MiB", self.resident_bytes as f64 / (1024.0 * 1024.0))
    }
}

impl fmt::Display for TextMeasurements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |seconds: f64| seconds * 1e3;
        for (what, here, there) in [
            ("prompt", self.prompt_rate, self.llama_prompt_rate),
            ("answer", self.answer_rate, self.llama_answer_rate),
        ] {
            writeln!(
                formatter,
                "{what}              {here:8.1} tokens/s   llama.cpp {there:8.1} tokens/s   ratio {:.3}",
                here / there
            )?;
        }
        writeln!(formatter, "grammar             {:8.3} ms a token", milliseconds(self.grammar_seconds))?;
        write!(
            formatter,
            "fixed prompt        {:8.1} ms for {} tokens, {:.2} ms to take it up again",
            milliseconds(self.fixed_seconds),
            self.fixed_tokens,
            milliseconds(self.restore_seconds)
        )
    }
}

/// Measures a model file: what it can do of completing prompts and tagging. `document` is a manifest: it is tagged, and it
/// stands in the prompt.
///
/// # Errors
///
/// When the model cannot be loaded or something cannot be computed with it.
pub fn measure(path: &Path, document: &str, threads: u32, rounds: u32) -> Result<Measurements, Failure> {
    let start = Instant::now();
    let loaded = load(&Options::new(path), |_| Ok(()))?;
    let load_seconds = start.elapsed().as_secs_f64();
    // A detector is not made to write.
    let text = match loaded.labels {
        None => Some(measure_text(&loaded, path, document, threads, rounds)?),
        Some(_) => None,
    };
    let labels = loaded.labels.as_ref();
    let tags = labels.map(|labels| measure_tags::measure(&loaded, labels, document, threads, rounds));
    Ok(Measurements { load_seconds, text, tags: tags.transpose()?, resident_bytes: resident_bytes() })
}

fn measure_text(
    loaded: &Loaded,
    path: &Path,
    document: &str,
    threads: u32,
    rounds: u32,
) -> Result<TextMeasurements, Failure> {
    let prompt = Prompt {
        system: "You explain one finding about a Kubernetes manifest to the person who wrote it. ".repeat(4),
        user: document.to_owned(),
        // It cannot end before the most tokens are reached, and does not guide the choice much.
        grammar: "start: (WORD \" \"){300,400}\nWORD: /[a-z]{1,12}/".to_owned(),
        max_tokens: ANSWER,
        sampling: Sampling::Greedy,
    };
    let chat::Tokens { fixed, rest } = chat::tokens(&loaded.model, &prompt.system, &prompt.user);
    let tokens = [fixed.clone(), rest].concat();
    let mut best = TextMeasurements {
        prompt_tokens: tokens.len(),
        prompt_rate: 0.0,
        llama_prompt_rate: 0.0,
        answer_rate: 0.0,
        llama_answer_rate: 0.0,
        grammar_seconds: f64::INFINITY,
        fixed_tokens: fixed.len(),
        fixed_seconds: f64::INFINITY,
        restore_seconds: f64::INFINITY,
    };
    let own = OwnLoop::new(path, threads)?;
    for _ in 0..rounds.max(1) {
        complete(loaded, &prompt, threads, &mut best)?;
        let (prompt_seconds, answer_seconds) = own.run(&tokens, ANSWER)?;
        best.llama_prompt_rate = best.llama_prompt_rate.max(tokens.len() as f64 / prompt_seconds);
        best.llama_answer_rate = best.llama_answer_rate.max(f64::from(ANSWER) / answer_seconds);
    }
    Ok(best)
}

fn complete(
    loaded: &Loaded,
    prompt: &Prompt,
    threads: u32,
    best: &mut TextMeasurements,
) -> Result<(), Failure> {
    let mut completer = Completer::new(loaded, threads)?;
    // Twice: the second time the fixed part is taken up again.
    for again in [false, true] {
        let start = thread_seconds();
        let (mut fixed_at, mut first_text_at) = (None, None);
        let fixed_tokens = best.fixed_tokens;
        let mut on_progress = |done, _| {
            if done >= fixed_tokens {
                fixed_at.get_or_insert_with(thread_seconds);
            }
        };
        let mut on_text = |_: &str| _ = first_text_at.get_or_insert_with(thread_seconds);
        let (_, usage) = completer
            .complete(prompt, &mut on_progress, &mut on_text, &AtomicBool::new(false))
            .map_err(failure)?;
        let end = thread_seconds();
        let (Some(fixed_at), Some(first_text_at)) = (fixed_at, first_text_at) else {
            return Err(Failure::engine("it cannot be measured", "the answer is empty"));
        };
        let rate = f64::from(usage.answer_tokens - 1) / (end - first_text_at);
        best.answer_rate = best.answer_rate.max(rate);
        let grammar_seconds = f64::from(usage.grammar_seconds) / f64::from(usage.answer_tokens);
        best.grammar_seconds = best.grammar_seconds.min(grammar_seconds);
        if again {
            let restored = completer.restore_seconds(thread_seconds)?;
            best.restore_seconds = best.restore_seconds.min(restored);
        } else {
            best.fixed_seconds = best.fixed_seconds.min(fixed_at - start);
            best.prompt_rate = best.prompt_rate.max(best.prompt_tokens as f64 / (first_text_at - start));
        }
    }
    Ok(())
}

fn resident_bytes() -> u64 {
    let kibibytes = std::fs::read_to_string("/proc/self/status").ok().and_then(|text| {
        text.lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?
            .trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<u64>()
            .ok()
    });
    kibibytes.unwrap_or(0) * 1024
}

/// llama.cpp's own loop over its C interface.
#[allow(unsafe_code)]
mod own_loop {
    use super::{CString, Failure, LlamaToken, Path, thread_seconds};

    /// A model and a context as `llama-bench` makes them.
    pub(super) struct OwnLoop {
        model: *mut llama_cpp_sys_2::llama_model,
        context: *mut llama_cpp_sys_2::llama_context,
    }

    impl OwnLoop {
        /// llama.cpp must have been started, which loading a model does.
        pub(super) fn new(path: &Path, threads: u32) -> Result<Self, Failure> {
            let text = path.to_str().and_then(|text| CString::new(text).ok());
            let path = text.ok_or_else(|| Failure::engine("the path", "it is no plain text"))?;
            let threads = i32::try_from(threads.max(1)).unwrap_or(1);
            // SAFETY: the path ends in NUL and outlives the call; the parameters are llama.cpp's own; the context is made only
            // of a model that was loaded.
            let own = unsafe {
                let mut parameters = llama_cpp_sys_2::llama_model_default_params();
                parameters.n_gpu_layers = 0;
                let model = llama_cpp_sys_2::llama_model_load_from_file(path.as_ptr(), parameters);
                let mut parameters = llama_cpp_sys_2::llama_context_default_params();
                (parameters.n_ctx, parameters.n_batch, parameters.n_ubatch) = (2048, 2048, 512);
                (parameters.n_threads, parameters.n_threads_batch) = (threads, threads);
                let context = match model.is_null() {
                    true => std::ptr::null_mut(),
                    false => llama_cpp_sys_2::llama_init_from_model(model, parameters),
                };
                Self { model, context }
            };
            match own.context.is_null() {
                true => Err(Failure::engine("llama.cpp's own loop", "there is no context")),
                false => Ok(own),
            }
        }

        /// Seconds for the prompt, and for so many more tokens after it.
        pub(super) fn run(&self, prompt: &[LlamaToken], more: u32) -> Result<(f64, f64), Failure> {
            let mut prompt: Vec<i32> = prompt.iter().map(|token| token.0).collect();
            // SAFETY: the context is not null, and is used by this thread only.
            unsafe {
                llama_cpp_sys_2::llama_memory_clear(llama_cpp_sys_2::llama_get_memory(self.context), true)
            };
            let start = thread_seconds();
            self.decode(&mut prompt)?;
            let middle = thread_seconds();
            for number in 0..more {
                // As `llama-bench` does, it does not matter which.
                self.decode(&mut [100 + i32::try_from(number).unwrap_or(0)])?;
            }
            Ok((middle - start, thread_seconds() - middle))
        }

        fn decode(&self, tokens: &mut [i32]) -> Result<(), Failure> {
            let count = i32::try_from(tokens.len()).map_err(|error| Failure::engine("the prompt", error))?;
            if count > 2048 {
                return Err(Failure::engine("the prompt", "it is longer than a batch"));
            }
            // SAFETY: the context is not null; the batch points to tokens that outlive the call and are no more than it takes.
            let result = unsafe {
                let batch = llama_cpp_sys_2::llama_batch_get_one(tokens.as_mut_ptr(), count);
                let result = llama_cpp_sys_2::llama_decode(self.context, batch);
                llama_cpp_sys_2::llama_synchronize(self.context);
                result
            };
            if result == 0 {
                Ok(())
            } else {
                Err(Failure::engine("llama.cpp's own loop", format!("error {result}")))
            }
        }
    }

    impl Drop for OwnLoop {
        fn drop(&mut self) {
            // SAFETY: both were made by llama.cpp and are freed once, the context first.
            unsafe {
                if !self.context.is_null() {
                    llama_cpp_sys_2::llama_free(self.context);
                }
                if !self.model.is_null() {
                    llama_cpp_sys_2::llama_model_free(self.model);
                }
            }
        }
    }
}

use own_loop::OwnLoop;
