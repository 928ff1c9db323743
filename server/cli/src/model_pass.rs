//! What the model sees in files that the rules have judged.

use crate::judged::Judged;
use crate::progress;
use leastwise_analysis::{Sighting, sightings};
use leastwise_model::protocol::FailureKind;
use leastwise_model::{Error, Supervisor};
use std::sync::atomic::AtomicBool;

/// Shows the model every document; what it sees is put beside the rules' findings.
///
/// # Errors
/// Why the model could not be asked any more. What it had seen until then stands.
pub(crate) fn look(files: &mut [Judged], model: &Supervisor) -> Result<(), Error> {
    let bar = progress::bar(files.len(), "Asking the model");
    let outcome = files.iter_mut().try_for_each(|judged| {
        bar.inc(1);
        look_at(judged, model)
    });
    bar.finish_and_clear();
    outcome
}

/// A model without labels can explain, but sees nothing.
pub(crate) fn is_blind(error: &Error) -> bool {
    matches!(error, Error::Refused { kind: FailureKind::NoLabels, .. })
}

fn look_at(judged: &mut Judged, model: &Supervisor) -> Result<(), Error> {
    for (index, placed) in judged.file.stream().documents().iter().enumerate() {
        let name = format!("{}#{index}", judged.source.name);
        let seen = match model.tag(&name, placed.document.source(), &[], None, &AtomicBool::new(false)) {
            Ok(tags) => sightings(&judged.file, index, &tags.tags),
            // One answer is lost; the next question finds a new worker.
            Err(Error::WorkerEnded(reason)) => {
                tracing::warn!(document = name, reason, "the model's process ended");
                Vec::<Sighting>::new()
            }
            Err(error) => return Err(error),
        };
        judged.sightings.extend(seen);
    }
    Ok(())
}
