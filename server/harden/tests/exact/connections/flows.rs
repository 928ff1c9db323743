//! What the nodes of a cluster would log of its connections.

use super::cluster::{Cluster, End, Labels, Need, Pod, Service, Workload};
use crate::random::Random;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(crate) const INGRESS: &str = "Ingress";
pub(crate) const EGRESS: &str = "Egress";

/// What was logged, and what there is to be known about it.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) events: Vec<Value>,
    /// Workloads of which some pod was not seen where it runs.
    pub(crate) unwatched: BTreeSet<usize>,
    /// Those of which nobody can tell from the log that there is such a pod.
    pub(crate) unknowable: BTreeSet<usize>,
    /// Directions of workloads in which something was needed that nobody can tell.
    pub(crate) unclear: BTreeSet<(usize, &'static str)>,
}

/// How a cluster is watched.
struct Watch<'c> {
    cluster: &'c Cluster,
    /// The nodes whose flows are collected.
    nodes: BTreeSet<usize>,
    /// Whether clients are seen to speak to the address of a Service, rather than to the pod that it leads to.
    shows_services: bool,
    sample: Sample,
}

/// A pod, or what else may be an end of a packet.
#[derive(Clone, Copy)]
enum Point<'c> {
    Pod(&'c Workload, &'c Pod),
    Node(usize),
    Outside(IpAddr),
    ApiServer(IpAddr),
    Service(&'c Service),
}

impl Sample {
    pub(crate) fn of(random: &mut Random, cluster: &Cluster) -> Self {
        let mut nodes: BTreeSet<usize> = (0..cluster.nodes.len()).collect();
        if random.chance(15) {
            nodes.remove(&random.below(cluster.nodes.len()));
        }
        let mut watch = Watch { cluster, nodes, shows_services: random.chance(40), sample: Self::default() };
        for workload in &cluster.workloads {
            watch.probes(random, workload);
        }
        for habit in &cluster.habits {
            for need in &habit.needs {
                for _ in 0..1 + random.below(2) {
                    watch.connect(random, need, habit.service.map(|place| &cluster.services[place]));
                }
            }
        }
        for _ in 0..random.below(6) {
            watch.noise(random);
        }
        let mut sample = watch.sample;
        sample.look_for_pods(cluster);
        let again: Vec<_> = sample.events.iter().filter(|_| random.chance(10)).cloned().collect();
        sample.events.extend(again);
        for place in (1..sample.events.len()).rev() {
            sample.events.swap(place, random.below(place + 1));
        }
        sample
    }
}

impl Sample {
    fn look_for_pods(&mut self, cluster: &Cluster) {
        let (mut anywhere, mut at_home) = (BTreeSet::new(), BTreeSet::new());
        for end in
            self.events.iter().flat_map(|event| [&event["flow"]["source"], &event["flow"]["destination"]])
        {
            if let Some(name) = end["pod_name"].as_str() {
                anywhere.insert(name);
                if !end["ID"].is_null() {
                    at_home.insert(name);
                }
            }
        }
        for (place, workload) in cluster.workloads.iter().enumerate() {
            let is_missing = |pod: &&Pod| !at_home.contains(pod.name.as_str());
            let missing: Vec<_> = workload.pods.iter().filter(is_missing).collect();
            if missing.is_empty() {
                continue;
            }
            // How many there should be is written for some kinds only.
            let is_counted = ["Deployment", "StatefulSet"].contains(&workload.kind);
            let is_hidden = missing.iter().all(|pod| !anywhere.contains(pod.name.as_str()));
            if !is_counted && is_hidden && missing.len() < workload.pods.len() {
                self.unknowable.insert(place);
            } else {
                self.unwatched.insert(place);
            }
        }
    }
}

impl<'c> Watch<'c> {
    /// The kubelet asks each pod how it is.
    fn probes(&mut self, random: &mut Random, workload: &'c Workload) {
        if workload.is_on_host || random.chance(10) {
            return;
        }
        for pod in workload.pods.iter().filter(|pod| self.nodes.contains(&pod.node)).collect::<Vec<_>>() {
            let port = workload.ports.first().map_or(8081, |port| port.number);
            let (from, to) = (Point::Node(pod.node), Point::Pod(workload, pod));
            self.packets(random, pod.node, from, to, "TCP", port, "FORWARDED");
        }
    }

    fn pods_of(&self, end: End) -> Vec<Point<'c>> {
        match end {
            End::Workload(place) => {
                let workload = &self.cluster.workloads[place];
                workload.pods.iter().map(|pod| Point::Pod(workload, pod)).collect()
            }
            End::Outside(address) => vec![Point::Outside(address)],
            End::Node(node) => vec![Point::Node(node)],
            End::ApiServer(address) => vec![Point::ApiServer(address)],
        }
    }

    /// Each pod of the client with each of the server, so that whatever is needed is seen.
    fn connect(&mut self, random: &mut Random, need: &Need, service: Option<&'c Service>) {
        let verdict = *random.pick(&["FORWARDED", "FORWARDED", "REDIRECTED", "TRACED", "AUDIT"]);
        for client in self.pods_of(need.client) {
            for server in self.pods_of(need.server) {
                let (from, to) = (self.node_of(client), self.node_of(server));
                if self.address(client) == self.address(server) {
                    continue;
                }
                for node in BTreeSet::from([from, to]).into_iter().flatten() {
                    if !self.nodes.contains(&node) {
                        continue;
                    }
                    let is_client_side = Some(node) == from;
                    match service.filter(|_| self.shows_services && is_client_side) {
                        Some(service) => {
                            self.lose_hosts_behind(need.client, service);
                            let to = Point::Service(service);
                            self.packets(random, node, client, to, service.protocol, service.port, verdict);
                        }
                        None => {
                            self.packets(random, node, client, server, need.protocol, need.port, verdict);
                        }
                    }
                }
            }
        }
    }

    /// Which node a Service leads to no log shows.
    fn lose_hosts_behind(&mut self, client: End, service: &Service) {
        let behind = self.cluster.behind(service).unwrap_or_default();
        if let End::Workload(place) = client
            && behind.iter().any(|(of, _)| self.cluster.workloads[*of].is_on_host)
        {
            self.sample.unclear.insert((place, EGRESS));
        }
    }

    fn node_of(&self, point: Point<'_>) -> Option<usize> {
        match point {
            Point::Pod(_, pod) => Some(pod.node),
            Point::Node(node) => Some(node),
            _ => None,
        }
    }

    fn address(&self, point: Point<'_>) -> IpAddr {
        match point {
            Point::Pod(_, pod) => pod.address,
            Point::Node(node) => self.cluster.nodes[node].address,
            Point::Outside(address) | Point::ApiServer(address) => address,
            Point::Service(service) => service.address,
        }
    }

    /// What was attempted and dropped, and what is beside all policies.
    fn noise(&mut self, random: &mut Random) {
        let mut pod = || {
            let workload = random.pick(&self.cluster.workloads);
            Some(Point::Pod(workload, workload.pods.first()?))
        };
        let (Some(client), Some(server)) = (pod(), pod()) else { return };
        let Some(node) = self.node_of(server).filter(|node| self.nodes.contains(node)) else { return };
        if self.address(client) == self.address(server) {
            return;
        }
        match random.below(4) {
            0 | 1 => {
                let verdict = *random.pick(&["DROPPED", "ERROR"]);
                self.packets(random, node, client, server, "TCP", 22, verdict);
            }
            2 => {
                let mut event = self.event(random, node, client, server, "FORWARDED");
                event["flow"]["l4"] = json!({"ICMPv4": {"type": 8}});
                event["flow"]["is_reply"] = json!(false);
                self.sample.events.push(event);
            }
            _ => self.sample.events.push(json!({"node_status": {"state_change": "NODE_CONNECTED"}})),
        }
    }

    /// The packets of a connection that a node sees.
    #[allow(clippy::too_many_arguments, reason = "a packet has so many parts")]
    fn packets(
        &mut self,
        random: &mut Random,
        node: usize,
        client: Point<'c>,
        server: Point<'c>,
        protocol: &str,
        port: u16,
        verdict: &str,
    ) {
        let own = 32768 + u16::try_from(random.below(20000)).unwrap();
        let l4 = |from: u16, to: u16, flags: Value| {
            let mut ports = json!({"source_port": from, "destination_port": to});
            if protocol == "TCP" {
                ports["flags"] = flags;
            }
            json!({protocol: ports})
        };
        let mut opening = self.event(random, node, client, server, verdict);
        opening["flow"]["l4"] = l4(own, port, json!({"SYN": true}));
        if protocol != "TCP" || random.chance(70) {
            opening["flow"]["is_reply"] = json!(false);
        }
        self.sample.events.push(opening);
        if verdict == "DROPPED" || verdict == "ERROR" {
            return;
        }
        if random.chance(60) {
            let mut reply = self.event(random, node, server, client, "FORWARDED");
            reply["flow"]["l4"] = l4(port, own, json!({"SYN": true, "ACK": true}));
            if protocol != "TCP" || random.chance(70) {
                reply["flow"]["is_reply"] = json!(true);
            }
            self.sample.events.push(reply);
        }
        if random.chance(30) {
            // In the middle of a connection, and nothing says in which direction it goes.
            let mut unknown = self.event(random, node, server, client, "FORWARDED");
            unknown["flow"]["l4"] = l4(port, own, json!({"ACK": true}));
            self.sample.events.push(unknown);
        }
    }

    /// A flow before its ports.
    fn event(
        &self,
        random: &mut Random,
        node: usize,
        source: Point<'c>,
        target: Point<'c>,
        verdict: &str,
    ) -> Value {
        let name = &self.cluster.nodes[node].name;
        let time = format!("2026-03-01T08:{:02}:{:02}.5Z", random.below(60), random.below(60));
        let mut flow = json!({
            "time": time, "verdict": verdict, "node_name": name, "Type": "L3_L4",
            "IP": {"source": self.address(source).to_string(), "destination": self.address(target).to_string()},
            "source": self.end(random, node, source), "destination": self.end(random, node, target),
            // Whatever it says, it is about the node and not about who opened the connection.
            "traffic_direction": random.pick(&["INGRESS", "EGRESS", "TRAFFIC_DIRECTION_UNKNOWN"]),
        });
        for (point, key) in [(source, "source_service"), (target, "destination_service")] {
            match point {
                Point::Service(service) if random.chance(50) => {
                    flow[key] = json!({"name": service.name, "namespace": service.namespace});
                }
                _ => {}
            }
        }
        json!({"flow": flow, "node_name": name, "time": time})
    }

    fn end(&self, random: &mut Random, node: usize, point: Point<'c>) -> Value {
        let reserved = |identity: u32, names: &[&str]| {
            let labels: Vec<_> = names.iter().map(|name| format!("reserved:{name}")).collect();
            json!({"identity": identity, "labels": labels})
        };
        match point {
            Point::Pod(workload, pod) if !workload.is_on_host => {
                self.pod(random, workload, pod, pod.node == node)
            }
            Point::Pod(_, pod) if pod.node == node => reserved(1, &["host"]),
            Point::Node(own) if own == node => reserved(1, &["host"]),
            Point::Pod(..) | Point::Node(_) => reserved(6, &["remote-node"]),
            Point::Outside(address) if random.chance(30) => {
                let length = if address.is_ipv4() { 32 } else { 128 };
                let labels = [format!("cidr:{address}/{length}"), "reserved:world".to_owned()];
                json!({"identity": 16_777_217, "labels": labels})
            }
            Point::Outside(_) => reserved(2, &["world"]),
            Point::ApiServer(_) => reserved(7, &["kube-apiserver", "remote-node"]),
            // Cilium has no identity for it.
            Point::Service(_) if random.chance(50) => reserved(2, &["world"]),
            Point::Service(_) => reserved(0, &["unknown"]),
        }
    }

    fn pod(&self, random: &mut Random, workload: &Workload, pod: &Pod, is_local: bool) -> Value {
        let mut labels: Vec<String> =
            identity_labels(&pod.labels).map(|(key, value)| format!("k8s:{key}={value}")).collect();
        labels.push(format!("k8s:io.kubernetes.pod.namespace={}", workload.namespace));
        labels.push(format!(
            "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name={}",
            workload.namespace
        ));
        labels.push("k8s:io.cilium.k8s.policy.serviceaccount=default".to_owned());
        labels.push("k8s:common:commonselector".to_owned());
        let mut json = json!({
            "identity": 4711, "namespace": workload.namespace, "labels": labels, "pod_name": pod.name,
        });
        if is_local {
            json["ID"] = json!(17);
            let (kind, name) = match workload.kind {
                // Not every version knows who made a ReplicaSet or a Job.
                "Deployment" if random.chance(20) => {
                    ("ReplicaSet", format!("{}-{}", workload.name, pod.labels["pod-template-hash"]))
                }
                "CronJob" if random.chance(50) => ("Job", pod.labels["job-name"].clone()),
                kind => (kind, workload.name.clone()),
            };
            if workload.kind != "Pod" {
                json["workloads"] = json!([{"kind": kind, "name": name}]);
            }
        }
        json
    }
}

/// Those of which Cilium makes identities, as it is installed.
fn identity_labels(labels: &Labels) -> impl Iterator<Item = (&String, &String)> {
    let left_out = ["pod-template-hash", "pod-template-generation", "controller-revision-hash"];
    labels.iter().filter(move |(key, _)| {
        !left_out.contains(&key.as_str())
            && !key.starts_with("statefulset.kubernetes.io")
            && !key.contains("batch.kubernetes.io")
    })
}
