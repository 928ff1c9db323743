//! Empty volumes in the place of folders that a container writes to. An empty volume hides what the image has there,
//! so nothing in the folder may be used that the container has not made itself.

use super::folders::{Mount, Place, is_in, mounts, parent, place};
use super::part::Part;
use crate::seen::shown;
use leastwise_evidence::{FileAccess, FileUse, Observations};
use leastwise_manifest::string;
use leastwise_yaml::{Field, Literal, Patch};
use std::collections::BTreeSet;

/// Folders of which programs need what the image has in them.
const OF_THE_IMAGE: [&str; 7] = ["/bin", "/boot", "/etc", "/lib", "/lib64", "/sbin", "/usr"];

/// The folders that need a volume of their own.
pub(super) fn decide(
    part: &Part<'_, '_>,
    written: &[(&FileUse, &Observations)],
    mounts: &[Mount<'_>],
) -> Result<BTreeSet<String>, String> {
    if !part.ground.is_written {
        return Err("something was written, and nobody knows what is mounted there".to_owned());
    }
    let mut folders = BTreeSet::new();
    for (file, _) in written {
        let paths = std::iter::once(&file.path).chain(&file.to);
        for path in paths.filter(|path| place(path, mounts) == Place::Root) {
            folders.insert(folder(part, path));
        }
    }
    for folder in &folders {
        if folder == "/" || OF_THE_IMAGE.iter().any(|own| is_in(folder, own)) {
            let path = written.iter().find(|(file, _)| is_in(&file.path, folder));
            let path = path.map_or(folder.as_str(), |(file, _)| &file.path);
            return Err(format!(
                "{} was written, and a volume cannot take the place of {folder}",
                shown(path)
            ));
        }
        if let Some(outer) = folders.iter().find(|other| *other != folder && is_in(folder, other)) {
            return Err(format!("a volume at {} would hide {}", shown(outer), shown(folder)));
        }
        if let Some(mount) = mounts.iter().find(|mount| is_in(&mount.at, folder)) {
            return Err(format!("a volume at {} would lie over the one at {}", shown(folder), mount.at));
        }
    }
    for (file, seen) in part.files() {
        if !part.is_resolved(file) {
            return Err(format!("nobody knows where {} is, which was read by that name", shown(&file.path)));
        }
        let of = |path: &str| folders.iter().find(|folder| is_in(path, folder));
        let (from, to) = (of(&file.path), file.to.as_deref().and_then(of));
        if from.is_none() && to.is_none() {
            continue;
        }
        if matches!(file.access, FileAccess::Rename | FileAccess::Link) && (from != to || file.to.is_none()) {
            return Err(format!("{} was moved or linked out of its folder", shown(&file.path)));
        }
        if !is_new(file) && !is_own(part, &file.path, seen) {
            let path = shown(&file.path);
            return Err(format!(
                "{path} may be the image's own: it was not seen to be made before it was used"
            ));
        }
    }
    Ok(folders)
}

/// The innermost folder around a path that the container has not made itself.
fn folder(part: &Part<'_, '_>, path: &str) -> String {
    let is_made = |folder: &str| {
        part.files()
            .any(|(file, _)| file.access == FileAccess::Make && file.path.trim_end_matches('/') == folder)
    };
    let mut folder = parent(path);
    while folder != "/" && is_made(folder) {
        folder = parent(folder);
    }
    folder.to_owned()
}

/// Whether it makes no difference what was at the path before.
fn is_new(file: &FileUse) -> bool {
    matches!(file.access, FileAccess::CreateAnew | FileAccess::Make)
}

/// Whether the container had made what lies at the path, or a folder around it, before, in each of its replicas.
fn is_own(part: &Part<'_, '_>, path: &str, used: &Observations) -> bool {
    let made: Vec<&Observations> = part
        .files()
        .filter(|(file, _)| {
            let arrives = |at: &str| path == at;
            match file.access {
                FileAccess::CreateAnew => arrives(&file.path),
                FileAccess::Make => is_in(path, file.path.trim_end_matches('/')),
                // What is moved to where it is was there before.
                FileAccess::Rename | FileAccess::Link => {
                    file.to.as_deref().is_some_and(arrives) && !arrives(&file.path)
                }
                _ => false,
            }
        })
        .map(|(_, seen)| seen)
        .collect();
    // Each log may show the one or the other; what happens on one node has one clock.
    used.iter().all(|((_, node), used)| {
        let runs = part.seen.runs.values();
        let here =
            runs.filter(|run| run.channels.values().any(|seen| seen.iter().any(|((_, at), _)| at == node)));
        let replicas = here.count() as u64;
        made.iter().flat_map(|seen| seen.iter()).any(|((_, at), made)| {
            let is_before = made.first.zip(used.first).is_some_and(|(made, used)| made < used);
            at == node && is_before && made.count >= replicas
        })
    })
}

/// The volumes and their mounts.
pub(super) fn patches(part: &Part<'_, '_>, folders: &BTreeSet<String>) -> Result<Vec<Patch>, String> {
    let hidden = || "a template hides which volumes there are".to_owned();
    let taken: BTreeSet<&str> = match part.pod.node.get("volumes") {
        Field::Absent => BTreeSet::new(),
        Field::Present(entry) if entry.value.is_null() => BTreeSet::new(),
        Field::Present(entry) if !entry.value.is_open() && !entry.value.is_unknown() => {
            let names = entry.value.items().map(|item| string(item.value, &["name"]).known());
            names.collect::<Option<_>>().ok_or_else(hidden)?
        }
        _ => return Err(hidden()),
    };
    let (volumes, mounted) = (part.pod.path.key("volumes"), part.container.path.key("volumeMounts"));
    let mut names = taken.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let (first, first_mount) = (taken.len(), mounts(part)?.len());
    let mut patches = Vec::new();
    for (place, folder) in folders.iter().enumerate() {
        let name = free_name(part.container.name().unwrap_or_default(), folder, &names);
        let literal = |entries: Vec<(&str, Literal)>| {
            Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        let empty = literal(vec![("name", name.as_str().into()), ("emptyDir", literal(Vec::new()))]);
        let mount = literal(vec![("name", name.as_str().into()), ("mountPath", folder.as_str().into())]);
        patches.push(Patch::Set { path: volumes.index(first + place), value: empty });
        patches.push(Patch::Set { path: mounted.index(first_mount + place), value: mount });
        names.insert(name);
    }
    Ok(patches)
}

/// A name for the volume of a folder that no other volume has: `web-var-cache`.
fn free_name(container: &str, folder: &str, taken: &BTreeSet<String>) -> String {
    let allowed = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let words: String = format!("{container}{folder}").chars().map(allowed).collect();
    // A label of DNS: 63 characters, and room for a number.
    let words: String = words.trim_matches('-').chars().take(58).collect();
    let words = words.trim_end_matches('-');
    let numbered = (2..).map(|number| format!("{words}-{number}"));
    std::iter::once(words.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}
