//! Capabilities, `privileged`, `allowPrivilegeEscalation` and `seccompProfile`.

use crate::support::{refined, refined_with, web};
use leastwise_harden::{Level, Options};

/// A process without capabilities and all that it was seen to call.
const QUIET: &str = "ran /bin/web uid 1000 gid 1000 no-caps";

#[test]
fn where_no_process_had_a_capability_all_are_dropped() {
    let manifest = web("securityContext:\n  capabilities:\n    add: [NET_ADMIN] # for the old proxy");
    let after = refined(&manifest, QUIET);
    assert_eq!(after.refusal("capabilities"), "");
    assert!(after.text.contains("drop:\n") || after.text.contains("drop: [ALL]"), "{}", after.text);
    assert!(!after.text.contains("NET_ADMIN"), "{}", after.text);
    assert!(after.is_settled(QUIET), "{}", after.text);
}

#[test]
fn what_the_kernel_granted_is_added_again() {
    let events = "ran /bin/web uid 0 gid 0 caps CHOWN,NET_BIND_SERVICE,SETUID\ngranted NET_BIND_SERVICE\nlooked-for CHOWN\nrefused SYS_ADMIN";
    let after = refined(&web(""), events);
    assert_eq!(
        after.added(&web("")),
        [
            "securityContext:",
            "capabilities:",
            "drop:",
            "- ALL",
            "add:",
            "- CHOWN",
            "- NET_BIND_SERVICE",
            "allowPrivilegeEscalation: false",
        ]
    );
    let level = |what: &str| after.proposal.statements.iter().find(|one| one.what == what).unwrap().level;
    assert_eq!(level("keep NET_BIND_SERVICE"), Level::Exact);
    assert_eq!(level("keep CHOWN"), Level::Implied, "the kernel only looked for an easier way");
    assert!(after.is_settled(events));
}

#[test]
fn what_is_not_granted_now_is_never_added() {
    let manifest = web("securityContext:\n  capabilities: {drop: [NET_RAW]}");
    let events = "ran /bin/web uid 0 gid 0 caps CHOWN\ngranted NET_RAW\ngranted CHOWN";
    let after = refined(&manifest, events);
    assert!(after.applied().contains(&"drop all capabilities but CHOWN"), "{:?}", after.applied());
    assert!(!after.text.contains("NET_RAW"), "{}", after.text);
}

#[test]
fn held_capabilities_are_no_need_and_no_proof_either() {
    let after = refined(&web(""), "ran /bin/web uid 0 gid 0 caps CHOWN");
    assert_eq!(
        after.refusal("capabilities"),
        "its processes have capabilities, which does not say that they need them; no log shows checks of capabilities \
         of it"
    );
    assert!(!after.text.contains("capabilities"));
}

/// Kubernetes makes none of them ambient.
#[test]
fn capabilities_added_for_a_user_who_is_not_root_are_told_to_do_nothing() {
    let manifest = web("securityContext: {runAsUser: 1000, capabilities: {add: [NET_ADMIN]}}");
    let said = |events: &str| {
        let after = refined(&manifest, events);
        assert!(after.text.contains("add: [NET_ADMIN]"), "{}", after.text);
        let said = after.proposal.statements.into_iter().find(|said| said.what.contains("does nothing"));
        said.map(|said| (said.what, said.level, said.applied))
    };
    let told = ("NET_ADMIN is added and does nothing".to_owned(), Level::Candidate, false);
    assert_eq!(said("ran /bin/web uid 1000 gid 1000"), Some(told));
    assert_eq!(said("ran /bin/web uid 1000 gid 1000 caps NET_ADMIN"), None, "its file says so");
}

#[test]
fn checks_that_a_rate_limit_may_have_held_back_prove_nothing() {
    use leastwise_evidence::Caution;
    let events = "ran /bin/web uid 0 gid 0 caps CHOWN\ngranted CHOWN";
    let mut record = crate::support::record(events);
    record.sources.values_mut().for_each(|source| {
        source.cautions.insert(Caution::RateLimited);
    });
    let after = crate::support::refined_by(&web(""), &record, &Options::default());
    assert!(
        after.refusal("capabilities").ends_with("may be limited to some a minute"),
        "{}",
        after.refusal("capabilities")
    );
}

#[test]
fn a_privileged_container_becomes_an_ordinary_one_where_it_did_ordinary_things() {
    let manifest = web("securityContext:\n  privileged: true # why?");
    let events = "ran /bin/web uid 0 gid 0 caps CHOWN,SYS_ADMIN\ngranted CHOWN\nread /etc/web.conf\nwrote /dev/null\ncalled mmap close read openat";
    let after = refined(&manifest, events);
    assert_eq!(after.refusal("privileged"), "");
    assert!(after.text.contains("privileged: false # why?"), "{}", after.text);
    assert!(after.text.contains("- CHOWN"), "{}", after.text);
    assert!(after.is_settled(events), "{}", after.text);
}

#[test]
fn a_privileged_container_that_used_it_stays_so() {
    let manifest = web("securityContext: {privileged: true}");
    let base =
        "ran /bin/web uid 0 gid 0 caps CHOWN\ngranted CHOWN\nread /etc/web.conf\ncalled mmap close read\n";
    let why = |event: &str| {
        let after = refined(&manifest, &format!("{base}{event}"));
        assert!(after.text.contains("privileged: true"), "{}", after.text);
        after.refusal("privileged").to_owned()
    };
    assert_eq!(why("wrote /dev/sda"), "it used /dev/sda");
    assert_eq!(why("wrote /proc/sys/net/ipv4/ip_forward"), "it used /proc/sys/net/ipv4/ip_forward");
    assert_eq!(why("read /proc/kcore"), "it used /proc/kcore");
    assert_eq!(why("called mount"), "it called mount");
    assert_eq!(why("called mknodat"), "it called mknodat, perhaps for a device of its own");
    let reaching = web(
        "securityContext: {privileged: true}\nvolumeMounts:\n  - {name: pods, mountPath: /pods, mountPropagation: Bidirectional}",
    );
    assert_eq!(
        refined(&reaching, base).refusal("privileged"),
        "what it mounts is to reach the node (mountPropagation: Bidirectional)",
        "the API server would refuse it otherwise"
    );
    let without_calls =
        refined(&manifest, "ran /bin/web uid 0 gid 0 caps CHOWN\ngranted CHOWN\nread /etc/web.conf");
    assert_eq!(without_calls.refusal("privileged"), "no log shows system calls of it");
}

#[test]
fn a_log_of_changed_files_says_nothing_of_the_devices_that_a_privileged_container_opened() {
    let manifest = web("securityContext: {privileged: true}");
    let watched = "no-neighbour\nweb-0/side: ran /bin/side uid 0\nweb-0/side: changed /a\nweb-0/side: granted CHOWN\nweb-0/side: called mmap close read\n";
    let why = |calls: &str| {
        let did =
            format!("ran /bin/web uid 0 gid 0 caps CHOWN\ngranted CHOWN\nchanged /tmp/a\ncalled {calls}");
        refined(&manifest, &format!("{watched}{did}")).refusal("privileged").to_owned()
    };
    assert_eq!(
        why("mmap close read openat chown"),
        "it called openat, and no log shows from its start for what files are opened"
    );
    assert_eq!(
        why("mmap close read mkdir chown"),
        "it called mkdir, and no log shows from its start which folders, devices and sockets are made"
    );
    assert_eq!(
        why("mmap close read chown"),
        "",
        "all that it could have opened and made would show among its calls"
    );
}

#[test]
fn privileges_that_no_program_gained_cannot_be_gained() {
    let after = refined(&web(""), QUIET);
    assert!(after.added(&web("")).contains(&"allowPrivilegeEscalation: false".to_owned()), "{}", after.text);
}

#[test]
fn a_program_that_gains_privileges_needs_to() {
    let after = refined(&web(""), &format!("{QUIET}\nran /bin/ping uid 1000 gid 1000 no-caps gained"));
    assert_eq!(after.refusal("allowPrivilegeEscalation"), "/bin/ping gained privileges when it started");
    let unknown = refined(&web(""), "ran /bin/web uid 1000 no-caps");
    assert_eq!(
        unknown.refusal("allowPrivilegeEscalation"),
        "the log does not show whether /bin/web gained privileges when it started"
    );
    let admin = refined(
        &web("securityContext: {capabilities: {add: [SYS_ADMIN]}}"),
        "ran /bin/web uid 0 gid 0 caps SYS_ADMIN\ngranted SYS_ADMIN",
    );
    assert!(admin.refusal("allowPrivilegeEscalation").starts_with("it holds SYS_ADMIN"));
}

#[test]
fn the_default_seccomp_profile_is_set_where_it_lets_all_calls_through() {
    let events = format!("{QUIET}\ncalled mmap close read openat futex");
    let after = refined(&web(""), &events);
    assert!(after.added(&web("")).contains(&"type: RuntimeDefault".to_owned()), "{}", after.text);
    assert!(after.is_settled(&events));
    let other = refined(&web(""), &format!("{events}\ncalled keyctl"));
    assert_eq!(
        other.refusal("seccompProfile"),
        "the runtime's default profile does not let through what it called: keyctl"
    );
}

#[test]
fn without_system_calls_the_profile_is_good_practice_and_no_more() {
    let after = refined(&web(""), QUIET);
    assert_eq!(after.candidates(), ["the runtime's default seccomp profile"]);
    assert!(!after.text.contains("seccomp"));
    let some = refined(&web(""), &format!("{QUIET}\ncalled setns"));
    assert!(!some.text.contains("seccomp"), "a log of some calls only");
    let asked = Options { include_candidates: true, ..Options::default() };
    assert!(refined_with(&web(""), QUIET, &asked).text.contains("type: RuntimeDefault"));
}
