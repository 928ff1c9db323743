//! The outline: objects and their containers.

use crate::view::View;
use leastwise_analysis::{Symbol, symbols};
use tower_lsp::lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind};

/// The outline of a document, as a tree where the client shows trees.
pub(crate) fn outline(view: &View) -> DocumentSymbolResponse {
    let symbols = symbols(&view.file);
    if view.client.shows_symbol_trees {
        DocumentSymbolResponse::Nested(symbols.into_iter().map(|symbol| nested(view, symbol)).collect())
    } else {
        let mut flat = Vec::new();
        symbols.into_iter().for_each(|symbol| flatten(view, symbol, None, &mut flat));
        DocumentSymbolResponse::Flat(flat)
    }
}

fn kind(symbol: &Symbol) -> SymbolKind {
    match symbol.kind {
        leastwise_analysis::SymbolKind::Object => SymbolKind::OBJECT,
        leastwise_analysis::SymbolKind::Container => SymbolKind::MODULE,
    }
}

#[allow(deprecated, reason = "the field exists, but its successor is not known to all clients")]
fn nested(view: &View, symbol: Symbol) -> DocumentSymbol {
    let kind = kind(&symbol);
    let Symbol { name, detail, range, head, children, .. } = symbol;
    let children: Vec<_> = children.into_iter().map(|child| nested(view, child)).collect();
    DocumentSymbol {
        name,
        detail: Some(detail),
        kind,
        tags: None,
        deprecated: None,
        // Clients refuse a symbol whose name stands outside of it.
        range: view.text().range(range.cover(head)),
        selection_range: view.text().range(head),
        children: (!children.is_empty()).then_some(children),
    }
}

#[allow(deprecated, reason = "the field exists, but its successor is not known to all clients")]
fn flatten(view: &View, symbol: Symbol, container_name: Option<String>, flat: &mut Vec<SymbolInformation>) {
    let kind = kind(&symbol);
    flat.push(SymbolInformation {
        name: format!("{} {}", symbol.detail, symbol.name),
        kind,
        tags: None,
        deprecated: None,
        location: Location::new(view.revision.uri.clone(), view.text().range(symbol.range)),
        container_name,
    });
    for child in symbol.children {
        flatten(view, child, Some(symbol.name.clone()), flat);
    }
}
