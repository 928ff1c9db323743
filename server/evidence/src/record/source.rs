use super::{Channel, Tally, Unite};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// A source by its content: the first half of the SHA-256 of its bytes as they were stored.
///
/// The same log read twice, under whatever name, is the same source, so its events count once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub [u8; 16]);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for SourceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
        let number = number.ok_or_else(|| format!("`{text}` is no source: 32 hexadecimal digits are"))?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// A log that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// How it was called: the path, or `-` for standard input. Untrusted text.
    pub names: BTreeSet<String>,
    /// What it held.
    pub formats: BTreeSet<Format>,
    /// How many bytes of it were read, decompressed.
    pub bytes: u64,
    /// Whether it was read to its end.
    pub complete: bool,
    /// Events that were read, by the node whose events they are, with their time.
    pub nodes: BTreeMap<Option<String>, Tally>,
    /// Events that were read, by what they show.
    pub channels: BTreeMap<Channel, Tally>,
    /// What could not be read: lines, or documents.
    pub unreadable: u64,
    /// What was read but is of no use here, like an alert about something else.
    pub irrelevant: u64,
    /// What the log itself says was lost, by how much.
    pub losses: BTreeMap<Loss, u64>,
    /// Events of which it is not clear what they mean, by why.
    pub undecided: BTreeMap<Undecided, u64>,
    /// What a log of its kind cannot show.
    pub cautions: BTreeSet<Caution>,
    /// Audit events by their level and stage, like `Metadata` and `ResponseComplete`.
    pub audited: BTreeMap<(String, String), u64>,
}

/// What a log is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Kubernetes audit events.
    Audit,
    /// Audit log entries of Google Cloud.
    GoogleAudit,
    /// Hubble's flows.
    Hubble,
    /// Calico's flow logs.
    Calico,
    /// Tetragon's export.
    Tetragon,
    /// Falco's alerts.
    Falco,
    /// SPADE's provenance graph, of either vocabulary.
    Spade,
    /// Events of Inspektor Gadget.
    InspektorGadget,
}

/// Something that a log says it has lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Events that a buffer had no room for.
    BufferOverflow,
    /// Events that a rate limit held back.
    RateLimit,
    /// The end of the log: it breaks off, or reading it was stopped.
    BrokenOff,
}

/// Why it is not clear what an event means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undecided {
    /// A request whose answer the log does not show.
    NoAnswer,
    /// A request that was turned away, or failed, before the authorizer had spoken.
    NotAuthorized,
    /// A request by somebody whom the API server did not know.
    NotAuthenticated,
    /// Traffic of which nobody knows who opened it.
    Direction,
    /// A process of which nobody knows to which container it belongs.
    NoContainer,
    /// Something was opened, and nobody knows for what.
    OpenMode,
}

/// What a log of a kind cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caution {
    /// It leaves `get` and `list` out by design, like the category `kube-audit-admin` of Azure.
    ReadsLeftOut,
    /// It has no reading request at all: most likely they are switched off, as Google's Data Access logs are at first.
    NoReads,
    /// It is delivered as well as may be, like audit logs of Amazon's clusters: that an event is absent proves nothing.
    BestEffort,
    /// It has only what some rule takes for remarkable: it shows needs, and never that there is none.
    AlertsOnly,
    /// Its capability checks are limited to some a minute, as in the policy that Tetragon ships.
    RateLimited,
    /// It shows no audit policy: events may have been left out by level or stage.
    UnknownCoverage,
    /// Its clock is off: an event is answered before it was received, or lies in the future.
    ClockSkew,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BufferOverflow => "events lost by a full buffer",
            Self::RateLimit => "events held back by a rate limit",
            Self::BrokenOff => "broken off before its end",
        })
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "requests without an answer",
            Self::NotAuthorized => "requests that no authorizer had decided on",
            Self::NotAuthenticated => "requests by nobody known",
            Self::Direction => "flows of unknown direction",
            Self::NoContainer => "events of no known container",
            Self::OpenMode => "files opened for nobody knows what",
        })
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadsLeftOut => "without get and list, by design",
            Self::NoReads => "no reading request in it, so these are probably not logged",
            Self::BestEffort => "delivered on a best-effort basis",
            Self::AlertsOnly => "alerts, which never show that something is not needed",
            Self::RateLimited => "capability checks limited to some a minute",
            Self::UnknownCoverage => "the audit policy is not known",
            Self::ClockSkew => "a clock that is off",
        })
    }
}

impl Source {
    /// All its events, of every node.
    pub fn total(&self) -> Tally {
        self.nodes.values().copied().fold(Tally::default(), Tally::plus)
    }
}

impl Unite for Source {
    fn unite(&mut self, other: Self) {
        self.names.unite(other.names);
        self.formats.unite(other.formats);
        self.bytes.unite(other.bytes);
        self.complete.unite(other.complete);
        self.nodes.unite(other.nodes);
        self.channels.unite(other.channels);
        self.unreadable.unite(other.unreadable);
        self.irrelevant.unite(other.irrelevant);
        self.losses.unite(other.losses);
        self.undecided.unite(other.undecided);
        self.cautions.unite(other.cautions);
        self.audited.unite(other.audited);
    }
}
