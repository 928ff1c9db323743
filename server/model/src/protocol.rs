//! What the supervisor and the worker say to each other: one JSON object a line, requests on the worker's standard input,
//! events on its standard output.
//!
//! A document is always sent whole. The worker keeps what it has read of it and finds by itself where the text first differs,
//! so that no state has to agree between two processes, one of which may die at any time. A document is bounded to
//! [`MAX_TAG_BYTES`], which is less to send than one batch is to compute.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

/// The version of this protocol. Both ends are the same program; the number catches a program that is not.
pub const VERSION: u32 = 2;

/// The most bytes of a document that are sent to be tagged, cut at the end of a line. More would not fit a model's context.
pub const MAX_TAG_BYTES: usize = 64 * 1024;

/// The longest line of the protocol that is read, in bytes. A longer one is not the protocol.
pub const MAX_MESSAGE_BYTES: u64 = 4 * 1024 * 1024;

/// What the supervisor asks of the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Labels the lines of a document. Answered by [`Event::Tags`].
    Tag {
        /// The request's number, unique in this worker's life.
        id: u64,
        /// The document's name: what was computed for an earlier text of the same name is kept until its next text is read.
        document: String,
        /// The whole text.
        text: String,
        /// Labels of the user's own, told beside the model's.
        #[serde(default)]
        probes: Vec<Probe>,
        /// Tells every label of at least this probability, whatever its threshold: to measure.
        #[serde(default)]
        least: Option<f32>,
    },
    /// Asks which other lines a label hangs on. Answered by [`Event::Weights`].
    Weigh {
        /// The request's number, unique in this worker's life.
        id: u64,
        /// The whole text.
        text: String,
        /// The label's name.
        label: String,
        /// The line that has it, counted from 0.
        line: u32,
    },
    /// Asks for the model's states at the ends of lines, to learn a label from. Answered by [`Event::States`].
    States {
        /// The request's number, unique in this worker's life.
        id: u64,
        /// The whole text.
        text: String,
    },
    /// Completes a prompt. Answered by any number of [`Event::Text`] and then [`Event::Done`].
    Complete {
        /// The request's number, unique in this worker's life.
        id: u64,
        /// What to complete.
        prompt: Prompt,
    },
    /// Gives up a request. Answered by [`Event::Cancelled`], unless its last event was already sent.
    Cancel {
        /// The request's number.
        id: u64,
    },
}

/// A prompt of two messages and the bounds of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Prompt {
    /// The part that is the same for every request of a task. Its computed state is kept and used again.
    pub system: String,
    /// The part of this request. Nothing in it is read as a special token of the model.
    pub user: String,
    /// The grammar (in llguidance's dialect of Lark) that the answer follows, for a back end that executes grammars.
    pub grammar: String,
    /// The most tokens of the answer.
    pub max_tokens: u32,
    /// How the next token is chosen.
    pub sampling: Sampling,
}

/// How the next token is chosen from those the grammar allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Always the most likely: the same prompt gives the same answer.
    Greedy,
    /// By chance, in proportion to the probabilities at temperature 1, from a generator with this seed.
    Random {
        /// The generator's seed: the same seed gives the same answer.
        seed: u64,
    },
}

/// What the worker tells the supervisor. Every event is also a sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The first event of all.
    Hello {
        /// The worker's [`VERSION`].
        version: u32,
    },
    /// The model is being checked and loaded.
    Loading {
        /// From 0 to 1.
        fraction: f32,
    },
    /// The model is loaded.
    Ready {
        /// What was loaded.
        model: ModelInfo,
    },
    /// The model could not be loaded. The worker ends after it.
    LoadFailed {
        /// What kind of thing was wrong.
        kind: FailureKind,
        /// What was wrong, for a person.
        message: String,
    },
    /// Some of a prompt or of a document has been read.
    Progress {
        /// The request.
        id: u64,
        /// Tokens read so far.
        done: u32,
        /// Tokens to read.
        total: u32,
    },
    /// The answer to [`Request::Tag`].
    Tags {
        /// The request.
        id: u64,
        /// The answer.
        tags: Tags,
    },
    /// The answer to [`Request::Weigh`].
    Weights {
        /// The request.
        id: u64,
        /// The lines that the label hangs on most, the weightiest first.
        weights: Vec<Weight>,
    },
    /// A part of the answer to [`Request::States`].
    States {
        /// The request.
        id: u64,
        /// Of lines that are judged together, in their order.
        states: Vec<LineState>,
        /// Whether nothing follows.
        is_last: bool,
    },
    /// The next piece of a completion.
    Text {
        /// The request.
        id: u64,
        /// The piece: whole characters, never empty.
        text: String,
    },
    /// The end of a completion.
    Done {
        /// The request.
        id: u64,
        /// Why it ended.
        finish: Finish,
        /// What it cost.
        usage: Usage,
    },
    /// The request was given up, as asked.
    Cancelled {
        /// The request.
        id: u64,
    },
    /// The request cannot be answered. The worker goes on with the next.
    Failed {
        /// The request.
        id: u64,
        /// What kind of thing was wrong.
        kind: FailureKind,
        /// What was wrong, for a person.
        message: String,
    },
}

/// The lines of a document that a label was found for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tags {
    /// In the order of the lines.
    pub tags: Vec<Tag>,
    /// How many lines from the top were judged. The rest of the document did not fit: nothing is known about it.
    pub judged_lines: u32,
}

/// A label of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// The label's name, as the model file gives it.
    pub label: String,
    /// The line, counted from 0. Lines end at a line feed.
    pub line: u32,
    /// The model's probability, from 0 to 1, at least the label's threshold.
    pub probability: f32,
}

/// A label that was taught on this machine, as a plane in the space of the model's states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The label's name.
    pub label: String,
    /// One for each number of a state.
    pub weights: Vec<f32>,
    /// Added to the weighted sum; the probability is the logistic function of both together.
    pub bias: f32,
    /// The least probability at which a line is said to have the label.
    pub threshold: f32,
}

/// How much of a label's evidence another line is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// The line, counted from 0.
    pub line: u32,
    /// By how much the label's log odds fall when the model does not see this line.
    pub weight: f32,
}

/// What the model knows when it has read a line for the last time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineState {
    /// The line, counted from 0.
    pub line: u32,
    /// The numbers, of no meaning one by one.
    pub state: Vec<f32>,
}

/// What was loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The model's name in its file, or an empty string.
    pub name: String,
    /// The labels that the model was trained to give to lines. Empty: it cannot tag.
    pub labels: Vec<String>,
    /// The SHA-256 of the file in lower-case hexadecimal.
    pub sha256: String,
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The answer is whole.
    End,
    /// The answer reached the most tokens asked for, or the end of the context.
    Length,
}

/// What a completion cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// How many of them were not computed again, because their state was kept.
    pub reused_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Seconds from taking up the request to the first token of the answer.
    pub prompt_seconds: f32,
    /// Seconds from the first token of the answer to the end.
    pub answer_seconds: f32,
    /// Seconds of `answer_seconds` that the grammar took.
    pub grammar_seconds: f32,
}

/// What kind of thing was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// There is no such model file, or it cannot be read.
    ModelMissing,
    /// The file is no model that can be used: another format, cut short, or damaged.
    ModelInvalid,
    /// The file is not the one whose SHA-256 was asked for.
    ModelDigest,
    /// The processor lacks instructions that this build was compiled for.
    Processor,
    /// There is too little free memory.
    Memory,
    /// The model has no labels to tag with, or not the one that was asked for.
    NoLabels,
    /// The grammar is not one.
    Grammar,
    /// The prompt does not fit the model's context.
    TooLong,
    /// llama.cpp refused or failed.
    Engine,
}

/// Writes one message and flushes it.
///
/// # Errors
///
/// When the other end is gone.
pub fn write_message(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

/// Reads one message, or `None` at the end of the input.
///
/// # Errors
///
/// When reading fails, and [`io::ErrorKind::InvalidData`] when the line is no message of this type or is too long.
pub fn read_message<T: for<'a> Deserialize<'a>>(input: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    input.by_ref().take(MAX_MESSAGE_BYTES).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| {
        let start = String::from_utf8_lossy(&line[..line.len().min(80)]).trim_end().to_owned();
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("not a message of the protocol ({error}): {start}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_comes_back_as_it_was() {
        let request = Request::States { id: 7, text: "kind: Pod\n# é \"quoted\"\n".into() };
        let mut line = Vec::new();
        write_message(&mut line, &request).unwrap();
        assert_eq!(
            line.iter().filter(|&&byte| byte == b'\n').count(),
            1,
            "a line feed in the text must be escaped"
        );
        assert_eq!(read_message::<Request>(&mut line.as_slice()).unwrap(), Some(request));
    }

    #[test]
    fn what_is_no_message_is_an_error_that_shows_it() {
        let error = read_message::<Event>(&mut "hello there\n".as_bytes()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().contains("hello there"), "{error}");
    }

    #[test]
    fn the_end_of_the_input_is_no_error() {
        assert_eq!(read_message::<Event>(&mut "".as_bytes()).unwrap(), None);
    }
}
