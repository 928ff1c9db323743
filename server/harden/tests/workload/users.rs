//! `runAsUser`, `runAsNonRoot` and `runAsGroup`.

use crate::support::{of_pod, refined, web};

#[test]
fn the_one_user_and_group_of_all_processes_are_set() {
    let events = "ran /bin/sh uid 1000 gid 2000 no-caps\nran /bin/web uid 1000 gid 2000 no-caps";
    let after = refined(&web(""), events);
    let added = after.added(&web(""));
    for line in ["runAsUser: 1000", "runAsNonRoot: true", "runAsGroup: 2000"] {
        assert!(added.contains(&line.to_owned()), "{added:?}");
    }
    assert!(after.is_settled(events));
}

#[test]
fn who_starts_as_root_and_becomes_another_stays_as_it_is() {
    let root = refined(&web(""), "ran /bin/web uid 0 gid 0 no-caps");
    assert_eq!(root.refusal("runAsUser"), "it runs as root");
    let drops = refined(&web(""), "ran /bin/sh uid 0 gid 0 no-caps\nran /bin/web uid 101 gid 101 no-caps");
    assert_eq!(drops.refusal("runAsUser"), "its processes ran as users 0 and 101");
    assert!(!drops.text.contains("runAs"));
}

#[test]
fn a_user_without_a_known_group_is_for_people_to_decide() {
    let unknown = refined(&web(""), "ran /bin/web uid 1000 no-caps");
    assert!(unknown.candidates().contains(&"as user 1000"), "{:?}", unknown.candidates());
    let of_root = refined(&web(""), "ran /bin/web uid 1000 gid 0 no-caps");
    assert!(of_root.candidates().contains(&"as user 1000"), "{:?}", of_root.candidates());
    assert!(!of_root.text.contains("runAs"));
}

#[test]
fn numbers_of_a_user_namespace_are_not_those_of_the_container() {
    let manifest = of_pod("hostUsers: false", "");
    let after = refined(&manifest, "ran /bin/web uid 1000 gid 1000 no-caps");
    assert!(after.refusal("runAsUser").starts_with("in a user namespace of its own"));
}

#[test]
fn a_user_that_is_set_gets_what_is_missing() {
    let manifest = of_pod("securityContext: {runAsUser: 1000}", "");
    let after = refined(&manifest, "ran /bin/web uid 1000 gid 1000 no-caps");
    assert!(after.applied().contains(&"never as root"), "{:?}", after.applied());
    assert!(after.applied().contains(&"in group 1000"), "{:?}", after.applied());
    assert!(!after.added(&manifest).contains(&"runAsUser: 1000".to_owned()));
}
