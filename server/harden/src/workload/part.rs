use super::handlers::{Handler, handlers};
use super::listening::{Listening, Sight};
use crate::Options;
use crate::seen::{Seen, shown};
use crate::watch::Watch;
use leastwise_evidence::{
    CapabilityCheck, Channel, ContainerSeen, Deed, FileUse, Observations, Origin, Outcome, Process, Record,
    SocketUse, SourceId, Syscall,
};
use leastwise_manifest::{Container, ContainerList, Image, PodSpec};

/// What all decisions rest on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'r> {
    pub(super) record: &'r Record,
    pub(super) listening: &'r Listening,
    pub(super) options: &'r Options,
    /// Whether the manifest is a real one: otherwise nobody knows its mounts, its probes and hooks, and what it grants.
    pub(super) is_written: bool,
}

/// A container of a manifest and what was seen of it.
#[derive(Debug)]
pub(super) struct Part<'r, 'd> {
    pub(super) ground: Ground<'r>,
    pub(super) pod: &'r PodSpec<'d>,
    pub(super) container: Container<'d>,
    pub(super) seen: ContainerSeen,
    handlers: Vec<Handler>,
    /// How many replicas there should be, where that is written.
    declared: Option<i64>,
}

/// Calls that every program makes. A log that has some of them has not been told which calls to show.
const EVERYDAY: [&str; 8] =
    ["brk", "close", "exit_group", "futex", "mmap", "read", "rt_sigaction", "rt_sigprocmask"];

/// So many of them.
const ENOUGH_EVERYDAY: usize = 3;

impl<'r, 'd> Part<'r, 'd> {
    pub(super) fn new(
        ground: Ground<'r>,
        pod: &'r PodSpec<'d>,
        container: Container<'d>,
        seen: ContainerSeen,
        declared: Option<i64>,
    ) -> Self {
        let handlers = handlers(&container);
        Self { ground, pod, container, seen, handlers, declared }
    }

    pub(super) fn is_init(&self) -> bool {
        self.container.list == ContainerList::InitContainers
    }

    /// What its own processes did, and those that its probes and hooks may have been. The runtime's setting up is left
    /// out, and so is, where the manifest has no command to run, what somebody did in the container from outside.
    fn acts(&self) -> impl Iterator<Item = (Origin, &Deed, &Observations)> {
        let runs_commands = !self.handlers.is_empty() || !self.ground.is_written;
        let counts = move |origin: Origin| match origin {
            Origin::Init | Origin::Unknown => true,
            Origin::Entered => runs_commands,
            Origin::Runtime => false,
        };
        self.seen
            .acts
            .iter()
            .filter(move |(act, _)| counts(act.origin))
            .map(|(act, seen)| (act.origin, &act.deed, seen))
    }

    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        self.acts().filter_map(|(_, deed, _)| match deed {
            Deed::Process(process) => Some(process),
            _ => None,
        })
    }

    pub(super) fn checks(&self) -> impl Iterator<Item = (&CapabilityCheck, &Observations)> {
        self.acts().filter_map(|(_, deed, seen)| match deed {
            Deed::Capability(check) => Some((check, seen)),
            _ => None,
        })
    }

    /// What was done to files and did not fail.
    pub(super) fn files(&self) -> impl Iterator<Item = (&FileUse, &Observations)> {
        self.acts().filter_map(|(_, deed, seen)| match deed {
            Deed::File(file) if file.outcome != Outcome::Failed => Some((file, seen)),
            _ => None,
        })
    }

    /// Calls, whatever came of them.
    pub(super) fn syscalls(&self) -> impl Iterator<Item = &Syscall> {
        self.acts().filter_map(|(_, deed, _)| match deed {
            Deed::Syscall(call) => Some(call),
            _ => None,
        })
    }

    /// What was done with sockets and did not fail.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (&SocketUse, &Observations)> {
        self.acts().filter_map(|(_, deed, seen)| match deed {
            Deed::Socket(socket) if socket.outcome != Outcome::Failed => Some((socket, seen)),
            _ => None,
        })
    }

    /// Whether a path that a process has asked for is the kernel's own name of the file as well.
    pub(super) fn is_resolved(&self, file: &FileUse) -> bool {
        let is_same = |other: &FileUse| other.resolved && other.path == file.path;
        file.resolved || self.files().any(|(other, _)| is_same(other))
    }

    /// How it was watched, in words, where the silence of a channel means something; else why it does not.
    pub(super) fn watched(&self, channel: Channel) -> Result<String, String> {
        self.is_what_ran()?;
        self.ran_its_handlers()?;
        let words = words(channel);
        let mut seen = Seen::default();
        for observations in self.observations(channel) {
            seen.add(&Seen::of(observations, self.ground.record));
        }
        let watch = Watch::of(self.ground.record, self.sources(channel));
        watch.distrust(self.ground.options).map_or(Ok(()), Err)?;
        let replicas = self.enough(Sight::Channel(channel), words)?;
        let ends = if self.seen.runs.values().any(|run| run.end_observed) { "" } else { "; no end was seen" };
        Ok(format!("{replicas} watched from the start, {}{ends}", seen.words(event(channel))))
    }

    /// The logs that show events of a channel of it.
    pub(super) fn sources(&self, channel: Channel) -> impl Iterator<Item = SourceId> {
        self.observations(channel).flat_map(Observations::sources)
    }

    fn observations(&self, channel: Channel) -> impl Iterator<Item = &Observations> {
        self.seen.runs.values().filter_map(move |run| run.channels.get(&channel))
    }

    /// How many replicas were heard from their start, where these are enough.
    pub(super) fn enough(&self, sight: Sight, words: &str) -> Result<String, String> {
        let total = self.seen.runs.len();
        let heard = self.seen.runs.values().filter(|run| self.ground.listening.heard(run, sight)).count();
        if self.observations(sight.channel()).next().is_none() {
            return Err(format!("no log shows {words} of it"));
        }
        let declared = self.declared.map(|declared| usize::try_from(declared).unwrap_or(0).max(1));
        let wanted = declared.unwrap_or(total).max(1);
        if heard < wanted {
            return Err(format!(
                "of {wanted} replica{} {heard} {} known to have been watched from the start ({words})",
                plural(wanted),
                if heard == 1 { "is" } else { "are" }
            ));
        }
        Ok(format!("{heard} replica{}", plural(heard)))
    }

    /// How it was watched, where every call that it makes would have been logged.
    pub(super) fn all_syscalls(&self) -> Result<String, String> {
        let watched = self.watched(Channel::Syscalls)?;
        let has = |name: &&str| self.syscalls().any(|call| call.name == *name);
        if EVERYDAY.iter().filter(|name| has(name)).count() < ENOUGH_EVERYDAY {
            return Err(
                "the log shows some system calls only: those that every program makes are missing".to_owned()
            );
        }
        Ok(watched)
    }

    /// Evidence of another version of the program says nothing about this one.
    fn is_what_ran(&self) -> Result<(), String> {
        let Some(written) = self.container.image() else { return Ok(()) };
        let differs = |ran: &Image<'_>| {
            ran.name() != written.name()
                || ran.tag.zip(written.tag).is_some_and(|(ran, written)| ran != written)
        };
        let mut by_name = self.seen.images.iter().filter(|image| !image.starts_with("sha256:"));
        let other = by_name.find(|image| Image::parse(image).is_some_and(|ran| differs(&ran)));
        other.map_or(Ok(()), |image| Err(format!("it ran the image {}, which is another one", shown(image))))
    }

    fn ran_its_handlers(&self) -> Result<(), String> {
        let ran = |handler: &&Handler| {
            let mut processes = self.acts().filter_map(|(origin, deed, _)| match deed {
                Deed::Process(process) => Some((origin, process)),
                _ => None,
            });
            processes.any(|(origin, process)| handler.is_run_by(origin, process))
        };
        let idle = self.handlers.iter().find(|handler| !ran(handler));
        idle.map_or(Ok(()), |handler| {
            Err(format!("its {} runs a command, and that was not seen to run", handler.name))
        })
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What a channel shows.
fn words(channel: Channel) -> &'static str {
    match channel {
        Channel::Audit => "requests",
        Channel::Flows => "connections",
        Channel::Processes => "processes with their credentials",
        Channel::Capabilities => "checks of capabilities",
        Channel::Files => "what is done to files",
        Channel::Syscalls => "system calls",
        Channel::Sockets => "what is done with sockets",
    }
}

/// One of its events.
fn event(channel: Channel) -> &'static str {
    match channel {
        Channel::Audit => "request",
        Channel::Flows => "flow",
        Channel::Processes => "process event",
        Channel::Capabilities => "capability check",
        Channel::Files => "file event",
        Channel::Syscalls => "system call",
        Channel::Sockets => "socket event",
    }
}
