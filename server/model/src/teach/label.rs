//! A taught label as a file: what was learned, on which detector, and how well it did on examples it had not seen.

use super::plane::logistic;
use super::words::{self, LineWords};
use super::{Figures, Lesson, Outline, Pattern};
use crate::protocol::{Probe, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io::{self, Write};

/// The version of the file that this program writes. The one before it had no pattern.
const VERSION: u32 = 2;
/// The oldest version that it reads.
const OLDEST: u32 = 1;
/// The largest file that is read. A label of a thousand numbers has some ten thousand bytes.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// The most numbers of a state that any detector may have.
const MAX_WIDTH: usize = 16 * 1024;
/// The longest name. It becomes a file's name, and stands in every finding.
const MAX_NAME_BYTES: usize = 64;

/// A label that was taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaughtLabel {
    version: u32,
    /// Its name, words with dashes.
    pub name: String,
    /// What it says, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The SHA-256 of the detector's file that it was taught on. Its states are of no meaning to another.
    pub detector: String,
    /// The files it was taught from.
    pub taught_from: Counts,
    /// How well it did on files that it had not seen.
    pub measured: Figures,
    /// What has it, where that can be said in words. It alone tells then, and there are no weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// The least probability at which it is told; of a pattern, the probability that what it tells is right.
    pub threshold: f32,
    /// Added to the weighted sum of a state.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub bias: f32,
    /// One for each number of a state in the space of learning, which the detector's file describes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<f32>,
    /// One for each place of a word of the line, or of a key below it: what those add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<f32>,
}

/// How many examples there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    /// Files that have the label.
    pub bad_files: usize,
    /// Files that have not.
    pub good_files: usize,
    /// Lines that a comment pointed out.
    pub marked_lines: usize,
}

/// Why a file is no taught label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place.map(|(row, column)| format!("{row}:{column}: ")).unwrap_or_default())]
pub struct BrokenLabel {
    /// Row and column, counted from 1, where it is about a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl TaughtLabel {
    /// A label as it was just learned.
    #[must_use]
    pub fn new(name: &str, title: Option<&str>, detector: &str, lesson: &Lesson) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            title: title.map(str::to_owned),
            detector: detector.to_owned(),
            taught_from: lesson.taught_from,
            measured: lesson.measured,
            pattern: lesson.pattern.clone(),
            threshold: lesson.threshold,
            bias: lesson.bias,
            weights: lesson.weights.clone(),
            words: lesson.words.clone(),
        }
    }

    /// Reads a file. Whatever it holds, there is an answer, and every number of a label is one.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Self, BrokenLabel> {
        let version =
            serde_json::from_str::<Versioned>(text).map_err(|error| BrokenLabel::of(&error))?.version;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(BrokenLabel::whole(format!(
                "it has version {version}, and this leastwise reads versions {OLDEST} to {VERSION}; teach it again"
            )));
        }
        let label: Self = serde_json::from_str(text).map_err(|error| BrokenLabel::of(&error))?;
        label.fault().map_or(Ok(label), |message| Err(BrokenLabel::whole(message)))
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        let mut output = Serializer::with_formatter(&mut text, Lines::default());
        // Nothing here can fail: all keys are strings, and writing to memory succeeds.
        let _ = self.serialize(&mut output);
        text.push(b'\n');
        String::from_utf8(text).unwrap_or_default()
    }

    /// What is said of a line that has it.
    #[must_use]
    pub fn message(&self) -> String {
        self.title.clone().unwrap_or_else(|| in_words(&self.name))
    }

    /// What the worker computes: whatever the words of a line can make one that has the label, for [`Self::probability`] to
    /// judge. Nothing for a label that has a pattern: [`Self::tags`] tells it.
    #[must_use]
    pub fn probe(&self) -> Option<Probe> {
        self.pattern.is_none().then(|| Probe {
            label: self.name.clone(),
            weights: self.weights.clone(),
            bias: self.bias,
            threshold: logistic(log_odds(self.threshold) - words::most(&self.words)) as f32,
        })
    }

    /// The lines of a document that its pattern is about, as far as it has one.
    #[must_use]
    pub fn tags(&self, document: &Outline) -> Vec<Tag> {
        let lines = self.pattern.iter().flat_map(|pattern| pattern.lines(document));
        let tag = |line| Tag { label: self.name.clone(), line, probability: self.threshold };
        lines.map(tag).collect()
    }

    /// The probability that a line of a document has the label, where the worker says so much of its state; `None` below the
    /// threshold.
    #[must_use]
    pub fn probability(&self, of_state: f32, lines: &[&str], line: usize) -> Option<f32> {
        let words = LineWords::of(lines, line);
        let weights = words.numbers().filter_map(|(place, number)| Some(number * self.words.get(place)?));
        let probability = logistic(log_odds(of_state) + f64::from(weights.sum::<f32>())) as f32;
        (probability >= self.threshold).then_some(probability)
    }

    fn fault(&self) -> Option<String> {
        if let Some(fault) = self.pattern.as_ref().and_then(Pattern::fault) {
            return Some(fault);
        }
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !is_name(&self.name) {
            Some(format!(
                "\"name\" is not words with dashes: {:?}",
                self.name.chars().take(MAX_NAME_BYTES).collect::<String>()
            ))
        } else if self.detector.len() != 64 || !self.detector.bytes().all(is_hexadecimal) {
            Some("\"detector\" is no SHA-256".to_owned())
        } else if self.pattern.is_some() && !(self.weights.is_empty() && self.words.is_empty()) {
            Some("it has a \"pattern\" and weights beside it".to_owned())
        } else if self.pattern.is_none() && self.weights.is_empty() || self.weights.len() > MAX_WIDTH {
            Some(format!("\"weights\" has {} numbers", self.weights.len()))
        } else if self.pattern.is_none() && self.words.len() != words::WIDTH {
            Some(format!("\"words\" has {} numbers instead of {}", self.words.len(), words::WIDTH))
        } else if !self.weights.iter().chain(&self.words).chain([&self.bias]).all(|number| number.is_finite())
        {
            Some("a number is too large".to_owned())
        } else if !(0.0..=1.0).contains(&self.threshold) {
            Some("\"threshold\" is not between 0 and 1".to_owned())
        } else {
            None
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_nought(number: &f32) -> bool {
    *number == 0.0
}

/// Whether a text is words of lower-case letters and digits with dashes between, the first beginning with a letter.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= MAX_NAME_BYTES
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split('-').all(is_word)
}

fn in_words(name: &str) -> String {
    let mut words = name.replace('-', " ");
    // A name begins with a letter of one byte.
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The log odds of a probability. Where it is so near 0 or 1 that it says no more, neither do the odds.
fn log_odds(probability: f32) -> f64 {
    let probability = f64::from(probability).clamp(1e-9, 1.0 - 1e-9);
    (probability / (1.0 - probability)).ln()
}

/// What every version of the file has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl BrokenLabel {
    fn whole(message: String) -> Self {
        Self { place: None, message }
    }

    fn of(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        // The place is told apart.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let place = (error.line() > 0).then(|| (error.line(), error.column()));
        Self { place, message }
    }
}

/// Objects with a line for each key, arrays on one line: hundreds of numbers on lines of their own would be no file to look
/// at.
#[derive(Default)]
struct Lines(PrettyFormatter<'static>);

impl Formatter for Lines {
    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teach::Tally;

    fn label() -> TaughtLabel {
        let tally = Tally { found: 4, missed: 1, false_alarms: 0 };
        TaughtLabel {
            version: VERSION,
            name: "image-from-outside".to_owned(),
            title: None,
            detector: "0123456789abcdef".repeat(4),
            taught_from: Counts { bad_files: 5, good_files: 5, marked_lines: 0 },
            measured: Figures { files: tally, lines: tally },
            pattern: None,
            threshold: 0.7,
            bias: -0.1,
            weights: vec![0.1, -2.5e-8, 3.0],
            words: vec![0.0; words::WIDTH],
        }
    }

    #[test]
    fn a_label_comes_back_from_its_file_as_it_was() {
        let text = label().text();
        assert_eq!(TaughtLabel::read(&text), Ok(label()));
        assert!(text.contains("\n  \"name\": \"image-from-outside\",\n"), "{text}");
        assert!(text.contains("\n  \"weights\": [0.1,-2.5e-8,3.0],\n"), "{text}");
        assert!(text.ends_with("0.0]\n}\n"), "{text}");
    }

    #[test]
    fn what_it_says_is_its_title_or_its_name_in_words() {
        assert_eq!(label().message(), "Image from outside");
        let titled = TaughtLabel { title: Some("Not our registry".to_owned()), ..label() };
        assert_eq!(titled.message(), "Not our registry");
    }

    /// The file with one text put for another.
    fn with(from: &str, to: &str) -> String {
        let text = label().text();
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_and_nothing_of_it_is_used() {
        let broken = [
            (with("3.0]", "3.0"), "expected"),
            (with("3.0]", "1e60]"), "number"),
            (with("[0.1,", "[\"x\","), "invalid type: string"),
            (with("[0.1,", "[null,"), "invalid type: null"),
            (with("[0.1,-2.5e-8,3.0]", "[]"), "has 0 numbers"),
            (with("[0.0,", "["), "has 2047 numbers"),
            (with("image-from-outside", "Image From/../Outside"), "words with dashes"),
            (with("0123456789abcdef", "xyz"), "no SHA-256"),
            (with("\"threshold\": 0.7", "\"threshold\": 7"), "between 0 and 1"),
            (with("\"version\": 2", "\"version\": 9"), "version 9"),
            (with("\"threshold\"", "\"treshold\""), "unknown field"),
            (with("\"found\": 4", "\"found\": -4"), "invalid value"),
            ("[".repeat(100_000), "expected"),
            (String::new(), "EOF"),
            ("null".to_owned(), "null"),
        ];
        for (text, words) in broken {
            let start: String = text.chars().take(200).collect();
            let error = TaughtLabel::read(&text).expect_err(&start).to_string();
            assert!(error.contains(words), "{words:?} is not in {error:?}, of {start}");
        }
    }

    /// A label that is told by a pattern.
    const PATTERN: &str = r#"{
  "version": 2,
  "name": "image-from-outside",
  "detector": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "taughtFrom": {"badFiles": 5, "goodFiles": 5, "markedLines": 0},
  "measured": {
    "files": {"found": 5, "missed": 0, "falseAlarms": 0},
    "lines": {"found": 5, "missed": 0, "falseAlarms": 0}
  },
  "pattern": {"at": ["*container"], "conditions": [{"isNot": [["image"], {"startsWith": "registry.ours/"}]}]},
  "threshold": 0.86
}"#;

    #[test]
    fn a_pattern_in_a_file_tells_alone_with_the_share_that_is_right() {
        let label = TaughtLabel::read(PATTERN).unwrap();
        assert_eq!(TaughtLabel::read(&label.text()), Ok(label.clone()));
        assert_eq!(label.probe(), None, "the worker need not compute anything");
        let pod = "spec:\n  containers:\n  - image: registry.ours/a\n  - image: 'docker.io/b' # from afar\n";
        let told = label.tags(&Outline::of(pod));
        assert_eq!(told, [Tag { label: "image-from-outside".to_owned(), line: 3, probability: 0.86 }]);
        let words = label.pattern.unwrap().to_string();
        assert_eq!(words, "a container whose image does not begin with \"registry.ours/\"");
    }

    #[test]
    fn what_is_wrong_in_a_pattern_is_told() {
        let long = format!("[\"{}\"]", "x".repeat(513));
        for (from, to, words) in [
            ("isNot", "isNt", "unknown variant"),
            ("\"at\"", "\"ats\"", "unknown field"),
            ("[{\"isNot\": [[\"image\"], {\"startsWith\": \"registry.ours/\"}]}]", "[]", "no condition"),
            ("[\"*container\"]", &long, "too many"),
            ("\"threshold\"", "\"weights\": [1.0], \"threshold\"", "weights beside it"),
        ] {
            assert!(PATTERN.contains(from), "{from}");
            let error = TaughtLabel::read(&PATTERN.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(words), "{words:?} is not in {error:?}");
        }
    }

    #[test]
    fn a_file_of_the_version_before_is_read() {
        let text = with("\"version\": 2", "\"version\": 1");
        assert_eq!(TaughtLabel::read(&text).map(|label| label.weights), Ok(label().weights));
    }

    #[test]
    fn a_fault_of_the_text_has_its_place() {
        let error = TaughtLabel::read(&with("\"bias\": -0.1", "\"bias\": -x")).unwrap_err();
        let row = label().text().lines().position(|line| line.contains("bias")).map(|line| line + 1);
        assert_eq!(error.place.map(|(row, _)| row), row, "{error}");
    }

    #[test]
    fn a_line_s_words_are_weighed_with_its_state() {
        let mut taught = label();
        for (word, weight) in [("debug", 3.0), ("info", -3.0)] {
            LineWords::of(&[word], 0).numbers().for_each(|(place, _)| taught.words[place] = weight);
        }
        let told = |of_state: f32, word: &str| taught.probability(of_state, &[word], 0);
        let probe = taught.probe().unwrap();
        assert!(probe.threshold < taught.threshold, "the words may tip the scale");
        // A state that says nothing: the line's words alone decide, by the logistic function of 3.
        assert!((told(0.5, "debug").unwrap() - 0.952_574).abs() < 1e-5, "{:?}", told(0.5, "debug"));
        assert_eq!((told(0.5, "info"), told(0.5, "warn")), (None, None));
        assert_eq!(told(1.0, "info"), Some(1.0), "a state that leaves no doubt");
        // What the worker leaves out is never told.
        assert_eq!(told(probe.threshold * 0.999, "debug"), None);
        assert!(told(probe.threshold * 1.01, "debug").is_some());
    }

    #[test]
    fn names_are_words_with_dashes() {
        for name in ["a", "image-from-outside", "tls-1-2"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-", "a-", "-a", "a--b", "A", "ä", "1st", "a b", "a.json", "../a", &"a".repeat(65)]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
