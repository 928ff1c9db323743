//! Where things lie: the checkout, and the cache that all checkouts on a machine share.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that errands read from and write to.
pub(crate) struct Places {
    /// The root of this checkout.
    pub(crate) root: PathBuf,
    /// Leastwise's folder in the user's cache. Everything in it can be fetched or built again.
    cache: PathBuf,
}

impl Places {
    /// Finds the checkout this program was built from and the user's cache folder.
    ///
    /// # Errors
    /// When neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the xtask package has no parent folder")?
            .to_owned();
        // The XDG base directory specification: an empty or relative value counts as unset.
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| env::home_dir().map(|home| home.join(".cache")))
            .context("no cache folder: set HOME or XDG_CACHE_HOME")?
            .join("leastwise");
        Ok(Self { root, cache })
    }

    /// Cargo's target folder for release builds. It is shared by all checkouts, because llama.cpp takes minutes
    /// to compile and is the same in each.
    pub(crate) fn release_target(&self) -> PathBuf {
        self.cache.join("target")
    }

    /// Where archives of releases are made.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("target/dist")
    }

    /// Where model files lie. `leastwise` looks there for the default model, after the user's data folder.
    pub(crate) fn models(&self) -> PathBuf {
        self.cache.join("models")
    }

    /// Where the detector is trained: its Python, data and checkpoints.
    pub(crate) fn training(&self) -> PathBuf {
        self.cache.join("training")
    }

    /// Programs that errands run, one folder a program and version.
    pub(crate) fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }
}
