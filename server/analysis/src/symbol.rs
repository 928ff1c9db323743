use crate::File;
use leastwise_manifest::{objects, pod_specs};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::Node;

/// An object or a container in the outline of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Its kind, or the list a container stands in.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, in the text.
    pub range: TextRange,
    /// Its name's or first key's characters, in the text.
    pub head: TextRange,
    /// What it holds.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A Kubernetes object.
    Object,
    /// A container.
    Container,
}

/// The outline of a text: its objects, and their containers.
pub fn symbols(file: &File) -> Vec<Symbol> {
    file.placed()
        .flat_map(|(_, offset, analysis)| {
            objects(&analysis.document).into_iter().map(move |object| (offset, object))
        })
        .map(|(offset, object)| {
            let containers = pod_specs(&object).into_iter().flat_map(|pod| pod.containers());
            let children = containers.map(|container| {
                symbol(container.name(), container.list.key(), SymbolKind::Container, container.node, offset)
            });
            Symbol {
                children: children.collect(),
                ..symbol(
                    object.name(),
                    object.kind().unwrap_or("object"),
                    SymbolKind::Object,
                    object.node,
                    offset,
                )
            }
        })
        .collect()
}

fn symbol(name: Option<&str>, detail: &str, kind: SymbolKind, node: Node<'_>, offset: TextSize) -> Symbol {
    Symbol {
        name: name.filter(|name| !name.is_empty()).unwrap_or("(unnamed)").to_owned(),
        detail: detail.to_owned(),
        kind,
        range: node.range() + offset,
        head: node.head() + offset,
        children: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    #[test]
    fn objects_hold_their_containers() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n  - {name: web}\n  \
                    initContainers:\n  - {name: wait}\n---\napiVersion: v1\nkind: Service\n";
        let symbols = symbols(&File::new(text, &Environment::default()));
        let outline: Vec<_> =
            symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.detail.as_str())).collect();
        assert_eq!(outline, [("shop", "Pod"), ("(unnamed)", "Service")]);
        let containers: Vec<_> =
            symbols[0].children.iter().map(|child| (&*child.name, &*child.detail)).collect();
        assert_eq!(containers, [("web", "containers"), ("wait", "initContainers")]);
        for symbol in symbols.iter().chain(&symbols[0].children) {
            assert!(symbol.range.contains_range(symbol.head), "{symbol:?}");
        }
    }
}
