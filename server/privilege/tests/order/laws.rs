//! The laws of a partial order, on generated pods.

use crate::support::compared;
use leastwise_privilege::{Comparison, Grant, Verdict};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// A pod with one container, as values at JSON pointers. A pointer is drawn again when a pod is changed.
type Fields = Vec<(&'static str, Value)>;

const CONTEXT: &str = "/spec/containers/0/securityContext";

/// Every field that is generated, with the values it may have; null is unset.
fn choices() -> Vec<(&'static str, BoxedStrategy<Value>)> {
    let boolean = || select(vec![json!(null), json!(true), json!(false)]).boxed();
    let one_of = |values: &[Value]| select(values.to_vec()).boxed();
    let capabilities = || {
        let names = vec!["ALL", "SYS_ADMIN", "CAP_SYS_ADMIN", "NET_RAW", "chown"];
        subsequence(names, 0..=3).prop_map(|names| json!(names)).boxed()
    };
    let profile = || {
        select(vec![
            json!(null),
            json!({"type": "Unconfined"}),
            json!({"type": "RuntimeDefault"}),
            json!({"type": "Localhost", "localhostProfile": "one"}),
            json!({"type": "Localhost", "localhostProfile": "other"}),
        ])
        .boxed()
    };
    let id = || one_of(&[json!(null), json!(0), json!(1), json!(2)]);
    let ports = [
        json!({"containerPort": 1}),
        json!({"containerPort": 1, "hostPort": 1}),
        json!({"containerPort": 1, "hostPort": 1, "hostIP": "10.0.0.1"}),
        json!({"containerPort": 2, "hostPort": 2, "protocol": "UDP"}),
    ];
    let mounts = [
        json!({"name": "one", "mountPath": "/a"}),
        json!({"name": "one", "mountPath": "/b", "readOnly": true}),
        json!({"name": "one", "mountPath": "/c", "subPath": "log"}),
        json!({"name": "two", "mountPath": "/d", "mountPropagation": "Bidirectional"}),
        json!({"name": "two", "mountPath": "/e", "readOnly": true, "recursiveReadOnly": "Enabled"}),
    ];
    let source = || {
        select(vec![
            json!({"hostPath": {"path": "/"}}),
            json!({"hostPath": {"path": "/var"}}),
            json!({"hostPath": {"path": "/var/log", "type": "Directory"}}),
            json!({"hostPath": {"path": "/var/log", "type": "DirectoryOrCreate"}}),
            json!({"emptyDir": {}}),
            json!({"secret": {"secretName": "tls"}}),
            json!({"secret": {"secretName": "tls", "items": [{"key": "log", "path": "log"}]}}),
            json!({"persistentVolumeClaim": {"claimName": "db"}}),
            json!({"persistentVolumeClaim": {"claimName": "db", "readOnly": true}}),
        ])
    };
    let volumes = (source(), source()).prop_map(|(mut one, mut two)| {
        one["name"] = json!("one");
        two["name"] = json!("two");
        json!([one, two])
    });
    vec![
        ("/spec/containers/0/securityContext/privileged", boolean()),
        ("/spec/containers/0/securityContext/allowPrivilegeEscalation", boolean()),
        ("/spec/containers/0/securityContext/capabilities/add", capabilities()),
        ("/spec/containers/0/securityContext/capabilities/drop", capabilities()),
        ("/spec/containers/0/securityContext/runAsUser", id()),
        ("/spec/containers/0/securityContext/runAsNonRoot", boolean()),
        ("/spec/containers/0/securityContext/runAsGroup", id()),
        ("/spec/containers/0/securityContext/seccompProfile", profile()),
        ("/spec/containers/0/securityContext/appArmorProfile", profile()),
        (
            "/spec/containers/0/securityContext/seLinuxOptions",
            one_of(&[
                json!(null),
                json!({"type": "one_t"}),
                json!({"type": "other_t"}),
                json!({"type": "one_t", "user": "u"}),
            ]),
        ),
        (
            "/spec/containers/0/securityContext/procMount",
            one_of(&[json!(null), json!("Default"), json!("Unmasked")]),
        ),
        ("/spec/containers/0/securityContext/readOnlyRootFilesystem", boolean()),
        (
            "/spec/containers/0/ports",
            subsequence(ports.to_vec(), 0..=4).prop_map(|ports| json!(ports)).boxed(),
        ),
        ("/spec/containers/0/livenessProbe/httpGet/host", one_of(&[json!(null), json!("a"), json!("b")])),
        (
            "/spec/containers/0/volumeMounts",
            subsequence(mounts.to_vec(), 0..=5).prop_map(|mounts| json!(mounts)).boxed(),
        ),
        ("/spec/volumes", volumes.boxed()),
        ("/spec/securityContext/runAsUser", id()),
        ("/spec/securityContext/runAsNonRoot", boolean()),
        ("/spec/securityContext/seccompProfile", profile()),
        ("/spec/securityContext/appArmorProfile", profile()),
        ("/spec/securityContext/fsGroup", id()),
        (
            "/spec/securityContext/supplementalGroups",
            subsequence(vec![0, 1, 2], 0..=3).prop_map(|ids| json!(ids)).boxed(),
        ),
        (
            "/spec/securityContext/supplementalGroupsPolicy",
            one_of(&[json!(null), json!("Merge"), json!("Strict")]),
        ),
        (
            "/spec/securityContext/sysctls",
            subsequence(vec![json!({"name": "a", "value": "1"}), json!({"name": "a", "value": "2"})], 0..=2)
                .prop_map(|sysctls| json!(sysctls))
                .boxed(),
        ),
        ("/spec/hostNetwork", boolean()),
        ("/spec/hostPID", boolean()),
        ("/spec/hostIPC", boolean()),
        ("/spec/hostUsers", boolean()),
        ("/spec/shareProcessNamespace", boolean()),
        ("/spec/automountServiceAccountToken", boolean()),
        ("/spec/serviceAccountName", one_of(&[json!(null), json!("default"), json!("cart")])),
        ("/spec/runtimeClassName", one_of(&[json!(null), json!("gvisor")])),
    ]
}

/// A pod: every field drawn, most of them unset so that one pod is often near another.
fn pod() -> impl Strategy<Value = Fields> {
    let draw = |(pointer, values): (&'static str, BoxedStrategy<Value>)| {
        prop_oneof![3 => Just(json!(null)), 1 => values].prop_map(move |value| (pointer, value))
    };
    choices().into_iter().map(draw).collect::<Vec<_>>()
}

/// One or two fields that are drawn again.
fn change() -> impl Strategy<Value = Fields> {
    let one = (0..choices().len()).prop_flat_map(|at| {
        let (pointer, values) = choices().swap_remove(at);
        prop_oneof![1 => Just(json!(null)), 2 => values].prop_map(move |value| (pointer, value))
    });
    prop::collection::vec(one, 1..=2)
}

fn changed(fields: &Fields, change: &Fields) -> Fields {
    let mut fields = fields.clone();
    for (pointer, value) in change {
        fields.retain(|(known, _)| known != pointer);
        fields.push((*pointer, value.clone()));
    }
    fields
}

/// The pod as a manifest; JSON is YAML.
fn manifest(fields: &Fields) -> String {
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shop"},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    });
    for (pointer, value) in fields {
        set(&mut pod, pointer, value);
    }
    pod.to_string()
}

fn set(mut target: &mut Value, pointer: &str, value: &Value) {
    for step in pointer.trim_start_matches('/').split('/') {
        target = match step.parse::<usize>() {
            Ok(index) => &mut target[index],
            Err(_) => &mut target[step],
        };
    }
    *target = value.clone();
}

fn is_no_more(comparison: &Comparison) -> bool {
    matches!(comparison.verdict, Verdict::Narrower | Verdict::Equal)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_pod_is_equal_to_itself(pod in pod()) {
        let comparison = compared(&manifest(&pod), &manifest(&pod));
        prop_assert_eq!(comparison.verdict, Verdict::Equal);
        prop_assert!(comparison.assumptions.is_empty(), "{:?}", comparison.assumptions);
    }

    #[test]
    fn the_way_back_is_the_mirror(pod in pod(), change in change()) {
        let (one, other) = (manifest(&pod), manifest(&changed(&pod, &change)));
        let (there, back) = (compared(&one, &other), compared(&other, &one));
        prop_assert_eq!(&there.gained, &back.lost);
        prop_assert_eq!(&there.lost, &back.gained);
        let mirrored = match there.verdict {
            Verdict::Narrower => Verdict::Broader,
            Verdict::Broader => Verdict::Narrower,
            other => other,
        };
        prop_assert_eq!(back.verdict, mirrored);
    }

    #[test]
    fn nothing_is_undecided_where_all_is_known(one in pod(), other in pod()) {
        let comparison = compared(&manifest(&one), &manifest(&other));
        prop_assert!(comparison.verdict != Verdict::Undecided && comparison.undecided.is_empty());
    }

    #[test]
    fn narrower_twice_is_narrower(pod in pod(), change in change(), change_again in change()) {
        let next = changed(&pod, &change);
        let last = changed(&next, &change_again);
        let pods = [manifest(&pod), manifest(&next), manifest(&last)];
        for [first, second, third] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let [one, two] = [compared(&pods[first], &pods[second]), compared(&pods[second], &pods[third])];
            if is_no_more(&one) && is_no_more(&two) {
                let both = compared(&pods[first], &pods[third]);
                let is_equal = one.verdict == Verdict::Equal && two.verdict == Verdict::Equal;
                let expected = if is_equal { Verdict::Equal } else { Verdict::Narrower };
                prop_assert_eq!(both.verdict, expected, "{:?}", both.gained);
            }
        }
    }

    #[test]
    fn a_pod_with_a_container_more_is_broader(pod in pod(), name in "[a-v]{1,5}") {
        let one = manifest(&pod);
        let more = one.replacen("\"containers\":[", &format!("\"containers\":[{{\"name\":\"{name}\",\"image\":\"x\"}},"), 1);
        prop_assert_eq!(compared(&one, &more).verdict, Verdict::Broader);
    }
}

/// A pod that is least in everything.
fn strictest() -> Fields {
    let profile = json!({"type": "RuntimeDefault"});
    vec![
        ("/spec/hostUsers", json!(false)),
        ("/spec/automountServiceAccountToken", json!(false)),
        ("/spec/securityContext/supplementalGroupsPolicy", json!("Strict")),
        ("/spec/volumes", json!([{"name": "logs", "hostPath": {"path": "/var/log"}}])),
        ("/spec/containers/0/volumeMounts", json!([{"name": "logs", "mountPath": "/l", "readOnly": true}])),
        (CONTEXT, json!({"seccompProfile": profile, "capabilities": {"drop": ["ALL"]}})),
        ("/spec/containers/0/securityContext/allowPrivilegeEscalation", json!(false)),
        ("/spec/containers/0/securityContext/readOnlyRootFilesystem", json!(true)),
        ("/spec/containers/0/securityContext/runAsUser", json!(1000)),
        ("/spec/containers/0/securityContext/runAsGroup", json!(1000)),
        ("/spec/containers/0/livenessProbe/httpGet", json!({"port": 80})),
    ]
}

#[test]
fn each_weakening_is_broader_by_itself_alone() {
    let weakenings: &[(&str, Value, &str)] = &[
        ("/spec/hostNetwork", json!(true), "host-network"),
        ("/spec/hostPID", json!(true), "host-processes"),
        ("/spec/hostIPC", json!(true), "host-ipc"),
        ("/spec/hostUsers", json!(true), "host-users"),
        ("/spec/hostUsers", json!(null), "host-users"),
        ("/spec/shareProcessNamespace", json!(true), "shared-processes"),
        ("/spec/automountServiceAccountToken", json!(null), "token"),
        ("/spec/automountServiceAccountToken", json!(true), "token"),
        ("/spec/securityContext/supplementalGroupsPolicy", json!(null), "image-groups"),
        ("/spec/securityContext/supplementalGroups", json!([0]), "supplemental-groups"),
        ("/spec/securityContext/fsGroup", json!(5), "file-system-group"),
        ("/spec/securityContext/sysctls", json!([{"name": "kernel.sem", "value": "1"}]), "sysctls"),
        ("/spec/securityContext/windowsOptions/hostProcess", json!(true), "windows-host-process"),
        ("/spec/securityContext/windowsOptions/runAsUserName", json!("NT AUTHORITY\\SYSTEM"), "windows-user"),
        ("/spec/securityContext/windowsOptions/gmsaCredentialSpecName", json!("web"), "windows-credential"),
        ("/spec/volumes/1", json!({"name": "etc", "hostPath": {"path": "/etc"}}), "volumes"),
        ("/spec/containers/0/volumeMounts/0/readOnly", json!(false), "mounts"),
        ("/spec/containers/0/volumeMounts/0/mountPropagation", json!("HostToContainer"), "mounts"),
        ("/spec/containers/0/ports", json!([{"containerPort": 1, "hostPort": 1}]), "host-ports"),
        ("/spec/containers/0/livenessProbe/httpGet/host", json!("metadata"), "handler-hosts"),
        ("/spec/containers/0/lifecycle/preStop/tcpSocket", json!({"port": 1, "host": "db"}), "handler-hosts"),
        ("/spec/containers/0/securityContext/privileged", json!(true), "privileged"),
        ("/spec/containers/0/securityContext/allowPrivilegeEscalation", json!(null), "privilege-escalation"),
        ("/spec/containers/0/securityContext/capabilities/add", json!(["NET_ADMIN"]), "capabilities"),
        ("/spec/containers/0/securityContext/capabilities/drop", json!(["ALL", "KILL"]), ""),
        ("/spec/containers/0/securityContext/runAsUser", json!(0), "user"),
        ("/spec/containers/0/securityContext/runAsUser", json!(null), "user"),
        ("/spec/containers/0/securityContext/runAsGroup", json!(null), "group"),
        ("/spec/containers/0/securityContext/seccompProfile", json!(null), "seccomp"),
        ("/spec/containers/0/securityContext/seccompProfile/type", json!("Unconfined"), "seccomp"),
        ("/spec/containers/0/securityContext/appArmorProfile", json!({"type": "Unconfined"}), "app-armor"),
        ("/spec/containers/0/securityContext/seLinuxOptions", json!({"type": "spc_t"}), "se-linux"),
        ("/spec/containers/0/securityContext/seLinuxOptions", json!({"level": "s0:c1,c2"}), "se-linux"),
        ("/spec/containers/0/securityContext/procMount", json!("Unmasked"), "proc-mount"),
        ("/spec/containers/0/securityContext/readOnlyRootFilesystem", json!(null), "root-filesystem"),
    ];
    for (pointer, value, aspect) in weakenings {
        let mut weakened = strictest();
        if let Some(list) = pointer.strip_suffix("/1") {
            let (_, items) = weakened.iter_mut().find(|(known, _)| known == &list).unwrap();
            items.as_array_mut().unwrap().push(value.clone());
        } else {
            weakened.push((pointer, value.clone()));
        }
        let comparison = compared(&manifest(&strictest()), &manifest(&weakened));
        let aspects: Vec<_> = comparison
            .gained
            .iter()
            .map(|atom| {
                let Grant::PodSecurity { aspect, .. } = &atom.grant else { panic!("{atom:?}") };
                serde_json::to_value(aspect).unwrap().as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(comparison.lost, [], "{pointer}");
        let expected: &[&str] = if aspect.is_empty() { &[] } else { &[aspect] };
        assert_eq!(aspects, expected, "{pointer} to {value}");
        let verdict = if aspect.is_empty() { Verdict::Equal } else { Verdict::Broader };
        assert_eq!(comparison.verdict, verdict, "{pointer}");
    }
}

#[test]
fn a_comparison_is_printed_as_the_command_prints_it() {
    let mut weakened = strictest();
    weakened.push(("/spec/containers/0/securityContext/privileged", json!(true)));
    let comparison = compared(&manifest(&strictest()), &manifest(&weakened));
    assert_eq!(
        serde_json::to_value(&comparison).unwrap(),
        json!({
            "verdict": "broader",
            "gained": [{
                "kind": "pod-security",
                "container": "web",
                "aspect": "privileged",
                "what": "runs privileged, with all devices and capabilities of the node",
                "resource": {"apiVersion": "v1", "kind": "Pod", "name": "shop"},
                "path": "spec.containers[0].securityContext.privileged",
            }],
            "lost": [],
            "undecided": [],
            "assumptions": [],
        })
    );
}
