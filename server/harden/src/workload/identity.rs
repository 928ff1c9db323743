//! `runAsUser`, `runAsNonRoot` and `runAsGroup`: set to what all processes ran as anyway.

use super::decision::{Decision, HIDDEN};
use super::part::Part;
use crate::Level;
use leastwise_evidence::{Channel, Process};
use leastwise_manifest::Setting;
use leastwise_yaml::{Literal, Patch};
use std::collections::BTreeSet;

const GROUP_UNKNOWN: &str = "the group that goes with the user is not known, and may become another one";
const GROUP_IS_ROOTS: &str =
    "the processes are in root's group, which cannot be told from the image's by a number";

pub(super) fn decide(part: &Part<'_, '_>) -> Result<Vec<Decision>, String> {
    let user = part.container.security_integer(&["runAsUser"]).or(part.pod.security_integer(&["runAsUser"]));
    let group =
        part.container.security_integer(&["runAsGroup"]).or(part.pod.security_integer(&["runAsGroup"]));
    let not_root = part.container.security_boolean(&["runAsNonRoot"]);
    let not_root = not_root.or(part.pod.security_boolean(&["runAsNonRoot"]));
    if user.is_unknown() || group.is_unknown() || not_root.is_unknown() {
        return Err(HIDDEN.to_owned());
    }
    let has_user = matches!(user, Setting::Set(id, _) if id != 0);
    let is_whole =
        has_user && not_root.known() == Some(true) && group.known().is_some_and(|group| group != 0);
    if is_whole {
        return Ok(Vec::new());
    }
    if part.pod.boolean(&["hostUsers"]).known() == Some(false) {
        return Err(
            "in a user namespace of its own, the log shows other numbers than the container has".to_owned()
        );
    }
    let watched = part.watched(Channel::Processes)?;
    let uid = single(part, |process| process.uid, "user")?;
    if uid == 0 {
        return Err("it runs as root".to_owned());
    }
    let gid = single(part, |process| process.gid, "group");
    let uid = i64::from(uid);
    if user.known().is_some_and(|user| user != uid) {
        return Err(format!("it is to run as another user than {uid}, as whom all its processes ran"));
    }
    let because = format!("every process ran as user {uid}: {watched}");
    let set = |key: &str, value: Literal| {
        let path = part.container.security_path(&[key]);
        (path.clone(), Patch::Set { path, value })
    };
    let mut decisions = Vec::new();
    let gid = gid.as_ref().ok().copied().map(i64::from);
    if has_user && not_root.known() != Some(true) {
        let (path, patch) = set("runAsNonRoot", Literal::Boolean(true));
        decisions.push(Decision::exact("never as root", because.clone(), path, vec![patch]));
    }
    let own_group = gid.filter(|gid| *gid != 0 && group.is_unset());
    if !has_user {
        // With a number for the user and none for the group, the runtime looks the group up anew.
        let (path, patch) = set("runAsUser", Literal::Integer(uid));
        let mut patches = vec![patch];
        if not_root.known() != Some(true) {
            patches.push(set("runAsNonRoot", Literal::Boolean(true)).1);
        }
        let what = own_group.map_or(format!("as user {uid}"), |gid| format!("as user {uid} in group {gid}"));
        patches.extend(own_group.map(|gid| set("runAsGroup", Literal::Integer(gid)).1));
        let mut decision = Decision::exact(what, because, path, patches);
        let has_group = own_group.is_some() || group.known().is_some_and(|group| group != 0);
        if !has_group {
            decision.level = Level::Candidate;
            decision.risk = Some(if gid.is_some() { GROUP_IS_ROOTS } else { GROUP_UNKNOWN });
        }
        decisions.push(decision);
    } else if let Some(gid) = own_group {
        let (path, patch) = set("runAsGroup", Literal::Integer(gid));
        decisions.push(Decision::exact(
            format!("in group {gid}"),
            format!("every process ran in group {gid}: {watched}"),
            path,
            vec![patch],
        ));
    }
    Ok(decisions)
}

/// The one number that all processes have.
fn single(part: &Part<'_, '_>, of: impl Fn(&Process) -> Option<u32>, what: &str) -> Result<u32, String> {
    let ids: Option<BTreeSet<u32>> = part.processes().map(of).collect();
    let ids = ids.ok_or_else(|| format!("the log does not show the {what} of every process"))?;
    match ids.iter().copied().collect::<Vec<_>>()[..] {
        [id] => Ok(id),
        [] => Err("no process of it was seen".to_owned()),
        _ => {
            let names = ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" and ");
            Err(format!("its processes ran as {what}s {names}"))
        }
    }
}
