//! `privileged`: switched off where all that it was used for is left without it.

use super::capabilities::{self, Granted};
use super::coverage::covered;
use super::decision::{Decision, HIDDEN};
use super::file_family::Family;
use super::folders::is_in;
use super::part::Part;
use crate::seen::shown;
use leastwise_evidence::{Channel, FileUse};
use leastwise_manifest::string;
use leastwise_yaml::{Literal, Patch};

/// Devices that every container has. Source: OCI runtime specification, `config-linux.md`, default devices.
const DEVICES: [&str; 13] = [
    "/dev/console",
    "/dev/fd",
    "/dev/full",
    "/dev/mqueue",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/random",
    "/dev/shm",
    "/dev/stderr",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/tty",
];
const MORE_DEVICES: [&str; 4] = ["/dev/termination-log", "/dev/urandom", "/dev/zero", "/dev/log"];

/// What is masked or read-only without it. Source: containerd, `pkg/cri`, default masked and read-only paths.
const MASKED: [&str; 11] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/firmware",
];
const READ_ONLY: [&str; 6] =
    ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/sys"];

/// Calls that no set of capabilities lets through where the runtime's AppArmor profile is on.
const CALLS: [&str; 11] = [
    "fsconfig",
    "fsmount",
    "fsopen",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "pivot_root",
    "swapon",
    "umount",
    "umount2",
];

/// Calls by which a device gets a name anywhere, which an ordinary container may give and not open.
const DEVICE_CALLS: [&str; 2] = ["mknod", "mknodat"];

/// What comes of `privileged`.
pub(super) enum Privileged {
    /// It is off.
    Off,
    /// It goes; what is granted then.
    Goes(Vec<Decision>, Granted),
    /// It stays, and with it all that it includes.
    Stays(String),
}

pub(super) fn decide(part: &Part<'_, '_>) -> Privileged {
    let setting = part.container.security_boolean(&["privileged"]);
    if setting.is_unknown() {
        return Privileged::Stays(HIDDEN.to_owned());
    }
    if setting.known() != Some(true) {
        return Privileged::Off;
    }
    match without(part) {
        Ok((decisions, granted)) => Privileged::Goes(decisions, granted),
        Err(why) => Privileged::Stays(why),
    }
}

fn without(part: &Part<'_, '_>) -> Result<(Vec<Decision>, Granted), String> {
    mounts_stay_inside(part)?;
    let need = capabilities::by_checks(part)?;
    let files = part.watched(Channel::Files)?;
    let calls = part.all_syscalls()?;
    if let Some(call) = part.syscalls().find(|call| CALLS.contains(&call.name.as_str())) {
        return Err(format!("it called {}", shown(&call.name)));
    }
    if let Some(call) = part.syscalls().find(|call| DEVICE_CALLS.contains(&call.name.as_str())) {
        return Err(format!("it called {}, perhaps for a device of its own", shown(&call.name)));
    }
    // That something was done to files shows nothing of what was opened, nor of folders made below /sys/fs/cgroup.
    Family::ALL.into_iter().try_for_each(|family| covered(part, family))?;
    for (file, _) in part.files() {
        if !part.is_resolved(file) && !file.path.starts_with('/') {
            return Err(format!("nobody knows where {} is, which it opened", shown(&file.path)));
        }
        if reaches_beyond(file) {
            return Err(format!("it used {}", shown(&file.path)));
        }
    }
    let (mut patches, after) = capabilities::patches(part, &need, &None)?;
    let path = part.container.security_path(&["privileged"]);
    patches.push(Patch::Set { path: path.clone(), value: Literal::Boolean(false) });
    let names = after.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
    let keeps = if names.is_empty() { "no capability".to_owned() } else { names };
    let because = format!(
        "it used no device of its own, mounted nothing, and wrote nothing below /sys and /proc/sys: {files}; {calls}"
    );
    Ok((vec![Decision::exact(format!("not privileged, with {keeps}"), because, path, patches)], after))
}

/// The API server refuses mounts that reach back to the node in a container that is not privileged.
fn mounts_stay_inside(part: &Part<'_, '_>) -> Result<(), String> {
    let mounts = part.container.node.get("volumeMounts").value();
    for mount in mounts.into_iter().flat_map(|mounts| mounts.items().collect::<Vec<_>>()) {
        let propagation = string(mount.value, &["mountPropagation"]);
        if propagation.is_unknown() {
            return Err(HIDDEN.replace("set", "mounted"));
        }
        if propagation.known() == Some("Bidirectional") {
            return Err("what it mounts is to reach the node (mountPropagation: Bidirectional)".to_owned());
        }
    }
    Ok(())
}

/// Whether only a privileged container can do that.
fn reaches_beyond(file: &FileUse) -> bool {
    let path = file.path.as_str();
    let is_one = |list: &[&str]| list.iter().any(|folder| is_in(path, folder));
    let is_device = is_in(path, "/dev") && path != "/dev" && !is_one(&DEVICES) && !is_one(&MORE_DEVICES);
    is_device || is_one(&MASKED) || is_one(&READ_ONLY) && file.access.writes() != Some(false)
}
