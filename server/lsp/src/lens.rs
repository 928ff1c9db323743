//! A line above each workload: the profile that it meets.

use crate::event::View;
use tower_lsp::lsp_types::{CodeLens, Command};

/// The lenses of a document. They say something and do nothing, so their command is empty.
pub(crate) fn lenses(view: &View) -> Vec<CodeLens> {
    leastwise_analysis::lenses(&view.file)
        .into_iter()
        .map(|lens| CodeLens {
            range: view.text().range(lens.range),
            command: Some(Command { title: lens.title, command: String::new(), arguments: None }),
            data: None,
        })
        .collect()
}
