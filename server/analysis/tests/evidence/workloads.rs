//! What is said of workloads. The log is one of Tetragon, with one line for each program that a container started.

use crate::{drawn, judged};
use leastwise_analysis::{actions, harden, hover};
use leastwise_evidence::{Input, Record, read};
use leastwise_text::{TextRange, TextSize, apply};
use std::io::Cursor;

const CART: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
      - name: cart
        image: shop/cart:1.2
        securityContext:
          capabilities:
            add: [NET_ADMIN] # for the old proxy
";

/// Programs as `user capabilities`, started one after the other in the container.
fn record(programs: &[(u32, &[&str])]) -> Record {
    let mut log = String::new();
    // Somebody else's capabilities show that the log has them.
    log.push_str(&started("kube-system", "logger", 0, &["CHOWN"], 1));
    for (count, (user, capabilities)) in programs.iter().enumerate() {
        log.push_str(&started("shop", "cart", *user, capabilities, if count == 0 { 1 } else { 8 }));
    }
    let reader = Box::new(Cursor::new(log.into_bytes()));
    let reading = read(vec![Input::Stream { name: "tetragon.log".into(), reader }], &());
    assert_eq!(reading.problems, []);
    reading.record
}

fn started(namespace: &str, name: &str, user: u32, capabilities: &[&str], pid: u32) -> String {
    let names: Vec<_> = capabilities.iter().map(|name| format!("\"CAP_{name}\"")).collect();
    let capabilities = match &names[..] {
        [] => "{}".to_owned(),
        names => format!("{{\"permitted\":[{0}],\"effective\":[{0}]}}", names.join(",")),
    };
    format!(
        "{{\"process_exec\":{{\"process\":{{\"exec_id\":\"YTox\",\"pid\":42,\"uid\":{user},\"cwd\":\"/\",\
         \"binary\":\"/bin/{name}\",\"flags\":\"execve clone\",\"start_time\":\"2026-03-01T08:00:00Z\",\
         \"auid\":4294967295,\"pod\":{{\"namespace\":\"{namespace}\",\"name\":\"{name}-1\",\"workload\":\"{name}\",\
         \"workload_kind\":\"Deployment\",\"pod_labels\":{{\"app\":\"{name}\"}},\"container\":{{\"id\":\
         \"containerd://1\",\"name\":\"{name}\",\"pid\":{pid},\"image\":{{\"name\":\"shop/{name}:1.2\"}}}}}},\
         \"cap\":{capabilities},\"process_credentials\":{{\"gid\":{user}}},\"in_init_tree\":true}}}},\
         \"node_name\":\"n1\",\"time\":\"2026-03-01T08:00:00Z\"}}\n"
    )
}

/// The text with carets under what is found.
fn is_drawn(expected: &str, programs: &[(u32, &[&str])]) {
    let plain: String =
        expected.split_inclusive('\n').filter(|line| !line.trim_start().starts_with('^')).collect();
    assert_eq!(drawn(&judged(&plain, "", record(programs))), expected);
}

#[test]
fn what_a_container_never_needed_is_found_at_its_field() {
    is_drawn(
        "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
      - name: cart
        image: shop/cart:1.2
        securityContext:
          runAsUser: 1000
          runAsGroup: 1000
          runAsNonRoot: true
          allowPrivilegeEscalation: true
                                    ^^^^ privilege-wider-than-used: It may do more than it was seen to need; enough is: no privilege escalation (no program gained privileges when it started: 1 replica watched from the start, 2 process events at 2026-03-01T08:00:00Z in tetragon.log; no end was seen)
          capabilities:
          ^^^^^^^^^^^^ privilege-wider-than-used: It may do more than it was seen to need; enough is: drop all capabilities (no process of it had any: 1 replica watched from the start, 2 process events at 2026-03-01T08:00:00Z in tetragon.log; no end was seen)
            add: [NET_ADMIN]
",
        &[(1000, &[]), (1000, &[])],
    );
}

#[test]
fn too_few_replicas_prove_nothing() {
    let text = CART.replace("replicas: 1", "replicas: 2");
    let file = judged(&text, "", record(&[(1000, &[])]));
    assert_eq!(drawn(&file), text);
    let at = TextSize::of(&text[..text.find("cart\n        image").unwrap()]);
    let shown = hover(&file, &[], at).unwrap().markdown;
    let stays = "- `` runAsUser stays: of 2 replicas 1 is known to have been watched from the start";
    assert!(shown.contains(stays), "{shown}");
}

#[test]
fn nothing_is_said_of_a_workload_that_was_not_seen() {
    let text = CART.replace("name: cart", "name: till");
    let file = judged(&text, "", record(&[(1000, &[])]));
    assert_eq!(drawn(&file), text);
    let at = TextSize::of(&text[..text.find("till\n        image").unwrap()]);
    assert_eq!(hover(&file, &[], at), None);
}

#[test]
fn a_fix_takes_away_what_was_not_needed() {
    let file = judged(CART, "", record(&[(1000, &[])]));
    let at = TextRange::empty(TextSize::of(&CART[..CART.find("capabilities").unwrap()]));
    let actions = actions(&file, &[], at);
    let fix =
        actions.iter().find(|action| action.title.starts_with("Apply what was seen to be enough")).unwrap();
    assert!(!fix.is_safe);
    assert_eq!(
        apply(CART, &fix.edits).unwrap(),
        CART.replace(
            "            add: [NET_ADMIN] # for the old proxy\n",
            "            drop:\n            - ALL\n"
        )
    );
}

#[test]
fn one_change_does_all_that_its_events_prove() {
    let file = judged(CART, "", record(&[(1000, &[])]));
    let at = TextRange::empty(TextSize::of(&CART[..CART.find("containers").unwrap()]));
    let actions = harden(&file, at);
    let action = actions.iter().find(|action| action.title.starts_with("Tighten cart")).unwrap();
    let after = apply(CART, &action.edits).unwrap();
    let tightened = judged(&after, "", record(&[(1000, &[])]));
    assert_eq!(drawn(&tightened), after, "nothing is left to be said");
    assert!(after.contains("runAsUser: 1000\n"), "{after}");
}

#[test]
fn what_cannot_be_changed_does_not_keep_the_rest_from_it() {
    // Another container, of which nothing was seen, shares the capabilities.
    let text = CART.replace("capabilities:", "capabilities: &proxy")
        + "      - name: old\n        image: shop/old:1.2\n        securityContext:\n          capabilities: *proxy\n";
    let file = judged(&text, "", record(&[(1000, &[])]));
    let at = TextRange::empty(TextSize::of(&text[..text.find("containers").unwrap()]));
    let actions = harden(&file, at);
    let action = actions.iter().find(|action| action.title.starts_with("Tighten cart")).unwrap();
    let after = apply(&text, &action.edits).unwrap();
    assert!(after.contains("runAsUser: 1000\n"), "{after}");
    assert!(after.contains("capabilities: &proxy\n            add: [NET_ADMIN]"), "{after}");
    let left: Vec<_> = action.details.iter().filter(|line| line.starts_with("Left as it is")).collect();
    assert!(matches!(left[..], [line] if line.contains("drop all capabilities")), "{left:?}");
}

#[test]
fn hover_shows_what_events_prove() {
    let file = judged(CART, "", record(&[(1000, &["NET_ADMIN"]), (1000, &[])]));
    let at = |words: &str| TextSize::of(&CART[..CART.find(words).unwrap()]);
    let whole = hover(&file, &[], at("cart\n        image")).unwrap().markdown;
    let watched = "1 replica watched from the start, 2 process events at 2026-03-01T08:00:00Z in tetragon.log; no end was seen";
    let expected = [
        format!("as user 1000 in group 1000: every process ran as user 1000: {watched}"),
        format!("no privilege escalation: no program gained privileges when it started: {watched}"),
        "perhaps the runtime's default seccomp profile: good practice, not evidence: no log shows system calls of it".to_owned(),
        "capabilities stays: its processes have capabilities, which does not say that they need them; no log shows checks of capabilities of it".to_owned(),
        "readOnlyRootFilesystem stays: no log shows what is done to files of it".to_owned(),
    ]
    .map(|line| format!("- `` {line} ``"));
    assert_eq!(whole, format!("**Evidence** in these logs, 1 replica, 2 events\n\n{}", expected.join("\n")));
    let field = hover(&file, &[], at("capabilities:")).unwrap().markdown;
    assert_eq!(field, format!("**Evidence** in these logs, 1 replica, 2 events\n\n{}", expected[3]));
}
