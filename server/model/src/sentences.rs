//! Believes a model sentence by sentence: what names something that the facts do not know is dropped.
//!
//! A grammar makes this hold by construction where the back end executes one. This check holds for every back end, and it is
//! why text is handed on only when its sentence is whole.

use std::collections::HashSet;

/// Words with a hyphen that are plain English here. Any other word with a hyphen could be a rule's or an object's name.
pub(crate) const COMPOUNDS: &[&str] = &[
    "least-privilege",
    "read-only",
    "read-write",
    "non-root",
    "built-in",
    "cluster-wide",
    "node-level",
    "host-level",
    "long-lived",
    "short-lived",
    "well-known",
    "third-party",
    "fine-grained",
    "multi-tenant",
    "supply-chain",
    "denial-of-service",
];

/// Takes an answer in pieces and gives back the sentences that may be shown.
#[derive(Debug)]
pub(crate) struct SentenceFilter {
    names: HashSet<String>,
    /// The words of each sentence that was shown.
    said: Vec<HashSet<String>>,
    rest: String,
    dropped: u32,
}

impl SentenceFilter {
    /// A filter that lets pass only sentences whose names are among these.
    pub(crate) fn new(names: &[String]) -> Self {
        Self { names: names.iter().cloned().collect(), said: Vec::new(), rest: String::new(), dropped: 0 }
    }

    /// Takes the next piece; gives the sentences that it completes.
    pub(crate) fn push(&mut self, piece: &str) -> Vec<String> {
        self.rest.push_str(piece);
        let mut sentences = Vec::new();
        while let Some(end) = sentence_end(&self.rest) {
            let sentence: String = self.rest.drain(..end).collect();
            sentences.extend(self.judge(&sentence));
        }
        sentences
    }

    /// Takes the end of the answer; gives the last sentence, if it is whole.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let last = std::mem::take(&mut self.rest);
        self.judge(&last)
    }

    /// How many sentences were not shown.
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped
    }

    fn judge(&mut self, sentence: &str) -> Option<String> {
        let sentence = sentence.trim();
        if sentence.is_empty() {
            return None;
        }
        let believed = sentence.ends_with(['.', '!', '?']) && self.names_only_what_exists(sentence);
        let words: Vec<String> = sentence.split_whitespace().map(|word| bare(word).to_lowercase()).collect();
        if believed && !stutters(&words) && !self.said.iter().any(|said| repeats(said, &words)) {
            self.said.push(words.into_iter().collect());
            return Some(sentence.to_owned());
        }
        self.dropped += 1;
        None
    }

    fn names_only_what_exists(&self, sentence: &str) -> bool {
        // Between the backticks stand the odd pieces. An odd number of backticks leaves one open.
        let pieces: Vec<&str> = sentence.split('`').collect();
        pieces.len() % 2 == 1
            && pieces.iter().enumerate().all(|(index, piece)| match index % 2 {
                1 => self.names.contains(*piece),
                _ => piece.split_whitespace().all(|word| self.is_plain_or_known(word)),
            })
    }

    fn is_plain_or_known(&self, word: &str) -> bool {
        let word = bare(word);
        word.is_empty()
            || is_plain(word)
            || COMPOUNDS.contains(&word.to_ascii_lowercase().as_str())
            || self.names.contains(word)
    }
}

/// Whether the same four words come twice: small models fall into circles.
fn stutters(words: &[String]) -> bool {
    let mut seen = HashSet::new();
    words.windows(4).any(|four| !seen.insert(four))
}

/// Whether four of five words were in an earlier sentence: small models like to say the same thing again.
fn repeats(said: &HashSet<String>, words: &[String]) -> bool {
    let known = words.iter().filter(|word| said.contains(*word)).count();
    known * 5 >= words.len() * 4
}

/// A word without the punctuation around it.
pub(crate) fn bare(word: &str) -> &str {
    word.trim_matches(['.', ',', ';', ':', '!', '?', '(', ')', '"', '\'', '–', '—'])
}

/// Whether a word can be nothing but prose: small letters, perhaps with a capital in front or an apostrophe inside, or an
/// abbreviation of up to five capitals.
pub(crate) fn is_plain(word: &str) -> bool {
    let (stem, ending) = word.split_once(['\'', '’']).unwrap_or((word, ""));
    let small = |text: &str| text.chars().all(char::is_lowercase);
    let abbreviation = stem.strip_suffix('s').unwrap_or(stem);
    let mut letters = stem.chars();
    small(ending)
        && (letters.next().is_some_and(char::is_alphabetic) && small(letters.as_str())
            || (abbreviation.len() <= 5 && abbreviation.chars().all(|letter| letter.is_ascii_uppercase())))
}

/// Where the first sentence of the text ends: after a full stop, question or exclamation mark before white space, or at a line
/// break, both outside backticks. `None` while more of it may come.
fn sentence_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let after = offset + character.len_utf8();
        match character {
            // A name never holds a line break: an open backtick ends with its line.
            '\n' => return Some(after),
            '`' => quoted = !quoted,
            '.' | '!' | '?' if !quoted && characters.peek().is_some_and(|(_, next)| next.is_whitespace()) => {
                return Some(after);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] =
        &["privileged-container", "spec.containers[0].securityContext.privileged", "true", "hostPID: true"];

    /// What is shown of an answer, in whatever pieces it comes.
    fn shown(answer: &str) -> Vec<String> {
        let names: Vec<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
        let whole = {
            let mut filter = SentenceFilter::new(&names);
            let mut sentences = filter.push(answer);
            sentences.extend(filter.finish());
            sentences
        };
        let mut filter = SentenceFilter::new(&names);
        let mut sentences: Vec<String> =
            answer.chars().flat_map(|character| filter.push(character.encode_utf8(&mut [0; 4]))).collect();
        sentences.extend(filter.finish());
        assert_eq!(sentences, whole, "letter by letter it must be the same");
        whole
    }

    #[test]
    fn plain_prose_and_known_names_pass() {
        let answer = "The rule `privileged-container` isn't met. `spec.containers[0].securityContext.privileged` is `true`. \
                      With `hostPID: true` a non-root process sees all PIDs, too!";
        assert_eq!(shown(answer).len(), 3, "{:?}", shown(answer));
    }

    #[test]
    fn a_sentence_that_names_what_does_not_exist_is_dropped() {
        for invented in [
            "The rule `host-network` is also broken.",
            "It breaks host-network as well.",
            "Look at spec.hostNetwork there.",
            "Set hostNetwork to false.",
            "Use --privileged=false instead.",
            "Drop NET_ADMIN at once.",
            "Run as user 1000 then.",
            "Edit /etc/passwd now.",
            "See https://example.com/fix for it.",
            "A `backtick stands `open.",
            "Use runAsNonRoot.",
        ] {
            assert_eq!(
                shown(&format!("This is bad. {invented} That is all.")),
                ["This is bad.", "That is all."],
                "{invented}"
            );
        }
    }

    #[test]
    fn an_open_backtick_takes_the_rest_of_its_line_with_it() {
        assert_eq!(shown("This `is. That is not. So\nIt is bad."), ["It is bad."]);
    }

    #[test]
    fn a_sentence_that_is_not_whole_is_dropped() {
        assert_eq!(shown("It is bad. It gives the container all the"), ["It is bad."]);
    }

    #[test]
    fn a_thing_is_said_once() {
        let said = "The rules of the role grant every verb on every resource.";
        assert_eq!(shown(&format!("{said} {said} The rules grant every verb on every resource.")), [said]);
        assert_eq!(shown("It is bad. It is worse."), ["It is bad.", "It is worse."]);
    }

    #[test]
    fn a_sentence_that_turns_in_circles_is_dropped() {
        assert_eq!(shown("It is not a thing that is not a thing that is not bad. So it is."), ["So it is."]);
    }

    #[test]
    fn headings_and_lists_are_no_sentences() {
        assert_eq!(shown("**Why it matters**\n\n- It is bad.\nIt is bad."), ["It is bad."]);
    }

    #[test]
    fn dropped_sentences_are_counted() {
        let mut filter = SentenceFilter::new(&[]);
        filter.push("Good one. Bad hostPath one. ");
        assert_eq!(filter.dropped(), 1);
    }
}
