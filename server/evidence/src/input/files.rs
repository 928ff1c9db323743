use crate::Problem;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A log to read.
pub enum Input {
    /// A file.
    File {
        /// How the user calls it.
        name: String,
        /// Where it lies.
        path: PathBuf,
    },
    /// A stream, like standard input.
    Stream {
        /// How the user calls it.
        name: String,
        /// What is read.
        reader: Box<dyn Read + Send>,
    },
}

impl Input {
    /// What the paths mean: `-` is standard input, a folder means every file in it, in order of their names. What is
    /// in a file is for its content to say.
    pub fn of_paths(paths: &[PathBuf]) -> (Vec<Self>, Vec<Problem>) {
        let (mut inputs, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            if path.as_os_str() == "-" {
                inputs.push(Self::Stream { name: "-".into(), reader: Box::new(io::stdin()) });
            } else if path.is_dir() {
                walk(path, &mut inputs, &mut problems);
            } else {
                inputs.push(Self::file(path));
            }
        }
        (inputs, problems)
    }

    /// How the user calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::File { name, .. } | Self::Stream { name, .. } => name,
        }
    }

    /// How many bytes are stored of it, where that is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::File { path, .. } => {
                fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|data| data.len())
            }
            Self::Stream { .. } => None,
        }
    }

    pub(crate) fn open(self) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::File { path, .. } => Ok(Box::new(File::open(path)?)),
            Self::Stream { reader, .. } => Ok(reader),
        }
    }

    fn file(path: &Path) -> Self {
        Self::File { name: path.display().to_string(), path: path.to_owned() }
    }
}

/// Links to folders are not followed: they may lead in circles.
fn walk(folder: &Path, inputs: &mut Vec<Input>, problems: &mut Vec<Problem>) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        match entries(&folder) {
            Ok((files, inner)) => {
                inputs.extend(files.iter().map(|path| Input::file(path)));
                folders.extend(inner.into_iter().rev());
            }
            Err(error) => {
                let source = folder.display().to_string();
                problems.push(Problem { source, line: None, message: error.to_string() });
            }
        }
    }
}

/// The files and the folders in a folder, each in order.
fn entries(folder: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        } else if entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    folders.sort();
    Ok((files, folders))
}
