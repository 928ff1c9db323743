use std::fmt;
use std::str::FromStr;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a mapping.
    Key(String),
    /// A zero-based item of a sequence.
    Index(usize),
}

/// Where a value stands in a document: `spec.containers[0].env[2].value`.
///
/// Written with dots, `[n]` for items and `["a.b/c"]` for keys that are not plain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The path of the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path and one key more.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.child(Segment::Key(key.to_owned()))
    }

    /// This path and some keys more.
    #[must_use]
    pub fn keys(&self, keys: &[&str]) -> Self {
        let mut path = self.clone();
        path.0.extend(keys.iter().map(|key| Segment::Key((*key).to_owned())));
        path
    }

    /// This path and one item more.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    /// This path and one step more.
    #[must_use]
    pub fn child(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    pub(crate) fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// The path of what holds this; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, parents) = self.0.split_last()?;
        Some(Self(parents.to_vec()))
    }

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The last step; `None` for the root.
    pub fn last(&self) -> Option<&Segment> {
        self.0.last()
    }

    /// Whether `other` is this path or lies under it.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The same path seen from `base`; `None` when it does not lie under it.
    pub fn relative_to(&self, base: &Self) -> Option<Self> {
        self.0.strip_prefix(base.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// The path that continues with the steps of `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) if is_plain(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(formatter, "{dot}{key}")?;
                }
                Segment::Key(key) => {
                    write!(formatter, "[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\""))?
                }
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
}

/// A written path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path: {message} at character {at} of {text:?}")]
pub struct PathError {
    text: String,
    at: usize,
    message: &'static str,
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let error = |rest: &str, message| PathError {
            text: text.to_owned(),
            at: text[..text.len() - rest.len()].chars().count() + 1,
            message,
        };
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let (key, after) = unquote(quoted).ok_or_else(|| error(rest, "the quoted key has no end"))?;
                segments.push(Segment::Key(key));
                rest = after;
            } else if let Some(bracket) = rest.strip_prefix('[') {
                let (digits, after) =
                    bracket.split_once(']').ok_or_else(|| error(rest, "no closing bracket"))?;
                segments.push(Segment::Index(digits.parse().map_err(|_| error(rest, "not an index"))?));
                rest = after;
            } else {
                let plain =
                    if segments.is_empty() { rest } else { rest.strip_prefix('.').unwrap_or_default() };
                let end = plain.find(['.', '[']).unwrap_or(plain.len());
                if !is_plain(&plain[..end]) {
                    return Err(error(rest, "expected a key"));
                }
                segments.push(Segment::Key(plain[..end].to_owned()));
                rest = &plain[end..];
            }
        }
        Ok(Self(segments))
    }
}

/// Splits `a\"b"]rest` into `a"b` and `rest`.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => key.push(chars.next()?.1),
            '"' => return Some((key, quoted[at + 1..].strip_prefix(']')?)),
            other => key.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_read_alike() {
        for text in [
            "",
            "spec",
            "spec.containers[0].env[12].value",
            "metadata.annotations[\"container.apparmor.security.beta.kubernetes.io/app\"]",
            "data[\"a\\\"b\\\\c\"][0].x",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn says_where_it_cannot_be_read() {
        for (text, at) in [("spec..x", 5), ("spec[x]", 5), ("a[\"b", 2), (".a", 1)] {
            assert_eq!(text.parse::<Path>().unwrap_err().at, at, "{text}");
        }
    }
}
