//! A random cluster: who runs where, and who needs to connect to whom.

use crate::random::Random;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) type Labels = BTreeMap<String, String>;

pub(crate) const NAMESPACES: [&str; 3] = ["shop", "jobs", "kube-system"];

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
}

#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) node: usize,
    pub(crate) address: IpAddr,
    pub(crate) labels: Labels,
}

#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) name: &'static str,
    pub(crate) number: u16,
    pub(crate) protocol: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) namespace: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) selector: Labels,
    /// Of its template.
    pub(crate) labels: Labels,
    pub(crate) ports: Vec<Port>,
    pub(crate) is_on_host: bool,
    pub(crate) pods: Vec<Pod>,
}

#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) namespace: &'static str,
    pub(crate) name: String,
    pub(crate) address: IpAddr,
    pub(crate) selector: Labels,
    pub(crate) port: u16,
    pub(crate) protocol: &'static str,
    /// A number or the name of a port of the pods; null is the same as the port.
    pub(crate) target: Value,
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Workload(usize),
    Outside(IpAddr),
    /// A node, seen from another one.
    Node(usize),
    ApiServer(IpAddr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    pub(crate) client: End,
    pub(crate) server: End,
    pub(crate) protocol: &'static str,
    /// That the server receives on.
    pub(crate) port: u16,
}

/// Something that a client does again and again.
#[derive(Clone, Debug)]
pub(crate) struct Habit {
    /// By which Service, if any.
    pub(crate) service: Option<usize>,
    /// One for each workload behind a Service.
    pub(crate) needs: Vec<Need>,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) services: Vec<Service>,
    pub(crate) habits: Vec<Habit>,
    is_v6: bool,
}

impl Cluster {
    pub(crate) fn random(random: &mut Random) -> Self {
        let is_v6 = random.chance(25);
        let mut cluster = Self {
            nodes: Vec::new(),
            workloads: Vec::new(),
            services: Vec::new(),
            habits: Vec::new(),
            is_v6,
        };
        for number in 0..2 + random.below(2) {
            let address = cluster.address(0, number);
            cluster.nodes.push(Node { name: format!("node-{number}"), address });
        }
        for number in 0..3 + random.below(6) {
            let workload = cluster.workload(random, number);
            cluster.workloads.push(workload);
        }
        for number in 0..1 + random.below(4) {
            let service = cluster.service(random, number);
            cluster.services.extend(service);
        }
        for _ in 0..3 + random.below(12) {
            let habit = cluster.habit(random);
            cluster.habits.extend(habit);
        }
        cluster
    }

    /// An address of the cluster: of nodes, pods or Services.
    fn address(&self, part: u16, number: usize) -> IpAddr {
        let number = u16::try_from(number).unwrap() + 1;
        if self.is_v6 {
            Ipv6Addr::new(0xfd00, part, 0, 0, 0, 0, 0, number).into()
        } else {
            let [high, low] = number.to_be_bytes();
            Ipv4Addr::new(10, u8::try_from(part).unwrap(), high, low).into()
        }
    }

    fn outside(&self, random: &mut Random) -> IpAddr {
        let number = 1 + random.below(4);
        if self.is_v6 {
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::try_from(number).unwrap()).into()
        } else {
            Ipv4Addr::new(203, 0, 113, u8::try_from(number).unwrap()).into()
        }
    }

    fn workload(&self, random: &mut Random, number: usize) -> Workload {
        let namespace = *random.pick(&NAMESPACES);
        let kind = *random.pick(&[
            "Deployment",
            "Deployment",
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "CronJob",
            "Pod",
        ]);
        // As a chart does it, twice the same name for what is not the same instance.
        let is_of_chart = random.chance(30);
        let name = format!("app-{number}");
        let mut selector = Labels::new();
        if is_of_chart {
            selector.insert("app.kubernetes.io/name".into(), "app".into());
            selector.insert("app.kubernetes.io/instance".into(), name.clone());
        } else {
            selector.insert("app".into(), name.clone());
        }
        let mut labels = selector.clone();
        let extra = [
            ("tier", *random.pick(&["front", "back"])),
            ("app.kubernetes.io/version", "1.2"),
            ("helm.sh/chart", "app-0.1"),
            ("app.kubernetes.io/managed-by", "Helm"),
        ];
        for (key, value) in extra {
            if random.chance(40) {
                labels.insert(key.into(), value.into());
            }
        }
        let mut ports = Vec::new();
        for (name, numbers) in [("http", [8080, 3000]), ("metrics", [9090, 9100]), ("dns", [53, 5353])] {
            if random.chance(60) {
                let protocol = match name {
                    "dns" => "UDP",
                    "metrics" if random.chance(10) => "SCTP",
                    _ => "TCP",
                };
                ports.push(Port { name, number: *random.pick(&numbers), protocol });
            }
        }
        let mut workload = Workload {
            namespace,
            kind,
            name,
            selector,
            labels,
            ports,
            is_on_host: kind == "DaemonSet" && random.chance(50),
            pods: Vec::new(),
        };
        let count = match kind {
            "DaemonSet" => self.nodes.len(),
            "Pod" => 1,
            _ => 1 + random.below(3),
        };
        for pod in 0..count {
            let node = if kind == "DaemonSet" { pod } else { random.below(self.nodes.len()) };
            workload.pods.push(self.pod(random, &workload, number, pod, node));
        }
        workload
    }

    fn pod(&self, random: &mut Random, of: &Workload, number: usize, pod: usize, node: usize) -> Pod {
        let mut labels = of.labels.clone();
        let mut add = |key: &str, value: &str| labels.insert(key.to_owned(), value.to_owned());
        let suffix = *random.pick(&["x8k2p", "bcdfg", "4x9zz"]);
        let name = match of.kind {
            "Deployment" => {
                let hash = *random.pick(&["7d4b9c6f5", "bd74f9c66"]);
                add("pod-template-hash", hash);
                format!("{}-{hash}-{suffix}{pod}", of.name)
            }
            "StatefulSet" => {
                let name = format!("{}-{pod}", of.name);
                add("controller-revision-hash", "6f5d8b");
                add("statefulset.kubernetes.io/pod-name", &name);
                add("apps.kubernetes.io/pod-index", &pod.to_string());
                name
            }
            "DaemonSet" => {
                add("controller-revision-hash", "6f5d8b");
                add("pod-template-generation", "1");
                format!("{}-{suffix}{pod}", of.name)
            }
            "CronJob" => {
                let job = format!("{}-2861836{pod}", of.name);
                add("job-name", &job);
                add("batch.kubernetes.io/job-name", &job);
                add("controller-uid", "0b5b734");
                add("batch.kubernetes.io/controller-uid", "0b5b734");
                format!("{job}-{suffix}")
            }
            _ => of.name.clone(),
        };
        let address =
            if of.is_on_host { self.nodes[node].address } else { self.address(2, number * 8 + pod) };
        Pod { name, node, address, labels }
    }

    fn service(&self, random: &mut Random, number: usize) -> Option<Service> {
        let of = random.pick(&self.workloads);
        let port = of.ports.first()?;
        let target = match random.below(3) {
            0 => json!(port.number),
            1 => json!(port.name),
            _ => Value::Null,
        };
        // Now and then for all of a tier, whatever they are.
        let mut selector = of.selector.clone();
        if let Some(tier) = of.labels.get("tier").filter(|_| random.chance(30)) {
            selector = [("tier".to_owned(), tier.clone())].into();
        }
        Some(Service {
            namespace: of.namespace,
            name: format!("service-{number}"),
            address: self.address(96, number),
            selector,
            port: if target.is_null() { port.number } else { 80 },
            protocol: port.protocol,
            target,
        })
    }

    /// The workloads behind a Service, each with the port that it receives on; `None` where one has no such port.
    pub(crate) fn behind(&self, service: &Service) -> Option<Vec<(usize, u16)>> {
        let chosen = self.workloads.iter().enumerate().filter(|(_, of)| {
            of.namespace == service.namespace
                && service.selector.iter().all(|(key, value)| of.labels.get(key) == Some(value))
        });
        let number = |of: &Workload| match &service.target {
            Value::Null => Some(service.port),
            Value::String(name) => {
                let mut ports = of.ports.iter();
                ports
                    .find(|port| port.name == name && port.protocol == service.protocol)
                    .map(|port| port.number)
            }
            number => Some(u16::try_from(number.as_u64().unwrap()).unwrap()),
        };
        chosen.map(|(place, of)| Some((place, number(of)?))).collect()
    }

    fn habit(&self, random: &mut Random) -> Option<Habit> {
        let workload = random.below(self.workloads.len());
        let client = match random.below(10) {
            0 => End::Outside(self.outside(random)),
            1 => End::Node(random.below(self.nodes.len())),
            2 => End::ApiServer(self.address(0, 200)),
            _ => End::Workload(workload),
        };
        if let End::Workload(_) = client {
            match random.below(8) {
                0 => return Some(self.to(client, End::Outside(self.outside(random)), "TCP", 443)),
                1 => return Some(self.to(client, End::ApiServer(self.address(0, 200)), "TCP", 6443)),
                2 | 3 if !self.services.is_empty() => {
                    let place = random.below(self.services.len());
                    let service = &self.services[place];
                    let behind = self.behind(service).filter(|behind| !behind.is_empty())?;
                    let needs = behind.into_iter().map(|(of, port)| Need {
                        client,
                        server: End::Workload(of),
                        protocol: service.protocol,
                        port,
                    });
                    return Some(Habit { service: Some(place), needs: needs.collect() });
                }
                _ => {}
            }
        }
        let server = random.below(self.workloads.len());
        let port = self.workloads[server].ports.get(random.below(3))?;
        Some(self.to(client, End::Workload(server), port.protocol, port.number))
    }

    fn to(&self, client: End, server: End, protocol: &'static str, port: u16) -> Habit {
        Habit { service: None, needs: vec![Need { client, server, protocol, port }] }
    }

    /// All that is needed, one by one, as policies see it: what runs in the network of a node is that node, a node
    /// reaches its own pods whatever a policy says, and a pod reaches itself.
    pub(crate) fn needed(&self) -> BTreeSet<Need> {
        let mut needed = BTreeSet::new();
        for need in self.habits.iter().flat_map(|habit| &habit.needs) {
            for client in self.seen_as(need.client) {
                for server in self.seen_as(need.server) {
                    needed.insert(Need { client, server, ..*need });
                }
            }
        }
        needed.retain(|need| {
            let is_node = |end| matches!(end, End::Node(_) | End::ApiServer(_) | End::Outside(_));
            !(is_node(need.client) && is_node(need.server)) && self.crosses_nodes(need)
        });
        needed
    }

    fn seen_as(&self, end: End) -> Vec<End> {
        match end {
            End::Workload(place) if self.workloads[place].is_on_host => {
                self.workloads[place].pods.iter().map(|pod| End::Node(pod.node)).collect()
            }
            end => vec![end],
        }
    }

    /// Whether a connection with a node is ever one between nodes.
    fn crosses_nodes(&self, need: &Need) -> bool {
        match (need.client, need.server) {
            (End::Node(node), End::Workload(of)) | (End::Workload(of), End::Node(node)) => {
                self.workloads[of].pods.iter().any(|pod| pod.node != node)
            }
            (End::Workload(client), End::Workload(server)) if client == server => {
                self.workloads[client].pods.len() > 1
            }
            _ => true,
        }
    }

    /// What a workload may need of itself and nobody can tell: it asks a Service that its only pod is behind, and how
    /// many pods it has is written nowhere, so that another one may have answered.
    pub(crate) fn doubtful(&self, place: usize) -> Vec<Need> {
        let workload = &self.workloads[place];
        if workload.pods.len() > 1 || !["DaemonSet", "CronJob"].contains(&workload.kind) {
            return Vec::new();
        }
        let by_service = self.habits.iter().filter(|habit| habit.service.is_some());
        let needs = by_service.flat_map(|habit| &habit.needs).copied();
        needs
            .filter(|need| (need.client, need.server) == (End::Workload(place), End::Workload(place)))
            .collect()
    }

    pub(crate) fn manifests(&self) -> Vec<Value> {
        let workloads = self.workloads.iter().map(Workload::manifest);
        let services = self.services.iter().map(|service| {
            let mut port = json!({"port": service.port, "protocol": service.protocol});
            if !service.target.is_null() {
                port["targetPort"] = service.target.clone();
            }
            json!({"apiVersion": "v1", "kind": "Service",
                "metadata": {"name": service.name, "namespace": service.namespace},
                "spec": {"clusterIP": service.address.to_string(), "selector": service.selector, "ports": [port]}})
        });
        workloads.chain(services).collect()
    }
}

impl Workload {
    fn manifest(&self) -> Value {
        let ports = self
            .ports
            .iter()
            .map(|port| json!({"name": port.name, "containerPort": port.number, "protocol": port.protocol}));
        let mut pod =
            json!({"containers": [{"name": "main", "image": "main", "ports": ports.collect::<Vec<_>>()}]});
        if self.is_on_host {
            pod["hostNetwork"] = json!(true);
        }
        let metadata = json!({"name": self.name, "namespace": self.namespace});
        let template = json!({"metadata": {"labels": self.labels}, "spec": pod});
        match self.kind {
            "Pod" => {
                let metadata = json!({"name": self.name, "namespace": self.namespace, "labels": self.labels});
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod})
            }
            "CronJob" => json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata,
                "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}}}),
            kind => {
                let mut spec = json!({"selector": {"matchLabels": self.selector}, "template": template});
                if kind != "DaemonSet" {
                    spec["replicas"] = json!(self.pods.len());
                }
                json!({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec})
            }
        }
    }
}
