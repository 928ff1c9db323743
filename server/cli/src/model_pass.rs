//! What the model sees in files that the rules have judged.

use crate::judged::Judged;
use crate::progress;
use crate::taught::Taught;
use leastwise_analysis::{Disagreement, LEAST_PROBABILITY, TaughtLabels, disagreements, sightings};
use leastwise_model::protocol::{FailureKind, Tags};
use leastwise_model::{Error, Status, Supervisor};
use serde::Serialize;
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Where rules and model disagree is written, a JSON object a line.
pub(crate) struct Log<'w> {
    writer: &'w mut dyn Write,
    written: usize,
}

/// What cost the look its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    /// The model cannot be asked any more.
    #[error(transparent)]
    Model(#[from] Error),
    /// The model's file cannot be read.
    #[error("cannot read the model: {0}")]
    ModelFile(std::io::Error),
    /// Nobody has asked for the model, and it would keep them waiting.
    #[error(
        "after {looked} of {count} files its time was up; `--model default` gives it as long as it takes, `--model off` none"
    )]
    OutOfTime {
        /// Files that it has looked at.
        looked: usize,
        /// All that there are.
        count: usize,
    },
    /// The log of disagreements cannot be written.
    #[error("cannot write where rules and model disagree: {0}")]
    Log(#[from] std::io::Error),
}

impl Stopped {
    /// A model without labels can explain, but sees nothing.
    pub(crate) fn is_blindness(&self) -> bool {
        matches!(self, Self::Model(Error::Refused { kind: FailureKind::NoLabels, .. }))
    }
}

impl<'w> Log<'w> {
    pub(crate) fn to(writer: &'w mut dyn Write) -> Self {
        Self { writer, written: 0 }
    }

    /// How many lines it has.
    pub(crate) fn len(&self) -> usize {
        self.written
    }

    fn write(&mut self, file: &str, found: &[Disagreement]) -> std::io::Result<()> {
        for disagreement in found {
            serde_json::to_writer(&mut self.writer, &Entry { file, disagreement })?;
            self.writer.write_all(b"\n")?;
        }
        self.written += found.len();
        Ok(())
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    #[serde(flatten)]
    disagreement: &'a Disagreement,
}

/// Shows the model every document; what it sees is put beside the rules' findings. No file is begun after `until`.
///
/// # Errors
/// Why it ended before the last document. What the model had seen until then stands.
pub(crate) fn look(
    files: &mut [Judged],
    model: &Supervisor,
    taught: &mut Taught<'_>,
    until: Option<Instant>,
    mut log: Option<&mut Log<'_>>,
) -> Result<(), Stopped> {
    let bar = progress::slow_bar(files.len(), "Asking the model");
    let count = files.len();
    // The short ones first: where time runs out, the most have been looked at.
    let mut shortest: Vec<&mut Judged> = files.iter_mut().collect();
    shortest.sort_by_key(|judged| judged.file.buffer().len());
    let outcome = shortest.into_iter().enumerate().try_for_each(|(looked, judged)| {
        if until.is_some_and(|until| Instant::now() >= until) {
            return Err(Stopped::OutOfTime { looked, count });
        }
        bar.inc(1);
        look_at(judged, model, taught, log.as_deref_mut())
    });
    bar.finish_and_clear();
    outcome
}

fn look_at(
    judged: &mut Judged,
    model: &Supervisor,
    taught: &mut Taught<'_>,
    mut log: Option<&mut Log<'_>>,
) -> Result<(), Stopped> {
    // It was trained on objects; of values of a chart it knows nothing.
    if !judged.file.is_kubernetes() {
        return Ok(());
    }
    let taught = taught.of(&judged.source.place).map_err(Stopped::ModelFile)?;
    for (index, placed) in judged.file.stream().documents().iter().enumerate() {
        let name = format!("{}#{index}", judged.source.name);
        let ask = |least| tags(model, &name, placed.document.source(), &taught, least);
        let Some(said) = ask(None)? else { continue };
        let mut seen = sightings(&judged.file, index, &said.tags);
        taught.put_words(&mut seen);
        judged.sightings.extend(seen);
        if let Some(log) = &mut log
            && let Some(all) = ask(Some(LEAST_PROBABILITY))?
            && let Status::Ready { model } = model.status()
        {
            log.write(
                &judged.source.name,
                &disagreements(&judged.file, index, &model.labels, &said.tags, &all),
            )?;
        }
    }
    Ok(())
}

/// What the model says of a text; nothing where its process ended: one answer is lost, and the next question finds a new
/// process.
fn tags(
    model: &Supervisor,
    name: &str,
    text: &str,
    taught: &TaughtLabels,
    least: Option<f32>,
) -> Result<Option<Tags>, Error> {
    match model.tag(name, text, &taught.probes(), least, &AtomicBool::new(false)) {
        Ok(tags) => Ok(Some(taught.settle(text, tags))),
        Err(Error::WorkerEnded(reason)) => {
            tracing::warn!(document = name, reason, "the model's process ended");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_model::{Limits, ModelFile, WorkerCommand};

    #[test]
    fn whoever_has_not_asked_does_not_wait() {
        let nobody = WorkerCommand { program: "/no/such/program".into(), arguments: Vec::new() };
        let file = ModelFile { path: "/no/such/model".into(), sha256: None };
        let model = Supervisor::new(nobody, file, Limits::default());
        let mut files = [judged("kind: Pod\napiVersion: v1\n")];
        let mut taught = Taught::on(model.model());
        let over = look(&mut files, &model, &mut taught, Some(Instant::now()), None).unwrap_err();
        assert!(over.to_string().starts_with("after 0 of 1 files its time was up"), "{over}");
        let asked = look(&mut files, &model, &mut taught, None, None).unwrap_err();
        assert!(!matches!(asked, Stopped::OutOfTime { .. }), "{asked}");
    }

    fn judged(text: &str) -> Judged {
        use crate::sources::{Origin, Source};
        use leastwise_analysis::{Environment, File};
        Judged {
            source: Source { name: "a.yaml".into(), place: "a.yaml".into(), origin: Origin::StandardInput },
            encoding: crate::text::Encoding::Utf8,
            file: File::new(text, &Environment::default()),
            sightings: Vec::new(),
        }
    }
}
