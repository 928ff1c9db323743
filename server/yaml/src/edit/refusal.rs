use crate::Path;

/// Why a change is not made. Whoever asked can show it: a change refused is better than a change guessed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The value stands elsewhere, and other places use it too.
    #[error("{} comes through an alias or merge key; it must be changed where its anchor stands", shown(.0))]
    Alias(Path),
    /// An alias repeats the value, and a change would show there too.
    #[error("{} carries or holds an anchor that is used elsewhere", shown(.0))]
    Shared(Path),
    /// A tag says how the value must be read.
    #[error("{} has a tag", shown(.0))]
    Tagged(Path),
    /// A template writes the place or may write it, or the value to be written would be taken for one.
    #[error("a template stands at {}", shown(.0))]
    Template(Path),
    /// The text there is not whole.
    #[error("the text at {} is not well-formed yet", shown(.0))]
    Broken(Path),
    /// The path goes through something that has no keys.
    #[error("{} is not a mapping", shown(.0))]
    NotMapping(Path),
    /// The path goes through something that has no items.
    #[error("{} is not a sequence", shown(.0))]
    NotSequence(Path),
    /// The sequence is shorter.
    #[error("there is no item {}", shown(.0))]
    NoItem(Path),
    /// The key stands there more than once.
    #[error("{} is written more than once", shown(.0))]
    Repeated(Path),
    /// A layout that is rare and easily harmed: explicit keys, keys of several lines, comments inside braces.
    #[error("{} is written in an unusual way", shown(.0))]
    Unusual(Path),
    /// Two patches of one set are about the same place.
    #[error("two changes to {} contradict each other", shown(.0))]
    Conflict(Path),
    /// The changed text, read again, does not say exactly what it should.
    #[error("a change to {} would change something else as well", shown(.0))]
    Unproved(Path),
}

fn shown(path: &Path) -> String {
    if path.segments().is_empty() { "the whole document".to_owned() } else { path.to_string() }
}
