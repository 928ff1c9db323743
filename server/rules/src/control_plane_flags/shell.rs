//! As much of the shell's grammar as is needed to find a program in a script and read its arguments.

const SHELLS: [&str; 5] = ["sh", "ash", "bash", "dash", "busybox"];

/// Words after which a command begins.
const BEFORE_COMMANDS: [&str; 8] = ["exec", "nohup", "then", "else", "do", "{", "(", "!"];

/// Whether the program is a shell.
pub(super) fn is_shell(program: &str) -> bool {
    SHELLS.contains(&program)
}

/// A word of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// What it is to the program, quotes taken off.
    pub(super) text: String,
    /// The shell puts something in its place that the script does not show.
    pub(super) expanded: bool,
}

/// Where in the script the arguments of `program` begin, if one of its commands is that program.
pub(super) fn start_of(script: &str, program: &str) -> Option<usize> {
    if !script.contains(program) {
        return None;
    }
    let mut at = 0;
    let mut begins = true;
    while let Some(token) = next(script, at) {
        at = token.end;
        match token.word {
            None => begins = true,
            Some(word) if begins && base_name(&word.text) == program => return Some(at),
            Some(word) => begins = begins && is_assignment(&word) || BEFORE_COMMANDS.contains(&&*word.text),
        }
    }
    None
}

/// The words from `start` to the end of the command.
pub(super) fn arguments(script: &str, start: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = start;
    while let Some(Token { word: Some(word), end }) = next(script, at) {
        words.push(word);
        at = end;
    }
    words
}

/// `NAME=value` before a command.
fn is_assignment(word: &Word) -> bool {
    word.text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// A word, or what ends a command.
struct Token {
    word: Option<Word>,
    end: usize,
}

fn next(script: &str, from: usize) -> Option<Token> {
    let mut word = Word { text: String::new(), expanded: false };
    let mut quote = None;
    let mut begun = false;
    let mut chars = script.get(from..)?.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let end = from + at + char.len_utf8();
        match (quote, char) {
            (None, ' ' | '\t') if !begun => {}
            (None, '#') if !begun => {
                // A comment, to the end of its line.
                while chars.next_if(|(_, char)| *char != '\n').is_some() {}
            }
            (None, '\n' | ';' | '|' | '&') if !begun => return Some(Token { word: None, end }),
            (None, ' ' | '\t' | '\n' | ';' | '|' | '&') => {
                return Some(Token { word: Some(word), end: from + at });
            }
            (None, '\\') => match chars.next() {
                // The line goes on.
                Some((_, '\n')) | None => {}
                Some((_, char)) => {
                    begun = true;
                    word.text.push(char);
                }
            },
            (Some('"'), '\\') => word.text.extend(chars.next().map(|(_, char)| char)),
            (None, '"' | '\'') => {
                begun = true;
                quote = Some(char);
            }
            (Some(open), char) if open == char => quote = None,
            (quote, char) => {
                begun = true;
                word.expanded |= matches!(char, '$' | '`') && quote != Some('\'');
                word.text.push(char);
            }
        }
    }
    begun.then_some(Token { word: Some(word), end: script.len() })
}

/// What stands after the last slash.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> Option<Vec<(String, bool)>> {
        let start = start_of(script, "etcd")?;
        Some(arguments(script, start).into_iter().map(|word| (word.text, word.expanded)).collect())
    }

    fn words(words: &[(&str, bool)]) -> Option<Vec<(String, bool)>> {
        Some(words.iter().map(|(text, expanded)| ((*text).to_owned(), *expanded)).collect())
    }

    #[test]
    fn arguments_end_where_the_command_does() {
        assert_eq!(read("etcd --a=b -c; rm -r"), words(&[("--a=b", false), ("-c", false)]));
        assert_eq!(
            read("set -e\nexec /bin/etcd \\\n  --a \\\n  --b\necho"),
            words(&[("--a", false), ("--b", false)])
        );
        assert_eq!(read("X=1 etcd && etcd --late"), words(&[]));
        assert_eq!(read("if true; then etcd --a | tee log; fi"), words(&[("--a", false)]));
    }

    #[test]
    fn quotes_go_and_what_the_shell_expands_is_told() {
        assert_eq!(
            read("etcd --a=\"$HOST\" '--b=$X y' \"--c\" $MORE"),
            words(&[("--a=$HOST", true), ("--b=$X y", false), ("--c", false), ("$MORE", true)])
        );
    }

    #[test]
    fn a_name_in_another_place_is_no_command() {
        for script in
            ["pkill etcd", "systemctl restart etcd", "# etcd\ntrue", "etcdctl get", "echo 'x; etcd'"]
        {
            assert_eq!(read(script), None, "{script}");
        }
    }
}
