//! Where in a container a path lies: on its root file system, on a volume, or on what the runtime mounts.

use super::decision::HIDDEN;
use super::part::Part;
use leastwise_evidence::TOKEN_FOLDER;
use leastwise_manifest::{boolean, string};
use leastwise_yaml::{Field, Node, Path};

/// What kubelet and runtime mount in every container. `/etc/hostname` and `/etc/resolv.conf` are left out: with a
/// read-only root file system containerd mounts them read-only as well (`pkg/cri/server/container_create.go`).
const MOUNTED: [&str; 5] = ["/dev", "/etc/hosts", "/proc", "/sys", TOKEN_FOLDER];

/// Things with a path that are on no file system.
const NO_FILES: [&str; 4] = ["/anon_inode:", "/memfd:", "/pipe:[", "/socket:["];

/// A volume in a container.
#[derive(Clone, Debug)]
pub(super) struct Mount<'d> {
    pub(super) node: Node<'d>,
    /// Where it stands in the document.
    pub(super) path: Path,
    /// The volume's name.
    pub(super) volume: &'d str,
    /// Where in the container, without a last slash.
    pub(super) at: String,
    pub(super) is_read_only: bool,
}

/// Where a path lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    /// On the mount of that index.
    Mount(usize),
    /// On what the runtime mounts, or nowhere.
    Runtime,
}

/// The mounts of a container, where all of them can be read.
pub(super) fn mounts<'d>(part: &Part<'_, 'd>) -> Result<Vec<Mount<'d>>, String> {
    if !part.ground.is_written {
        return Ok(Vec::new());
    }
    let hidden = || HIDDEN.replace("set", "mounted");
    let list = match part.container.node.get("volumeMounts") {
        Field::Absent => return Ok(Vec::new()),
        Field::Present(entry) if entry.value.is_null() => return Ok(Vec::new()),
        Field::Present(entry) if !entry.value.is_open() && !entry.value.is_unknown() => entry.value,
        _ => return Err(hidden()),
    };
    let at = part.container.path.key("volumeMounts");
    let read = |item: leastwise_yaml::Item<'d>| {
        let text = |key: &str| string(item.value, &[key]);
        let read_only = boolean(item.value, &["readOnly"]);
        if read_only.is_unknown() {
            return None;
        }
        Some(Mount {
            node: item.value,
            path: at.index(item.index),
            volume: text("name").known()?,
            at: text("mountPath").known()?.trim_end_matches('/').to_owned(),
            is_read_only: read_only.known().unwrap_or(false),
        })
    };
    list.items().map(read).collect::<Option<Vec<_>>>().ok_or_else(hidden)
}

/// Where the path lies. Mounts lie over one another: the deepest one counts.
pub(super) fn place(path: &str, mounts: &[Mount<'_>]) -> Place {
    if NO_FILES.iter().any(|start| path.starts_with(start)) {
        return Place::Runtime;
    }
    let of_volume = mounts.iter().enumerate().filter(|(_, mount)| is_in(path, &mount.at));
    let of_volume = of_volume.max_by_key(|(_, mount)| mount.at.len());
    let of_runtime = MOUNTED.iter().filter(|folder| is_in(path, folder)).map(|folder| folder.len()).max();
    match (of_volume, of_runtime) {
        (Some((index, mount)), deepest) if deepest.is_none_or(|deepest| mount.at.len() >= deepest) => {
            Place::Mount(index)
        }
        (_, Some(_)) => Place::Runtime,
        (_, None) => Place::Root,
    }
}

/// Whether the path is the folder or lies below it.
pub(super) fn is_in(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder in which a path lies: `/` of `/a`.
pub(super) fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_in, parent};

    #[test]
    fn a_folder_holds_what_lies_below_it_and_not_what_only_begins_alike() {
        assert!(is_in("/tmp/a", "/tmp") && is_in("/tmp", "/tmp"));
        assert!(is_in("/a", "/") && !is_in("/tmpfs", "/tmp"));
        assert_eq!((parent("/a"), parent("/a/b"), parent("/")), ("/", "/a", "/"));
    }
}
