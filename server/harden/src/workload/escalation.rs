//! `allowPrivilegeEscalation`: switched off where no program that ran has raised its privileges.

use super::capabilities::Granted;
use super::decision::{Decision, HIDDEN};
use super::part::Part;
use leastwise_evidence::Channel;
use leastwise_yaml::{Literal, Patch};

pub(super) fn decide(part: &Part<'_, '_>, granted: &Granted) -> Result<Option<Decision>, String> {
    let setting = part.container.security_boolean(&["allowPrivilegeEscalation"]);
    if setting.is_unknown() {
        return Err(HIDDEN.to_owned());
    }
    if setting.known() == Some(false) {
        return Ok(None);
    }
    // The API server refuses the two together.
    if granted.as_ref().is_none_or(|granted| granted.contains("SYS_ADMIN")) {
        return Err("it holds SYS_ADMIN, with which the API server does not let it be off".to_owned());
    }
    let watched = part.watched(Channel::Processes)?;
    let mut processes = part.processes();
    if let Some(process) = processes.find(|process| process.gained_privileges != Some(false)) {
        let program = crate::seen::shown(&process.program);
        return Err(match process.gained_privileges {
            Some(true) => format!("{program} gained privileges when it started"),
            _ => format!("the log does not show whether {program} gained privileges when it started"),
        });
    }
    let path = part.container.security_path(&["allowPrivilegeEscalation"]);
    let patch = Patch::Set { path: path.clone(), value: Literal::Boolean(false) };
    let because = format!("no program gained privileges when it started: {watched}");
    Ok(Some(Decision::exact("no privilege escalation", because, path, vec![patch])))
}
