//! How these tests are written: what a container did, one thing a line, and the manifest before and after.
//!
//! Each line becomes an event as Tetragon or Inspektor Gadget writes it, in a log of each, and the logs are read:
//!
//! - `ran /bin/web uid 1000 gid 1000`, with `caps CHOWN,KILL` or `no-caps`, `gained`, `entered` (from outside), `from-proc` (it
//!   was there before Tetragon): `process_exec`. The first one of a container is its first process, unless it is `later`
//! - `read`, `wrote`, `opened-or-created`, `created` (anew) a path, `asked-for` (unresolved): `trace_open`
//! - `removed`, `changed`, `made`, `cut` a path, `moved` one to another: hooks of the kernel
//! - `granted`, `refused` or `looked-for` (without audit) a capability: `trace_capabilities`
//! - `called` some system calls: `traceloop`
//! - `listened 8080`, `bound 53/UDP`, `listened 127.0.0.1:9`: `inet_csk_listen_start`, `trace_bind`
//!
//! `web-2:` before it names another pod than `web-1`, `web-1/setup:` another container than `web`. Before all of them a
//! neighbour on the node did something of every kind, so that both tools are known to listen: a line `no-neighbour` takes
//! that away.

use leastwise_evidence::{Input, Record, read};
use leastwise_harden::{Manifests, Options, Proposal, Task, harden};
use leastwise_yaml::{Document, parse};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Cursor;

/// What the neighbour did.
const NEIGHBOUR: &str = "\
ran /bin/logger uid 0 gid 0 caps CHOWN
read /etc/logger.conf
removed /var/log/old
changed /var/log/new
made /var/log/folder
cut /var/log/new
moved /var/log/new /var/log/old
linked /var/log/a /var/log/b
granted CHOWN
called mmap close read
listened 514";

/// The lines of both tools.
#[derive(Default)]
struct Logs {
    tetragon: String,
    gadget: String,
    second: u32,
    /// Pods and containers whose first process was seen.
    started: BTreeSet<(String, String)>,
}

/// Who does something.
struct Who<'t> {
    namespace: &'t str,
    workload: &'t str,
    pod: &'t str,
    container: &'t str,
}

pub(crate) fn record(events: &str) -> Record {
    let mut logs = Logs::default();
    let lines: Vec<&str> = events.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !lines.contains(&"no-neighbour") {
        let who = Who { namespace: "kube-system", workload: "logger", pod: "logger-a", container: "logger" };
        NEIGHBOUR.lines().for_each(|line| logs.add(&who, line));
    }
    for line in lines.into_iter().filter(|line| *line != "no-neighbour") {
        let named = line.split_once(": ").filter(|(name, _)| !name.contains(' '));
        let (name, deed) = named.unwrap_or(("web-1", line));
        let (pod, container) = name.split_once('/').unwrap_or((name, "web"));
        logs.add(&Who { namespace: "shop", workload: "web", pod, container }, deed);
    }
    read_logs([("tetragon.log", logs.tetragon), ("gadget.log", logs.gadget)])
}

pub(crate) fn read_logs(logs: [(&str, String); 2]) -> Record {
    let input = |(name, text): (&str, String)| Input::Stream {
        name: name.into(),
        reader: Box::new(Cursor::new(text.into_bytes())),
    };
    let reading = read(logs.into_iter().map(input).collect(), &());
    assert_eq!(reading.problems, []);
    reading.record
}

impl Logs {
    fn add(&mut self, who: &Who<'_>, line: &str) {
        self.second += 1;
        let (verb, rest) = line.split_once(' ').expect("a verb and what it is about");
        let words: Vec<&str> = rest.split_whitespace().collect();
        match verb {
            "ran" => self.exec(who, &words),
            "read" => self.open(who, rest, "O_RDONLY", true),
            "wrote" => self.open(who, rest, "O_WRONLY", true),
            "opened-or-created" => self.open(who, rest, "O_RDWR|O_CREAT", true),
            "created" => self.open(who, rest, "O_WRONLY|O_CREAT|O_EXCL", true),
            "asked-for" => self.open(who, rest, "O_WRONLY", false),
            "removed" => self.hook(who, "security_path_unlink", &words),
            "changed" => self.hook(who, "security_path_chown", &words),
            "made" => self.hook(who, "security_path_mkdir", &words),
            "cut" => self.hook(who, "security_path_truncate", &words),
            "moved" => self.hook(who, "security_path_rename", &words),
            "linked" => self.hook(who, "security_path_link", &words),
            "granted" | "refused" | "looked-for" => {
                let fields = json!({"cap": format!("CAP_{rest}"), "capable": verb != "refused", "audit": u8::from(verb != "looked-for")});
                self.gadget(who, fields);
            }
            "called" => words.iter().for_each(|call| self.gadget(who, json!({"syscall": call, "ret": 0}))),
            "listened" => self.listen(who, rest),
            "bound" => {
                let (port, proto) = rest.split_once('/').expect("port and protocol");
                let addr = json!({"addr": "0.0.0.0", "port": port.parse::<u16>().unwrap(), "proto": proto});
                self.gadget(who, json!({"addr": addr}));
            }
            _ => panic!("nobody knows how a container {verb} something"),
        }
    }

    fn time(&self) -> String {
        format!("2026-03-01T08:{:02}:{:02}.000000000Z", self.second / 60, self.second % 60)
    }

    fn process(&self, who: &Who<'_>) -> Value {
        json!({
            "exec_id": "bjE6MQ==", "pid": 4242, "uid": 0, "cwd": "/", "binary": "/bin/web", "arguments": "",
            "flags": "execve clone", "start_time": self.time(), "auid": 4_294_967_295_u32,
            "pod": {
                "namespace": who.namespace, "name": who.pod, "workload": who.workload, "workload_kind": "Deployment",
                "pod_labels": {"app": who.workload},
                "container": {"id": "containerd://1", "name": who.container, "pid": 1,
                    "image": {"name": format!("docker.io/library/{}:1", who.container)}}
            },
            "in_init_tree": true
        })
    }

    fn exec(&mut self, who: &Who<'_>, words: &[&str]) {
        let mut process = self.process(who);
        process["binary"] = json!(words[0]);
        let after = |key: &str| words.iter().position(|word| *word == key).map(|at| words[at + 1]);
        if let Some(uid) = after("uid") {
            process["uid"] = json!(uid.parse::<u32>().unwrap());
        }
        if let Some(gid) = after("gid") {
            process["process_credentials"] = json!({"gid": gid.parse::<u32>().unwrap()});
        }
        // Empty sets are left out, as JSON of Protocol Buffers does.
        if words.contains(&"no-caps") {
            process["cap"] = json!({});
        } else if let Some(caps) = after("caps") {
            let caps: Vec<String> = caps.split(',').map(|cap| format!("CAP_{cap}")).collect();
            process["cap"] = json!({"permitted": caps, "effective": caps});
        }
        if words.contains(&"gained") {
            process["binary_properties"] = json!({"privileges_changed": ["PRIVILEGES_RAISED_EXEC_FILE_CAP"]});
        }
        if words.contains(&"entered") {
            process["in_init_tree"] = json!(false);
        }
        let is_first =
            !words.contains(&"later") && self.started.insert((who.pod.to_owned(), who.container.to_owned()));
        process["pod"]["container"]["pid"] = json!(if is_first { 1 } else { 8 });
        if words.contains(&"from-proc") {
            process["flags"] = json!("procFS auid");
        }
        self.tetragon("process_exec", json!({"process": process}));
    }

    fn hook(&mut self, who: &Who<'_>, function: &str, paths: &[&str]) {
        let args: Vec<Value> = paths.iter().map(|path| json!({"path_arg": {"path": path}})).collect();
        let event = json!({"process": self.process(who), "function_name": function, "args": args,
            "return": {"int_arg": 0}, "policy_name": "files"});
        self.tetragon("process_kprobe", event);
    }

    fn listen(&mut self, who: &Who<'_>, at: &str) {
        let (address, port) = at.split_once(':').unwrap_or(("0.0.0.0", at));
        let socket = json!({"family": "AF_INET", "type": "SOCK_STREAM", "protocol": "IPPROTO_TCP", "saddr": address,
            "sport": port.parse::<u16>().unwrap()});
        let event = json!({"process": self.process(who), "function_name": "inet_csk_listen_start",
            "args": [{"sock_arg": socket}], "policy_name": "sockets"});
        self.tetragon("process_kprobe", event);
    }

    fn open(&mut self, who: &Who<'_>, path: &str, flags: &str, resolved: bool) {
        let mut fields = json!({"fname": path, "flags": flags, "fd": 3, "error": ""});
        if resolved {
            fields["fpath"] = json!(path);
        }
        self.gadget(who, fields);
    }

    fn tetragon(&mut self, kind: &str, event: Value) {
        let line = json!({kind: event, "node_name": "n1", "time": self.time()});
        self.tetragon.push_str(&format!("{line}\n"));
    }

    fn gadget(&mut self, who: &Who<'_>, fields: Value) {
        let mut event = json!({
            "timestamp": self.time(),
            "k8s": {"namespace": who.namespace, "podName": who.pod, "containerName": who.container,
                "podLabels": format!("app={}", who.workload), "node": "n1",
                "owner": {"kind": "Deployment", "name": who.workload}},
            "runtime": {"containerName": who.container},
            "proc": {"comm": who.container, "pid": 4242, "tid": 4242, "creds": {"uid": 0, "gid": 0}}
        });
        for (key, value) in fields.as_object().unwrap() {
            event[key] = value.clone();
        }
        self.gadget.push_str(&format!("{event}\n"));
    }
}

/// A Deployment with one container, which has these fields, one a line.
pub(crate) fn web(fields: &str) -> String {
    of_pod("", fields)
}

/// The same, with fields of the pod as well.
pub(crate) fn of_pod(pod: &str, fields: &str) -> String {
    let indent = |text: &str, by: usize| -> String {
        text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
    };
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 1
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata:
      labels: {{app: web}}
    spec:
{}      containers:
        - name: web
          image: web:1 # ours
{}",
        indent(pod, 6),
        indent(fields, 10)
    )
}

/// What came of a refinement.
pub(crate) struct Refined {
    pub(crate) text: String,
    pub(crate) proposal: Proposal,
}

pub(crate) fn refined(manifest: &str, events: &str) -> Refined {
    refined_with(manifest, events, &Options::default())
}

pub(crate) fn refined_with(manifest: &str, events: &str, options: &Options) -> Refined {
    refined_by(manifest, &record(events), options)
}

pub(crate) fn refined_by(manifest: &str, record: &Record, options: &Options) -> Refined {
    let stream = parse(manifest);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let proposal = harden(Task::Refine, leastwise_harden::Kind::Workload, record, &manifests, options);
    let mut text = String::new();
    for (place, placed) in stream.documents().iter().enumerate() {
        let change = proposal.changes.iter().find(|change| change.document == place);
        text.push_str(change.map_or(placed.document.source(), |change| change.after.source()));
    }
    Refined { text, proposal }
}

impl Refined {
    /// The lines that are not in the manifest before, without their indentation.
    pub(crate) fn added(&self, manifest: &str) -> Vec<String> {
        let before: Vec<&str> = manifest.lines().collect();
        let added = self.text.lines().filter(|line| !before.contains(line));
        added.map(|line| line.trim().to_owned()).collect()
    }

    /// Why a field was not decided; empty where it was, or needed no decision.
    pub(crate) fn refusal(&self, field: &str) -> &str {
        let mut refused = self.proposal.refused.iter();
        let found = refused.find(|refused| refused.what.ends_with(&format!(": {field}")));
        found.map_or("", |refused| refused.because.as_str())
    }

    /// What would be done if somebody agreed.
    pub(crate) fn candidates(&self) -> Vec<&str> {
        let left = self.proposal.statements.iter().filter(|statement| !statement.applied);
        left.map(|statement| statement.what.as_str()).collect()
    }

    /// What is done.
    pub(crate) fn applied(&self) -> Vec<&str> {
        self.proposal.applied().map(|statement| statement.what.as_str()).collect()
    }

    /// The whole again must be as it is.
    pub(crate) fn is_settled(&self, events: &str) -> bool {
        refined(&self.text, events).proposal.changes.is_empty()
    }
}
