//! Lines above objects: the profile that a workload meets, and what evidence could make for it.

use crate::create;
use crate::view::View;
use tower_lsp::lsp_types::{CodeLens, Command};

/// The lenses of a document. Those that only say something have an empty command.
pub(crate) fn lenses(view: &View) -> Vec<CodeLens> {
    leastwise_analysis::lenses(&view.file)
        .into_iter()
        .map(|lens| {
            let command = match lens.creation {
                Some(creation) => create::command(view, lens.title, creation),
                None => Command { title: lens.title, command: String::new(), arguments: None },
            };
            CodeLens { range: view.text().range(lens.range), command: Some(command), data: None }
        })
        .collect()
}
