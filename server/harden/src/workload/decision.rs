use crate::Level;
use leastwise_yaml::{Patch, Path};

/// A field that evidence decides, or would where a person agrees.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// A candidate is not applied unless it is asked for.
    pub(super) level: Level,
    /// What is changed, in words.
    pub(super) what: String,
    /// Which events show it, or whose silence speaks for it.
    pub(super) because: String,
    /// Where.
    pub(super) path: Path,
    /// The changes.
    pub(super) patches: Vec<Patch>,
    /// Why somebody should look at it twice.
    pub(super) risk: Option<&'static str>,
}

impl Decision {
    pub(super) fn exact(what: impl Into<String>, because: String, path: Path, patches: Vec<Patch>) -> Self {
        Self { level: Level::Exact, what: what.into(), because, path, patches, risk: None }
    }

    pub(super) fn candidate(
        what: impl Into<String>,
        because: String,
        path: Path,
        patches: Vec<Patch>,
    ) -> Self {
        Self { level: Level::Candidate, ..Self::exact(what, because, path, patches) }
    }
}

/// What was decided of one container or pod, and what was not, with the reason.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    pub(super) made: Vec<Decision>,
    /// By the field.
    pub(super) refused: Vec<(String, String)>,
}

impl Decisions {
    /// Takes what came of a field.
    pub(super) fn take(&mut self, field: &str, decided: Result<impl IntoIterator<Item = Decision>, String>) {
        match decided {
            Ok(decisions) => self.made.extend(decisions),
            Err(why) => self.refuse(field, why),
        }
    }

    /// Leaves a field as it is.
    pub(super) fn refuse(&mut self, field: &str, why: String) {
        self.refused.push((field.to_owned(), why));
    }
}

/// What is said where a template leaves a field open.
pub(super) const HIDDEN: &str = "a template hides what is set";
