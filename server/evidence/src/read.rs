use crate::collect::Collector;
use crate::format::Formats;
use crate::input::{Chunk, Framer, Input, Pieces, Pump};
use crate::{Loss, Problem, Record, SourceId, Unite, Watch};
use std::thread;

/// The most problems of one source that are kept; the others are counted only.
const PROBLEMS: usize = 20;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What the logs say.
    pub record: Record,
    /// What could not be read: the first ones of each source.
    pub problems: Vec<Problem>,
    /// How many there were of them.
    pub problem_count: u64,
    /// Whether every input was read to its end.
    pub is_complete: bool,
}

/// Reads logs, and records that were made earlier, to one record. In which format an input is written and how it is
/// compressed, its content says. Nothing in an input costs more than itself.
///
/// Memory grows with the different things that were seen, not with the logs.
pub fn read(inputs: Vec<Input>, watch: &dyn Watch) -> Reading {
    let mut reading = Reading { is_complete: true, ..Reading::default() };
    for input in inputs {
        if watch.is_cancelled() {
            reading.is_complete = false;
            break;
        }
        reading.add(Reader::read(input, watch));
    }
    reading
}

impl Reading {
    fn add(&mut self, other: Self) {
        self.record.unite(other.record);
        self.problems.extend(other.problems);
        self.problem_count += other.problem_count;
        self.is_complete &= other.is_complete;
    }
}

/// Reads one input.
struct Reader {
    name: String,
    formats: Formats,
    collector: Collector,
    /// Holds an earlier record, if that is what the input is.
    record: Option<Record>,
    problems: Vec<Problem>,
}

impl Reader {
    fn read(input: Input, watch: &dyn Watch) -> Reading {
        let mut reader = Self {
            name: input.name().to_owned(),
            formats: Formats::default(),
            collector: Collector::default(),
            record: None,
            problems: Vec::new(),
        };
        let mut framer = Framer::default();
        let end = thread::scope(|scope| {
            let pump = Pump::start(scope, input.open(), watch);
            while let Some(chunk) = pump.next() {
                match chunk {
                    Chunk::Bytes(bytes) => {
                        framer.push(&bytes, &mut reader);
                        pump.take_back(bytes);
                    }
                    Chunk::End { id, bytes, error } => return Some((id, bytes, error)),
                }
            }
            None
        });
        let (id, bytes, error) = end.unwrap_or((SourceId([0; 16]), 0, None));
        reader.collector.source.complete = error.is_none();
        reader.collector.source.bytes = bytes;
        if let Some(error) = error {
            *reader.collector.source.losses.entry(Loss::BrokenOff).or_default() += 1;
            reader.problem(None, &error.to_string());
        }
        framer.finish(&mut reader);
        reader.finish(id, bytes)
    }

    fn finish(mut self, id: SourceId, bytes: u64) -> Reading {
        self.formats.finish(&mut self.collector);
        self.collector.source.names.insert(self.name);
        let is_complete = self.collector.source.complete;
        let problem_count = self.collector.source.unreadable + u64::from(!is_complete);
        let record = match self.record {
            Some(record) => record,
            None if bytes == 0 && !is_complete => Record::default(),
            None => self.collector.finish(id),
        };
        Reading { record, problems: self.problems, problem_count, is_complete }
    }

    fn problem(&mut self, line: Option<u64>, message: &str) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem { source: self.name.clone(), line, message: message.to_owned() });
        }
    }
}

impl Pieces for Reader {
    fn json(&mut self, line: u64, json: &[u8]) {
        if let Err(problem) = self.formats.read(json, &mut self.collector) {
            self.unreadable(line + problem.lines_down, &problem.message);
        }
    }

    fn yaml(&mut self, line: u64, yaml: &[u8]) {
        // Anchors of YAML are bound by its reader; what comes out is read like any other JSON.
        let json = serde_yaml::from_slice::<serde_json::Value>(yaml).map_err(|error| {
            let down = error.location().map_or(0, |place| place.line().saturating_sub(1));
            (down as u64, error.to_string())
        });
        match json.map(|json| json.to_string()) {
            Ok(json) => self.json(line, json.as_bytes()),
            Err((down, message)) => self.unreadable(line + down, &message),
        }
    }

    fn record(&mut self, json: &[u8]) {
        match serde_json::from_slice(json) {
            Ok(record) => self.record = Some(record),
            Err(error) => self.unreadable(error.line() as u64, &error.to_string()),
        }
    }

    fn unreadable(&mut self, line: u64, message: &str) {
        self.collector.source.unreadable += 1;
        self.problem(Some(line), message);
    }
}
