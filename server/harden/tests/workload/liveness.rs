//! Whether silence means anything.

use crate::support::{of_pod, record, refined, refined_by, web};
use leastwise_evidence::Loss;
use leastwise_harden::Options;

const RAN: &str = "ran /bin/web uid 1000 gid 1000 no-caps\nread /etc/web.conf\n";

fn why(manifest: &str, events: &str, field: &str) -> String {
    let after = refined(manifest, events);
    after.refusal(field).to_owned()
}

#[test]
fn a_channel_must_have_been_alive_before_the_container_started() {
    let late = "no-neighbour\nran /bin/web uid 1000 gid 1000 no-caps\nread /etc/web.conf";
    assert_eq!(
        why(&web(""), late, "readOnlyRootFilesystem"),
        "of 1 replica 0 are known to have been watched from the start (what is done to files)"
    );
    let running = "ran /bin/web uid 1000 gid 1000 no-caps from-proc";
    assert_eq!(
        why(&web(""), running, "allowPrivilegeEscalation"),
        "of 1 replica 0 are known to have been watched from the start (processes with their credentials)"
    );
}

#[test]
fn as_many_replicas_as_are_declared_must_have_been_watched() {
    let manifest = web("").replace("replicas: 1", "replicas: 2");
    assert_eq!(
        why(&manifest, RAN, "allowPrivilegeEscalation"),
        "of 2 replicas 1 is known to have been watched from the start (processes with their credentials)"
    );
    let both = format!("{RAN}web-2: ran /bin/web uid 1000 gid 1000 no-caps");
    assert_eq!(why(&manifest, &both, "allowPrivilegeEscalation"), "");
    let older = "web-0: ran /bin/web uid 1000 gid 1000 no-caps from-proc\n".to_owned() + &both;
    assert_eq!(why(&manifest, &older, "allowPrivilegeEscalation"), "", "it was restarted under observation");
    let unsaid = web("").replace("  replicas: 1\n", "");
    assert!(why(&unsaid, &older, "allowPrivilegeEscalation").starts_with("of 3 replicas 2"));
}

#[test]
fn what_one_replica_did_all_may_need() {
    let events = format!("{RAN}web-2: ran /bin/web uid 1001 gid 1000 no-caps");
    assert_eq!(why(&web(""), &events, "runAsUser"), "its processes ran as users 1000 and 1001");
}

#[test]
fn a_log_that_lost_events_proves_nothing() {
    let mut record = record(RAN);
    record.sources.values_mut().for_each(|source| {
        source.losses.insert(Loss::BufferOverflow, 3);
    });
    let after = refined_by(&web(""), &record, &Options::default());
    assert!(after.proposal.changes.is_empty());
    assert!(after.refusal("allowPrivilegeEscalation").starts_with("events were lost"));
    let despite = Options { despite_loss: true, ..Options::default() };
    assert!(!refined_by(&web(""), &record, &despite).proposal.changes.is_empty());
}

#[test]
fn probes_and_hooks_must_have_run_and_what_they_need_stays() {
    let manifest = web("lifecycle:\n  preStop:\n    exec: {command: [/bin/drain, --now]}");
    assert_eq!(
        why(&manifest, RAN, "allowPrivilegeEscalation"),
        "its preStop runs a command, and that was not seen to run"
    );
    let drained = format!("{RAN}ran /bin/drain uid 0 gid 0 caps KILL entered");
    let after = refined(&manifest, &drained);
    assert_eq!(after.refusal("runAsUser"), "its processes ran as users 0 and 1000");
    assert!(after.refusal("capabilities").starts_with("its processes have capabilities"));
}

#[test]
fn what_somebody_did_from_outside_is_no_need() {
    let events = format!("{RAN}ran /bin/bash uid 0 gid 0 caps SYS_ADMIN entered");
    let after = refined(&web(""), &events);
    assert!(after.applied().contains(&"as user 1000 in group 1000"), "{:?}", after.applied());
    assert!(after.applied().contains(&"drop all capabilities"));
}

#[test]
fn an_init_container_is_for_itself() {
    let manifest = of_pod("initContainers:\n  - name: setup\n    image: setup:1", "");
    let events = format!("web-1/setup: ran /bin/chown uid 0 gid 0 caps CHOWN\n{RAN}");
    let after = refined(&manifest, &events);
    let of_web = "container \"web\": as user 1000 in group 1000";
    assert!(after.applied().contains(&of_web), "{:?}", after.applied());
    let refused: Vec<_> = after.proposal.refused.iter().map(|refused| refused.what.as_str()).collect();
    assert!(refused.contains(&"Deployment shop/web, container \"setup\": runAsUser"), "{refused:?}");
}

#[test]
fn evidence_of_another_image_says_nothing_about_this_one() {
    let manifest = web("").replace("web:1", "registry.example.com/web:2");
    assert_eq!(
        why(&manifest, RAN, "runAsUser"),
        "it ran the image docker.io/library/web:1, which is another one"
    );
}

#[test]
fn a_template_hides_what_is_set() {
    let manifest = web("securityContext:\n  runAsUser: {{ .Values.user }}");
    assert_eq!(why(&manifest, RAN, "runAsUser"), "a template hides what is set");
}
