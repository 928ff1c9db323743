//! Which of the things that are done to files a log shows. One that shows writes may not show what is removed.

use leastwise_evidence::{FileAccess, FileUse, Format, Source};

/// Something that a read-only file system refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Opening for writing or with creation, even where nothing is written then. What is mapped was opened.
    Opens,
    Truncate,
    Delete,
    Rename,
    Link,
    /// Of mode, owner, times and attributes.
    Change,
    /// Of folders, devices, and sockets.
    Make,
}

impl Family {
    pub(super) const ALL: [Self; 7] =
        [Self::Opens, Self::Truncate, Self::Delete, Self::Rename, Self::Link, Self::Change, Self::Make];

    /// The system calls by which it is done.
    pub(super) fn syscalls(self) -> &'static [&'static str] {
        match self {
            Self::Opens => &["creat", "open", "open_by_handle_at", "openat", "openat2"],
            // A descriptor that `ftruncate` takes was opened for writing.
            Self::Truncate => &["truncate", "truncate64"],
            Self::Delete => &["rmdir", "unlink", "unlinkat"],
            Self::Rename => &["rename", "renameat", "renameat2"],
            Self::Link => &["link", "linkat", "symlink", "symlinkat"],
            Self::Change => &[
                "chmod",
                "chown",
                "chown32",
                "fchmod",
                "fchmodat",
                "fchmodat2",
                "fchown",
                "fchown32",
                "fchownat",
                "fremovexattr",
                "fsetxattr",
                "futimesat",
                "lchown",
                "lchown32",
                "lremovexattr",
                "lsetxattr",
                "removexattr",
                "setxattr",
                "utime",
                "utimensat",
                "utimensat_time64",
                "utimes",
            ],
            // A Unix socket that is bound to a path is made there.
            Self::Make => &["bind", "mkdir", "mkdirat", "mknod", "mknodat", "socketcall"],
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Opens => "for what files are opened",
            Self::Truncate => "which files are cut",
            Self::Delete => "which files are removed",
            Self::Rename => "which files are moved",
            Self::Link => "which files get a second name",
            Self::Change => "whose mode, owner or times are changed",
            Self::Make => "which folders, devices and sockets are made",
        }
    }
}

/// Of which family of events this one shows that its log has them.
///
/// Inspektor Gadget traces calls of `open`, all with their flags. Of Tetragon, hooks on what the kernel has resolved
/// count, and for flags the calls themselves; one call of many, like `unlink`, says nothing about its siblings.
pub(super) fn family(file: &FileUse, source: &Source) -> Option<Family> {
    let only = |format: Format| source.formats.len() == 1 && source.formats.contains(&format);
    if only(Format::InspektorGadget) {
        return (file.access != FileAccess::Open).then_some(Family::Opens);
    }
    if !only(Format::Tetragon) {
        return None;
    }
    match (file.access, file.resolved) {
        (FileAccess::Read | FileAccess::Write | FileAccess::Create, false) => Some(Family::Opens),
        (FileAccess::Truncate, true) => Some(Family::Truncate),
        (FileAccess::Delete, true) => Some(Family::Delete),
        (FileAccess::Rename, true) => Some(Family::Rename),
        (FileAccess::Link, true) => Some(Family::Link),
        (FileAccess::Change, true) => Some(Family::Change),
        (FileAccess::Make, true) => Some(Family::Make),
        _ => None,
    }
}
