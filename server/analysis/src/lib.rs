//! One text in; findings, explanations, actions, lenses and outlines out, the same for the editor and the command.
//!
//! Everything here is a function of a text and an [`Environment`]: no files, no protocol, no terminal. Positions are
//! byte offsets in the text.

mod action;
mod baseline;
pub mod composition;
pub mod configuration;
mod detect;
mod diagnosis;
mod document;
mod evidence;
mod explain;
mod field;
mod file;
mod fix;
mod harden;
mod hover;
mod lens;
mod meaning;
mod partial;
mod suppression;
mod symbol;
mod taught;
mod taught_names;

pub use action::{Action, ActionKind, actions, fix_all, resolve};
pub use baseline::{Baseline, BaselineError, identity};
pub use configuration::{Configuration, ConfigurationError};
pub use detect::{
    Disagreement, LEAST_PROBABILITY, Sighting, WeighedLine, certainty, disagreements, sightings, weighed,
};
pub use diagnosis::{Diagnosis, Standing};
pub use document::Workload;
pub use evidence::{
    Creatable, Creation, Evidence, EvidenceFile, NewManifest, create, creations, read_evidence,
};
pub use explain::explain_request;
pub use file::{Environment, File, Located, Text};
pub use fix::{Applied, Fixed, Left, fix};
pub use harden::harden;
pub use hover::{Hover, hover, sightings_at, weight_words};
pub use lens::{Lens, lenses};
pub use meaning::{MEANINGS, Meaning, meaning};
pub use partial::is_patch;
pub use suppression::today;
pub use symbol::{Symbol, SymbolKind, symbols};
pub use taught::{TaughtLabelError, TaughtLabels, taught_label_file};
pub use taught_names::know_taught_names_near;
