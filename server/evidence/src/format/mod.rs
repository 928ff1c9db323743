//! The formats of logs, one a file. Which one a piece of JSON is in, its keys say.

mod answers;
mod audit;
mod audit_event;
mod azure;
mod calico;
mod falco;
mod files;
mod gadget;
mod google;
mod hubble;
mod known;
mod labels;
mod pods;
mod recent;
mod shape;
mod sockets;
mod spade;
mod tetragon;
mod text;
mod time;
mod traffic;

use crate::Caution;
use crate::collect::Collector;
use audit::Audit;
use calico::Calico;
use hubble::Hubble;
use serde::Deserialize;
use serde_json::value::RawValue;
use shape::{Kind, Shape, Wrapper};
use spade::Spade;

/// How deep one piece may be wrapped into another.
const DEPTH: usize = 4;

/// Programs of container runtimes, which set a container up before its own first process.
const RUNTIMES: [&str; 4] = ["runc", "crun", "youki", "containerd-shim-runc-v2"];

/// Why a piece could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    /// How many lines below the start of the piece.
    pub(crate) lines_down: u64,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let lines_down = (error.line() as u64).saturating_sub(1);
        let message = error.to_string();
        // The line of the log is said elsewhere.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = match message.strip_suffix(&place) {
            Some(message) if error.column() > 0 => format!("{message}, at byte {}", error.column()),
            _ => message,
        };
        Self { message, lines_down }
    }
}

impl From<&str> for Unreadable {
    fn from(message: &str) -> Self {
        Self { message: message.to_owned(), lines_down: 0 }
    }
}

/// A count, as a number or, where Protocol Buffers have made JSON of it, as a string. What is no count is 0.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(from = "Option<&RawValue>")]
struct Number(u64);

impl From<Option<&RawValue>> for Number {
    fn from(value: Option<&RawValue>) -> Self {
        let text = value.map_or("", RawValue::get);
        let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Self(digits.parse().unwrap_or_default())
    }
}

/// Reads JSON. Whether it is text is looked at once for the whole, which is faster than for each of its strings; where it is
/// not, only the strings that are wanted have to be.
fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(json),
    }
}

/// Reads pieces of any format, and remembers of each what later pieces need.
#[derive(Default)]
pub(crate) struct Formats {
    /// What the last piece was: most likely the next one is the same.
    last: Option<Kind>,
    audit: Audit,
    hubble: Hubble,
    calico: Calico,
    spade: Spade,
}

impl Formats {
    /// Takes over what the piece says.
    pub(crate) fn read(&mut self, json: &[u8], collector: &mut Collector) -> Result<(), Unreadable> {
        self.read_within(json, collector, 0)
    }

    /// There is no more to come.
    pub(crate) fn finish(&mut self, collector: &mut Collector) {
        self.audit.finish(collector);
    }

    fn read_within(
        &mut self,
        json: &[u8],
        collector: &mut Collector,
        depth: usize,
    ) -> Result<(), Unreadable> {
        // What is wrong with it as such an event may be right as another.
        if let Some(kind) = self.last
            && let Ok(true) = self.read_as(kind, json, collector)
        {
            return Ok(());
        }
        let shape: Shape<'_> = serde_json::from_slice(json)?;
        if let Some(kind) = shape.kind() {
            self.last = Some(kind);
            return if self.read_as(kind, json, collector)? { Ok(()) } else { Err(UNKNOWN.into()) };
        }
        match shape.wrapper() {
            _ if depth == DEPTH => Err("wrapped too often".into()),
            Some(Wrapper::List(list)) => self.list(list, collector, depth),
            Some(Wrapper::Text(text)) => self.text(text, collector, depth),
            Some(Wrapper::Azure { properties, category }) => {
                if category == azure::WITHOUT_READS {
                    collector.source.cautions.insert(Caution::ReadsLeftOut);
                }
                match azure::log(properties)? {
                    Some(log) => self.read_within(log.as_bytes(), collector, depth + 1),
                    None => {
                        collector.source.irrelevant += 1;
                        Ok(())
                    }
                }
            }
            None => Err(UNKNOWN.into()),
        }
    }

    /// Takes over what the piece says, if it is of that kind.
    fn read_as(&mut self, kind: Kind, json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
        match kind {
            Kind::Audit => self.audit.read(json, collector),
            Kind::GoogleAudit => google::read(json, &mut self.audit, collector),
            Kind::AzureRow => azure::read(json, &mut self.audit, collector),
            Kind::Hubble => self.hubble.read(json, collector),
            Kind::Calico => self.calico.read(json, collector),
            Kind::Tetragon => tetragon::read(json, collector),
            Kind::Falco => falco::read(json, collector),
            Kind::Spade => self.spade.read(json, collector),
            Kind::InspektorGadget => gadget::read(json, collector),
        }
    }

    /// Reads all pieces of a list, even if some of them cannot be read.
    fn list(&mut self, list: &RawValue, collector: &mut Collector, depth: usize) -> Result<(), Unreadable> {
        let mut first_problem = Ok(());
        for piece in <Vec<&RawValue>>::deserialize(list)? {
            if let Err(problem) = self.read_within(piece.get().as_bytes(), collector, depth + 1) {
                if first_problem.is_ok() {
                    first_problem = Err(problem);
                } else {
                    // Whoever asked counts the first one.
                    collector.source.unreadable += 1;
                }
            }
        }
        first_problem
    }

    /// Reads what a program wrote, if it is a piece.
    fn text(&mut self, text: &RawValue, collector: &mut Collector, depth: usize) -> Result<(), Unreadable> {
        let text: String = serde_json::from_str(text.get())?;
        if !text.trim_start().starts_with('{') {
            collector.source.irrelevant += 1;
            return Ok(());
        }
        let is_audit_before = self.last == Some(Kind::Audit);
        self.read_within(text.as_bytes(), collector, depth + 1)?;
        if is_audit_before || self.last == Some(Kind::Audit) {
            // Amazon's way.
            collector.source.cautions.insert(Caution::BestEffort);
        }
        Ok(())
    }
}

/// What is said of JSON that is nothing known.
const UNKNOWN: &str = "no event of a known format";
