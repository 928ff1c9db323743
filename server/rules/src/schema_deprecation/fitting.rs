//! Lays an object over the definition of its kind and says what does not fit.

use leastwise_manifest::Quantity;
use leastwise_manifest::schema::{Definition, Shape, definition as definition_of};
use leastwise_yaml::{Field, Kind, Node, Path, Scalar, Segment};

use super::required_fields::needed;
use super::unknown_fields::{advice, is_of_another_version};

/// Something that does not fit.
#[derive(Debug)]
pub(super) struct Misfit {
    /// Where, from the object on.
    pub(super) path: Path,
    pub(super) fault: Fault,
    /// In a sentence.
    pub(super) message: String,
}

/// How something does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The type of this name has no such field.
    Unknown(&'static str),
    /// The value is of another type than the field.
    Type,
    /// The field is needed and not there.
    Missing,
}

/// Deeper than anything but a schema of a custom resource.
const DEEPEST: usize = 100;

/// Keys of the object itself that are taken off before it is applied: what SOPS encrypted it with.
const TAKEN_OFF: &str = "sops";

/// What the server writes itself, in the words of its own version.
const WRITTEN_BY_SERVER: [&str; 2] = ["managedFields", "status"];

/// What does not fit in an object of a kind.
pub(super) fn misfits(object: Node<'_>, kind: &'static Definition) -> Vec<Misfit> {
    let is_templated = !object.document().templates().is_empty();
    let mut fitting = Fitting { is_templated, path: Vec::new(), around: Vec::new(), misfits: Vec::new() };
    fitting.object(object, kind);
    fitting.misfits
}

enum Step<'d> {
    Key(&'d str),
    Index(usize),
}

struct Fitting<'d> {
    /// Conditions may leave parts out, and both sides of one are read as if they stood beside each other: only what
    /// looks like a slip is reported.
    is_templated: bool,
    /// The way to the value that is looked at.
    path: Vec<Step<'d>>,
    /// The types around it, each with the length of the way to it.
    around: Vec<(&'static Definition, usize)>,
    misfits: Vec<Misfit>,
}

impl<'d> Fitting<'d> {
    fn object(&mut self, node: Node<'d>, definition: &'static Definition) {
        self.around.push((definition, self.path.len()));
        for entry in node.written_entries() {
            let Some(key) = entry.key.as_text().filter(|key| !is_placeholder(key) && *key != "<<") else {
                continue;
            };
            self.path.push(Step::Key(key));
            match definition.field(key) {
                Some(_) if WRITTEN_BY_SERVER.contains(&key) => {}
                Some(field) => self.value(entry.value, field.shape),
                None if is_of_another_version(definition, key) => {}
                None if self.around.len() == 1 && key == TAKEN_OFF => {}
                None => self.unknown(node, definition, key),
            }
            self.path.pop();
        }
        // A strategic merge patch is a part by its nature.
        if !self.is_templated && matches!(node.get("$patch"), Field::Absent) {
            self.missing(node, definition);
        }
        self.around.pop();
    }

    fn unknown(&mut self, node: Node<'d>, definition: &'static Definition, key: &'d str) {
        let (own, outer) = (self.around.len() - 1, &self.around);
        let outer: Vec<_> = outer[..own]
            .iter()
            .map(|(known, length)| (*known, self.written(&self.path[..*length]).to_string()))
            .collect();
        let advice = empty_neighbour(node, definition, key)
            .map(|neighbour| format!("it belongs into {neighbour}, one step further in"))
            .or_else(|| advice(definition, key, &outer));
        if self.is_templated && advice.is_none() {
            return;
        }
        let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
        let message = format!("\"{key}\" is no field of {}{advice}", short(definition.name));
        self.report(Fault::Unknown(definition.name), message);
    }

    fn missing(&mut self, node: Node<'d>, definition: &'static Definition) {
        for &field in needed(definition) {
            let is_unset = match node.get(field) {
                Field::Absent => true,
                Field::Present(entry) => entry.value.is_null(),
                Field::Unknown => false,
            };
            if is_unset {
                self.path.push(Step::Key(field));
                self.report(Fault::Missing, format!("{} needs {field}", short(definition.name)));
                self.path.pop();
            }
        }
    }

    fn value(&mut self, node: Node<'d>, shape: Shape) {
        // What an alias stands for is judged where it is written: an alias bomb stays as small as its text.
        if node.is_alias() || node.is_unknown() || node.is_null() || self.path.len() > DEEPEST {
            return;
        }
        match (shape, node.kind()) {
            (Shape::Any, _) => {}
            (Shape::Object(name), Kind::Mapping) => {
                if let Some(definition) = definition_of(name) {
                    self.object(node, definition);
                }
            }
            (Shape::Map(values), Kind::Mapping) => {
                let values = Shape::of(values);
                for entry in node.written_entries() {
                    let Some(key) = entry.key.as_text().filter(|key| *key != "<<") else {
                        continue;
                    };
                    self.path.push(Step::Key(key));
                    self.value(entry.value, values);
                    self.path.pop();
                }
            }
            (Shape::List(items), Kind::Sequence) => {
                let items = Shape::of(items);
                for item in node.items() {
                    self.path.push(Step::Index(item.index));
                    self.value(item.value, items);
                    self.path.pop();
                }
            }
            (Shape::Object(_) | Shape::Map(_) | Shape::List(_), _) | (_, Kind::Mapping | Kind::Sequence)
                if self.is_templated => {}
            (_, Kind::Mapping)
                if node.written_entries().all(|entry| entry.key.as_text().is_none_or(is_placeholder))
                    && node.written_entries().next().is_some() => {}
            _ => {
                if let Some(expected) = refused(node, shape) {
                    let message = format!("{} has to be {expected}, not {}", self.title(), Found(node));
                    self.report(Fault::Type, message);
                }
            }
        }
    }

    fn report(&mut self, fault: Fault, message: String) {
        let misfit = Misfit { path: self.written(&self.path), fault, message };
        self.misfits.push(misfit);
    }

    fn written(&self, steps: &[Step<'d>]) -> Path {
        steps.iter().fold(Path::root(), |path, step| match step {
            Step::Key(key) => path.key(key),
            Step::Index(index) => path.index(*index),
        })
    }

    /// What the value is called in a message.
    fn title(&self) -> String {
        let named = |steps: &[Step<'d>]| match steps.last() {
            Some(Step::Key(key)) => (*key).to_owned(),
            Some(Step::Index(_)) | None => self.written(steps).to_string(),
        };
        match self.path.split_last() {
            Some((Step::Index(_), list)) => format!("The item of {}", named(list)),
            _ => format!("The value of {}", named(&self.path)),
        }
    }
}

/// The field beside a key that it does not belong to, which has no value and whose type has that key: the indentation
/// is lost.
fn empty_neighbour(node: Node<'_>, definition: &Definition, key: &str) -> Option<&'static str> {
    node.written_entries().filter(|entry| entry.value.is_null()).find_map(|entry| {
        let neighbour = definition.field(entry.key.as_text()?)?;
        let Shape::Object(name) = neighbour.shape else { return None };
        definition_of(name)?.field(key).map(|_| neighbour.name)
    })
}

/// What the value would have to be; `None` where it is that.
fn refused(node: Node<'_>, shape: Shape) -> Option<&'static str> {
    // What is left after templates may still be filled in by another tool, and what with is not known.
    let text = node.as_str();
    if text.is_some_and(is_placeholder) {
        return None;
    }
    let scalar = node.scalar();
    let is_whole = match scalar {
        Some(Scalar::Integer(_)) => true,
        // 1.0 and 1e3 become whole numbers on the way to the server.
        Some(Scalar::Float(number)) => number.fract() == 0.0,
        _ => false,
    };
    let is_number = matches!(scalar, Some(Scalar::Integer(_) | Scalar::Float(_)));
    let quoted_number = || text.is_some_and(|text| matches!(Scalar::of_plain(text), Scalar::Integer(_)));
    let quoted_boolean = || text.is_some_and(|text| matches!(text, "true" | "false"));
    match shape {
        Shape::Any => None,
        Shape::Boolean if matches!(scalar, Some(Scalar::Boolean(_))) => None,
        Shape::Boolean if quoted_boolean() => Some("true or false without quotes"),
        Shape::Boolean => Some("true or false"),
        Shape::Integer if is_whole => None,
        Shape::Integer if quoted_number() => Some("a whole number without quotes"),
        Shape::Integer => Some("a whole number"),
        Shape::Number if is_number => None,
        Shape::Number => Some("a number"),
        Shape::String if text.is_some() => None,
        Shape::String if scalar.is_some() => Some("text, in quotes"),
        Shape::String => Some("text"),
        Shape::IntOrString if is_whole || text.is_some() => None,
        Shape::IntOrString => Some("a whole number or text"),
        Shape::Quantity if Quantity::read(node).is_some() => None,
        Shape::Quantity => Some("an amount such as 500m or 1Gi"),
        Shape::List(_) => Some("a list"),
        Shape::Map(_) | Shape::Object(_) => Some("a mapping"),
    }
}

/// What another tool replaces: `${NAME}`, `$(NAME)`, `<name>`, `SOME_NAME`, and the directives of strategic merge
/// patches. No field of the API is written so.
fn is_placeholder(text: &str) -> bool {
    let is_of_constant = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
    text.contains('$')
        || text.contains("{{")
        || text.starts_with('<') && text.ends_with('>')
        || text.contains('_')
            && text.chars().all(is_of_constant)
            && text.contains(|char: char| char.is_ascii_uppercase())
}

/// `PodSpec` of `core.v1.PodSpec`.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A value in a message.
struct Found<'d>(Node<'d>);

impl std::fmt::Display for Found<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        /// As much of a text as a message quotes.
        const QUOTED: usize = 40;
        let Self(node) = self;
        let text = node.as_text().unwrap_or_default();
        match (node.kind(), node.scalar()) {
            (Kind::Mapping, _) => formatter.write_str("a mapping"),
            (Kind::Sequence, _) => formatter.write_str("a list"),
            (_, Some(Scalar::Boolean(_))) => write!(formatter, "the boolean {text}"),
            (_, Some(Scalar::Integer(_) | Scalar::Float(_))) => write!(formatter, "the number {text}"),
            _ if text.chars().count() > QUOTED || text.contains('\n') => formatter.write_str("a longer text"),
            _ => write!(formatter, "the text \"{text}\""),
        }
    }
}

/// The last key of a path.
pub(super) fn key_of(path: &Path) -> Option<&str> {
    match path.last() {
        Some(Segment::Key(key)) => Some(key),
        Some(Segment::Index(_)) | None => None,
    }
}
