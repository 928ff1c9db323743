//! Mounts of volumes: read-only where nothing was written; those that were not opened could go.

use super::coverage::covered;
use super::decision::{Decision, Decisions};
use super::file_family::Family;
use super::folders::{Mount, Place, mounts, place};
use super::part::Part;
use crate::seen::shown;
use leastwise_evidence::Channel;
use leastwise_manifest::string;
use leastwise_yaml::{Emptied, Literal, Node, Patch};
use std::collections::BTreeSet;

/// Kinds of volumes to which nobody can write in any case. Source: Kubernetes, `core/v1` types.
const ALWAYS_READ_ONLY: [&str; 4] = ["configMap", "downwardAPI", "projected", "secret"];

pub(super) fn decide(part: &Part<'_, '_>, decisions: &mut Decisions) {
    const FIELD: &str = "volumeMounts";
    let mounts = match mounts(part) {
        Ok(mounts) if mounts.is_empty() => return,
        Ok(mounts) => mounts,
        Err(why) => return decisions.refuse(FIELD, why),
    };
    let watched = match part.watched(Channel::Files) {
        Ok(watched) => watched,
        Err(why) => return decisions.refuse(FIELD, why),
    };
    let unresolved = part.files().find(|(file, _)| !part.is_resolved(file));
    if let Some((file, _)) = unresolved {
        let why = format!("nobody knows where {} is, which it used", shown(&file.path));
        return decisions.refuse(FIELD, why);
    }
    for (index, mount) in mounts.iter().enumerate() {
        let field = format!("{FIELD} at {}", shown(&mount.at));
        let touched: Vec<_> = part
            .files()
            .filter(|(file, _)| {
                let is_here = |path: &str| place(path, &mounts) == Place::Mount(index);
                is_here(&file.path) || file.to.as_deref().is_some_and(is_here)
            })
            .collect();
        let volume = volume(part, mount.volume);
        if touched.is_empty() {
            let because = format!("nothing there was opened: {watched}");
            let removal = removal(part, mount, volume);
            if covered(part, Family::Opens).is_ok() {
                let what = format!("the mount at {} could go", shown(&mount.at));
                decisions.made.push(Decision::candidate(what, because, mount.path.clone(), removal));
                if part.ground.options.include_candidates {
                    continue;
                }
            }
        }
        host_path(
            part,
            mount,
            volume,
            &touched.iter().map(|(file, _)| file.path.as_str()).collect(),
            decisions,
        );
        if mount.is_read_only || has_source(volume, &ALWAYS_READ_ONLY) {
            continue;
        }
        let written = touched.iter().find(|(file, _)| file.access.writes() != Some(false));
        let decided = match written {
            Some((file, _)) if file.access.writes().is_none() => {
                Err(format!("nobody knows for what {} was opened", shown(&file.path)))
            }
            // It is needed as it is.
            Some(_) => continue,
            None => Family::ALL.into_iter().try_for_each(|family| covered(part, family)),
        };
        let decided = decided.map(|()| {
            let path = mount.path.key("readOnly");
            let patch = Patch::Set { path: path.clone(), value: Literal::Boolean(true) };
            let because = format!("nothing there was written: {watched}");
            [Decision::exact(format!("read-only at {}", shown(&mount.at)), because, path, vec![patch])]
        });
        decisions.take(&field, decided);
    }
}

/// The volume of a name, with its place among the pod's.
fn volume<'d>(part: &Part<'_, 'd>, name: &str) -> Option<(usize, Node<'d>)> {
    let list = part.pod.node.get("volumes").value()?;
    let found = list.items().find(|item| string(item.value, &["name"]).known() == Some(name))?;
    Some((found.index, found.value))
}

fn has_source(volume: Option<(usize, Node<'_>)>, kinds: &[&str]) -> bool {
    volume.is_some_and(|(_, volume)| kinds.iter().any(|kind| volume.get(kind).value().is_some()))
}

/// The mount goes, and the volume with it where it is nobody else's.
fn removal(part: &Part<'_, '_>, mount: &Mount<'_>, volume: Option<(usize, Node<'_>)>) -> Vec<Patch> {
    let mut patches = vec![Patch::Remove { path: mount.path.clone(), emptied: Emptied::Remove }];
    let containers = part.pod.containers();
    let uses = containers.iter().flat_map(|container| {
        let lists = ["volumeMounts", "volumeDevices"].map(|key| container.node.get(key).value());
        let items = lists.into_iter().flatten().flat_map(|list| list.items().collect::<Vec<_>>());
        items.map(|item| string(item.value, &["name"]).known()).collect::<Vec<_>>()
    });
    // One that a template hides may be a use of it.
    let uses = uses.filter(|name| name.is_none_or(|name| name == mount.volume)).count();
    if let (Some((index, _)), 1) = (volume, uses) {
        let path = part.pod.path.key("volumes").index(index);
        patches.push(Patch::Remove { path, emptied: Emptied::Remove });
    }
    patches
}

/// Of a folder of the node more may be mounted than is used. How the program finds its files there only people know.
fn host_path(
    part: &Part<'_, '_>,
    mount: &Mount<'_>,
    volume: Option<(usize, Node<'_>)>,
    paths: &BTreeSet<&str>,
    decisions: &mut Decisions,
) {
    let Some((index, volume)) = volume else { return };
    let Some(host) = string(volume, &["hostPath", "path"]).known() else { return };
    let Some(common) = common_folder(paths) else { return };
    let Some(rest) = common.strip_prefix(&mount.at).filter(|rest| rest.len() > 1) else { return };
    let has_sub_path =
        mount.node.get("subPath").value().is_some() || mount.node.get("subPathExpr").value().is_some();
    if has_sub_path {
        return;
    }
    let what = format!(
        "of the node's folder {} only {}{} is used",
        shown(host),
        shown(host.trim_end_matches('/')),
        shown(rest)
    );
    let path = part.pod.path.key("volumes").index(index).keys(&["hostPath", "path"]);
    let because = "all that was opened there lies in it".to_owned();
    decisions.made.push(Decision::candidate(what, because, path, Vec::new()));
}

/// The innermost folder around all of the paths.
fn common_folder(paths: &BTreeSet<&str>) -> Option<String> {
    let (first, last) = (paths.first()?, paths.last()?);
    // In order, what the first and the last one share all of them share.
    let shared = first.split('/').zip(last.split('/')).take_while(|(one, other)| one == other);
    let mut names: Vec<&str> = shared.map(|(name, _)| name).collect();
    if first == last {
        names.pop();
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::common_folder;

    #[test]
    fn a_common_folder_is_whole() {
        let of = |paths: &[&str]| common_folder(&paths.iter().copied().collect());
        assert_eq!(of(&["/host/log/a", "/host/log/b/c"]).as_deref(), Some("/host/log"));
        assert_eq!(of(&["/host/log/a", "/host/lib/a"]).as_deref(), Some("/host"));
        assert_eq!(of(&["/host/log/a"]).as_deref(), Some("/host/log"));
        assert_eq!(of(&[]), None);
    }
}
