//! Logs that no cluster has written: the same for the same seed, with the sizes and repetitions of real ones.

use std::fmt::Write;

/// Numbers that look random and are the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = self.below(choices.len() as u64) as usize;
        choices.get(index).copied().unwrap_or_default()
    }
}

const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const RESOURCES: [(&str, &str); 10] = [
    ("", "pods"),
    ("", "configmaps"),
    ("", "secrets"),
    ("", "events"),
    ("", "endpoints"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("batch", "jobs"),
    ("coordination.k8s.io", "leases"),
    ("networking.k8s.io", "ingresses"),
];

/// Audit events as lines, until there are so many bytes: a busy cluster of some 40 service accounts in 12 namespaces,
/// at the levels Metadata and, for one in eight, RequestResponse with an object.
pub(crate) fn audit(seed: u64, bytes: usize) -> String {
    let mut random = Random::new(seed);
    let mut log = String::with_capacity(bytes + (16 << 10));
    let mut second = 1_767_225_600;
    while log.len() < bytes {
        second += random.below(2) as i64;
        event(&mut random, second, &mut log);
    }
    log
}

fn event(random: &mut Random, second: i64, log: &mut String) {
    let namespace = format!("team-{}", random.below(12));
    let number = random.below(4);
    let account = format!("service-{number}");
    // Each service account has its own errands.
    let choice = (number * 3 + random.below(3)) % 10;
    let (group, resource) = RESOURCES.get(choice as usize).copied().unwrap_or_default();
    let verb = random.of(&VERBS);
    let name = if matches!(verb, "list" | "watch" | "deletecollection") {
        String::new()
    } else {
        format!("{resource}-{}", random.below(6))
    };
    let (code, decision) = if random.below(50) == 0 { (403, "forbid") } else { (200, "allow") };
    let path = if group.is_empty() { "api/v1".to_owned() } else { format!("apis/{group}/v1") };
    let time = jiff::Timestamp::from_second(second)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
        .to_string();
    let body = match random.below(8) {
        0 => object(random, &namespace, &name),
        _ => String::new(),
    };
    let level = if body.is_empty() { "Metadata" } else { "RequestResponse" };
    let id = format!(
        "{:08x}-{:04x}-4000-8000-{:012x}",
        random.below(1 << 32),
        random.below(1 << 16),
        random.below(1 << 48)
    );
    let written = writeln!(
        log,
        "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"{level}\",\"auditID\":\"{id}\",\
         \"stage\":\"ResponseComplete\",\"requestURI\":\"/{path}/namespaces/{namespace}/{resource}/{name}?timeout=30s\",\
         \"verb\":\"{verb}\",\"user\":{{\"username\":\"system:serviceaccount:{namespace}:{account}\",\
         \"uid\":\"6a1e6a0e-0f0f-4b8b-9d9d-0123456789ab\",\"groups\":[\"system:serviceaccounts\",\
         \"system:serviceaccounts:{namespace}\",\"system:authenticated\"],\"extra\":{{\
         \"authentication.kubernetes.io/credential-id\":[\"JTI=0b0b0b0b-0000-4000-8000-0123456789ab\"],\
         \"authentication.kubernetes.io/node-name\":[\"node-{node}\"],\
         \"authentication.kubernetes.io/pod-name\":[\"{account}-7c9f8-{node}\"],\
         \"authentication.kubernetes.io/pod-uid\":[\"9f9f9f9f-0000-4000-8000-0123456789ab\"]}}}},\
         \"sourceIPs\":[\"10.0.{node}.17\"],\"userAgent\":\"manager/v0.0.0 (linux/amd64) kubernetes/$Format\",\
         \"objectRef\":{{\"resource\":\"{resource}\",\"namespace\":\"{namespace}\",\"name\":\"{name}\",\
         \"apiGroup\":\"{group}\",\"apiVersion\":\"v1\"}},\"responseStatus\":{{\"metadata\":{{}},\"code\":{code}}},{body}\
         \"requestReceivedTimestamp\":\"{time}\",\"stageTimestamp\":\"{time}\",\"annotations\":{{\
         \"authorization.k8s.io/decision\":\"{decision}\",\"authorization.k8s.io/reason\":\"RBAC: allowed by \
         RoleBinding \\\"{account}/{namespace}\\\" of Role \\\"{account}\\\" to ServiceAccount \\\"{account}/{namespace}\\\"\"}}}}",
        node = random.below(20),
    );
    debug_assert!(written.is_ok(), "a string takes everything");
}

/// An object as request and response, with the managed fields that make these so large.
fn object(random: &mut Random, namespace: &str, name: &str) -> String {
    let mut data = String::new();
    for key in 0..10 + random.below(30) {
        let separator = if key == 0 { "" } else { "," };
        let written = write!(
            data,
            "{separator}\"key-{key}\":\"value {} with \\\"quotes\\\" and a line\\n\"",
            random.below(1 << 40)
        );
        debug_assert!(written.is_ok(), "a string takes everything");
    }
    let object =
        format!("{{\"metadata\":{{\"name\":\"{name}\",\"namespace\":\"{namespace}\"}},\"data\":{{{data}}}}}");
    format!("\"requestObject\":{object},\"responseObject\":{object},")
}

/// Flows as lines: pods of 30 workloads on four nodes, each connection seen many times and answered.
pub(crate) fn flows(seed: u64, bytes: usize) -> String {
    let mut random = Random::new(seed);
    let mut log = String::with_capacity(bytes + (16 << 10));
    let mut second = 1_767_225_600;
    while log.len() < bytes {
        second += random.below(2) as i64;
        flow(&mut random, second, &mut log);
    }
    log
}

fn flow(random: &mut Random, second: i64, log: &mut String) {
    let time = jiff::Timestamp::from_second(second).unwrap_or_default().to_string();
    let (client, server) = (random.below(30), random.below(8));
    let is_reply = random.below(2) == 1;
    let ephemeral = 32_768 + random.below(20_000);
    let end = |workload: u64, number: u64| {
        format!(
            "{{\"ID\":{number},\"identity\":{identity},\"cluster_name\":\"default\",\"namespace\":\"team-{team}\",\
             \"labels\":[\"k8s:app=workload-{workload}\",\"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=team-{team}\",\
             \"k8s:io.cilium.k8s.policy.cluster=default\",\"k8s:io.cilium.k8s.policy.serviceaccount=default\",\
             \"k8s:io.kubernetes.pod.namespace=team-{team}\"],\"pod_name\":\"workload-{workload}-7c9f8-{number}\",\
             \"workloads\":[{{\"name\":\"workload-{workload}\",\"kind\":\"Deployment\"}}]}}",
            identity = 10_000 + workload,
            team = workload % 5,
        )
    };
    let (from, to) = if is_reply { (server, client) } else { (client, server) };
    let (source_port, destination_port) =
        if is_reply { (8080 + server, ephemeral) } else { (ephemeral, 8080 + server) };
    let written = writeln!(
        log,
        "{{\"flow\":{{\"time\":\"{time}\",\"uuid\":\"{uuid:032x}\",\"verdict\":\"FORWARDED\",\"ethernet\":{{\"source\":\"0a:0b:0c:0d:0e:0f\",\
         \"destination\":\"0f:0e:0d:0c:0b:0a\"}},\"IP\":{{\"source\":\"10.0.1.{from}\",\"destination\":\"10.0.1.{to}\",\"ipVersion\":\"IPv4\"}},\
         \"l4\":{{\"TCP\":{{\"source_port\":{source_port},\"destination_port\":{destination_port},\"flags\":{{\"ACK\":true}}}}}},\
         \"source\":{source},\"destination\":{destination},\"Type\":\"L3_L4\",\"node_name\":\"default/node-{node}\",\
         \"event_type\":{{\"type\":4,\"sub_type\":3}},\"traffic_direction\":\"INGRESS\",\"trace_observation_point\":\"TO_STACK\",\
         \"trace_reason\":\"ESTABLISHED\",\"is_reply\":{is_reply},\"Summary\":\"TCP Flags: ACK\"}},\"node_name\":\"default/node-{node}\",\
         \"time\":\"{time}\"}}",
        uuid = random.below(u64::MAX),
        source = end(from, from),
        destination = end(to, to),
        node = random.below(4),
    );
    debug_assert!(written.is_ok(), "a string takes everything");
}

/// Flows of Calico as lines: the same pods, each connection reported from both ends, of one pod in three by its name.
pub(crate) fn calico(seed: u64, bytes: usize) -> String {
    let mut random = Random::new(seed);
    let mut log = String::with_capacity(bytes + (16 << 10));
    let mut second = 1_767_225_600;
    while log.len() < bytes {
        second += random.below(2);
        calico_flow(&mut random, second, &mut log);
    }
    log
}

fn calico_flow(random: &mut Random, second: u64, log: &mut String) {
    let (client, server) = (random.below(30), random.below(8));
    let reporter = random.of(&["src", "dst"]);
    let end = |side: &str, workload: u64, named: bool| {
        let name = if named { format!("workload-{workload}-7c9f8-{}", workload % 3) } else { "-".to_owned() };
        let address = if named { format!("\"10.0.1.{workload}\"") } else { "null".to_owned() };
        format!(
            "\"{side}_ip\":{address},\"{side}_name\":\"{name}\",\"{side}_name_aggr\":\"workload-{workload}-7c9f8-*\",\
             \"{side}_namespace\":\"team-{team}\",\"{side}_type\":\"wep\",\"{side}_labels\":{{\"labels\":[\
             \"app=workload-{workload}\",\"app.kubernetes.io/part-of=shop\",\"pod-template-hash=7c9f8\",\
             \"projectcalico.org/namespace=team-{team}\",\"projectcalico.org/orchestrator=k8s\"]}},",
            team = workload % 5,
        )
    };
    let written = writeln!(
        log,
        "{{\"start_time\":{second},\"end_time\":{until},{source}\"source_port\":null,{target}\"dest_port\":{port},\
         \"dest_service_namespace\":\"team-{team}\",\"dest_service_name\":\"workload-{server}\",\"dest_service_port\":\"http\",\
         \"proto\":\"tcp\",\"action\":\"allow\",\"reporter\":\"{reporter}\",\"policies\":{{\"all_policies\":[\
         \"0|default|team-{team}/default.allow-workload|allow|0\"]}},\"bytes_in\":{bytes},\"bytes_out\":{bytes},\
         \"num_flows\":1,\"num_flows_started\":1,\"num_flows_completed\":0,\"packets_in\":8,\"packets_out\":9,\
         \"original_source_ips\":null,\"num_original_source_ips\":0,\"host\":\"node-{node}\"}}",
        until = second + 15,
        source = end("source", client, random.below(3) == 0),
        target = end("dest", server, random.below(3) == 0),
        port = 8080 + server,
        team = server % 5,
        bytes = random.below(1 << 20),
        node = random.below(4),
    );
    debug_assert!(written.is_ok(), "a string takes everything");
}
