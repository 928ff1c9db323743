use crate::power::Power;
use std::collections::BTreeSet;

/// Every capability of Linux. Source: capabilities(7), up to Linux 6.x.
const KNOWN: [&str; 41] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// What containerd and Docker give a container that asks for nothing. CRI-O gives less, so the set is an upper
/// bound.
const DEFAULT: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The capabilities of a container's processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Capabilities {
    /// Every one, those of future kernels as well.
    All,
    /// These, in capitals and without `CAP_`.
    Only(BTreeSet<String>),
}

impl Capabilities {
    /// What the runtime makes of `add` and `drop`: first `ALL` of `add`, then `ALL` of `drop`, then the names of
    /// `add`, then those of `drop`. Source: containerd, `internal/cri/opts/spec_linux_opts.go`.
    pub(crate) fn granted(add: &[&str], drop: &[&str]) -> Self {
        let names = |list: &[&str]| -> Vec<String> {
            list.iter().map(|name| capability_name(name)).filter(|name| name != "ALL").collect()
        };
        let has_all = |list: &[&str]| list.iter().any(|name| capability_name(name) == "ALL");
        let base: &[&str] = match (has_all(add), has_all(drop)) {
            (_, true) => &[],
            (true, false) if names(drop).is_empty() => return Self::All,
            (true, false) => &KNOWN,
            (false, false) => &DEFAULT,
        };
        let mut granted: BTreeSet<String> = base.iter().map(|name| (*name).to_owned()).collect();
        granted.extend(names(add));
        for name in names(drop) {
            granted.remove(&name);
        }
        if KNOWN.iter().all(|name| granted.contains(*name)) { Self::All } else { Self::Only(granted) }
    }
}

/// What a container of these lists may use that is not privileged, in capitals and without `CAP_`. `None`: every
/// capability, those of future kernels as well. Without lists it is what containerd gives, an upper bound.
pub fn granted_capabilities(add: &[impl AsRef<str>], drop: &[impl AsRef<str>]) -> Option<BTreeSet<String>> {
    let (add, drop): (Vec<&str>, Vec<&str>) =
        (add.iter().map(AsRef::as_ref).collect(), drop.iter().map(AsRef::as_ref).collect());
    match Capabilities::granted(&add, &drop) {
        Capabilities::All => None,
        Capabilities::Only(names) => Some(names),
    }
}

impl Power for Capabilities {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        match (self, other) {
            (_, Some(Self::All)) => Vec::new(),
            (Self::All, _) => vec!["holds every capability".to_owned()],
            (Self::Only(granted), other) => {
                let known = match other {
                    Some(Self::Only(known)) => Some(known),
                    _ => None,
                };
                let beyond = granted.iter().filter(|name| known.is_none_or(|known| !known.contains(*name)));
                beyond.map(|name| format!("holds {name}")).collect()
            }
        }
    }

    fn is_greatest(&self) -> bool {
        *self == Self::All
    }

    fn is_least(&self) -> bool {
        matches!(self, Self::Only(granted) if granted.is_empty())
    }
}

/// In capitals and without `CAP_`, as the runtimes read it.
pub fn capability_name(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, DEFAULT, KNOWN};
    use crate::power::Power;
    use proptest::prelude::*;
    use proptest::sample::subsequence;

    const NAMES: [&str; 6] = ["ALL", "CAP_SYS_ADMIN", "NET_RAW", "chown", "NET_ADMIN", "all"];

    fn holds(capabilities: &Capabilities, name: &str) -> bool {
        match capabilities {
            Capabilities::All => true,
            Capabilities::Only(granted) => granted.contains(name),
        }
    }

    /// The runtime's four steps for one capability, without sets.
    fn is_granted(add: &[&str], drop: &[&str], name: &str) -> bool {
        let lists = |list: &[&str], wanted: &str| {
            list.iter().any(|item| item.to_uppercase().trim_start_matches("CAP_") == wanted)
        };
        let mut granted = DEFAULT.contains(&name);
        if lists(add, "ALL") {
            granted = true;
        }
        if lists(drop, "ALL") {
            granted = false;
        }
        if lists(add, name) {
            granted = true;
        }
        if lists(drop, name) {
            granted = false;
        }
        granted
    }

    fn lists() -> impl Strategy<Value = (Vec<&'static str>, Vec<&'static str>)> {
        (subsequence(NAMES.to_vec(), 0..=6), subsequence(NAMES.to_vec(), 0..=6))
    }

    #[test]
    fn every_pair_of_lists_grants_what_the_runtime_does() {
        for bits in 0..1_u32 << (2 * NAMES.len()) {
            let chosen = |shift: usize| -> Vec<&str> {
                NAMES
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> (at + shift) & 1 == 1)
                    .map(|(_, name)| *name)
                    .collect()
            };
            let (add, drop) = (chosen(0), chosen(NAMES.len()));
            let granted = Capabilities::granted(&add, &drop);
            for name in KNOWN {
                assert_eq!(
                    holds(&granted, name),
                    is_granted(&add, &drop, name),
                    "{name}: add {add:?}, drop {drop:?}"
                );
            }
        }
    }

    #[test]
    fn all_by_name_is_all() {
        assert_eq!(Capabilities::granted(&KNOWN, &[]), Capabilities::All);
        assert_eq!(Capabilities::granted(&KNOWN, &["ALL"]), Capabilities::All);
        let all_but_one = Capabilities::granted(&["ALL"], &["KILL"]);
        assert_eq!(Capabilities::All.beyond(Some(&all_but_one)), ["holds every capability"]);
        assert!(all_but_one.beyond(Some(&Capabilities::All)).is_empty());
    }

    #[test]
    fn what_is_beyond_is_named_one_by_one() {
        let default = Capabilities::granted(&[], &[]);
        let added = Capabilities::granted(&["CAP_SYS_ADMIN", "NET_ADMIN"], &[]);
        assert_eq!(added.beyond(Some(&default)), ["holds NET_ADMIN", "holds SYS_ADMIN"]);
        assert!(Capabilities::granted(&[], &["ALL"]).beyond(None).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_beyond_exactly_when_it_is_a_subset((add, drop) in lists(), (add_too, drop_too) in lists()) {
            let (one, other) = (Capabilities::granted(&add, &drop), Capabilities::granted(&add_too, &drop_too));
            let subset = KNOWN.iter().all(|name| !holds(&one, name) || holds(&other, name));
            prop_assert_eq!(one.beyond(Some(&other)).is_empty(), subset);
        }
    }
}
