//! The API of one Kubernetes version: which kinds there are, which fields they have and of which type.
//!
//! `definitions.txt` is written by `cargo xtask generate --schema` from the API's own documents. It is read once, when
//! somebody first asks: every name in it is a slice of the text, so that costs next to nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The minor version of the definitions.
pub const KUBERNETES_MINOR: u32 = 37;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(include_str!("definitions.txt")));

/// Every kind and type.
#[derive(Debug, Default)]
struct Schema {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    types: HashMap<&'static str, Definition>,
}

/// A type of the API: the fields of a mapping.
#[derive(Debug, Default)]
pub struct Definition {
    /// Its name, such as `core.v1.PodSpec`.
    pub name: &'static str,
    /// Its fields, in the order of their names.
    pub fields: Vec<DefinedField>,
}

/// A field of a type.
#[derive(Debug)]
pub struct DefinedField {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether the API's documents call it required. The API server fills in some of these all the same.
    pub required: bool,
}

/// What a field may hold. A null is always fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything: extensions, and what has one of several shapes.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
    /// A whole number or text.
    IntOrString,
    /// An amount of a resource, as text or number.
    Quantity,
    /// A list, with the shape of its items as the documents write it.
    List(&'static str),
    /// A mapping whose keys are names, with the shape of its values as the documents write it.
    Map(&'static str),
    /// A mapping of this type, for [`definition`].
    Object(&'static str),
}

impl Shape {
    /// Reads a shape as the documents write it.
    pub fn of(written: &'static str) -> Self {
        match written {
            "any" => Self::Any,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "int-or-string" => Self::IntOrString,
            "quantity" => Self::Quantity,
            _ => match (written.strip_prefix("[]"), written.strip_prefix("{}")) {
                (Some(items), _) => Self::List(items),
                (_, Some(values)) => Self::Map(values),
                _ => Self::Object(written),
            },
        }
    }
}

impl Definition {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&DefinedField> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok().map(|at| &self.fields[at])
    }
}

/// The type of a kind; `None` for custom resources and for versions that are no longer or not yet served.
pub fn kind(api_version: &str, kind: &str) -> Option<&'static Definition> {
    definition(SCHEMA.kinds.get(&(api_version, kind))?)
}

/// The type of that name.
pub fn definition(name: &str) -> Option<&'static Definition> {
    SCHEMA.types.get(name)
}

impl Schema {
    /// Lines that it does not know are left out: a test says that there are none.
    fn read(text: &'static str) -> Self {
        let mut schema = Self::default();
        let mut current: Option<Definition> = None;
        for line in text.lines() {
            let mut words = line.trim_start().split(' ');
            match (line.starts_with(' '), words.next(), words.next(), words.next(), words.next()) {
                (true, Some(name), Some(shape), None, None) => {
                    if let Some(definition) = &mut current {
                        let plain = name.strip_prefix('!');
                        definition.fields.push(DefinedField {
                            name: plain.unwrap_or(name),
                            shape: Shape::of(shape),
                            required: plain.is_some(),
                        });
                    }
                }
                (false, Some("type"), Some(name), None, None) => {
                    schema.end(current.replace(Definition { name, fields: Vec::new() }));
                }
                (false, Some("kind"), Some(version), Some(kind), Some(name)) => {
                    schema.kinds.insert((version, kind), name);
                }
                _ => {}
            }
        }
        schema.end(current);
        schema
    }

    fn end(&mut self, definition: Option<Definition>) {
        if let Some(mut definition) = definition {
            definition.fields.sort_unstable_by_key(|field| field.name);
            self.types.insert(definition.name, definition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood_and_every_type_is_there() {
        let text = include_str!("definitions.txt");
        assert!(text.starts_with(&format!("kubernetes 1.{KUBERNETES_MINOR}\n")));
        let count = |prefix: &str| text.lines().filter(|line| line.starts_with(prefix)).count();
        assert_eq!(SCHEMA.kinds.len(), count("kind "));
        assert_eq!(SCHEMA.types.len(), count("type "));
        let fields: usize = SCHEMA.types.values().map(|definition| definition.fields.len()).sum();
        assert_eq!(fields, count(" "));
        fn assert_known(shape: Shape) {
            match shape {
                Shape::List(inner) | Shape::Map(inner) => assert_known(Shape::of(inner)),
                Shape::Object(name) => assert!(definition(name).is_some(), "{name}"),
                _ => {}
            }
        }
        for definition in SCHEMA.types.values() {
            definition.fields.iter().for_each(|field| assert_known(field.shape));
        }
        assert!(SCHEMA.kinds.values().all(|name| definition(name).is_some()));
    }

    #[test]
    fn fields_have_the_shapes_of_the_api() {
        let deployment = kind("apps/v1", "Deployment").unwrap();
        assert_eq!(deployment.field("spec").unwrap().shape, Shape::Object("apps.v1.DeploymentSpec"));
        let container = definition("core.v1.Container").unwrap();
        assert!(container.field("name").unwrap().required && !container.field("image").unwrap().required);
        let port = definition("core.v1.ServicePort").unwrap();
        assert_eq!(port.field("targetPort").unwrap().shape, Shape::IntOrString);
        let resources = definition("core.v1.ResourceRequirements").unwrap();
        assert_eq!(resources.field("limits").unwrap().shape, Shape::Map("quantity"));
        assert!(
            kind("extensions/v1beta1", "Deployment").is_none() && kind("example.com/v1", "Web").is_none()
        );
    }
}
