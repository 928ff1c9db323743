//! The platforms that releases are made for.

use anyhow::{Context, Result};

use super::VERSION;

/// A platform, by the names that it has here and there.
#[derive(Debug)]
pub(crate) struct Target {
    /// Rust's name, which archives bear.
    pub(crate) triple: &'static str,
    /// What archives are made there.
    pub(crate) format: Format,
    /// VS Code's name, which the extension's packages bear.
    pub(crate) vscode: &'static str,
}

/// A kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    TarGz,
    Zip,
}

/// All of them. `deny.toml` looks at the dependencies of the same ones.
pub(crate) const TARGETS: [Target; 5] = [
    Target { triple: "x86_64-unknown-linux-gnu", format: Format::TarGz, vscode: "linux-x64" },
    Target { triple: "aarch64-unknown-linux-gnu", format: Format::TarGz, vscode: "linux-arm64" },
    Target { triple: "x86_64-apple-darwin", format: Format::TarGz, vscode: "darwin-x64" },
    Target { triple: "aarch64-apple-darwin", format: Format::TarGz, vscode: "darwin-arm64" },
    Target { triple: "x86_64-pc-windows-msvc", format: Format::Zip, vscode: "win32-x64" },
];

impl Target {
    /// The platform of Rust's name.
    ///
    /// # Errors
    /// When nothing is released for it: the message says what is.
    pub(crate) fn find(triple: &str) -> Result<&'static Self> {
        TARGETS.iter().find(|target| target.triple == triple).with_context(|| {
            let known: Vec<_> = TARGETS.iter().map(|target| target.triple).collect();
            format!("nothing is released for {triple}, only for {}", known.join(", "))
        })
    }

    /// The program's file name.
    pub(crate) fn program(&self) -> &'static str {
        if self.triple.contains("windows") { "leastwise.exe" } else { "leastwise" }
    }

    /// The one folder in the archive.
    pub(crate) fn folder(&self) -> String {
        format!("leastwise-{VERSION}-{}", self.triple)
    }

    /// The archive's file name.
    pub(crate) fn archive(&self) -> String {
        format!("{}.{}", self.folder(), self.format.extension())
    }

    /// The file name of the VS Code extension for this platform.
    pub(crate) fn extension(&self) -> String {
        format!("leastwise-{VERSION}-{}.vsix", self.vscode)
    }
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_version_and_platform() -> Result<()> {
        let linux = Target::find("x86_64-unknown-linux-gnu")?;
        assert_eq!(linux.archive(), format!("leastwise-{VERSION}-x86_64-unknown-linux-gnu.tar.gz"));
        assert_eq!(linux.extension(), format!("leastwise-{VERSION}-linux-x64.vsix"));
        let windows = Target::find("x86_64-pc-windows-msvc")?;
        assert_eq!(windows.archive(), format!("leastwise-{VERSION}-x86_64-pc-windows-msvc.zip"));
        assert_eq!(windows.program(), "leastwise.exe");
        Ok(())
    }

    #[test]
    fn an_unknown_platform_is_told_the_known_ones() {
        let error = Target::find("riscv64gc-unknown-linux-gnu").map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("nothing is released for riscv64gc-unknown-linux-gnu, only for x86_64-"));
    }
}
