//! The token of the service account, the namespaces of the node, and ports.

use crate::support::{of_pod, refined, refined_with, web};
use leastwise_harden::Options;

const RAN: &str = "ran /bin/web uid 1000 gid 1000 no-caps\nread /etc/web.conf\n";

#[test]
fn a_token_that_nobody_opened_is_not_mounted() {
    let after = refined(&web(""), RAN);
    assert!(after.text.contains("\n      automountServiceAccountToken: false\n"), "{}", after.text);
    assert!(after.is_settled(RAN));
}

#[test]
fn a_token_that_was_opened_or_may_have_been_stays() {
    let why = |event: &str| {
        let after = refined(&web(""), &format!("{RAN}{event}"));
        assert!(!after.text.contains("automount"), "{}", after.text);
        after.refusal("automountServiceAccountToken").to_owned()
    };
    assert_eq!(
        why("read /run/secrets/kubernetes.io/serviceaccount/..2026_01_01/token"),
        "container \"web\" opened /run/secrets/kubernetes.io/serviceaccount/..2026_01_01/token"
    );
    assert_eq!(
        why("read /var/run/secrets/kubernetes.io/serviceaccount/ca.crt"),
        "container \"web\" opened /var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
    );
    assert_eq!(why("asked-for token"), "container \"web\" opened token");
    assert_eq!(
        why("web-1/injected: read /var/run/secrets/kubernetes.io/serviceaccount/token"),
        "container \"injected\" opened /var/run/secrets/kubernetes.io/serviceaccount/token"
    );
    let unwatched = refined(&web(""), "ran /bin/web uid 1000 gid 1000 no-caps");
    assert_eq!(
        unwatched.refusal("automountServiceAccountToken"),
        "container \"web\": no log shows what is done to files of it"
    );
}

#[test]
fn namespaces_of_the_node_are_candidates_at_most() {
    let manifest = of_pod("hostNetwork: true\nhostPID: true", "");
    let events = format!("{RAN}listened 127.0.0.1:9\n");
    let after = refined(&manifest, &events);
    assert!(after.refusal("hostNetwork").contains("serves port 9"), "{}", after.refusal("hostNetwork"));
    assert!(after.candidates().contains(&"not among the node's processes"), "{:?}", after.candidates());
    assert!(after.text.contains("hostPID: true"));
    let asked = Options { include_candidates: true, ..Options::default() };
    assert!(refined_with(&manifest, &events, &asked).text.contains("hostPID: false"));
    let foreign = refined(&manifest, &format!("{RAN}read /proc/4711/environ"));
    assert!(foreign.refusal("hostPID").contains("/proc/4711/environ"), "{}", foreign.refusal("hostPID"));
    let side = "no-neighbour\nweb-0/side: ran /bin/side uid 0\nweb-0/side: changed /a\n";
    let unseen = refined(&manifest, &format!("{side}ran /bin/web uid 0 gid 0\nchanged /tmp/a"));
    assert_eq!(unseen.refusal("hostPID"), "no log shows from its start for what files are opened");
    let shared = refined(&of_pod("hostIPC: true", ""), &format!("{RAN}called mmap close read shmget"));
    assert!(shared.refusal("hostIPC").ends_with("called shmget"), "{}", shared.refusal("hostIPC"));
}

#[test]
fn ports_that_are_served_are_declared_and_none_is_taken_away() {
    let manifest = web("ports:\n  - containerPort: 9090 # metrics\n  - containerPort: 8080");
    let events = format!("{RAN}listened 8080\nlistened 127.0.0.1:6060\nbound 53/UDP\nbound 40000/UDP");
    let after = refined(&manifest, &events);
    assert!(after.text.contains("- containerPort: 9090 # metrics\n"), "{}", after.text);
    assert_eq!(
        after.applied().into_iter().filter(|what| what.starts_with("serves")).collect::<Vec<_>>(),
        ["serves UDP port 53"]
    );
    assert!(after.is_settled(&events));
}
