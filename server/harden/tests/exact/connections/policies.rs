//! Policies as people write them: they let through most of what is needed, and more.

use super::cluster::{Cluster, End, Need};
use super::flows::{EGRESS, INGRESS};
use crate::random::Random;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) fn random_policies(random: &mut Random, cluster: &Cluster, needs: &BTreeSet<Need>) -> Vec<Value> {
    let needs: Vec<_> = needs.iter().collect();
    let mut policies = Vec::new();
    for number in 0..1 + random.below(5) {
        let place = random.below(cluster.workloads.len());
        let workload = &cluster.workloads[place];
        let selector = match random.below(6) {
            0 => json!({}),
            1 if workload.labels.contains_key("tier") => {
                json!({"matchLabels": {"tier": workload.labels["tier"]}})
            }
            2 => {
                let (key, value) = workload.selector.iter().next().unwrap();
                json!({"matchExpressions": [{"key": key, "operator": "In", "values": [value, "other"]}]})
            }
            _ => json!({"matchLabels": workload.selector}),
        };
        let mut spec = json!({"podSelector": selector});
        let types: &[&str] = match random.below(4) {
            0 => &[INGRESS],
            1 => &[EGRESS],
            _ => &[INGRESS, EGRESS],
        };
        let mut says_egress = false;
        for direction in types {
            let own: Vec<_> = needs
                .iter()
                .filter(|need| {
                    End::Workload(place) == if *direction == INGRESS { need.server } else { need.client }
                })
                .collect();
            let mut rules = Vec::new();
            for _ in 0..1 + random.below(3) {
                let need = if own.is_empty() || random.chance(20) {
                    random.pick(&needs)
                } else {
                    *random.pick(&own)
                };
                rules.push(rule(random, cluster, need, direction));
            }
            says_egress |= *direction == EGRESS;
            spec[if *direction == INGRESS { "ingress" } else { "egress" }] = json!(rules);
        }
        // What is not said follows from the rules.
        if types == [EGRESS] || !says_egress && random.chance(50) || random.chance(70) {
            spec["policyTypes"] = json!(types);
        }
        policies.push(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": format!("policy-{number}"), "namespace": workload.namespace},
            "spec": spec,
        }));
    }
    policies
}

fn rule(random: &mut Random, cluster: &Cluster, need: &Need, direction: &str) -> Value {
    let (other, key) = if direction == INGRESS { (need.client, "from") } else { (need.server, "to") };
    let mut rule = json!({});
    if !random.chance(15) {
        let mut peers = vec![peer(random, cluster, other)];
        if random.chance(30) {
            let another = End::Workload(random.below(cluster.workloads.len()));
            peers.push(peer(random, cluster, another));
        }
        rule[key] = json!(peers);
    }
    let protocol = need.protocol;
    let mut ports = vec![match random.below(5) {
        0 => json!({"protocol": protocol}),
        1 => {
            json!({"port": need.port.saturating_sub(10).max(1), "endPort": need.port + 10, "protocol": protocol})
        }
        2 if protocol == "TCP" => json!({"port": "http"}),
        _ => json!({"port": need.port, "protocol": protocol}),
    }];
    if random.chance(30) {
        ports.push(json!({"port": 9999, "protocol": "TCP"}));
    }
    if !random.chance(15) {
        rule["ports"] = json!(ports);
    }
    rule
}

fn peer(random: &mut Random, cluster: &Cluster, other: End) -> Value {
    let address = match other {
        End::Workload(place) => {
            let workload = &cluster.workloads[place];
            let namespace = json!({"matchLabels": {"kubernetes.io/metadata.name": workload.namespace}});
            let pods = json!({"matchLabels": workload.selector});
            return match random.below(6) {
                0 => json!({"namespaceSelector": {}}),
                1 => json!({"podSelector": {}}),
                2 => json!({"namespaceSelector": namespace}),
                3 => json!({"podSelector": pods}),
                _ => json!({"namespaceSelector": namespace, "podSelector": pods}),
            };
        }
        End::Outside(address) | End::ApiServer(address) => address,
        End::Node(node) => cluster.nodes[node].address,
    };
    let (whole, net, all) = if address.is_ipv4() { (32, 24, "0.0.0.0/0") } else { (128, 64, "::/0") };
    match random.below(4) {
        0 => {
            json!({"ipBlock": {"cidr": all, "except": [if address.is_ipv4() { "198.51.100.0/24" } else { "2001:db8:1::/48" }]}})
        }
        1 => json!({"ipBlock": {"cidr": format!("{}/{net}", super::network_of(address))}}),
        _ => json!({"ipBlock": {"cidr": format!("{address}/{whole}")}}),
    }
}
