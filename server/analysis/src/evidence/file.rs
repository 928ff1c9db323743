//! The files that a setting names as evidence. A repository may name files of its own, and no others.

use super::Evidence;
use leastwise_evidence::{Input, Visible, Watch, read};
use std::path::{Component, Path, PathBuf};

/// The most problems of one reading that are told one by one.
const TOLD: usize = 5;

/// A log or a record that a setting names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceFile {
    /// The folder in which it must lie.
    folder: PathBuf,
    /// How the setting calls it, from there on.
    name: String,
}

impl EvidenceFile {
    /// The file of that name in a folder.
    ///
    /// # Errors
    /// The name leads out of the folder.
    pub fn within(folder: &Path, name: &str) -> Result<Self, String> {
        let is_inner = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        match !name.is_empty() && Path::new(name).components().all(is_inner) {
            true => Ok(Self { folder: folder.to_owned(), name: name.to_owned() }),
            false => Err(format!("evidence must lie in this folder or below it, and {name:?} does not")),
        }
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Links are followed as long as they stay in the folder. A pipe or a device would be waited for.
    fn checked(&self) -> Result<PathBuf, String> {
        let real = |path: &Path| path.canonicalize().map_err(|error| error.to_string());
        let path = real(&self.path())?;
        if !path.starts_with(real(&self.folder)?) {
            return Err("it is a link that leads out of the folder".to_owned());
        }
        if path.is_file() { Ok(path) } else { Err("it is no file".to_owned()) }
    }
}

/// Reads files to one record, and tells what could not be read of them: that costs nothing else.
pub fn read_evidence(files: &[EvidenceFile], watch: &dyn Watch) -> (Evidence, Vec<String>) {
    let (mut inputs, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match file.checked() {
            Ok(path) => inputs.push(Input::File { name: file.name.clone(), path }),
            Err(why) => problems.push(format!("evidence {}: {why}", Visible(&file.name))),
        }
    }
    let reading = read(inputs, watch);
    problems.extend(reading.problems.iter().take(TOLD).map(|problem| format!("evidence {problem}")));
    let others = reading.problem_count.saturating_sub(TOLD as u64);
    if others > 0 {
        problems.push(format!("{others} more lines of evidence could not be read"));
    }
    (Evidence::new(reading.record), problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods","verb":"list","user":{"username":"system:serviceaccount:shop:cart"},"objectRef":{"resource":"pods","namespace":"shop","apiVersion":"v1"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-03-01T08:00:00.000000Z","stageTimestamp":"2026-03-01T08:00:00.000000Z"}"#;

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        let folder = Path::new("/srv/shop");
        for (name, is_allowed) in [
            ("audit.log", true),
            ("./logs/audit.log.gz", true),
            ("../audit.log", false),
            ("logs/../../audit.log", false),
            ("/etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(EvidenceFile::within(folder, name).is_ok(), is_allowed, "{name}");
        }
    }

    #[test]
    fn a_bad_file_is_told_and_costs_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shop");
        std::fs::create_dir_all(folder.join("folder")).unwrap();
        std::fs::write(root.path().join("outside.log"), EVENT).unwrap();
        std::fs::write(folder.join("audit.log"), format!("{EVENT}\nno event\n")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.path().join("outside.log"), folder.join("link.log")).unwrap();
        let names = ["audit.log", "missing.log", "folder", "link.log"];
        let files: Vec<_> = names.iter().map(|name| EvidenceFile::within(&folder, name).unwrap()).collect();
        let (evidence, problems) = read_evidence(&files, &());
        assert_eq!(evidence.record().requests.len(), 1);
        for (place, start) in [
            "evidence missing.log: ",
            "evidence folder: it is no file",
            "evidence link.log: ",
            "evidence audit.log:2: ",
        ]
        .iter()
        .enumerate()
        {
            assert!(problems[place].starts_with(start), "{problems:#?}");
        }
        assert_eq!(problems.len(), 4, "{problems:#?}");
    }
}
