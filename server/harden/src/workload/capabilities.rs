//! `capabilities`: all are dropped, and those that are needed are added again if they are granted now.

use super::decision::{Decision, HIDDEN};
use super::part::Part;
use crate::Level;
use crate::seen::{Seen, shown};
use leastwise_evidence::{Caution, Channel, Outcome, SocketAccess};
use leastwise_privilege::{capability_name, granted_capabilities};
use leastwise_yaml::{Emptied, Field, Literal, Patch};
use std::collections::{BTreeMap, BTreeSet};

/// `None`: every one.
pub(super) type Granted = Option<BTreeSet<String>>;

/// What is needed, each with why, and on what it rests that there is no more.
#[derive(Clone, Debug, Default)]
pub(super) struct Need {
    names: BTreeMap<String, (Level, String)>,
    because: String,
}

impl Need {
    pub(super) fn of<'n>(&'n self, granted: &'n Granted) -> impl Iterator<Item = &'n String> {
        self.names.keys().filter(move |name| granted.as_ref().is_none_or(|granted| granted.contains(*name)))
    }
}

const RISK: &str = "a program that has file capabilities beyond those added does not start; with \
                    allowPrivilegeEscalation off no event shows that there is one";

/// What the container may use now; an error where a template hides it.
pub(super) fn granted(part: &Part<'_, '_>) -> Result<Granted, String> {
    let (add, drop) = (list(part, "add")?, list(part, "drop")?);
    let texts = |list: &[(usize, &str)]| list.iter().map(|(_, text)| (*text).to_owned()).collect::<Vec<_>>();
    Ok(granted_capabilities(&texts(&add), &texts(&drop)))
}

/// The capabilities, and what is granted afterwards.
pub(super) fn decide(part: &Part<'_, '_>, now: &Granted) -> Result<(Vec<Decision>, Granted), String> {
    let need = need(part)?;
    let (patches, after) = patches(part, &need, now)?;
    if patches.is_empty() {
        return Ok((Vec::new(), after));
    }
    let path = part.container.security_path(&["capabilities"]);
    let what = match after.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "drop all capabilities".to_owned(),
        some => format!("drop all capabilities but {some}"),
    };
    let hides_file_capabilities =
        part.container.security_boolean(&["allowPrivilegeEscalation"]).known() == Some(false);
    let mut decisions = vec![Decision {
        risk: hides_file_capabilities.then_some(RISK),
        ..Decision::exact(what, need.because.clone(), path.clone(), patches)
    }];
    for (name, (level, because)) in &need.names {
        if after.as_ref().is_some_and(|after| after.contains(name)) {
            let what = format!("keep {}", shown(name));
            let kept = Decision::exact(what, because.clone(), path.clone(), Vec::new());
            decisions.push(Decision { level: *level, ..kept });
        }
    }
    Ok((decisions, after))
}

/// What is added for a user who is not root, and can do nothing: the container's programs do not inherit it, and have it
/// only where their files say so.
pub(super) fn without_effect(part: &Part<'_, '_>) -> Option<Decision> {
    let user = part.container.security_integer(&["runAsUser"]).or(part.pod.security_integer(&["runAsUser"]));
    let user = user.known().filter(|user| *user != 0)?;
    let added: BTreeSet<String> =
        list(part, "add").ok()?.into_iter().map(|(_, name)| capability_name(name)).collect();
    let has_any = part.processes().any(|process| {
        let held = process.permitted.iter().chain(&process.effective).flatten();
        held.into_iter().any(|name| added.contains(&capability_name(name)) || added.contains("ALL"))
    });
    if added.is_empty() || has_any {
        return None;
    }
    let names = added.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    let because = format!(
        "user {user} is not root, whose programs alone inherit it; others have it only where their files say so"
    );
    let path = part.container.security_path(&["capabilities", "add"]);
    Some(Decision::candidate(format!("{names} is added and does nothing"), because, path, Vec::new()))
}

/// What is needed: nothing where no process had any; otherwise what the kernel was asked about and granted.
pub(super) fn need(part: &Part<'_, '_>) -> Result<Need, String> {
    let by_processes = part.watched(Channel::Processes).and_then(|watched| {
        let is_empty = |set: &Option<BTreeSet<String>>| set.as_ref().is_some_and(BTreeSet::is_empty);
        if part.processes().next().is_none() {
            return Err("no process of it was seen".to_owned());
        }
        match part.processes().find(|process| !is_empty(&process.permitted) || !is_empty(&process.effective))
        {
            None => Ok(format!("no process of it had any: {watched}")),
            Some(process) if process.permitted.is_none() || process.effective.is_none() => {
                Err("the log does not show which capabilities its processes have".to_owned())
            }
            Some(_) => {
                Err("its processes have capabilities, which does not say that they need them".to_owned())
            }
        }
    });
    let why = match by_processes {
        Ok(because) => return Ok(Need { names: BTreeMap::new(), because }),
        Err(why) => why,
    };
    by_checks(part).map_err(|other| format!("{why}; {other}"))
}

/// What the kernel was asked about and granted, and what else system calls and sockets suggest.
pub(super) fn by_checks(part: &Part<'_, '_>) -> Result<Need, String> {
    let watched = part.watched(Channel::Capabilities)?;
    let limited = part.sources(Channel::Capabilities).any(|source| {
        let source = part.ground.record.sources.get(&source);
        source.is_some_and(|source| source.cautions.contains(&Caution::RateLimited))
    });
    if limited && !part.ground.options.despite_loss {
        return Err("the log's checks of capabilities may be limited to some a minute".to_owned());
    }
    let mut need = Need { names: BTreeMap::new(), because: format!("no other was used: {watched}") };
    for (check, seen) in part.checks() {
        if check.granted == Some(false) || check.initial_user_namespace == Some(false) {
            continue;
        }
        let words = Seen::of(seen, part.ground.record).words("check");
        let found = if check.audited == Some(false) {
            (Level::Implied, format!("the kernel granted it, perhaps only as an easier way: {words}"))
        } else {
            (Level::Exact, format!("the kernel granted it: {words}"))
        };
        let known = need.names.entry(capability_name(&check.capability)).or_insert_with(|| found.clone());
        if found.0 < known.0 {
            *known = found;
        }
    }
    for (name, because) in suggested(part) {
        need.names.entry(name.to_owned()).or_insert((Level::Implied, because));
    }
    Ok(need)
}

/// Capabilities that go with what was done. They are kept for it, never added.
fn suggested(part: &Part<'_, '_>) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for call in part.syscalls().filter(|call| call.outcome != Outcome::Failed) {
        let name = match call.name.as_str() {
            "chroot" => "SYS_CHROOT",
            "mount" | "umount" | "umount2" | "pivot_root" | "setns" | "unshare" => "SYS_ADMIN",
            "ptrace" => "SYS_PTRACE",
            "init_module" | "finit_module" | "delete_module" => "SYS_MODULE",
            "settimeofday" | "clock_settime" | "clock_settime64" | "stime" => "SYS_TIME",
            "syslog" => "SYSLOG",
            "setuid" | "setreuid" | "setresuid" | "setfsuid" if call.about.as_deref() != Some("0") => {
                "SETUID"
            }
            "setgid" | "setregid" | "setresgid" | "setfsgid" | "setgroups"
                if call.about.as_deref() != Some("0") =>
            {
                "SETGID"
            }
            _ => continue,
        };
        found.push((name, format!("it called {}", shown(&call.name))));
    }
    for (socket, _) in part.sockets() {
        match (socket.access, socket.port) {
            (SocketAccess::Bind | SocketAccess::Listen, Some(port @ 1..1024)) => {
                found.push(("NET_BIND_SERVICE", format!("it was bound to port {port}")));
            }
            (SocketAccess::Raw, _) => found.push(("NET_RAW", "it opened a raw socket".to_owned())),
            _ => {}
        }
    }
    found
}

/// The least change that leaves what is needed of what is granted now.
pub(super) fn patches(
    part: &Part<'_, '_>,
    need: &Need,
    now: &Granted,
) -> Result<(Vec<Patch>, Granted), String> {
    let target: BTreeSet<String> = need.of(now).cloned().collect();
    let (add, drop) = (list(part, "add")?, list(part, "drop")?);
    let mut patches = Vec::new();
    if now.as_ref() == Some(&target) {
        return Ok((patches, Some(target)));
    }
    if !drop.iter().any(|(_, name)| capability_name(name) == "ALL") {
        let path = part.container.security_path(&["capabilities", "drop"]);
        patches.push(Patch::Set { path, value: Literal::Sequence(vec!["ALL".into()]) });
    }
    let path = part.container.security_path(&["capabilities", "add"]);
    let is_kept = |(_, name): &&(usize, &str)| target.contains(&capability_name(name));
    let kept: BTreeSet<String> = add.iter().filter(is_kept).map(|(_, name)| capability_name(name)).collect();
    let missing: Vec<&String> = target.difference(&kept).collect();
    if add.is_empty() {
        if !missing.is_empty() {
            let names = missing.into_iter().map(|name| Literal::from(name.as_str())).collect();
            patches.push(Patch::Set { path, value: Literal::Sequence(names) });
        }
    } else if target.is_empty() {
        patches.push(Patch::Remove { path, emptied: Emptied::Keep });
    } else {
        let gone = add.iter().filter(|item| !is_kept(item));
        patches.extend(
            gone.map(|(index, _)| Patch::Remove { path: path.index(*index), emptied: Emptied::Keep }),
        );
        let end = add.len();
        patches.extend(
            missing.into_iter().enumerate().map(|(place, name)| Patch::Set {
                path: path.index(end + place),
                value: name.as_str().into(),
            }),
        );
    }
    Ok((patches, Some(target)))
}

/// The names that stand in a list, each with its place.
fn list<'d>(part: &Part<'_, 'd>, key: &str) -> Result<Vec<(usize, &'d str)>, String> {
    match part.container.security(&["capabilities", key]) {
        Field::Absent => Ok(Vec::new()),
        Field::Present(entry) if entry.value.is_null() => Ok(Vec::new()),
        Field::Present(entry) if !entry.value.is_open() && !entry.value.is_unknown() => {
            let item = |item: leastwise_yaml::Item<'d>| Some((item.index, item.value.as_text()?));
            let hidden = || HIDDEN.to_owned();
            entry.value.items().map(item).collect::<Option<Vec<_>>>().ok_or_else(hidden)
        }
        _ => Err(HIDDEN.to_owned()),
    }
}
