//! What hooks of the kernel and system calls do to files.

use crate::{FileAccess, FileUse, Outcome};

/// Bits of the mask of `file_permission`.
const MAY_EXECUTE: i64 = 1;
const MAY_WRITE: i64 = 2;
const MAY_READ: i64 = 4;
const MAY_APPEND: i64 = 8;
/// Bits of the flags of `open`.
const O_ACCMODE: i64 = 0o3;
const O_CREAT: i64 = 0o100;
const O_EXCL: i64 = 0o200;
const O_TRUNC: i64 = 0o1000;
/// Bits of the protection and flags of `mmap`.
const PROT_WRITE: i64 = 2;
const MAP_SHARED: i64 = 1;

/// What a security hook, by its name without `security_`, says of a path that the kernel has resolved. Nothing for hooks
/// that are about something else.
pub(super) fn of_hook(
    hook: &str,
    path: &str,
    to: Option<&str>,
    numbers: &[i64],
    outcome: Outcome,
) -> Vec<FileUse> {
    let accesses = match hook {
        "file_permission" => of_mask(numbers.first().copied().unwrap_or_default()),
        "file_open" | "fd_install" | "file_receive" => vec![FileAccess::Open],
        "bprm_check" | "bprm_check_security" => vec![FileAccess::Execute],
        "path_truncate" | "file_truncate" | "do_truncate" => vec![FileAccess::Truncate],
        "path_unlink" | "path_rmdir" | "inode_unlink" | "inode_rmdir" | "vfs_unlink" | "vfs_rmdir" => {
            vec![FileAccess::Delete]
        }
        "path_rename" | "inode_rename" | "vfs_rename" => vec![FileAccess::Rename],
        "path_link" | "path_symlink" | "inode_link" | "inode_symlink" | "vfs_link" | "vfs_symlink" => {
            vec![FileAccess::Link]
        }
        "path_mkdir" | "path_mknod" | "inode_mkdir" | "inode_mknod" | "vfs_mkdir" | "vfs_mknod" => {
            vec![FileAccess::Make]
        }
        "inode_create" | "vfs_create" => vec![FileAccess::CreateAnew],
        "path_chmod" | "path_chown" | "inode_setattr" | "inode_setxattr" | "notify_change" => {
            vec![FileAccess::Change]
        }
        "mmap_file" => match numbers {
            [protection, flags, ..] if protection & PROT_WRITE != 0 && flags & MAP_SHARED != 0 => {
                vec![FileAccess::MapShared]
            }
            [_, _, ..] => vec![FileAccess::Read],
            _ => vec![FileAccess::Open],
        },
        _ => Vec::new(),
    };
    let path = absolute(path);
    let to = to.map(absolute);
    let with = |access| FileUse { access, path: path.clone(), to: to.clone(), resolved: true, outcome };
    accesses.into_iter().map(with).collect()
}

fn of_mask(mask: i64) -> Vec<FileAccess> {
    let mut accesses = Vec::new();
    if mask & MAY_READ != 0 {
        accesses.push(FileAccess::Read);
    }
    if mask & (MAY_WRITE | MAY_APPEND) != 0 {
        accesses.push(FileAccess::Write);
    }
    if mask & MAY_EXECUTE != 0 {
        accesses.push(FileAccess::Execute);
    }
    if accesses.is_empty() {
        accesses.push(FileAccess::Open);
    }
    accesses
}

/// Older versions leave out the first slash of what the kernel has resolved.
fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// What a system call does to the path that the process has given. `None` for calls that are about something else.
pub(super) fn of_syscall(name: &str, path: &str, flags: Option<i64>, outcome: Outcome) -> Option<FileUse> {
    let access = match name {
        "open" | "openat" | "openat2" => of_flags(flags),
        "creat" => FileAccess::CreateAnew,
        "truncate" => FileAccess::Truncate,
        "unlink" | "unlinkat" | "rmdir" => FileAccess::Delete,
        "rename" | "renameat" | "renameat2" => FileAccess::Rename,
        "link" | "linkat" | "symlink" | "symlinkat" => FileAccess::Link,
        "mkdir" | "mkdirat" | "mknod" | "mknodat" => FileAccess::Make,
        "chmod" | "fchmodat" | "chown" | "lchown" | "fchownat" | "utime" | "utimes" | "utimensat"
        | "setxattr" => FileAccess::Change,
        "execve" | "execveat" => FileAccess::Execute,
        _ => return None,
    };
    Some(FileUse { access, path: path.to_owned(), to: None, resolved: false, outcome })
}

/// What a file is opened for; where the flags are not known, nobody knows.
pub(super) fn of_flags(flags: Option<i64>) -> FileAccess {
    match flags {
        None => FileAccess::Open,
        Some(flags) if flags & O_CREAT != 0 && flags & (O_EXCL | O_TRUNC) != 0 => FileAccess::CreateAnew,
        Some(flags) if flags & O_CREAT != 0 => FileAccess::Create,
        Some(flags) if flags & O_TRUNC != 0 => FileAccess::Truncate,
        Some(flags) if flags & O_ACCMODE != 0 => FileAccess::Write,
        Some(_) => FileAccess::Read,
    }
}

/// The same of flags by name, like `O_WRONLY|O_CREAT`.
pub(super) fn of_flag_names(flags: &str) -> FileAccess {
    let has = |name: &str| flags.split(['|', ' ', ',']).any(|flag| flag.trim() == name);
    if flags.trim().is_empty() {
        FileAccess::Open
    } else if has("O_CREAT") && (has("O_EXCL") || has("O_TRUNC")) || has("FD_CREATED") {
        FileAccess::CreateAnew
    } else if has("O_CREAT") || has("O_TMPFILE") {
        FileAccess::Create
    } else if has("O_TRUNC") {
        FileAccess::Truncate
    } else if has("O_WRONLY") || has("O_RDWR") {
        FileAccess::Write
    } else {
        FileAccess::Read
    }
}

/// Calls whose number says whom somebody becomes or to whom something is given.
pub(super) fn is_about_ids(syscall: &str) -> bool {
    matches!(
        syscall,
        "setuid" | "setgid" | "setreuid" | "setregid" | "setresuid" | "setresgid" | "setfsuid" | "setfsgid"
    )
}
