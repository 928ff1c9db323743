//! `seccompProfile: RuntimeDefault`: set where it lets every call through that was made.

use super::capabilities::Granted;
use super::decision::{Decision, HIDDEN};
use super::part::Part;
use crate::seen::shown;
use leastwise_yaml::{Literal, Patch};
use std::collections::BTreeSet;

/// What containerd's default profile lets through: on each line a capability, or `*` for what needs none, and calls.
const DEFAULT: &str = include_str!("../../data/seccomp-containerd.txt");

pub(super) fn decide(part: &Part<'_, '_>, granted: &Granted) -> Result<Option<Decision>, String> {
    let own = part.container.security_string(&["seccompProfile", "type"]);
    let setting = own.or(part.pod.security_string(&["seccompProfile", "type"]));
    if setting.is_unknown() {
        return Err(HIDDEN.to_owned());
    }
    if setting.known().is_some_and(|profile| profile != "Unconfined") {
        return Ok(None);
    }
    let path = part.container.security_path(&["seccompProfile", "type"]);
    let patches = vec![Patch::Set { path: path.clone(), value: Literal::from("RuntimeDefault") }];
    let what = "the runtime's default seccomp profile";
    let refused = refused(part, granted);
    match part.all_syscalls() {
        Ok(_) if !refused.is_empty() => Err(format!(
            "the runtime's default profile does not let through what it called: {}",
            refused.join(", ")
        )),
        Ok(watched) => {
            let because = format!("containerd's default profile lets through all that was called: {watched}");
            Ok(Some(Decision::exact(what, because, path, patches)))
        }
        // What is known to be refused is no recommendation either.
        Err(why) if !refused.is_empty() => Err(format!("it called {}; {why}", refused.join(", "))),
        Err(why) => {
            let because = format!("good practice, not evidence: {why}");
            Ok(Some(Decision::candidate(what, because, path, patches)))
        }
    }
}

/// What was called and is not let through.
fn refused(part: &Part<'_, '_>, granted: &Granted) -> Vec<String> {
    let allowed = allowed(granted);
    let refused = part.syscalls().map(|call| call.name.as_str()).filter(|name| !allowed.contains(name));
    refused.map(shown).collect::<BTreeSet<_>>().into_iter().collect()
}

fn allowed(granted: &Granted) -> BTreeSet<&'static str> {
    let lines = DEFAULT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    let holds = |name: &str| name == "*" || granted.as_ref().is_none_or(|granted| granted.contains(name));
    lines.filter(|(name, _)| holds(name)).flat_map(|(_, calls)| calls.split_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn a_call_may_depend_on_a_capability() {
        let with = |name: &str| allowed(&Some([name.to_owned()].into()));
        assert!(with("CHOWN").contains("openat") && !with("CHOWN").contains("mount"));
        assert!(with("SYS_ADMIN").contains("mount"));
        assert!(allowed(&None).contains("kcmp"), "all capabilities");
        assert!(!allowed(&None).contains("io_uring_setup"));
    }
}
