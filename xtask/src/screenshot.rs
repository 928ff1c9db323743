//! The pictures of Leastwise in real editors that the READMEs show. They are made by hand, when the look has changed.

use std::fs;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, neovim, system, vscode};

/// Where the picture of Neovim lies.
const PICTURE: &str = "docs/neovim.png";

/// Runs the end-to-end test in Neovim, keeps its screens and makes a picture of the one that shows most; then the one in
/// VS Code, which takes pictures itself.
///
/// # Errors
/// When a program is missing, the test fails, or the browser makes no picture.
pub(crate) fn run(shell: &Shell, places: &Places) -> Result<()> {
    system::install(shell, &[system::BUILD, system::PYTHON, system::TERMINAL, system::PICTURES])?;
    let screens = tempfile::tempdir()?;
    let binary = binary::build(shell, places)?;
    {
        let _binary = shell.push_env("LEASTWISE_BIN", &binary);
        let _neovim = shell.push_env("LEASTWISE_NVIM", neovim::fetch(shell, places)?);
        let _screens = shell.push_env("LEASTWISE_SCREENS", screens.path());
        cmd!(shell, "cargo test --quiet --package leastwise-tests --test neovim picture").run()?;
    }
    let coloured = screens.path().join("picture.ansi");
    let html = cmd!(shell, "aha --black --title Leastwise -f {coloured}").quiet().read()?;
    let page = screens.path().join("picture.html");
    // The default grey of a terminal, and no line height but the font's own, so that box lines join.
    let style = "<style>body { margin: 12px 16px; background: #14161b !important; } \
                 pre { font: 15px/1.2 'DejaVu Sans Mono', monospace; color: #e0e2ea; }</style></head>";
    fs::write(&page, html.replace("</head>", style))?;
    let picture = places.root.join(PICTURE);
    let option = format!("--screenshot={}", picture.display());
    let address = format!("file://{}", page.display());
    let profile = format!("--user-data-dir={}", screens.path().join("browser").display());
    cmd!(
        shell,
        "chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update
            --hide-scrollbars --force-device-scale-factor=2 --window-size=1230,820 {profile} {option} {address}"
    )
    .ignore_stderr()
    .run()?;
    println!("{}", picture.display());
    let tools = vscode::fetch(shell, places)?;
    vscode::take_pictures(&tools, places, &vscode::package(&tools, places, &binary)?)
}
