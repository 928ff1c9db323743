//! Hides what is not YAML but has its own good place in a file: template actions (`{{ … }}`) and the markers that
//! an unfinished merge leaves. The masked text is as long as the source, byte by byte, so offsets stay true.
//!
//! An action alone on its line becomes blanks; one within a line becomes `x`, so that something stands where its
//! output would stand. What a masked place may hide is worked out later, in `hidden.rs`.

use crate::lines::{is_blank, is_break, line_end, line_start, lines};
use std::ops::Range;

/// A template action and what it can do to the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) range: Range<usize>,
    pub(crate) effect: Effect,
    /// It has no end; it is taken to reach to the end of its line.
    pub(crate) unclosed: bool,
    /// It was masked by blanks: no character of the masked text stands for what it writes.
    pub(crate) blanked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A comment, a condition, an assignment, a definition: writes nothing itself.
    None,
    /// Writes text. The column is where its lines begin, when that is known.
    Writes { column: Option<usize> },
    /// Repeats the items, or else the entries, that begin at a column.
    Repeats { column: usize, items: bool },
}

/// A text whose templates and conflict markers are hidden.
#[derive(Debug)]
pub(crate) struct Masked {
    /// Of the same length as the source.
    pub(crate) text: String,
    pub(crate) actions: Vec<Action>,
    /// The marker lines of an unfinished merge.
    pub(crate) markers: Vec<Range<usize>>,
    /// Both sides of an unfinished merge with the markers around them.
    pub(crate) conflicts: Vec<Range<usize>>,
    /// Control characters and the like, which no YAML may hold.
    pub(crate) controls: Vec<Range<usize>>,
}

/// Hides the template actions and conflict markers of one document.
pub(crate) fn mask(source: &str) -> Masked {
    let mut actions = actions(source);
    let (markers, conflicts) = conflicts(source);
    let mut bytes = source.as_bytes().to_vec();
    for range in markers.iter().cloned().chain(actions.iter().map(|action| action.range.clone())) {
        fill(&mut bytes, range, b' ');
    }
    hide_conditional_lines(source, &mut bytes, &mut actions);
    // `key: {{- include … | nindent 4 }}` with more of the mapping below: blanks, or the lines below would be
    // errors. To see it, the other actions must be blank already.
    for action in &mut actions {
        action.blanked = stays_blank(&bytes, action);
        if action.blanked && begins_block_scalar(&bytes, action.range.start) {
            // More blanks than the text below has would be an error here.
            let start = line_start(source, action.range.start);
            bytes[start..action.range.end]
                .iter_mut()
                .filter(|byte| is_blank(**byte))
                .for_each(|byte| *byte = b'\n');
        }
    }
    for action in actions.iter().filter(|action| !action.blanked) {
        // Only the first line of an action stands for its output; filled further lines could break indentation.
        let first_line_end = action.range.clone().find(|at| is_break(bytes[*at])).unwrap_or(action.range.end);
        fill(&mut bytes, action.range.start..first_line_end, b'x');
    }
    for action in actions.iter_mut().filter(|action| action.blanked) {
        if word(&source[action.range.clone()]) == "range" {
            // What is repeated looks like the first line of the loop.
            if let Some(line) = next_line(&bytes, action.range.end) {
                let content = line.trim_ascii_start();
                let items = content == b"-" || content.starts_with(b"- ");
                action.effect = Effect::Repeats { column: line.len() - content.len(), items };
            }
        }
    }
    let controls: Vec<Range<usize>> = source
        .char_indices()
        .filter(|(_, char)| is_forbidden(*char))
        .map(|(at, char)| at..at + char.len_utf8())
        .collect();
    for range in &controls {
        fill(&mut bytes, range.clone(), b'x');
    }
    // Replacing whole actions, which begin and end at characters, by ASCII keeps the text valid.
    let text = String::from_utf8(bytes).unwrap_or_else(|_| " ".repeat(source.len()));
    Masked { text, actions, markers, conflicts, controls }
}

/// Control characters, and byte order marks, which `split` has taken from where they may stand.
fn is_forbidden(char: char) -> bool {
    char == '\u{FEFF}' || char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{85}')
}

fn fill(bytes: &mut [u8], range: Range<usize>, filler: u8) {
    for byte in &mut bytes[range] {
        if !is_break(*byte) {
            *byte = filler;
        }
    }
}

/// Whether the last text before a place is the `|` or `>` of a block scalar.
fn begins_block_scalar(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].trim_ascii_end();
    let line = before.rsplit(|byte| is_break(*byte)).next().unwrap_or_default();
    let line = line.windows(2).position(|pair| pair == b" #").map_or(line, |comment| &line[..comment]);
    let header = line.trim_ascii_end();
    let indicators = header.iter().rev().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    let header = &header[..header.len() - indicators];
    header.ends_with(b" |") || header.ends_with(b" >")
}

/// Hides the texts between actions on a line that is there only under a condition: `{{ if .a }}- {{ .b }}{{ end }}`,
/// `key: {{ if .a }}"b"{{ else }}c{{ end }}`. All from the first to the last action becomes one that writes.
fn hide_conditional_lines(source: &str, bytes: &mut [u8], actions: &mut Vec<Action>) {
    let mut index = 0;
    while index < actions.len() {
        let start = line_start(source, actions[index].range.start);
        let end = line_end(source, actions[index].range.end);
        let count = actions[index..].iter().take_while(|action| action.range.end <= end).count();
        let last = index + count.max(1) - 1;
        let between = actions[index].range.end..actions[last].range.start.max(actions[index].range.end);
        let before = source[start..actions[index].range.start].trim_end();
        let is_value = before.is_empty() || before.ends_with([':', '-', '[', ',', '{']);
        let is_conditional = nesting(&source[actions[index].range.clone()]) == 1
            && nesting(&source[actions[last].range.clone()]) == -1
            && !source[between.clone()].contains(['\n', '\r']);
        if is_value && is_conditional && !bytes[between].trim_ascii().is_empty() {
            let range = actions[index].range.start..actions[last].range.end;
            fill(bytes, range.clone(), b' ');
            let column = before.is_empty().then_some(range.start - start);
            let whole = Action { range, effect: Effect::Writes { column }, unclosed: false, blanked: false };
            actions.splice(index..=last, [whole]);
        }
        index += 1;
    }
}

/// Whether an action is masked by blanks, seen in a text where all actions are blank.
fn stays_blank(bytes: &[u8], action: &Action) -> bool {
    let start = bytes[..action.range.start].iter().rposition(|byte| is_break(*byte)).map_or(0, |at| at + 1);
    let end = bytes[action.range.end..]
        .iter()
        .position(|byte| is_break(*byte))
        .map_or(bytes.len(), |at| action.range.end + at);
    let before = &bytes[start..action.range.start];
    let after = &bytes[action.range.end..end];
    let nothing_before = before.iter().all(|byte| is_blank(*byte));
    let first_after = after.iter().find(|byte| !is_blank(**byte));
    if nothing_before {
        return matches!(first_after, None | Some(b'#'));
    }
    if first_after.is_none() && begins_block_scalar(bytes, action.range.start) {
        return true;
    }
    let is_value = before.trim_ascii_end().ends_with(b":") && first_after.is_none();
    match action.effect {
        Effect::None => true,
        Effect::Writes { .. } | Effect::Repeats { .. } => is_value && continues_deeper(bytes, before, end),
    }
}

/// The next line that says something, without blanks at its end.
fn next_line(bytes: &[u8], at: usize) -> Option<&[u8]> {
    bytes[at..]
        .split(|byte| is_break(*byte))
        .skip(1)
        .map(<[u8]>::trim_ascii_end)
        .find(|line| !line.is_empty() && !line.trim_ascii_start().starts_with(b"#"))
}

/// Whether the next line that is not blank is indented more than the key in `before`.
fn continues_deeper(bytes: &[u8], before: &[u8], end: usize) -> bool {
    let column = before.iter().take_while(|byte| matches!(byte, b' ' | b'-')).count();
    next_line(bytes, end).is_some_and(|line| line.len() - line.trim_ascii_start().len() > column)
}

/// The template actions of a text.
pub(crate) fn actions(text: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        if !begins_action(&text[start + 2..]) {
            from = start + 1;
            continue;
        }
        match close(text, start + 2) {
            Close::At(end) => {
                let effect = effect(text, start..end);
                actions.push(Action { range: start..end, effect, unclosed: false, blanked: false });
                from = end;
            }
            // A lone `{{` in a text that shows braces is no action.
            Close::Missing if !text[start..].trim_start_matches(['{', '-', ' ']).starts_with(is_operand) => {
                from = start + 1;
            }
            Close::Missing => {
                let end = line_end(text, start);
                let effect = Effect::Writes { column: None };
                actions.push(Action { range: start..end, effect, unclosed: true, blanked: false });
                from = end;
            }
            Close::FlowMapping => from = start + 1,
        }
    }
    join_definitions(text, actions)
}

/// A definition with all up to its end is one action that writes nothing: its text belongs to other places.
fn join_definitions(text: &str, actions: Vec<Action>) -> Vec<Action> {
    let mut joined: Vec<Action> = Vec::with_capacity(actions.len());
    let mut actions = actions.into_iter().peekable();
    while let Some(action) = actions.next() {
        if word(&text[action.range.clone()]) != "define" {
            joined.push(action);
            continue;
        }
        let mut depth = 1;
        let end = actions.clone().find(|inner| {
            depth += nesting(&text[inner.range.clone()]);
            depth == 0
        });
        let Some(end) = end.map(|end| end.range.end) else {
            joined.push(action);
            continue;
        };
        while actions.next_if(|inner| inner.range.end <= end).is_some() {}
        joined.push(Action { range: action.range.start..end, ..action });
    }
    joined
}

/// Whether what follows `{{` looks like a template and not like a flow mapping in a flow mapping.
fn begins_action(rest: &str) -> bool {
    let inner = match rest.strip_prefix('-') {
        Some(trimming) if trimming.starts_with(char::is_whitespace) || trimming.starts_with("/*") => trimming,
        Some(_) => return false,
        None => rest,
    };
    inner
        .trim_start()
        .starts_with(|char: char| is_operand(char) || matches!(char, '"' | '`' | '(' | '/' | '\''))
}

/// The first character of a name, field or variable.
fn is_operand(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '$' | '_')
}

enum Close {
    /// After the `}}`.
    At(usize),
    Missing,
    /// `{{a: b}: c}`: YAML after all.
    FlowMapping,
}

fn close(text: &str, from: usize) -> Close {
    let inner = text[from..].trim_start_matches('-').trim_start();
    if inner.starts_with("/*") {
        let comment = text.len() - inner.len();
        let end = text[comment..]
            .find("*/")
            .and_then(|at| text[comment + at..].find("}}").map(|to| comment + at + to));
        return end.map_or(Close::Missing, |end| Close::At(end + 2));
    }
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Close::At(at + 2),
            b'{' if bytes.get(at + 1) == Some(&b'{') => break,
            b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                let on_first_line = !bytes[from..at].iter().copied().any(is_break);
                if on_first_line {
                    return Close::FlowMapping;
                }
                break;
            }
            quote @ (b'"' | b'`' | b'\'') => at = string_end(bytes, at, quote),
            _ => at += 1,
        }
    }
    // A quote that opens nothing, or quotes escaped for YAML.
    let line = &text[from..line_end(text, from)];
    let line = &line[..line.find("{{").unwrap_or(line.len())];
    line.find("}}").map_or(Close::Missing, |end| Close::At(from + end + 2))
}

/// The place after a string, or after its quote when the string has no end.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == quote => return at + 1,
            b'\\' if quote != b'`' => at += 2,
            byte if is_break(byte) && quote != b'`' => break,
            _ => at += 1,
        }
    }
    start + 1
}

fn effect(text: &str, range: Range<usize>) -> Effect {
    let inner = text[range.clone()].trim_start_matches('{').trim_end_matches('}');
    let inner = inner.strip_prefix('-').unwrap_or(inner).trim_start();
    let assigns = inner.starts_with('$')
        && inner.split_once('=').is_some_and(|(name, _)| {
            name.trim_end_matches(':')
                .trim_end()
                .bytes()
                .skip(1)
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
    match word(inner) {
        "if" | "else" | "end" | "with" | "define" | "fail" | "break" | "continue" => Effect::None,
        _ if inner.starts_with("/*") || assigns => Effect::None,
        "range" => Effect::Writes { column: None },
        _ => Effect::Writes { column: column(text, range.start, inner) },
    }
}

/// How much deeper into conditions and loops an action leads: 1, 0 or -1.
pub(crate) fn nesting(action: &str) -> i32 {
    match word(action) {
        "if" | "with" | "range" | "define" | "block" => 1,
        "end" => -1,
        _ => 0,
    }
}

/// The first word of an action.
fn word(action: &str) -> &str {
    let inner = action.trim_start_matches('{');
    let inner = inner.strip_prefix('-').unwrap_or(inner).trim_start();
    inner.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default()
}

/// Where the lines that an action writes begin: `nindent 8` says it; `indent 8` does at the start of a line.
fn column(text: &str, start: usize, inner: &str) -> Option<usize> {
    let argument = |function: &str| {
        let (before, rest) = inner.rsplit_once(function)?;
        let is_word = before.is_empty() || before.ends_with([' ', '|', '(']);
        let digits = rest.trim_start().split(|char: char| !char.is_ascii_digit()).next()?;
        is_word.then(|| digits.parse().ok()).flatten()
    };
    let at_line_start = text[..start].is_empty() || text[..start].ends_with(['\n', '\r']);
    argument("nindent ").or_else(|| argument("indent ").filter(|_| at_line_start))
}

/// The marker lines and the whole regions of unfinished merges.
fn conflicts(source: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut markers, mut regions) = (Vec::new(), Vec::new());
    if !source.contains("<<<<<<<") && !source.contains(">>>>>>>") {
        return (markers, regions);
    }
    let mut open: Option<usize> = None;
    // A region may have begun in the document before this one.
    let mut inner: Vec<Range<usize>> = Vec::new();
    for line in lines(source) {
        match marker(&source[line.clone()]) {
            Some(b'<') => {
                open = Some(line.start);
                inner.clear();
                markers.push(line);
            }
            Some(b'>') => {
                markers.append(&mut inner);
                regions.push(open.take().unwrap_or(0)..line.end);
                markers.push(line);
            }
            Some(_) if open.is_some() => markers.push(line),
            Some(_) => inner.push(line),
            None => {}
        }
    }
    if let Some(start) = open {
        regions.push(start..source.len());
    }
    (markers, regions)
}

/// The character of a conflict marker line.
fn marker(line: &str) -> Option<u8> {
    let byte = *line.as_bytes().first()?;
    let is_marker = matches!(byte, b'<' | b'=' | b'>' | b'|')
        && line.bytes().take_while(|other| *other == byte).count() == 7
        && matches!(line.as_bytes().get(7), None | Some(b' '));
    is_marker.then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn masks(source: &str, masked: &str) {
        let result = mask(source);
        assert_eq!(result.text, masked);
        assert_eq!(result.text.len(), source.len());
    }

    #[test]
    fn an_action_alone_on_its_line_becomes_blank() {
        masks(
            "a: 1\n{{- if .Values.b }}\nb: 2\n{{- end }} # b\n",
            "a: 1\n                   \nb: 2\n           # b\n",
        );
        masks("{{/* a: {{ b }} */}}\na: 1\n", "                    \na: 1\n");
        masks("a: 1\n{{ include \"x\"\n   . }}\n", "a: 1\n              \n       \n");
    }

    #[test]
    fn an_action_within_a_line_leaves_something_in_its_place() {
        masks("a: {{ .b }}\n", "a: xxxxxxxx\n");
        masks("a: \"{{ .é }}-c\"\n", "a: \"xxxxxxxxx-c\"\n");
        masks("{{ .k }}: v\n", "xxxxxxxx: v\n");
        masks("- {{ .k }}\n", "- xxxxxxxx\n");
        masks("a: \"b\"{{ if .c }}\n", "a: \"b\"           \n");
    }

    #[test]
    fn a_value_that_goes_on_below_is_blank() {
        masks("a: {{- include \"b\" . }}\n  c: d\n", "a:                     \n  c: d\n");
        masks("a: {{- include \"b\" . }}\nc: d\n", "a: xxxxxxxxxxxxxxxxxxxx\nc: d\n");
    }

    #[test]
    fn a_line_under_a_condition_is_hidden_as_a_whole() {
        masks("a: {{ if .b }}\"c\"{{ else }}d{{ end }}\n", &format!("a: {}\n", "x".repeat(34)));
        masks("- a\n{{ if .b }}- {{ .c }}{{ end }}\n", &format!("- a\n{}\n", " ".repeat(30)));
        masks("a: \"{{ if .b }}c{{ end }}\"\n", "a: \"           c         \"\n");
    }

    #[test]
    fn a_definition_is_hidden_with_all_it_holds() {
        masks(
            "{{ define \"a\" }}\nb: {{ if .c }}\n{{ end }}\n{{ end }}\nd: 1\n",
            "                \n              \n         \n         \nd: 1\n",
        );
    }

    #[test]
    fn actions_at_the_head_of_a_block_scalar_leave_its_indentation_alone() {
        masks("a: |\n  {{ if .b }}\n  c\n", &format!("a: |\n{}\n  c\n", "\n".repeat(13)));
    }

    #[test]
    fn braces_in_yaml_are_left_alone() {
        for text in ["{{a: b}: c}\n", "a: {b: {c: {}}}\n", "a: [{{b: c}}]\n", "a: '{{'\n", "{{{}}}\n"] {
            masks(text, text);
        }
    }

    #[test]
    fn strings_hide_the_end_of_an_action() {
        masks("a: {{ \"}}\" }}\n", "a: xxxxxxxxxx\n");
        masks("a: {{ `}}` }}\n", "a: xxxxxxxxxx\n");
        masks("a: \"{{ b \\\"c\\\" }}\"\n", "a: \"xxxxxxxxxxxxx\"\n");
    }

    #[test]
    fn an_action_that_is_being_typed_ends_with_its_line() {
        masks("a: {{ .Val\nb: {{ .c }}\n", "a: xxxxxxx\nb: xxxxxxxx\n");
        assert!(mask("a: {{ .Val\n").actions[0].unclosed);
    }

    #[test]
    fn knows_what_an_action_writes_and_where() {
        let effect_of = |text: &str| actions(text)[0].effect;
        for text in [
            "{{ if .a }}",
            "{{- else if .a }}",
            "{{ end -}}",
            "{{ $a := .b }}",
            "{{/* a */}}",
            "{{ with .a }}",
        ] {
            assert_eq!(effect_of(text), Effect::None, "{text}");
        }
        assert_eq!(effect_of("{{ toYaml .a | nindent 8 }}"), Effect::Writes { column: Some(8) });
        assert_eq!(effect_of("{{ toYaml .a | indent 4 }}"), Effect::Writes { column: Some(4) });
        assert_eq!(effect_of("  {{ toYaml .a | indent 4 }}"), Effect::Writes { column: None });
        assert_eq!(effect_of("{{ range .a }}"), Effect::Writes { column: None });
        assert_eq!(effect_of("{{ $a.b }}"), Effect::Writes { column: None });
    }

    #[test]
    fn conflict_markers_become_blank_and_both_sides_stay() {
        let source = "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\nc: 3\n";
        let masked = mask(source);
        assert_eq!(masked.text, "a: 1\n            \nb: 1\n       \nb: 2\n              \nc: 3\n");
        assert_eq!(masked.conflicts, vec![5..source.len() - 6]);
        masks("a: |\n =======\n=======\n", "a: |\n =======\n=======\n");
    }
}
