//! Puts a detector's file in its place: merged from the base model and the adapter, checked by size and SHA-256, and moved there
//! in one step, so that a file under its final name is always whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::catalog::Detector;
use super::digest::sha256;
use super::gguf::{self, Adapter, merge};

/// Why there is no detector.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The base model or the adapter is not as it should be.
    #[error("cannot make the detector: {0}")]
    Merge(#[from] gguf::Error),
    /// What came out is not what the catalogue says. Nothing of it is kept.
    #[error("the detector came out with the SHA-256 {found} and not {expected}, so it is not used")]
    WrongDigest {
        /// The SHA-256 it should have.
        expected: String,
        /// The SHA-256 it has.
        found: String,
    },
    /// Another process is making the same file.
    #[error("another process is making {}", .0.display())]
    Busy(PathBuf),
    /// The file cannot be written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

/// Whether a file is there and is the one of this size and SHA-256.
///
/// # Errors
///
/// When it is there and cannot be read.
pub fn is_right(path: &Path, size: u64, expected: &str) -> io::Result<bool> {
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size) {
        return Ok(false);
    }
    Ok(sha256(File::open(path)?, |_| Ok(()))? == expected)
}

/// Makes a detector in a folder, and gives its path. `on_progress` gets the bytes so far and in all. Whether the right file is
/// there already is for the caller to ask, with [`is_right`].
///
/// # Errors
///
/// See [`MakeError`].
pub fn make(
    detector: &Detector,
    base: &Path,
    adapter: &[u8],
    folder: &Path,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<PathBuf, MakeError> {
    let path = folder.join(&detector.file);
    let partial = folder.join(format!("{}.part", detector.file));
    let failed = |path: &Path, error| MakeError::File { path: path.to_owned(), error };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&partial)
        .map_err(|error| failed(&partial, error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(MakeError::Busy(path)),
        Err(TryLockError::Error(error)) => return Err(failed(&partial, error)),
    }
    file.set_len(0).map_err(|error| failed(&partial, error))?;
    match write(detector, base, adapter, &file, &partial, on_progress) {
        Ok(()) => fs::rename(&partial, &path).map_err(|error| failed(&path, error))?,
        Err(error) => {
            fs::remove_file(&partial).map_err(|error| failed(&partial, error))?;
            return Err(error);
        }
    }
    Ok(path)
}

/// Fills the file and checks what came out.
fn write(
    detector: &Detector,
    base: &Path,
    adapter: &[u8],
    file: &File,
    path: &Path,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<(), MakeError> {
    merge(base, &Adapter::read(adapter)?, detector.variant, BufWriter::new(file), on_progress)?;
    let found = file
        .sync_all()
        .and_then(|()| File::open(path))
        .and_then(|written| sha256(written, |_| Ok(())))
        .map_err(|error| MakeError::File { path: path.to_owned(), error })?;
    if found == detector.sha256 {
        Ok(())
    } else {
        Err(MakeError::WrongDigest { expected: detector.sha256.clone(), found })
    }
}

#[cfg(test)]
mod tests {
    use super::super::gguf::tiny;
    use super::*;

    /// A folder with a base model, and what is made of it: the catalogue's entry and its content.
    fn prepared() -> (tempfile::TempDir, PathBuf, Vec<u8>, Detector) {
        let folder = tempfile::tempdir().unwrap();
        let (base, adapter) = tiny::base_and_adapter();
        let path = folder.path().join("base.gguf");
        fs::write(&path, base).unwrap();
        let mut content = Vec::new();
        merge(&path, &Adapter::read(&adapter).unwrap(), "small", &mut content, &mut |_, _| {}).unwrap();
        let detector = Detector {
            name: "small",
            variant: "small",
            purpose: "a test",
            licence: "Apache-2.0",
            file: "detector.gguf".to_owned(),
            size: content.len() as u64,
            sha256: sha256(content.as_slice(), |_| Ok(())).unwrap(),
        };
        (folder, path, adapter, detector)
    }

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn it_is_made_with_progress_and_is_then_right() {
        let (folder, base, adapter, detector) = prepared();
        let expected = folder.path().join("detector.gguf");
        assert!(!is_right(&expected, detector.size, &detector.sha256).unwrap());
        // What a run that broke off has left is written over.
        fs::write(folder.path().join("detector.gguf.part"), vec![7; 1_000_000]).unwrap();
        let mut steps = Vec::new();
        let path =
            make(&detector, &base, &adapter, folder.path(), &mut |done, total| steps.push((done, total)))
                .unwrap();
        assert_eq!(path, expected);
        assert!(is_right(&path, detector.size, &detector.sha256).unwrap());
        assert_eq!(entries(folder.path()), ["base.gguf", "detector.gguf"]);
        assert!(steps.is_sorted() && steps.last().is_some_and(|(done, total)| done == total), "{steps:?}");
        let mut damaged = fs::read(&path).unwrap();
        *damaged.last_mut().unwrap() ^= 1;
        fs::write(&path, damaged).unwrap();
        assert!(!is_right(&path, detector.size, &detector.sha256).unwrap());
    }

    #[test]
    fn what_comes_out_otherwise_is_not_kept() {
        let (folder, base, adapter, mut detector) = prepared();
        detector.sha256 = "0".repeat(64);
        let error = make(&detector, &base, &adapter, folder.path(), &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, MakeError::WrongDigest { .. }), "{error}");
        fs::write(&base, "another base").unwrap();
        let error = make(&detector, &base, &adapter, folder.path(), &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, MakeError::Merge(_)), "{error}");
        assert_eq!(entries(folder.path()), ["base.gguf"]);
    }

    #[test]
    fn two_do_not_make_it_at_once() {
        let (folder, base, adapter, detector) = prepared();
        let other = File::create(folder.path().join("detector.gguf.part")).unwrap();
        other.lock().unwrap();
        let error = make(&detector, &base, &adapter, folder.path(), &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, MakeError::Busy(_)), "{error}");
    }
}
