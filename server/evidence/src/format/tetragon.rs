//! Tetragon's export: one event a line, under the key of its kind.

use super::labels::lasting;
use super::text::{Pairs, Text, or_default};
use super::time::time;
use super::{Number, Unreadable, files, sockets};
use crate::collect::{Collector, Scene};
use crate::owner::Owner;
use crate::{
    CapabilityCheck, Caution, Channel, Deed, Format, Loss, Origin, Outcome, Process, Protocol, SocketAccess,
    SocketUse, Syscall,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    process_exec: Option<Event<'a>>,
    process_exit: Option<Event<'a>>,
    process_kprobe: Option<Event<'a>>,
    process_tracepoint: Option<Event<'a>>,
    process_lsm: Option<Event<'a>>,
    // These are of no use here, or of old versions only.
    process_uprobe: Option<IgnoredAny>,
    process_loader: Option<IgnoredAny>,
    process_connect: Option<Event<'a>>,
    process_accept: Option<Event<'a>>,
    process_listen: Option<Event<'a>>,
    rate_limit_info: Option<RateLimit>,
    node_name: Text<'a>,
    time: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RateLimit {
    number_of_dropped_process_events: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    process: Option<Actor<'a>>,
    function_name: Text<'a>,
    subsys: Text<'a>,
    event: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    args: Vec<Argument<'a>>,
    r#return: Option<Argument<'a>>,
    ip: Text<'a>,
    port: Option<u16>,
    destination_ip: Text<'a>,
    destination_port: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Actor<'a> {
    uid: Option<u32>,
    #[serde(borrow)]
    binary: Text<'a>,
    arguments: Text<'a>,
    flags: Text<'a>,
    pod: Option<Pod<'a>>,
    docker: Text<'a>,
    cap: Option<Capabilities<'a>>,
    process_credentials: Option<Credentials>,
    binary_properties: Option<Properties>,
    in_init_tree: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pod<'a> {
    #[serde(borrow)]
    namespace: Text<'a>,
    name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pod_labels: Pairs<Text<'a>, Text<'a>>,
    workload: Text<'a>,
    workload_kind: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    container: ContainerOf<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerOf<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    image: Image<'a>,
    pid: Option<u32>,
    maybe_exec_probe: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Image<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Capabilities<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    permitted: Vec<Text<'a>>,
    #[serde(deserialize_with = "or_default")]
    effective: Vec<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Credentials {
    gid: Option<u32>,
    egid: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Properties {
    setuid: Option<u32>,
    setgid: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    privileges_changed: Vec<IgnoredAny>,
}

/// An argument of a hook: one of these is there.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Argument<'a> {
    int_arg: Option<i64>,
    uint_arg: Option<u64>,
    #[serde(borrow)]
    string_arg: Text<'a>,
    #[serde(alias = "path_arg")]
    file_arg: Option<FileOf<'a>>,
    capability_arg: Option<CapabilityOf<'a>>,
    user_namespace_arg: Option<UserNamespace>,
    sock_arg: Option<Socket<'a>>,
    sockaddr_arg: Option<Address<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FileOf<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CapabilityOf<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserNamespace {
    ns: Option<NamespaceOf>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NamespaceOf {
    is_host: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Socket<'a> {
    #[serde(borrow)]
    protocol: Text<'a>,
    r#type: Text<'a>,
    saddr: Text<'a>,
    daddr: Text<'a>,
    sport: Option<u16>,
    dport: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Address<'a> {
    #[serde(borrow)]
    addr: Text<'a>,
    port: Option<u16>,
}

/// Takes over what a line says. `false` if it is none of Tetragon's.
pub(super) fn read(json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
    let line: Line<'_> = serde_json::from_slice(json)?;
    let when = time(&line.time);
    let node = line.node_name.given();
    let add = |event: &Event<'_>, channel, deeds: Vec<Deed>, collector: &mut Collector| {
        act(event, channel, deeds, node, when, collector);
    };
    if let Some(event) = &line.process_exec {
        let process = event.process.as_ref().map(process).map(Deed::Process);
        add(event, Channel::Processes, process.into_iter().collect(), collector);
        // A first process that runs another program in its own place is no start.
        if event.process.as_ref().is_some_and(|actor| actor.flags.contains("clone")) {
            life(event, collector, |run| run.start(when));
        }
    } else if let Some(event) = &line.process_exit {
        add(event, Channel::Processes, Vec::new(), collector);
        life(event, collector, |run| run.end_observed = true);
    } else if let Some(event) = line.process_kprobe.as_ref().or(line.process_lsm.as_ref()) {
        match hook(event, line.process_lsm.is_some(), collector) {
            Some((channel, deeds)) => add(event, channel, deeds, collector),
            None => collector.source.irrelevant += 1,
        }
    } else if let Some(event) = &line.process_tracepoint {
        let name = event.event.strip_prefix("sys_enter_").or_else(|| event.event.strip_prefix("sys_exit_"));
        match name.filter(|_| &*event.subsys == "syscalls") {
            Some(name) => add(event, Channel::Syscalls, vec![syscall(name, event)], collector),
            None => collector.source.irrelevant += 1,
        }
    } else if let Some(event) = &line.process_connect {
        let connect = plain(SocketAccess::Connect, &event.destination_ip, event.destination_port);
        add(event, Channel::Sockets, vec![connect], collector);
    } else if let Some(event) = &line.process_accept {
        add(
            event,
            Channel::Sockets,
            vec![plain(SocketAccess::Accept, "", event.destination_port)],
            collector,
        );
    } else if let Some(event) = &line.process_listen {
        add(event, Channel::Sockets, vec![plain(SocketAccess::Listen, &event.ip, event.port)], collector);
    } else if let Some(limit) = &line.rate_limit_info {
        let lost = limit.number_of_dropped_process_events.0;
        *collector.source.losses.entry(Loss::RateLimit).or_default() += lost;
        collector.event(Channel::Processes, node, when);
    } else if line.process_uprobe.is_some() || line.process_loader.is_some() {
        collector.source.irrelevant += 1;
    } else {
        return Ok(false);
    }
    collector.source.formats.insert(Format::Tetragon);
    Ok(true)
}

/// Notes what the process of an event did.
fn act(
    event: &Event<'_>,
    channel: Channel,
    deeds: Vec<Deed>,
    node: Option<&str>,
    when: Option<jiff::Timestamp>,
    collector: &mut Collector,
) {
    let Some(actor) = &event.process else {
        collector.source.irrelevant += 1;
        return;
    };
    let Some(pod) = &actor.pod else {
        // A process of the node itself; only where it is in a container is its pod missing.
        if actor.docker.is_empty() {
            collector.event(channel, node, when);
            collector.source.irrelevant += 1;
        } else {
            collector.no_container(channel, node, when);
        }
        return;
    };
    let labels = pod.pod_labels.0.iter().map(|(key, value)| (&**key, &**value));
    let scene = Scene {
        owner: owner(pod),
        image: pod.container.image.name.given(),
        labels: lasting(labels),
        node,
        when,
        channel: Some(channel),
    };
    collector.act(&scene, origin(actor), deeds);
}

fn owner<'a>(pod: &'a Pod<'_>) -> Owner<'a> {
    Owner {
        namespace: &pod.namespace,
        pod: &pod.name,
        container: &pod.container.name,
        workload: pod.workload.given().map(|name| (&*pod.workload_kind, name)),
    }
}

/// Notes that the first process of a container started or ended.
fn life(event: &Event<'_>, collector: &mut Collector, note: impl FnOnce(&mut crate::Run)) {
    let Some((actor, pod)) = event.process.as_ref().and_then(|actor| Some((actor, actor.pod.as_ref()?)))
    else {
        return;
    };
    // One that was there before Tetragon was read from /proc.
    if pod.container.pid == Some(1) && !actor.flags.contains("procFS") {
        note(collector.run(&owner(pod)));
    }
}

fn origin(actor: &Actor<'_>) -> Origin {
    let program = actor.binary.rsplit('/').next().unwrap_or_default();
    if super::RUNTIMES.contains(&program)
        || &*actor.binary == "/proc/self/exe" && actor.arguments.starts_with("init")
    {
        return Origin::Runtime;
    }
    match actor.in_init_tree {
        Some(true) => Origin::Init,
        Some(false) => Origin::Entered,
        None => Origin::Unknown,
    }
}

fn process(actor: &Actor<'_>) -> Process {
    let names = |names: &[Text<'_>]| names.iter().map(|name| capability(name)).collect::<BTreeSet<_>>();
    let properties = actor.binary_properties.as_ref();
    let has_gained = |properties: &Properties| {
        properties.setuid.is_some()
            || properties.setgid.is_some()
            || !properties.privileges_changed.is_empty()
    };
    let credentials = actor.process_credentials.as_ref();
    Process {
        program: actor.binary.to_string(),
        arguments: actor.arguments.given().filter(|_| origin(actor) == Origin::Entered).map(str::to_owned),
        uid: actor.uid,
        gid: credentials.and_then(|credentials| credentials.egid.or(credentials.gid)),
        permitted: actor.cap.as_ref().map(|cap| names(&cap.permitted)),
        effective: actor.cap.as_ref().map(|cap| names(&cap.effective)),
        // With credentials enabled, properties are there only of what changes something.
        gained_privileges: properties.map(has_gained).or(credentials.map(|_| false)),
        from_upper_layer: None,
        maybe_probe: actor.pod.as_ref().is_some_and(|pod| pod.container.maybe_exec_probe),
    }
}

/// As Kubernetes writes it: Tetragon writes `DAC_OVERRIDE` and `CAP_CHOWN`.
fn capability(name: &str) -> String {
    name.strip_prefix("CAP_").unwrap_or(name).to_owned()
}

/// What a hook of the kernel shows; `None` for hooks that are not known.
fn hook(event: &Event<'_>, is_lsm: bool, collector: &mut Collector) -> Option<(Channel, Vec<Deed>)> {
    let name = &*event.function_name;
    if name == "cap_capable" || is_lsm && name == "capable" {
        // Whether the policy limits their rate, as the one that is shipped does, no event says.
        collector.source.cautions.insert(Caution::RateLimited);
        return Some((Channel::Capabilities, vec![capability_check(event)?]));
    }
    if let Some(socket) = socket(event) {
        return Some((Channel::Sockets, vec![Deed::Socket(socket)]));
    }
    if let Some(syscall_name) = syscall_name(name) {
        let path = event.args.iter().find_map(|argument| argument.string_arg.given());
        let flags = event.args.iter().rev().find_map(|argument| argument.int_arg);
        let file = path.and_then(|path| files::of_syscall(syscall_name, path, flags, outcome(event)));
        return Some(match file {
            Some(file) => (Channel::Files, vec![Deed::File(file)]),
            None => (Channel::Syscalls, vec![syscall(syscall_name, event)]),
        });
    }
    let path = event.args.iter().find_map(|argument| argument.file_arg.as_ref()?.path.given())?;
    let to = event.args.iter().filter_map(|argument| argument.file_arg.as_ref()?.path.given()).nth(1);
    let numbers: Vec<i64> = event.args.iter().filter_map(Argument::number).collect();
    let hook = name.strip_prefix("security_").unwrap_or(name);
    let deeds = files::of_hook(hook, path, to, &numbers, outcome(event));
    if deeds.is_empty() { None } else { Some((Channel::Files, deeds.into_iter().map(Deed::File).collect())) }
}

impl Argument<'_> {
    fn number(&self) -> Option<i64> {
        self.int_arg.or_else(|| i64::try_from(self.uint_arg?).ok())
    }
}

/// Bit of the options of `cap_capable` that says that the answer is not to be audited.
const NO_AUDIT: i64 = 1 << 1;

fn capability_check(event: &Event<'_>) -> Option<Deed> {
    let asked = event.args.iter().find_map(|argument| argument.capability_arg.as_ref())?;
    let namespace = event.args.iter().find_map(|argument| argument.user_namespace_arg.as_ref()?.ns.as_ref());
    Some(Deed::Capability(CapabilityCheck {
        capability: capability(&asked.name),
        granted: event.r#return.as_ref().and_then(Argument::number).map(|answer| answer == 0),
        audited: event.args.iter().rev().find_map(Argument::number).map(|options| options & NO_AUDIT == 0),
        initial_user_namespace: namespace.map(|namespace| namespace.is_host),
    }))
}

/// `__x64_sys_openat` is `openat`.
fn syscall_name(function: &str) -> Option<&str> {
    let (before, name) = function.split_once("sys_")?;
    matches!(before, "" | "__x64_" | "__arm64_" | "__ia32_").then_some(name)
}

fn syscall(name: &str, event: &Event<'_>) -> Deed {
    let about = event.args.iter().find_map(Argument::number).filter(|_| files::is_about_ids(name));
    let about = about.map(|id| id.to_string());
    Deed::Syscall(Syscall { name: name.to_owned(), about, outcome: outcome(event) })
}

/// Most hooks are seen before their answer is known.
fn outcome(event: &Event<'_>) -> Outcome {
    match event.r#return.as_ref().and_then(Argument::number) {
        Some(answer) if answer < 0 => Outcome::Failed,
        Some(_) => Outcome::Succeeded,
        None => Outcome::Unknown,
    }
}

fn socket(event: &Event<'_>) -> Option<SocketUse> {
    let access = sockets::of_function(&event.function_name)?;
    let is_own = matches!(access, SocketAccess::Bind | SocketAccess::Listen);
    let outcome = outcome(event);
    if let Some(socket) = event.args.iter().find_map(|argument| argument.sock_arg.as_ref()) {
        let protocol = protocol(socket);
        let access = if socket.r#type.contains("RAW") { SocketAccess::Raw } else { access };
        let address = if is_own { &socket.saddr } else { &socket.daddr };
        let port = if is_own || access == SocketAccess::Accept { socket.sport } else { socket.dport };
        return Some(SocketUse { access, protocol, address: address.parse().ok(), port, outcome });
    }
    let address = event.args.iter().find_map(|argument| argument.sockaddr_arg.as_ref())?;
    let (port, address) = (address.port, address.addr.parse().ok());
    Some(SocketUse { access, protocol: None, address, port, outcome })
}

fn protocol(socket: &Socket<'_>) -> Option<Protocol> {
    sockets::protocol(&socket.protocol)
}

fn plain(access: SocketAccess, address: &str, port: Option<u16>) -> Deed {
    let (address, outcome) = (address.parse().ok(), Outcome::Succeeded);
    Deed::Socket(SocketUse { access, protocol: None, address, port, outcome })
}
