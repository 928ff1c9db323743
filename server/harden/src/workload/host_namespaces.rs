//! `hostNetwork`, `hostPID` and `hostIPC`: no log shows that they are not needed, so that without a sign of their use
//! they are candidates at most.

use super::coverage::covered;
use super::decision::{Decision, Decisions};
use super::file_family::Family;
use super::subject::Subject;
use leastwise_evidence::{Channel, SocketAccess};
use leastwise_yaml::{Literal, Patch};

/// Calls for System V objects, which are shared over `hostIPC`.
const OBJECTS: [&str; 8] = ["msgget", "msgrcv", "msgsnd", "semget", "semop", "semtimedop", "shmat", "shmget"];

pub(super) fn decide(subject: &Subject<'_, '_>, decisions: &mut Decisions) {
    for (key, what, used) in [
        ("hostNetwork", "not in the node's network", network as fn(&Subject<'_, '_>) -> Result<(), String>),
        ("hostPID", "not among the node's processes", processes),
        ("hostIPC", "not in the node's IPC namespace", objects),
    ] {
        if subject.pod.boolean(&[key]).known() != Some(true) {
            continue;
        }
        let path = subject.pod.path.key(key);
        let patches = vec![Patch::Set { path: path.clone(), value: Literal::Boolean(false) }];
        let because = "no sign of its use was seen, which is no proof".to_owned();
        let decided = used(subject).map(|()| [Decision::candidate(what, because, path, patches)]);
        decisions.take(key, decided);
    }
}

fn network(subject: &Subject<'_, '_>) -> Result<(), String> {
    for part in &subject.parts {
        part.watched(Channel::Sockets)?;
        let serves =
            |access| matches!(access, SocketAccess::Bind | SocketAccess::Listen | SocketAccess::Accept);
        let served =
            part.sockets().filter(|(socket, _)| serves(socket.access)).find_map(|(socket, _)| socket.port);
        if let Some(port) = served {
            return Err(format!(
                "{} serves port {port}, perhaps for others on the node",
                part.container.title()
            ));
        }
    }
    Ok(())
}

fn processes(subject: &Subject<'_, '_>) -> Result<(), String> {
    for part in &subject.parts {
        part.watched(Channel::Files)?;
        covered(part, Family::Opens)?;
        let is_process = |path: &str| {
            let name = path.strip_prefix("/proc/").and_then(|rest| rest.split('/').next());
            name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if let Some((file, _)) = part.files().find(|(file, _)| is_process(&file.path)) {
            let path = crate::seen::shown(&file.path);
            return Err(format!("{} opened {path}, perhaps of another process", part.container.title()));
        }
    }
    Ok(())
}

fn objects(subject: &Subject<'_, '_>) -> Result<(), String> {
    for part in &subject.parts {
        part.all_syscalls()?;
        if let Some(call) = part.syscalls().find(|call| OBJECTS.contains(&call.name.as_str())) {
            return Err(format!("{} called {}", part.container.title(), crate::seen::shown(&call.name)));
        }
    }
    Ok(())
}
