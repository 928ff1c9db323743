//! The pages in `docs/editors` show the files in `editors` as they are.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use leastwise_tests::programs::repository;

/// The files that a page shows: a link to each, alone on its line, and its text in the block below.
fn shown(page: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for part in page.split("\n[`editors/").skip(1) {
        let (path, rest) = part.split_once('`').context("no end of the file's name")?;
        let (_, block) = rest.split_once("\n```").context("no block")?;
        let (text, _) = block.split_once("\n```").context("no end of the block")?;
        let (_, text) = text.split_once('\n').context("an empty block")?;
        files.push((format!("editors/{path}"), format!("{text}\n")));
    }
    Ok(files)
}

#[test]
fn every_block_is_its_file() -> Result<()> {
    let mut seen = BTreeSet::new();
    for page in fs::read_dir(repository("docs/editors"))? {
        let page = page?.path();
        for (path, text) in shown(&fs::read_to_string(&page)?)? {
            let file = fs::read_to_string(repository(&path)).with_context(|| path.clone())?;
            ensure!(text == file, "{} shows another text than {path} has", page.display());
            seen.insert(path);
        }
    }
    for path in [
        "editors/emacs/leastwise-eglot.el",
        "editors/emacs/leastwise-lsp-mode.el",
        "editors/helix/languages.toml",
        "editors/jetbrains/settings.json",
        "editors/jetbrains/template.json",
        "editors/kate/settings.json",
        "editors/neovim/lsp/leastwise.lua",
        "editors/sublime/LSP.sublime-settings",
        "editors/vim/ale_linters/yaml/leastwise.vim",
        "editors/zed/settings.json",
    ] {
        ensure!(seen.contains(path), "no page shows {path}");
    }
    Ok(())
}
