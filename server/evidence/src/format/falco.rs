//! Falco's alerts. An alert is a hit of some rule: it shows what was done, and its absence shows nothing.

use super::text::{Pairs, Text, or_default};
use super::time::time;
use super::{Unreadable, files, sockets};
use crate::collect::{Collector, Scene};
use crate::owner::Owner;
use crate::{
    Caution, Deed, FileAccess, FileUse, Format, Loss, Origin, Outcome, Process, SocketAccess, SocketUse,
    Syscall, Undecided,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands for a value that Falco does not have.
const NOT_AVAILABLE: &str = "<NA>";
/// The rule by which it says that it lost events.
const DROPS: &str = "Falco internal: syscall event drop";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Alert<'a> {
    #[serde(borrow)]
    time: Text<'a>,
    rule: Text<'a>,
    hostname: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    output_fields: Pairs<Text<'a>, Value>,
}

/// Takes over what an alert says. `false` if it is none.
pub(super) fn read(json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
    let alert: Alert<'_> = serde_json::from_slice(json)?;
    if alert.rule.is_empty() {
        return Ok(false);
    }
    collector.source.formats.insert(Format::Falco);
    collector.source.cautions.insert(Caution::AlertsOnly);
    let when = time(&alert.time);
    let node = alert.hostname.given();
    let fields = Fields::of(&alert.output_fields);
    if alert.rule.starts_with(DROPS) {
        let lost = fields.get("n_drops").and_then(|count| count.parse().ok()).unwrap_or(1);
        *collector.source.losses.entry(Loss::BufferOverflow).or_default() += lost;
        return Ok(true);
    }
    let Some(deed) = deed(&fields) else {
        collector.source.irrelevant += 1;
        return Ok(true);
    };
    let (Some(namespace), Some(pod)) = (fields.get("k8s.ns.name"), fields.get("k8s.pod.name")) else {
        let is_on_host = fields.get("container.id").is_none_or(|id| id == "host");
        if is_on_host {
            collector.source.irrelevant += 1;
        } else {
            *collector.source.undecided.entry(Undecided::NoContainer).or_default() += 1;
        }
        return Ok(true);
    };
    let container = fields.get("container.name").unwrap_or_default();
    let scene = Scene {
        owner: Owner { namespace, pod, container, workload: None },
        image: fields.get("container.image.repository"),
        labels: BTreeMap::new(),
        node,
        when,
        channel: None,
    };
    collector.act(&scene, Origin::Unknown, vec![deed]);
    Ok(true)
}

/// The fields that the rule's output names, as text.
struct Fields<'a>(BTreeMap<&'a str, String>);

impl<'a> Fields<'a> {
    fn of(fields: &'a Pairs<Text<'_>, Value>) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) if text != NOT_AVAILABLE && !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(bool) => Some(bool.to_string()),
            _ => None,
        };
        Self(fields.0.iter().filter_map(|(key, value)| Some((&**key, text(value)?))).collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.parse().ok()
    }

    fn outcome(&self) -> Outcome {
        match self.get("evt.res").or(self.get("evt.arg.res")) {
            Some("SUCCESS" | "0") => Outcome::Succeeded,
            Some(_) => Outcome::Failed,
            None => Outcome::Unknown,
        }
    }
}

/// What was done, as far as the rule's output names the fields that say so.
fn deed(fields: &Fields<'_>) -> Option<Deed> {
    let outcome = fields.outcome();
    let event = fields.get("evt.type")?;
    Some(match event {
        "execve" | "execveat" | "spawned_process" => Deed::Process(Process {
            program: fields.get("proc.exepath").or(fields.get("proc.name"))?.to_owned(),
            uid: fields.number("user.uid"),
            gid: fields.number("group.gid"),
            ..Process::default()
        }),
        "open" | "openat" | "openat2" | "open_by_handle_at" | "creat" => {
            let flags = fields.get("evt.arg.flags").map(files::of_flag_names);
            let access = match fields.get("evt.is_open_write") {
                Some("true") => {
                    flags.filter(|access| access.writes() == Some(true)).unwrap_or(FileAccess::Write)
                }
                _ => {
                    flags.unwrap_or(if event == "creat" { FileAccess::CreateAnew } else { FileAccess::Open })
                }
            };
            file(access, fields.get("fd.name")?, outcome)
        }
        "connect" | "accept" | "accept4" | "bind" | "listen" => socket(event, fields, outcome)?,
        _ => {
            let path = fields.get("evt.arg.path").or(fields.get("fs.path.name")).or(fields.get("fd.name"));
            match path.and_then(|path| files::of_syscall(event, path, None, outcome)) {
                Some(file) => Deed::File(file),
                None => Deed::Syscall(Syscall { name: event.to_owned(), about: None, outcome }),
            }
        }
    })
}

fn file(access: FileAccess, path: &str, outcome: Outcome) -> Deed {
    // Falco makes paths absolute, but does not follow links.
    Deed::File(FileUse { access, path: path.to_owned(), to: None, resolved: false, outcome })
}

/// Of a socket, `fd.name` is `client:port->server:port`, or the own address and port.
fn socket(event: &str, fields: &Fields<'_>, outcome: Outcome) -> Option<Deed> {
    let access = match event {
        "connect" => SocketAccess::Connect,
        "bind" => SocketAccess::Bind,
        "listen" => SocketAccess::Listen,
        _ => SocketAccess::Accept,
    };
    let name = fields.get("fd.name").unwrap_or_default();
    let server = name.split_once("->").map_or(name, |(_, server)| server);
    let (address, port) = server.rsplit_once(':').unwrap_or_default();
    let port = fields.number("fd.sport").or_else(|| port.parse().ok());
    let address = fields.number("fd.sip").or_else(|| address.parse().ok());
    port?;
    let protocol = fields.get("fd.l4proto").and_then(sockets::protocol);
    let address = address.filter(|_| access != SocketAccess::Accept);
    Some(Deed::Socket(SocketUse { access, protocol, address, port, outcome }))
}
