//! Network flows of Hubble and Calico, and what is easily got wrong about them.

use crate::logs::{connections, record};
use leastwise_evidence::{Endpoint, Loss, Side, Undecided};
use serde_json::{Value, json};

/// A packet from `front` to `cart` of `shop`, seen on the node of `cart`, changed by what is given.
fn flow(change: Value) -> Value {
    let mut flow = json!({
        "time": "2026-01-01T00:00:00.5Z", "verdict": "FORWARDED", "node_name": "n1", "Type": "L3_L4",
        "IP": {"source": "10.0.0.1", "destination": "10.0.0.2", "ipVersion": "IPv4"},
        "l4": {"TCP": {"source_port": 41000, "destination_port": 8080, "flags": {"SYN": true}}},
        "source": {"identity": 4711, "namespace": "shop", "labels": ["k8s:app=front",
            "k8s:io.kubernetes.pod.namespace=shop", "k8s:io.cilium.k8s.policy.serviceaccount=default"],
            "pod_name": "front-7c-x"},
        "destination": {"ID": 12, "identity": 4712, "namespace": "shop", "labels": ["k8s:app=cart",
            "k8s:io.cilium.k8s.namespace.labels.team=a"], "pod_name": "cart-0"},
        "traffic_direction": "INGRESS", "is_reply": false
    });
    for (key, value) in change.as_object().unwrap_or(&serde_json::Map::new()) {
        flow[key] = value.clone();
    }
    flow
}

fn of(flows: &[Value]) -> Vec<String> {
    let lines: String =
        flows.iter().map(|flow| json!({"flow": flow, "node_name": "n1"}).to_string() + "\n").collect();
    connections(&record(&lines))
}

const CART: &str = "shop[app=front] -> shop[app=cart] Tcp/8080 x1";

#[test]
fn every_layout_of_flows_gives_the_same_connection() {
    let flow = flow(json!({}));
    let wrapped = json!({"flow": flow, "node_name": "n1", "time": "2026-01-01T00:00:00.5Z"});
    for text in [
        format!("{wrapped}\n"),
        format!("{flow}\n"),
        json!([flow]).to_string(),
        json!([wrapped]).to_string(),
        format!("{:#}", json!({"flows": [flow]})),
    ] {
        assert_eq!(connections(&record(&text)), [CART], "{text}");
    }
}

#[test]
fn the_client_is_whoever_does_not_reply_whatever_the_traffic_direction() {
    for direction in ["INGRESS", "EGRESS", "TRAFFIC_DIRECTION_UNKNOWN"] {
        assert_eq!(of(&[flow(json!({"traffic_direction": direction}))]), [CART]);
    }
}

/// The answer to [`flow`]: both ends are swapped, and the port that it goes to is nobody's to allow.
fn reply() -> Value {
    let flow = flow(json!({}));
    json!({
        "verdict": "FORWARDED", "node_name": "n1", "is_reply": true, "traffic_direction": "INGRESS",
        "IP": {"source": "10.0.0.2", "destination": "10.0.0.1"},
        "l4": {"TCP": {"source_port": 8080, "destination_port": 41000, "flags": {"SYN": true, "ACK": true}}},
        "source": flow["destination"], "destination": flow["source"]
    })
}

#[test]
fn a_reply_is_part_of_the_connection_and_never_one_of_its_own() {
    assert_eq!(of(&[flow(json!({})), reply()]), ["shop[app=front] -> shop[app=cart] Tcp/8080 x2"]);
    let record = record(&(flow(json!({})).to_string() + "\n"));
    assert!(!record.connections.values().next().unwrap().answered);
    let record = crate::logs::record(&(reply().to_string() + "\n"));
    assert!(record.connections.values().next().unwrap().answered);
}

#[test]
fn without_a_word_on_replies_the_handshake_decides_and_otherwise_nothing() {
    let without = |mut flow: Value, l4: Value| {
        flow.as_object_mut().unwrap().remove("is_reply");
        flow["l4"] = l4;
        flow
    };
    let tcp = |flags: Value| json!({"TCP": {"source_port": 41000, "destination_port": 8080, "flags": flags}});
    let back =
        |flags: Value| json!({"TCP": {"source_port": 8080, "destination_port": 41000, "flags": flags}});
    assert_eq!(of(&[without(flow(json!({})), tcp(json!({"SYN": true})))]), [CART]);
    assert_eq!(of(&[without(reply(), back(json!({"SYN": true, "ACK": true})))]), [CART]);

    let udp = json!({"UDP": {"source_port": 53, "destination_port": 41000}});
    for unclear in [tcp(json!({"ACK": true})), udp] {
        let line = without(flow(json!({})), unclear).to_string() + "\n";
        let record = record(&line);
        assert!(record.connections.is_empty());
        assert_eq!(record.sources.values().next().unwrap().undecided[&Undecided::Direction], 1);
    }
}

#[test]
fn reserved_identities_are_what_they_are_called() {
    let from = |identity: u32, label: &str| {
        let source = json!({"identity": identity, "labels": [label]});
        of(&[flow(json!({"source": source}))])
    };
    let expected = |client: &str| [format!("{client} -> shop[app=cart] Tcp/8080 x1")];
    assert_eq!(from(1, "reserved:host"), expected("host"));
    assert_eq!(from(2, "reserved:world"), expected("outside 10.0.0.1"));
    assert_eq!(from(3, "reserved:unmanaged"), expected("unmanaged 10.0.0.1"));
    assert_eq!(from(4, "reserved:health"), expected("health 10.0.0.1"));
    assert_eq!(from(6, "reserved:remote-node"), expected("node 10.0.0.1"));
    assert_eq!(from(7, "reserved:kube-apiserver"), expected("apiserver 10.0.0.1"));
    assert_eq!(from(8, "reserved:ingress"), expected("ingress 10.0.0.1"));
    assert_eq!(from(0, "reserved:unknown"), expected("address 10.0.0.1"));
    assert_eq!(from(16_777_217, "cidr:10.0.0.0/8"), expected("outside 10.0.0.1"));
}

#[test]
fn labels_are_the_pods_own_without_those_of_replicas() {
    let source = json!({"namespace": "shop", "labels": ["k8s:app=front", "k8s:pod-template-hash=7c", "k8s:job-name=f-1",
        "k8s:controller-uid=u", "k8s:common:commonselector", "reserved:none", "k8s:io.cilium.k8s.policy.cluster=c",
        "k8s:empty="], "pod_name": "front-7c-x"});
    assert_eq!(
        of(&[flow(json!({"source": source}))]),
        ["shop[app=front,empty=] -> shop[app=cart] Tcp/8080 x1"]
    );
}

#[test]
fn what_is_known_of_an_end_stands_beside_it() {
    let record = record(&(flow(json!({"destination_names": ["cart.shop"]})).to_string() + "\n"));
    let (_, cart) = record
        .endpoints
        .iter()
        .find(|(endpoint, _)| crate::logs::endpoint(endpoint) == "shop[app=cart]")
        .unwrap();
    assert_eq!(cart.pods.iter().collect::<Vec<_>>(), ["cart-0"]);
    assert_eq!(cart.nodes.iter().collect::<Vec<_>>(), ["n1"], "it runs where it was observed");
    let at_home =
        |end: &leastwise_evidence::EndpointSeen| end.pods_at_home.iter().cloned().collect::<Vec<_>>();
    assert_eq!(record.endpoints.values().flat_map(at_home).collect::<Vec<_>>(), ["cart-0"]);
    assert!(cart.namespace_labels.contains(&("team".to_owned(), "a".to_owned())));
    let seen = record.connections.values().next().unwrap();
    assert_eq!(seen.sides, [Side::Server].into(), "the client has no endpoint on this node");
    assert_eq!(seen.names.iter().collect::<Vec<_>>(), ["cart.shop"]);
    assert_eq!(seen.seen.nodes().collect::<Vec<_>>(), ["n1"]);
}

#[test]
fn a_services_port_is_not_taken_for_a_pods() {
    let change = json!({
        "destination": {"identity": 0, "labels": ["reserved:unknown"]},
        "IP": {"source": "10.0.0.1", "destination": "10.96.0.10"},
        "destination_service": {"namespace": "shop", "name": "cart"}
    });
    assert_eq!(of(&[flow(change)]), ["shop[app=front] -> service shop/cart Tcp/8080 of Service x1"]);
    let of_pod = json!({"destination_service": {"namespace": "shop", "name": "cart"}});
    assert_eq!(of(&[flow(of_pod)]), [CART], "a Service that leads to a pod does not change the pod's port");
    let unknown = json!({"destination": {}, "IP": {"source": "10.0.0.1", "destination": "10.96.0.10"}});
    assert_eq!(of(&[flow(unknown)]), ["shop[app=front] -> address 10.96.0.10 Tcp/8080 of Unknown x1"]);
}

#[test]
fn verdicts_say_what_happened() {
    for verdict in ["FORWARDED", "REDIRECTED", "TRANSLATED", "TRACED"] {
        assert_eq!(of(&[flow(json!({"verdict": verdict}))]), [CART]);
    }
    assert_eq!(
        of(&[flow(json!({"verdict": "AUDIT"}))]),
        ["shop[app=front] -> shop[app=cart] Tcp/8080 Audited x1"]
    );
    for verdict in ["DROPPED", "ERROR"] {
        assert_eq!(
            of(&[flow(json!({"verdict": verdict}))]),
            ["shop[app=front] -> shop[app=cart] Tcp/8080 Dropped x1"]
        );
    }
}

#[test]
fn every_protocol_and_ip_version_is_kept() {
    let over = |l4: Value, from: &str, to: &str| {
        of(&[flow(json!({"l4": l4, "source": {"identity": 2}, "IP": {"source": from, "destination": to}}))])
    };
    let ports = json!({"source_port": 41000, "destination_port": 5060});
    assert_eq!(
        over(json!({"UDP": ports}), "192.0.2.1", "10.0.0.2"),
        ["outside 192.0.2.1 -> shop[app=cart] Udp/5060 x1"]
    );
    assert_eq!(
        over(json!({"SCTP": ports}), "2001:db8::1", "fd00::2"),
        ["outside 2001:db8::1 -> shop[app=cart] Sctp/5060 x1"]
    );
    assert_eq!(
        over(json!({"ICMPv4": {"type": 8}}), "192.0.2.1", "10.0.0.2"),
        ["outside 192.0.2.1 -> shop[app=cart] Icmp x1"]
    );
}

#[test]
fn a_pod_that_talks_to_itself_is_left_out() {
    assert!(of(&[flow(json!({"IP": {"source": "10.0.0.2", "destination": "10.0.0.2"}}))]).is_empty());
}

#[test]
fn lost_events_and_windows_are_kept_for_each_node() {
    let text = [
        json!({"flow": flow(json!({"time": "2026-01-01T00:12:00Z", "node_name": "a"})), "node_name": "a"}),
        json!({"flow": flow(json!({"time": "2026-01-01T00:00:00Z", "node_name": "a"})), "node_name": "a"}),
        json!({"flow": flow(json!({"time": "2026-01-01T00:05:00Z", "node_name": "b"})), "node_name": "b"}),
        json!({"lost_events": {"source": "HUBBLE_RING_BUFFER", "num_events_lost": "12"}, "node_name": "b",
            "time": "2026-01-01T00:05:01Z"}),
        json!({"node_status": {"state_change": "NODE_CONNECTED"}}),
    ]
    .map(|line| line.to_string())
    .join("\n");
    let record = record(&text);
    let source = record.sources.values().next().unwrap();
    assert_eq!(source.losses[&Loss::BufferOverflow], 12);
    let certificate = record.certificate();
    let windows: Vec<_> = certificate.sources[0]
        .windows
        .iter()
        .map(|window| (window.node.as_deref(), window.first.as_deref(), window.last.as_deref()))
        .collect();
    assert_eq!(
        windows,
        [
            (Some("a"), Some("2026-01-01T00:00:00Z"), Some("2026-01-01T00:12:00Z")),
            (Some("b"), Some("2026-01-01T00:05:00Z"), Some("2026-01-01T00:05:01Z")),
        ]
    );
    assert!(!certificate.without_known_loss);
}

fn calico(change: Value) -> Value {
    let mut flow = json!({
        "start_time": 1_767_225_600, "end_time": 1_767_225_610, "action": "allow", "reporter": "dst", "proto": "tcp",
        "source_ip": null, "source_name": "-", "source_name_aggr": "front-7c-*", "source_namespace": "shop",
        "source_port": null, "source_type": "wep", "source_labels": {"labels": ["app=front", "pod-template-hash=7c"]},
        "dest_ip": null, "dest_name": "-", "dest_name_aggr": "cart-*", "dest_namespace": "shop", "dest_port": 8080,
        "dest_type": "wep", "dest_labels": {"labels": ["app=cart"]}, "host": "n1"
    });
    for (key, value) in change.as_object().unwrap_or(&serde_json::Map::new()) {
        flow[key] = value.clone();
    }
    flow
}

fn of_calico(change: Value) -> Vec<String> {
    connections(&record(&calico(change).to_string()))
}

#[test]
fn calico_reports_each_connection_from_both_ends() {
    let text = format!("{}\n{}\n", calico(json!({})), calico(json!({"reporter": "src", "host": "n2"})));
    let record = record(&text);
    assert_eq!(
        connections(&record),
        ["shop/GeneratedName/front-7c[app=front] -> shop/GeneratedName/cart[app=cart] Tcp/8080 x2"]
    );
    assert_eq!(record.connections.values().next().unwrap().sides, [Side::Client, Side::Server].into());
}

#[test]
fn calico_knows_more_than_pods() {
    let from = |name: &str, kind: &str, ip: Value| {
        let change = json!({"source_type": kind, "source_name_aggr": name, "source_namespace": "-", "source_ip": ip,
            "source_labels": null});
        of_calico(change)
    };
    let expected = |client: &str| [format!("{client} -> shop/GeneratedName/cart[app=cart] Tcp/8080 x1")];
    assert_eq!(from("pub", "net", json!("192.0.2.1")), expected("outside 192.0.2.1"));
    assert_eq!(from("pvt", "net", json!(null)), expected("address"));
    assert_eq!(from("partners", "ns", json!(null)), expected("partners"));
    assert_eq!(from("n7", "hep", json!("10.1.0.7")), expected("node 10.1.0.7"));
    assert_eq!(
        from("front", "wep", json!("10.0.0.1")),
        ["/Pod/front[] -> shop/GeneratedName/cart[app=cart] Tcp/8080 x1"]
    );
}

#[test]
fn calicos_denials_and_numbers() {
    assert_eq!(
        of_calico(json!({"action": "deny", "proto": 17})),
        ["shop/GeneratedName/front-7c[app=front] -> shop/GeneratedName/cart[app=cart] Udp/8080 Dropped x1"]
    );
    let service =
        json!({"dest_type": "net", "dest_name_aggr": "pvt", "dest_ip": "10.96.0.10", "dest_labels": null});
    assert_eq!(
        of_calico(service),
        ["shop/GeneratedName/front-7c[app=front] -> address 10.96.0.10 Tcp/8080 of Unknown x1"]
    );
}

#[test]
fn an_endpoint_of_an_ipv6_address_is_that_address() {
    let change =
        json!({"source": {"identity": 2}, "IP": {"source": "2001:db8::1", "destination": "fd00::2"}});
    let record = record(&flow(change).to_string());
    let client = &record.connections.keys().next().unwrap().client;
    assert_eq!(*client, Endpoint::Address { address: "2001:db8::1".parse().ok(), outside: true });
}

#[test]
fn generated_flows_are_as_many_connections_as_there_are_pairs() {
    for flows in [crate::generator::flows(3, 1 << 20), crate::generator::calico(3, 1 << 20)] {
        let record = record(&flows);
        assert!(record.connections.len() <= 30 * 8 && record.connections.len() > 100);
        let mut ports = record.connections.keys().map(|connection| connection.port.unwrap_or_default());
        assert!(ports.all(|port| (8080..8088).contains(&port)));
    }
}
