//! What processes did: Tetragon, Falco, Inspektor Gadget and SPADE, and what is easily got wrong about them.

use crate::logs::{acts, connections, record};
use leastwise_evidence::{Caution, Channel, Container, Deed, Loss, Record, Undecided, Workload};
use serde_json::{Value, json};

/// A process of the container `cart`, changed by what is given.
fn process(change: Value) -> Value {
    let mut process = json!({
        "exec_id": "e", "pid": 100, "uid": 1000, "cwd": "/", "binary": "/bin/cart", "arguments": "--port 80",
        "flags": "execve rootcwd clone", "auid": 4_294_967_295_u32,
        "pod": {
            "namespace": "shop", "name": "cart-7c-x", "pod_labels": {"app": "cart", "pod-template-hash": "7c"},
            "workload": "cart", "workload_kind": "Deployment",
            "container": {"id": "containerd://c", "name": "cart", "image": {"name": "cart:1"}, "pid": 1}
        },
        "in_init_tree": true
    });
    for (key, value) in change.as_object().unwrap_or(&serde_json::Map::new()) {
        process[key] = value.clone();
    }
    process
}

fn tetragon(kind: &str, event: Value) -> String {
    format!("{}\n", json!({kind: event, "node_name": "n1", "time": "2026-01-01T00:00:00.123456789Z"}))
}

fn exec(change: Value) -> Record {
    record(&tetragon("process_exec", json!({"process": process(change)})))
}

fn kprobe(function: &str, args: Value, answer: Option<i64>) -> Record {
    let mut event =
        json!({"process": process(json!({})), "function_name": function, "args": args, "policy_name": "p"});
    if let Some(answer) = answer {
        event["return"] = json!({"int_arg": answer});
    }
    record(&tetragon("process_kprobe", event))
}

#[test]
fn a_container_is_what_its_replicas_have_in_common() {
    let record = exec(json!({}));
    let (container, seen) = record.containers.first_key_value().unwrap();
    let workload = Some(Workload { kind: "Deployment".into(), name: "cart".into() });
    assert_eq!(*container, Container { namespace: "shop".into(), workload, pod: None, name: "cart".into() });
    assert_eq!(seen.images, ["cart:1".to_owned()].into());
    assert_eq!(seen.labels.keys().collect::<Vec<_>>(), ["app"], "without what tells replicas apart");
    assert_eq!(seen.runs.keys().collect::<Vec<_>>(), ["cart-7c-x"]);
}

#[test]
fn the_effective_user_is_kept_and_a_user_id_of_zero_is_one() {
    assert_eq!(acts(&exec(json!({}))), ["cart: Init ran /bin/cart uid 1000 x1"]);
    assert_eq!(acts(&exec(json!({"uid": 0}))), ["cart: Init ran /bin/cart uid 0 x1"]);
    let with_group = json!({"process_credentials": {"uid": 0, "gid": 5, "egid": 7}});
    assert_eq!(acts(&exec(with_group)), ["cart: Init ran /bin/cart uid 1000 gid 7 x1"]);
}

#[test]
fn held_capabilities_are_held_and_an_omitted_set_is_empty() {
    let held = |record: &Record| match &record
        .containers
        .values()
        .next()
        .unwrap()
        .acts
        .keys()
        .next()
        .unwrap()
        .deed
    {
        Deed::Process(process) => process.effective.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(held(&exec(json!({}))), None, "capabilities are not logged");
    assert_eq!(held(&exec(json!({"cap": {}}))), Some([].into()), "the process has none");
    let some = json!({"cap": {"permitted": ["CAP_CHOWN", "DAC_OVERRIDE"], "effective": ["CAP_CHOWN", "DAC_OVERRIDE"]}});
    assert_eq!(held(&exec(some)), Some(["CHOWN".to_owned(), "DAC_OVERRIDE".to_owned()].into()));
}

#[test]
fn programs_that_raise_privileges_are_told() {
    let gained = |change: Value| match &exec(change)
        .containers
        .values()
        .next()
        .unwrap()
        .acts
        .keys()
        .next()
        .unwrap()
        .deed
    {
        Deed::Process(process) => process.gained_privileges,
        other => panic!("{other:?}"),
    };
    assert_eq!(gained(json!({})), None);
    assert_eq!(gained(json!({"process_credentials": {"uid": 1000}})), Some(false));
    assert_eq!(gained(json!({"binary_properties": {"setuid": 0}})), Some(true));
    let raised = json!({"binary_properties": {"privileges_changed": ["PRIVILEGES_RAISED_EXEC_FILE_CAP"]}});
    assert_eq!(gained(raised), Some(true));
}

#[test]
fn what_was_put_in_from_outside_is_apart_and_keeps_its_arguments() {
    let record = exec(json!({"in_init_tree": false, "binary": "/bin/sh", "arguments": "-c ls"}));
    assert_eq!(acts(&record), ["cart: Entered ran /bin/sh uid 1000 x1"]);
    match &record.containers.values().next().unwrap().acts.keys().next().unwrap().deed {
        Deed::Process(process) => {
            assert_eq!(process.arguments.as_deref(), Some("-c ls"), "to be told from a probe")
        }
        other => panic!("{other:?}"),
    }
    let runtime = exec(json!({"binary": "/usr/bin/runc", "arguments": "init"}));
    assert_eq!(acts(&runtime), ["cart: Runtime ran /usr/bin/runc uid 1000 x1"]);
}

#[test]
fn start_and_end_of_a_container_are_those_of_its_first_process() {
    let run = |record: &Record| {
        let run = record.containers.values().next().unwrap().runs.values().next().unwrap().clone();
        (run.start_observed, run.end_observed)
    };
    assert_eq!(run(&exec(json!({}))), (true, false));
    assert_eq!(
        run(&exec(json!({"flags": "procFS auid rootcwd"}))),
        (false, false),
        "it was there before Tetragon"
    );
    assert_eq!(
        run(&exec(json!({"flags": "execve"}))),
        (false, false),
        "it ran another program in its own place, and may have started before Tetragon"
    );
    let started = |record: &Record| record.containers.values().next().unwrap().runs["cart-7c-x"].started;
    assert_eq!(started(&exec(json!({}))), "2026-01-01T00:00:00.123456789Z".parse().ok());
    let exit = tetragon("process_exit", json!({"process": process(json!({}))}));
    assert_eq!(run(&record(&exit)), (false, true));
    let both = tetragon("process_exec", json!({"process": process(json!({}))})) + &exit;
    assert_eq!(record(&both).certificate().containers[0].starts_observed, 1);
}

#[test]
fn a_capability_is_needed_where_the_kernel_granted_it() {
    let check = |name: &str, answer: Option<i64>| {
        let args = json!([{"user_namespace_arg": {"ns": {"inum": 1, "is_host": true}}},
            {"capability_arg": {"value": 1, "name": name}}, {"int_arg": 0}]);
        acts(&kprobe("cap_capable", args, answer))
    };
    assert_eq!(check("CAP_NET_BIND_SERVICE", Some(0)), ["cart: Init NET_BIND_SERVICE granted Some(true) x1"]);
    assert_eq!(check("DAC_OVERRIDE", Some(-1)), ["cart: Init DAC_OVERRIDE granted Some(false) x1"]);
    assert_eq!(check("CAP_CHOWN", None), ["cart: Init CHOWN granted None x1"]);

    let args = |options: i64| json!([{"capability_arg": {"name": "CAP_CHOWN"}}, {"int_arg": options}]);
    let audited = |options: i64| {
        let record = kprobe("cap_capable", args(options), Some(0));
        assert!(record.sources.values().next().unwrap().cautions.contains(&Caution::RateLimited));
        match &record.containers.values().next().unwrap().acts.keys().next().unwrap().deed {
            Deed::Capability(check) => check.audited,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        (audited(0), audited(2)),
        (Some(true), Some(false)),
        "the kernel looks for an easier way unaudited"
    );
}

#[test]
fn a_masks_bits_say_read_or_write_and_paths_are_absolute() {
    let permission = |path: &str, mask: i64| {
        acts(&kprobe(
            "security_file_permission",
            json!([{"file_arg": {"path": path}}, {"int_arg": mask}]),
            None,
        ))
    };
    assert_eq!(permission("/etc/passwd", 4), ["cart: Init Read /etc/passwd Unknown x1"]);
    assert_eq!(permission("tmp/x", 2), ["cart: Init Write /tmp/x Unknown x1"]);
    assert_eq!(
        permission("/tmp/x", 6),
        ["cart: Init Read /tmp/x Unknown x1", "cart: Init Write /tmp/x Unknown x1"]
    );
}

#[test]
fn a_path_of_a_system_call_is_what_the_process_had_asked_for() {
    let args = json!([{"int_arg": -100}, {"string_arg": "run/x.pid"}, {"int_arg": 0o101}]);
    assert_eq!(
        acts(&kprobe("__x64_sys_openat", args, Some(3))),
        ["cart: Init Create run/x.pid as asked Succeeded x1"]
    );
    let unlink = json!([{"string_arg": "/tmp/x"}]);
    assert_eq!(
        acts(&kprobe("sys_unlink", unlink, Some(-2))),
        ["cart: Init Delete /tmp/x as asked Failed x1"]
    );
}

#[test]
fn system_calls_keep_ids_and_results() {
    let setuid = kprobe("__x64_sys_setuid", json!([{"int_arg": 33}]), Some(0));
    assert_eq!(acts(&setuid), ["cart: Init setuid(33) Succeeded x1"]);
    let mount = kprobe("__arm64_sys_mount", json!([{"int_arg": 33}]), Some(-1));
    assert_eq!(acts(&mount), ["cart: Init mount Failed x1"]);
    let event =
        json!({"process": process(json!({})), "subsys": "syscalls", "event": "sys_enter_ptrace", "args": []});
    assert_eq!(acts(&record(&tetragon("process_tracepoint", event))), ["cart: Init ptrace Unknown x1"]);
}

#[test]
fn sockets_are_connected_and_listened_on() {
    let sock = json!([{"sock_arg": {"family": "AF_INET", "type": "SOCK_STREAM", "protocol": "IPPROTO_TCP",
        "saddr": "10.0.0.1", "sport": 41000, "daddr": "10.0.0.2", "dport": 5432}}]);
    assert_eq!(acts(&kprobe("tcp_connect", sock.clone(), None)), ["cart: Init Connect 5432 Unknown x1"]);
    assert_eq!(acts(&kprobe("inet_csk_listen_start", sock, None)), ["cart: Init Listen 41000 Unknown x1"]);
}

#[test]
fn processes_of_the_node_are_no_containers_and_a_missing_pod_is_said() {
    let host =
        record(&tetragon("process_exec", json!({"process": {"binary": "/usr/bin/kubelet", "uid": 0}})));
    assert!(host.containers.is_empty());
    let lost = record(&tetragon("process_exec", json!({"process": {"binary": "/bin/x", "docker": "abc"}})));
    assert_eq!(lost.sources.values().next().unwrap().undecided[&Undecided::NoContainer], 1);
}

#[test]
fn rate_limits_are_losses_and_other_events_are_counted() {
    let text = tetragon("rate_limit_info", json!({"number_of_dropped_process_events": "7"}))
        + &tetragon("process_loader", json!({"path": "/lib/x"}))
        + &tetragon(
            "process_kprobe",
            json!({"process": process(json!({})), "function_name": "wake_up", "args": []}),
        );
    let record = record(&text);
    let source = record.sources.values().next().unwrap();
    assert_eq!((source.losses[&Loss::RateLimit], source.irrelevant), (7, 2));
}

#[test]
fn a_channel_is_alive_for_a_replica_that_has_events_of_it() {
    let record = exec(json!({}));
    let run = record.containers.values().next().unwrap().runs.values().next().unwrap();
    assert_eq!(run.channels.keys().collect::<Vec<_>>(), [&Channel::Processes]);
}

fn falco(fields: Value) -> Value {
    let mut alert = json!({
        "time": "2026-01-01T00:00:00.123456789Z", "rule": "Some rule", "priority": "Notice", "source": "syscall",
        "hostname": "n1", "output": "…", "tags": [],
        "output_fields": {"k8s.ns.name": "shop", "k8s.pod.name": "cart-7c-x", "container.id": "c", "container.name": "cart"}
    });
    for (key, value) in fields.as_object().unwrap_or(&serde_json::Map::new()) {
        alert["output_fields"][key] = value.clone();
    }
    alert
}

fn of_falco(fields: Value) -> Vec<String> {
    acts(&record(&falco(fields).to_string()))
}

#[test]
fn falcos_alerts_show_needs() {
    let open = |flags: Value| json!({"evt.type": "openat", "fd.name": "/etc/shadow", "evt.arg.flags": flags});
    assert_eq!(
        of_falco(open(json!("O_RDONLY|O_CLOEXEC"))),
        ["cart: Unknown Read /etc/shadow as asked Unknown x1"]
    );
    assert_eq!(
        of_falco(open(json!("O_WRONLY|O_CREAT"))),
        ["cart: Unknown Create /etc/shadow as asked Unknown x1"]
    );
    assert_eq!(of_falco(open(Value::Null)), ["cart: Unknown Open /etc/shadow as asked Unknown x1"]);
    assert_eq!(of_falco(open(json!("<NA>"))), ["cart: Unknown Open /etc/shadow as asked Unknown x1"]);
    let exec = json!({"evt.type": "execve", "proc.name": "bash", "proc.exepath": "/bin/bash", "user.uid": 0});
    assert_eq!(of_falco(exec), ["cart: Unknown ran /bin/bash uid 0 x1"]);
    let setns = json!({"evt.type": "setns", "evt.res": "SUCCESS"});
    assert_eq!(of_falco(setns), ["cart: Unknown setns Succeeded x1"]);
}

#[test]
fn a_name_of_a_descriptor_is_a_path_or_two_ends() {
    let connect =
        json!({"evt.type": "connect", "fd.name": "10.0.0.1:41000->10.0.0.2:5432", "fd.l4proto": "tcp"});
    assert_eq!(of_falco(connect), ["cart: Unknown Connect 5432 Unknown x1"]);
}

#[test]
fn an_alert_is_no_sign_that_anybody_listened() {
    let record = record(&falco(json!({"evt.type": "execve", "proc.name": "sh"})).to_string());
    let seen = record.containers.values().next().unwrap();
    assert!(seen.runs.values().all(|run| run.channels.is_empty()));
    assert!(record.sources.values().next().unwrap().cautions.contains(&Caution::AlertsOnly));
    assert!(!record.certificate().without_known_loss);
}

#[test]
fn falco_says_what_it_dropped_and_what_lies_in_no_pod() {
    let drops =
        json!({"rule": "Falco internal: syscall event drop", "output_fields": {"n_drops": "31"}}).to_string();
    let host = falco(
        json!({"evt.type": "setns", "k8s.ns.name": null, "k8s.pod.name": "<NA>", "container.id": "host"}),
    );
    let lost = falco(json!({"evt.type": "setns", "k8s.ns.name": null}));
    let record = record(&format!("{drops}\n{host}\n{lost}\n"));
    let source = record.sources.values().next().unwrap();
    assert_eq!(source.losses[&Loss::BufferOverflow], 31);
    assert_eq!((source.irrelevant, source.undecided[&Undecided::NoContainer]), (1, 1));
}

fn gadget(fields: Value) -> String {
    let mut event = json!({
        "timestamp": "2026-01-01T00:00:00.123456789Z",
        "k8s": {"namespace": "shop", "podName": "cart-7c-x", "containerName": "cart", "podLabels": "app=cart",
            "node": "n1", "owner": {"kind": "Deployment", "name": "cart"}},
        "runtime": {"containerName": "cart", "containerImageName": "cart:1"},
        "proc": {"comm": "cart", "pid": 7, "tid": 7, "creds": {"uid": 1000, "gid": 1000}, "mntns_id": 9}
    });
    for (key, value) in fields.as_object().unwrap_or(&serde_json::Map::new()) {
        event[key] = value.clone();
    }
    event.to_string()
}

#[test]
fn gadgets_are_told_by_their_fields() {
    for (fields, expected) in [
        (
            json!({"cap": "CAP_NET_RAW", "capable": true, "audit": 1, "syscall": "SYS_SOCKET"}),
            "cart: Unknown NET_RAW granted Some(true) x1",
        ),
        (
            json!({"fname": "x.log", "fpath": "/var/x.log", "flags": "O_WRONLY|O_APPEND", "fd": 3, "error": ""}),
            "cart: Unknown Write /var/x.log Succeeded x1",
        ),
        (
            json!({"fname": "x.log", "flags": "O_RDONLY", "fd": -1, "error": "ENOENT"}),
            "cart: Unknown Read x.log as asked Failed x1",
        ),
        (
            json!({"args": "/bin/sh -c ls", "exepath": "/bin/sh", "upper_layer": true}),
            "cart: Unknown ran /bin/sh uid 1000 gid 1000 x1",
        ),
        (json!({"addr": {"addr": "::", "port": 8080, "proto": "TCP"}}), "cart: Unknown Bind 8080 Unknown x1"),
        (json!({"syscall": "SYS_MOUNT", "code": "SECCOMP_RET_LOG"}), "cart: Unknown mount Unknown x1"),
    ] {
        assert_eq!(acts(&record(&gadget(fields))), [expected]);
    }
}

#[test]
fn a_gadget_knows_the_first_process_of_a_container() {
    let run = |pid: u32| {
        let fields = json!({"args": "/cart", "exepath": "/cart", "proc": {"comm": "cart", "pid": pid},
            "runtime": {"containerPid": 7, "containerStartedAt": 1_767_225_600_000_000_000_u64}});
        let seen = record(&gadget(fields)).containers.into_values().next().unwrap();
        let run = &seen.runs["cart-7c-x"];
        (run.start_observed, run.started)
    };
    assert_eq!(run(7), (true, "2026-01-01T00:00:00Z".parse().ok()));
    assert_eq!(run(8), (false, None));
}

#[test]
fn what_is_created_anew_owes_nothing_to_what_was_there() {
    let open = |flags: &str| acts(&record(&gadget(json!({"fname": "/a", "flags": flags, "fd": 3})))).join("");
    assert_eq!(open("O_RDWR|O_CREAT"), "cart: Unknown Create /a as asked Succeeded x1");
    assert_eq!(open("O_RDWR|O_CREAT|O_EXCL"), "cart: Unknown CreateAnew /a as asked Succeeded x1");
    assert_eq!(open("O_WRONLY|O_CREAT|O_TRUNC"), "cart: Unknown CreateAnew /a as asked Succeeded x1");
}

#[test]
fn a_gadgets_connection_is_seen_from_the_own_end() {
    let end =
        |addr: &str, port: u16, k8s: Value| json!({"addr": addr, "port": port, "proto": "TCP", "k8s": k8s});
    let with = |kind: &str, other: Value| {
        let own = end("10.0.0.1", 8080, json!({"kind": "pod", "namespace": "shop", "name": "cart-7c-x"}));
        connections(&record(&gadget(json!({"type": kind, "src": own, "dst": end("10.0.0.2", 5432, other)}))))
    };
    assert_eq!(
        with("connect", json!({"kind": "svc", "namespace": "shop", "name": "db"})),
        ["shop/Deployment/cart[app=cart] -> service shop/db Tcp/5432 of Service x1"]
    );
    assert_eq!(
        with("connect", json!({"kind": "pod", "namespace": "shop", "name": "db-0", "labels": "app=db"})),
        ["shop/Deployment/cart[app=cart] -> shop[app=db] Tcp/5432 x1"]
    );
    assert_eq!(
        with("connect", json!({"kind": "raw"})),
        ["shop/Deployment/cart[app=cart] -> address 10.0.0.2 Tcp/5432 of Unknown x1"]
    );
    assert_eq!(
        with("accept", json!({"kind": "raw"})),
        ["address 10.0.0.2 -> shop/Deployment/cart[app=cart] Tcp/8080 x1"]
    );
    assert!(with("close", json!({"kind": "raw"})).is_empty());
}

/// A process that read one file and wrote another, in either vocabulary.
fn graph(words: [&str; 5], edges: &[(&str, &str, &str, &str)]) -> String {
    let [process, artifact, ..] = words;
    let mut elements = vec![
        json!({"type": process, "id": "p", "annotations": {"name": "cart", "exe": "/bin/cart", "pid": "7", "uid": "1000",
            "euid": "33", "egid": "34"}}),
        json!({"type": artifact, "id": "r", "annotations": {"subtype": "file", "path": "/etc/r", "epoch": "0"}}),
        json!({"type": artifact, "id": "s", "annotations": {"subtype": "network socket", "protocol": "tcp",
            "remote address": "10.0.0.2", "remote port": "5432", "local port": "41000"}}),
    ];
    for (kind, from, to, operation) in edges {
        let annotations = json!({"operation": operation, "time": "1767225600.123"});
        elements.push(json!({"type": kind, "from": from, "to": to, "annotations": annotations}));
    }
    json!(elements).to_string()
}

#[test]
fn a_provenance_graph_points_from_effect_to_cause_in_either_vocabulary() {
    let opm = ["Process", "Artifact", "Used", "WasGeneratedBy", "WasTriggeredBy"];
    let prov = ["Activity", "Entity", "Used", "WasGeneratedBy", "WasInformedBy"];
    for words in [opm, prov] {
        let [_, _, used, generated, triggered] = words;
        let text = graph(
            words,
            &[
                (used, "p", "r", "read"),
                (generated, "r", "p", "write"),
                (generated, "r", "p", "chmod"),
                (used, "p", "r", "open"),
                (generated, "s", "p", "connect"),
                (triggered, "p", "p", "execve"),
                (triggered, "p", "p", "setuid"),
            ],
        );
        let record = record(&text);
        let lines: Vec<_> = acts(&record).iter().map(|line| line.replace(": Unknown", "")).collect();
        assert_eq!(
            lines,
            [
                " ran /bin/cart uid 33 gid 34 x1",
                " Open /etc/r Succeeded x1",
                " Read /etc/r Succeeded x1",
                " Write /etc/r Succeeded x1",
                " Change /etc/r Succeeded x1",
                " setuid(33) Succeeded x1",
                " Connect 5432 Succeeded x1",
            ]
        );
        let source = record.sources.values().next().unwrap();
        assert_eq!(source.undecided[&Undecided::NoContainer], 7, "nothing says which pod it was");
        assert_eq!(source.total().first.unwrap().to_string(), "2026-01-01T00:00:00.123Z");
    }
}

#[test]
fn agents_carry_the_ids_where_that_option_is_on() {
    let text = json!([
        {"type": "Process", "id": "p", "annotations": {"name": "cart", "mount namespace": "4026531840"}},
        {"type": "Agent", "id": "a", "annotations": {"uid": "0", "euid": "5", "gid": "6"}},
        {"type": "WasControlledBy", "from": "p", "to": "a", "annotations": {}}
    ]);
    assert_eq!(
        acts(&record(&text.to_string())),
        ["mount namespace 4026531840: Unknown ran cart uid 5 gid 6 x1"]
    );
}
