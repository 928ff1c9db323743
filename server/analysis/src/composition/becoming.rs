use crate::baseline::identity;
use crate::composition::Overlay;
use leastwise_rules::{Context, Finding, judge};
use leastwise_yaml::Document;

/// What is found in a document once overlays have changed it.
#[derive(Debug)]
pub(crate) struct Becoming {
    overlays: Vec<(String, Vec<String>)>,
}

impl Becoming {
    /// Judges what each overlay makes of a document. `None` where one changes nothing of it, or what it does is not
    /// decided: then the document stands as it is.
    pub(crate) fn of(document: &Document, overlays: &[Overlay], context: &Context<'_>) -> Option<Self> {
        let becomes = |overlay: &Overlay| {
            let changed = overlay.applied(document).ok().flatten()?;
            let findings = judge(&changed, context).findings;
            let found = findings.iter().map(|finding| identity(&changed, finding));
            Some((overlay.name.clone(), found.collect()))
        };
        let overlays = overlays.iter().map(becomes).collect::<Option<Vec<_>>>()?;
        (!overlays.is_empty()).then_some(Self { overlays })
    }

    /// Why a finding of the base does not count, where every overlay sets what it misses.
    pub(crate) fn cures(&self, document: &Document, finding: &Finding) -> Option<String> {
        let own = identity(document, finding);
        // The same rule may find it at what holds the field, or at what has been added to it.
        let is_same = |other: &String| own.starts_with(other.as_str()) || other.starts_with(&own);
        let is_cured = self.overlays.iter().all(|(_, found)| !found.iter().any(is_same));
        let names: Vec<_> = self.overlays.iter().map(|(name, _)| name.as_str()).collect();
        is_cured.then(|| format!("set by {}", names.join(", ")))
    }
}
