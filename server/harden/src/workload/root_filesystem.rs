//! `readOnlyRootFilesystem`: set where nothing was written there, or where all that was can have volumes of its own.

use super::coverage::covered;
use super::decision::{Decision, HIDDEN};
use super::file_family::Family;
use super::folders::{Mount, Place, mounts, place};
use super::part::Part;
use super::writable_folders;
use crate::seen::shown;
use leastwise_evidence::{Channel, FileUse, Observations};
use leastwise_yaml::{Literal, Patch};

const RISK: &str = "what is written there is kept in memory or on the node for as long as the pod lives, over restarts \
                    of the container as well";

pub(super) fn decide(part: &Part<'_, '_>) -> Result<Option<Decision>, String> {
    let setting = part.container.security_boolean(&["readOnlyRootFilesystem"]);
    if setting.is_unknown() {
        return Err(HIDDEN.to_owned());
    }
    if setting.known() == Some(true) {
        return Ok(None);
    }
    let watched = part.watched(Channel::Files)?;
    Family::ALL.into_iter().try_for_each(|family| covered(part, family))?;
    if let Some(process) = part.processes().find(|process| process.from_upper_layer == Some(true)) {
        let program = shown(&process.program);
        return Err(format!("{program} was written into the container before it ran"));
    }
    let mounts = mounts(part)?;
    let written = written(part, &mounts)?;
    let path = part.container.security_path(&["readOnlyRootFilesystem"]);
    let mut patches = vec![Patch::Set { path: path.clone(), value: Literal::Boolean(true) }];
    if written.is_empty() {
        let because = format!("nothing was written to the root file system: {watched}");
        return Ok(Some(Decision::exact("read-only root file system", because, path, patches)));
    }
    let volumes = writable_folders::decide(part, &written, &mounts)?;
    let names = volumes.iter().map(|folder| shown(folder)).collect::<Vec<_>>().join(", ");
    patches.extend(writable_folders::patches(part, &volumes)?);
    let what = format!("read-only root file system, with empty volumes at {names}");
    let because = format!(
        "nothing was written outside of {names}, nothing was read there that the container had not made itself: {watched}"
    );
    Ok(Some(Decision { risk: Some(RISK), ..Decision::exact(what, because, path, patches) }))
}

/// What was written to the root file system.
fn written<'p>(
    part: &'p Part<'_, '_>,
    mounts: &[Mount<'_>],
) -> Result<Vec<(&'p FileUse, &'p Observations)>, String> {
    let mut written = Vec::new();
    for (file, seen) in part.files() {
        if file.access.writes() == Some(false) {
            continue;
        }
        if !part.is_resolved(file) {
            let path = shown(&file.path);
            return Err(format!("nobody knows where {path} is, which was opened or changed by that name"));
        }
        let is_on_root = |path: &str| place(path, mounts) == Place::Root;
        if !is_on_root(&file.path) && !file.to.as_deref().is_some_and(is_on_root) {
            continue;
        }
        if file.access.writes().is_none() {
            return Err(format!("nobody knows for what {} was opened", shown(&file.path)));
        }
        written.push((file, seen));
    }
    Ok(written)
}
