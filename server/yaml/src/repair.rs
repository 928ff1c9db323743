//! Mends a text that is not YAML, on a copy, so that a half-typed line harms only itself.
//!
//! The strict check says where a text breaks; the culprit is the line being typed or one near that place. What
//! would make it whole is tried in turn (a `:`, the closing quote, brackets, a key on a line that has been emptied),
//! and where nothing helps the value or the line is blanked. The first attempt that makes the whole text YAML wins, else the one that leads furthest.

use crate::build::text_range;
use crate::decode;
use crate::lines::{indentation, line_end, line_start, lines, trimmed};
use crate::mask::Masked;
use crate::model::SyntaxError;
use crate::strict::{Events, Failure, FailureKind, check};
use leastwise_text::TextRange;
use std::ops::Range;

/// A text that can be read, and what was done to it.
#[derive(Debug, Default)]
pub(crate) struct Repaired {
    pub(crate) text: String,
    /// Where text was inserted, in `text`, in order.
    insertions: Vec<Range<usize>>,
    /// What was mended or left out, in the source.
    pub(crate) broken: Vec<Range<usize>>,
    pub(crate) errors: Vec<SyntaxError>,
    /// What `text` holds.
    pub(crate) events: Events,
}

impl Repaired {
    /// A range of the repaired text as a range of the source. Inserted text has no width there.
    pub(crate) fn in_source(&self, range: TextRange) -> TextRange {
        if self.insertions.is_empty() {
            return range;
        }
        text_range(self.offset_in_source(range.start().into())..self.offset_in_source(range.end().into()))
    }

    fn offset_in_source(&self, offset: usize) -> usize {
        let inserted: usize = self
            .insertions
            .iter()
            .take_while(|insertion| insertion.start < offset)
            .map(|insertion| insertion.end.min(offset) - insertion.start)
            .sum();
        offset - inserted
    }

    fn with_the_same_text(&self) -> Self {
        Self { text: self.text.clone(), insertions: self.insertions.clone(), ..Self::default() }
    }

    fn insert(&mut self, at: usize, added: &str) {
        self.text.insert_str(at, added);
        let position = self.insertions.partition_point(|insertion| insertion.start < at);
        for later in &mut self.insertions[position..] {
            *later = later.start + added.len()..later.end + added.len();
        }
        self.insertions.insert(position, at..at + added.len());
    }
}

/// Broken places beyond this number are not mended one by one.
const ROUNDS: usize = 10;

/// Mends the masked form of `source`. `edited` is what has just been typed, if that is known.
pub(crate) fn repair(source: &str, masked: &Masked, edited: Option<TextRange>) -> Repaired {
    let mut repaired = Repaired { text: masked.text.clone(), ..Repaired::default() };
    let mut failure = match check(&repaired.text) {
        Ok(events) => return Repaired { events, ..repaired },
        Err(failure) => failure,
    };
    // So many bytes may be checked: a long broken text must not cost the keystroke.
    let mut budget = 2_000_000 + 3 * source.len();
    for _ in 0..ROUNDS {
        if failure.kind == FailureKind::TooDeep {
            break;
        }
        let loosened = loosen(&repaired, &failure, &mut budget);
        if let Some((loosened, Ok(events))) = loosened {
            return Repaired { events, text: loosened.text, insertions: loosened.insertions, ..repaired };
        }
        let suspects = suspects(&repaired, &failure, edited);
        let mended = mend(&repaired.text, &suspects, &failure, &mut budget);
        let reached = mended
            .as_ref()
            .map(|(_, outcome)| outcome.as_ref().map_or_else(|next| next.line, |_| usize::MAX));
        if let Some((loosened, Err(next))) = loosened
            && reached.is_none_or(|reached| reached <= next.line)
        {
            repaired.text = loosened.text;
            repaired.insertions = loosened.insertions;
            failure = next;
            continue;
        }
        let Some((mend, outcome)) = mended.or_else(|| without_line(&repaired.text, &failure)) else { break };
        report(source, masked, &mut repaired, &mend, &failure);
        apply(&mut repaired, &mend);
        match outcome {
            Ok(events) => return Repaired { events, ..repaired },
            Err(next) => failure = next,
        }
    }
    give_up(source, masked, &mut repaired, failure);
    repaired
}

/// Indents lines in brackets and quotes that stand too far left for YAML 1.2, as Kubernetes' reader takes them where
/// they are. Lines that belong to something unclosed are left alone: they may be anything.
///
/// The answer is the text as far as that leads, and what is still wrong with it; `None` where it leads nowhere.
fn loosen(
    repaired: &Repaired,
    failure: &Failure,
    budget: &mut usize,
) -> Option<(Repaired, Result<Events, Failure>)> {
    let mut failure = failure.clone();
    let mut text = repaired.with_the_same_text();
    let mut closed = None;
    loop {
        let Some((starts, closes)) = loose_lines(&text.text, &failure) else { return closed };
        let Some(left) = budget.checked_sub(text.text.len()) else { return closed };
        *budget = left;
        let deepest = lines(&text.text).map(|line| indentation(&text.text[line])).max().unwrap_or_default();
        for start in starts.iter().rev() {
            text.insert(*start, &" ".repeat(deepest + 1));
        }
        let last = failure.line + if failure.kind == FailureKind::LooseInQuotes { starts.len() } else { 0 };
        match check(&text.text) {
            Ok(events) => return Some((text, Ok(events))),
            Err(next) if next.line <= last => return closed,
            Err(next) => {
                if closes {
                    closed = Some((text.with_the_same_text(), Err(next.clone())));
                }
                failure = next;
            }
        }
    }
}

/// The starts of the lines that are to be indented, and whether what they belong to is closed at the start of the
/// last one.
fn loose_lines(text: &str, failure: &Failure) -> Option<(Vec<usize>, bool)> {
    match failure.kind {
        FailureKind::LooseInBrackets => {
            let start = line_start(text, failure.offset);
            Some((vec![start], text[start..].trim_start_matches([' ', '\t']).starts_with([']', '}'])))
        }
        FailureKind::LooseInQuotes => {
            let quote = text[failure.offset..].chars().next()?;
            let end = failure.offset + decode::closing_quote(&text[failure.offset..], quote)?;
            let starts: Vec<usize> = lines(text)
                .map(|line| line.start)
                .filter(|start| (failure.offset + 1..=end).contains(start))
                .collect();
            let last = *starts.last()?;
            Some((starts, text[last..end].trim().is_empty()))
        }
        FailureKind::TooDeep | FailureKind::Wrong => None,
    }
}

/// An attempt at one line.
#[derive(Debug)]
struct Mend {
    line: Range<usize>,
    /// What is put at the end of the line's text.
    added: String,
    /// What is blanked.
    blanked: Range<usize>,
    /// What was wrong, when the attempt shows it.
    diagnosis: Option<&'static str>,
}

/// The lines that may be at fault, the likeliest first.
#[derive(Debug)]
struct Suspects {
    /// What has just been typed.
    edited: Vec<Range<usize>>,
    /// Where something may be missing: mostly above the place where that shows.
    unfinished: Vec<Range<usize>>,
    /// Blank lines, on which the key of what stands below may be missing.
    emptied: Vec<Range<usize>>,
    /// What may have to go: mostly the very place.
    wrong: Vec<Range<usize>>,
}

fn suspects(repaired: &Repaired, failure: &Failure, edited: Option<TextRange>) -> Suspects {
    let text = &repaired.text;
    let all: Vec<Range<usize>> = lines(text).collect();
    let filled = |line: &usize| all.get(*line).is_some_and(|range| !text[range.clone()].trim().is_empty());
    let above: Vec<usize> = (0..failure.line).rev().filter(filled).take(2).collect();
    // The likeliest is one above lines that are deeper than the line where the text breaks.
    let failing = all.get(failure.line).map_or(0, |line| indentation(&text[line.clone()]));
    let mut emptied: Vec<usize> = (0..failure.line).rev().filter(|line| !filled(line)).take(4).collect();
    emptied.sort_by_key(|line| {
        let next = (*line..all.len()).find(filled).map_or(0, |next| indentation(&text[all[next].clone()]));
        next <= failing
    });
    let emptied = emptied.into_iter().map(|line| all[line].clone()).collect();
    let after_token = failure.token_line.and_then(|line| (line + 1..failure.line).find(filled));
    let touched = |range: &Range<usize>| {
        edited.is_some_and(|edited| {
            let line = repaired.offset_in_source(range.start)..repaired.offset_in_source(range.end);
            line.start <= usize::from(edited.end()) && usize::from(edited.start()) <= line.end
        })
    };
    let typed: Vec<usize> =
        all.iter().enumerate().filter(|(_, range)| touched(range)).map(|(line, _)| line).take(3).collect();
    let (above, further) = (above.first().copied(), above.get(1).copied());
    let mut openers = openers(text, &all, failure.line).into_iter();
    let choose = |numbers: &[Option<usize>]| {
        let mut chosen: Vec<usize> = Vec::new();
        for number in numbers.iter().flatten().filter(|line| filled(line)) {
            if !chosen.contains(number) {
                chosen.push(*number);
            }
        }
        chosen.into_iter().map(|line| all[line].clone()).collect()
    };
    Suspects {
        emptied,
        edited: choose(&typed.iter().copied().map(Some).collect::<Vec<_>>()),
        unfinished: choose(&[
            above,
            Some(failure.line),
            failure.token_line,
            after_token,
            further,
            openers.next(),
            openers.next(),
            openers.next(),
        ]),
        wrong: choose(&[Some(failure.line), failure.token_line, above, further]),
    }
}

/// The nearest lines above `line` on which a bracket or quote is opened and not closed.
fn openers(text: &str, all: &[Range<usize>], line: usize) -> Vec<usize> {
    // Lists in brackets are seldom longer.
    const REACH: usize = 100;
    let opens = |line: &usize| {
        let Open { quote, brackets } = open(&text[all[*line].clone()]);
        !quote.is_empty() || !brackets.is_empty()
    };
    (line.saturating_sub(REACH)..line.min(all.len())).rev().filter(opens).take(3).collect()
}

/// What closes all that has been opened and not closed in the lines up to the end of `line`.
fn closing(text: &str, line: &Range<usize>) -> Option<Mend> {
    let all: Vec<Range<usize>> = lines(&text[..line.end]).collect();
    let first = *openers(text, &all, all.len() - 1).first()?;
    let end = trimmed(text, line.clone()).end;
    let Open { quote, brackets } = open(&text[all[first].start..end]);
    (!brackets.is_empty()).then(|| Mend {
        line: line.start..end,
        added: format!("{quote}{brackets}"),
        blanked: end..end,
        diagnosis: Some("a bracket is opened above and not closed"),
    })
}

/// The attempt to take a line for a key whose value, the deeper lines below, is lost with it.
fn without_value(text: &str, line: &Range<usize>) -> Option<Mend> {
    let column = indentation(&text[line.clone()]);
    let end = trimmed(text, line.clone()).end;
    let below = line_end(text, line.end);
    let mut last = below;
    for next in lines(&text[below..]).skip(1) {
        let content = &text[below..][next.clone()];
        let is_closing = content.trim_start().starts_with([']', '}']);
        if !content.trim().is_empty() && indentation(content) <= column && !is_closing {
            break;
        }
        last = below + next.end;
    }
    let has_colon = text[line.start..end].contains(": ") || text[..end].ends_with(':');
    (last > below && !has_colon).then(|| Mend {
        line: line.start..end,
        added: ":".to_owned(),
        blanked: below..last,
        diagnosis: Some("expected `:` after this key"),
    })
}

/// The attempt to do without the line where the text breaks.
fn without_line(text: &str, failure: &Failure) -> Option<(Mend, Result<Events, Failure>)> {
    let line = lines(text).nth(failure.line)?;
    let content = trimmed(text, line.clone());
    if content.is_empty() {
        return None;
    }
    let blanked = line.start..content.end;
    let attempt = Mend { line: blanked.clone(), added: String::new(), blanked, diagnosis: None };
    let outcome = check(&attempted(text, &attempt));
    Some((attempt, outcome))
}

/// The best attempt and what the text is then; `None` when none leads further than `failure`.
fn mend(
    text: &str,
    suspects: &Suspects,
    failure: &Failure,
    budget: &mut usize,
) -> Option<(Mend, Result<Events, Failure>)> {
    let all = |line: &Range<usize>| attempts(text, line);
    let additions = |line: &Range<usize>| {
        attempts(text, line).into_iter().filter(|attempt| attempt.blanked.is_empty()).collect()
    };
    let removals = |line: &Range<usize>| {
        attempts(text, line).into_iter().filter(|attempt| !attempt.blanked.is_empty()).collect()
    };
    let placeholders = |line: &Range<usize>| placeholders(text, line, failure.offset);
    let attempts = suspects.edited.iter().flat_map(all);
    let attempts = attempts.chain(suspects.emptied.iter().flat_map(placeholders));
    let attempts = attempts.chain(suspects.unfinished.iter().flat_map::<Vec<Mend>, _>(additions));
    let attempts = attempts.chain(suspects.unfinished.iter().filter_map(|line| closing(text, line)));
    let attempts = attempts.chain(suspects.wrong.iter().flat_map::<Vec<Mend>, _>(removals));
    let attempts = attempts.chain(suspects.unfinished.iter().filter_map(|line| without_value(text, line)));
    let mut best: Option<(Mend, Failure)> = None;
    for attempt in attempts {
        let copy = attempted(text, &attempt);
        let Some(left) = budget.checked_sub(copy.len()) else { break };
        *budget = left;
        match check(&copy) {
            Ok(events) => return Some((attempt, Ok(events))),
            Err(next) => {
                // Taking away lines above that may be sound is right only where it heals all.
                let is_near = attempt.blanked.is_empty()
                    || failure.offset <= attempt.line.end
                    || suspects.edited.contains(&attempt.line);
                let furthest = best.as_ref().map_or(failure, |(_, furthest)| furthest);
                if is_near && next.line > furthest.line {
                    best = Some((attempt, next));
                }
            }
        }
    }
    best.map(|(attempt, next)| (attempt, Err(next)))
}

/// Spaces, and line ends where they are.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if crate::lines::is_break(byte) { char::from(byte) } else { ' ' }).collect()
}

fn attempted(text: &str, attempt: &Mend) -> String {
    let mut copy = String::with_capacity(text.len() + attempt.added.len());
    copy.push_str(&text[..attempt.blanked.start]);
    copy.push_str(&blank(&text[attempt.blanked.clone()]));
    copy.push_str(&text[attempt.blanked.end..]);
    copy.insert_str(attempt.line.end, &attempt.added);
    copy
}

/// What may make a line whole, the least harm first.
fn attempts(text: &str, line: &Range<usize>) -> Vec<Mend> {
    let content = trimmed(text, line.clone());
    let written = &text[content.clone()];
    let end = content.end..content.end;
    let attempt = |added: &str, blanked: Range<usize>, diagnosis| Mend {
        line: line.start..content.end,
        added: added.to_owned(),
        blanked,
        diagnosis,
    };
    let mut attempts = Vec::new();
    let has_colon = written.contains(": ") || written.ends_with(':');
    let Open { quote, brackets } = open(written);
    let unclosed = match (quote.is_empty(), brackets.is_empty()) {
        (false, _) => Some("a quote is opened here and not closed"),
        (true, false) => Some("a bracket is opened here and not closed"),
        (true, true) => None,
    };
    if unclosed.is_some() {
        attempts.push(attempt(&format!("{quote}{brackets}"), end.clone(), unclosed));
    }
    if !has_colon && brackets.is_empty() {
        attempts.push(attempt(&format!("{quote}:"), end.clone(), Some("expected `:` after this key")));
    }
    // The key stays, its value goes.
    if let Some(colon) = written.find(": ") {
        attempts.push(attempt("", content.start + colon + 1..content.end, None));
    }
    // The dash stays, so that the rest of the item does.
    if written.starts_with("- ") {
        let after_dash = content.start + 1;
        let item = &text[after_dash..content.end];
        attempts.push(attempt("", after_dash + indentation(item)..content.end, None));
    }
    attempts.push(attempt("", line.start..content.end, None));
    attempts
}

/// What may have stood on a line that is blank now: the key, or the dash, of the deeper lines below it. The line
/// where the text breaks may be the next one at its column.
fn placeholders(text: &str, line: &Range<usize>, failure: usize) -> Vec<Mend> {
    let below = &text[line.end..];
    let Some(next) = lines(below).map(|range| &below[range]).find(|line| !line.trim().is_empty()) else {
        return Vec::new();
    };
    // A dash may stand right below its key.
    let limit = indentation(next) + usize::from(next.trim_start().starts_with("- "));
    let sibling = indentation(&text[line_start(text, failure)..]);
    let mut columns: Vec<usize> = enclosing_column(&text[..line.start], limit).into_iter().collect();
    if sibling < limit && !columns.contains(&sibling) {
        columns.push(sibling);
    }
    let place = |column: usize| {
        let indent = " ".repeat(column.saturating_sub(line.len()));
        let at = line.start + column.min(line.len());
        ["_:", "-"].map(|mark| Mend {
            line: line.start..at,
            added: format!("{indent}{mark}"),
            blanked: at..at,
            diagnosis: Some("the key of the lines below is missing"),
        })
    };
    columns.into_iter().flat_map(place).collect()
}

/// The column, below `limit`, of the innermost key or dash that is still open at the end of `text`.
fn enclosing_column(text: &str, limit: usize) -> Option<usize> {
    // Enough lines for a deep manifest; a longer list has its key further up than it pays to look.
    const REACH: usize = 200;
    let mut shallowest = usize::MAX;
    let mut end = text.len();
    for _ in 0..REACH {
        let start = line_start(text, end);
        let line = &text[start..end];
        let content = line.trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            let column = indentation(line);
            let inner = content.strip_prefix("- ").map(|item| column + 2 + indentation(item));
            if let Some(found) =
                inner.into_iter().chain([column]).find(|column| *column < limit.min(shallowest))
            {
                return Some(found);
            }
            shallowest = shallowest.min(column);
        }
        end = start.checked_sub(1)?;
    }
    None
}

/// What is open at the end of one or several lines.
struct Open {
    quote: &'static str,
    brackets: String,
}

fn open(text: &str) -> Open {
    let mut quote = "";
    let mut closing = Vec::new();
    let mut previous = ' ';
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            ("\"", '\\') => {
                chars.next();
            }
            ("\"", '"') | ("'", '\'') => quote = "",
            ("", '"') if begins_token(previous) => quote = "\"",
            ("", '\'') if begins_token(previous) => quote = "'",
            ("", '[') if begins_token(previous) => closing.push(']'),
            ("", '{') if begins_token(previous) => closing.push('}'),
            ("", ']' | '}') if closing.last() == Some(&char) => {
                closing.pop();
            }
            ("", '#') if begins_token(previous) => {
                chars.find(|char| matches!(char, '\n' | '\r'));
                previous = '\n';
                continue;
            }
            _ => {}
        }
        previous = char;
    }
    Open { quote, brackets: closing.into_iter().rev().collect() }
}

/// Whether a quote or bracket after this character opens something, and is not part of a plain text.
fn begins_token(previous: char) -> bool {
    matches!(previous, ' ' | '\t' | '\n' | '\r' | '[' | '{' | ',')
}

fn apply(repaired: &mut Repaired, mended: &Mend) {
    let blanks = blank(&repaired.text[mended.blanked.clone()]);
    repaired.text.replace_range(mended.blanked.clone(), &blanks);
    if !mended.added.is_empty() {
        repaired.insert(mended.line.end, &mended.added);
    }
}

/// Notes what is broken and, where no template is to blame, the error.
fn report(source: &str, masked: &Masked, repaired: &mut Repaired, mended: &Mend, failure: &Failure) {
    let start = repaired.offset_in_source(mended.line.start);
    let end = repaired.offset_in_source(mended.line.end);
    let content = trimmed(source, start..line_end(source, end));
    // On an emptied line, the place of the key that is missing.
    let line = if content.is_empty() { end..end } else { content };
    if !blames_template(source, masked, &line) {
        let message = mended.diagnosis.map_or_else(|| failure.message.clone(), str::to_owned);
        repaired.errors.push(SyntaxError { range: text_range(line.clone()), message });
    }
    let lost = repaired.offset_in_source(mended.blanked.end);
    repaired.broken.push(line.start..line.end.max(lost));
}

/// Whether a template action stands on the line or next to it: then its output may well be YAML.
fn blames_template(source: &str, masked: &Masked, line: &Range<usize>) -> bool {
    let start = line_start(source, line_start(source, line.start).saturating_sub(1));
    let end = line_end(source, (line_end(source, line.end) + 1).min(source.len()));
    masked.actions.iter().any(|action| action.range.start <= end && start <= action.range.end)
}

/// Leaves out all from the failure on: paths in a text that breaks in many places would be guesses.
fn give_up(source: &str, masked: &Masked, repaired: &mut Repaired, first: Failure) {
    let mut failure = first;
    loop {
        let at = failure.line.saturating_sub(1);
        let start = lines(&repaired.text).nth(at).map_or(0, |line| line.start);
        let is_hopeless = failure.kind == FailureKind::TooDeep || repaired.text[start..].trim().is_empty();
        let start = if is_hopeless { 0 } else { start };
        let line = trimmed(source, {
            let offset = repaired.offset_in_source(failure.offset);
            line_start(source, offset)..line_end(source, offset)
        });
        if !blames_template(source, masked, &line) {
            repaired.errors.push(SyntaxError { range: text_range(line), message: failure.message });
        }
        let blanks = blank(&repaired.text[start..]);
        repaired.text.replace_range(start.., &blanks);
        let from = repaired.offset_in_source(start);
        repaired.broken.push(from..source.trim_end().len().max(from));
        match check(&repaired.text) {
            Ok(events) => {
                repaired.events = events;
                return;
            }
            Err(next) if start > 0 => failure = next,
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::mask;

    /// The repaired text of `source`, and the lines that carry an error.
    #[track_caller]
    fn mends(source: &str, text: &str, errors: &[&str]) {
        let repaired = repair(source, &mask(source), None);
        assert_eq!(repaired.text, text);
        let found: Vec<_> =
            repaired.errors.iter().map(|error| &source[Range::<usize>::from(error.range)]).collect();
        assert_eq!(found, errors);
        assert!(check(&repaired.text).is_ok());
    }

    #[test]
    fn a_key_that_is_being_typed() {
        mends("a: 1\nsecurityCon\nb: 2\n", "a: 1\nsecurityCon:\nb: 2\n", &["securityCon"]);
        mends("a:\n- na\n  b: 2\n", "a:\n- na:\n  b: 2\n", &["- na"]);
    }

    #[test]
    fn quotes_and_brackets_that_are_open() {
        mends("a: \"x\nb: 2\nc: \"y\"\n", "a: \"x\"\nb: 2\nc: \"y\"\n", &["a: \"x"]);
        mends("a: 'x\nb: 2\n", "a: 'x'\nb: 2\n", &["a: 'x"]);
        mends("a: [x, {y: \"z\nb: 2\n", "a: [x, {y: \"z\"}]\nb: 2\n", &["a: [x, {y: \"z"]);
        mends("a: {b: tru\nc: 2\n", "a: {b: tru}\nc: 2\n", &["a: {b: tru"]);
    }

    #[test]
    fn what_only_kubernetes_accepts_is_no_error() {
        mends("a:\n  b: [\n    c\n ]\nd: 1\n", "a:\n  b: [\n    c\n      ]\nd: 1\n", &[]);
        mends("a:\n- b: [\"\n x\n \"]\n", "a:\n- b: [\"\n   x\n   \"]\n", &[]);
    }

    #[test]
    fn a_key_that_has_been_emptied() {
        mends("a: 1\n\n  b: 2\nc: 3\n", "a: 1\n_:\n  b: 2\nc: 3\n", &[""]);
        mends("a:\n  b: 1\n \n    c: 2\n  d: 3\n", "a:\n  b: 1\n  _:\n    c: 2\n  d: 3\n", &[""]);
        mends("a:\n- b\n\n  c: 1\n- d\n", "a:\n- b\n-\n  c: 1\n- d\n", &[""]);
    }

    #[test]
    fn what_cannot_be_mended_is_blanked_as_little_as_can_be() {
        mends("a: b: c\nd: 2\n", "a:     \nd: 2\n", &["a: b: c"]);
        mends("- a\n- *\n- b\n", "- a\n-  \n- b\n", &["- *"]);
        mends("a: 1\n\tb: 2\nc: 3\n", "a: 1\n     \nc: 3\n", &["b: 2"]);
    }

    #[test]
    fn a_key_whose_value_was_in_brackets() {
        mends("a: 1\nargs\n  \"b\",\n  c\n]\nd: 2\n", "a: 1\nargs:\n      \n   \n \nd: 2\n", &["args"]);
        mends("a: [\n  b,\n\nc: 1\n", "a: [\n  b,]\n\nc: 1\n", &["b,"]);
        mends("a:\n- {b: 1,\nc: [\n  d\n]\n", "a:\n- {b: 1,}\nc: [\n  d\n]\n", &["- {b: 1,"]);
    }

    #[test]
    fn more_than_one_line() {
        mends(
            "a: \"x\nb: 1\nsec\nc: [y\nd: 2\n",
            "a: \"x\"\nb: 1\nsec:\nc: [y]\nd: 2\n",
            &["a: \"x", "sec", "c: [y"],
        );
    }

    #[test]
    fn a_text_that_is_no_yaml_at_all_is_left_out() {
        let source = "@ % ` }\n".repeat(40);
        let repaired = repair(&source, &mask(&source), None);
        assert!(check(&repaired.text).is_ok());
        assert!(!repaired.errors.is_empty());
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "a: \"x\nsec\nb: 2\n";
        let repaired = repair(source, &mask(source), None);
        assert_eq!(repaired.text, "a: \"x\"\nsec:\nb: 2\n");
        let at =
            |text: &str, needle: &str| text_range(text.find(needle).unwrap()..text.find(needle).unwrap() + 1);
        assert_eq!(repaired.in_source(at(&repaired.text, "b")), at(source, "b"));
        assert_eq!(repaired.in_source(at(&repaired.text, "s")), at(source, "s"));
    }
}
