use crate::composition::Composition;
use crate::diagnosis::{Diagnosis, Standing};
use crate::document::{DocumentAnalysis, Workload};
use crate::suppression::{Scope, Suppression, unused};
use crate::{Configuration, Evidence, evidence};
use jiff::civil::Date;
use leastwise_manifest::{Declarations, Resource, View, Workspace, objects};
use leastwise_privilege::Verdict;
use leastwise_rules::{
    Applicability, Finding, Offer, Panicked, Persona, Plan, Rule, Withheld, prove, rests_on_evidence,
};
use leastwise_text::{Buffer, TextEdit, TextRange, TextSize};
use leastwise_yaml::{Document, Stream, SyntaxError, parse};
use rayon::prelude::*;
use std::sync::Arc;

/// What a text is judged by. Cheap to clone; two clones are the same environment.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// What the user set.
    pub configuration: Arc<Configuration>,
    /// The other objects.
    pub workspace: Arc<Workspace>,
    /// Rules that are not run, for they have panicked before.
    pub disabled: Arc<Vec<&'static str>>,
    /// What the text is called in the workspace: its path or address. Empty for a text that has none.
    pub source: Arc<str>,
    /// How the text is put together with others.
    pub composition: Arc<Composition>,
    /// What was seen at run time.
    pub evidence: Option<Arc<Evidence>>,
    /// The day, on which suppressions may have ended; without it, none has.
    pub today: Option<Date>,
}

impl Environment {
    /// Whether the other is this one or a clone of it, so that it judges alike.
    pub fn is_same(&self, other: &Self) -> bool {
        self.has_same_settings(other) && Arc::ptr_eq(&self.workspace, &other.workspace)
    }

    /// The workspace as the text sees it.
    pub(crate) fn view(&self) -> View<'_> {
        let view = View::new(&self.workspace);
        if self.source.is_empty() { view } else { view.from(&self.source) }
    }

    /// The rules to apply: those that the configuration selects, and those that tell which profile a pod meets.
    fn plan(&self) -> Arc<Plan> {
        let is_wanted = |rule: &Rule| {
            let tells_profile = rule.profile.is_some() && rule.persona != Persona::Policy;
            !self.disabled.contains(&rule.id)
                && (tells_profile || self.configuration.selects_rule(rule, rule.profile))
        };
        Arc::new(Plan::new(is_wanted))
    }

    fn has_same_settings(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.configuration, &other.configuration)
            && Arc::ptr_eq(&self.disabled, &other.disabled)
            && self.today == other.today
            && self.evidence.as_ref().map(Arc::as_ptr) == other.evidence.as_ref().map(Arc::as_ptr)
            && self.source == other.source
            && self.composition == other.composition
    }
}

/// A text that has been read and is still to be judged: what it declares may matter to how others are judged.
#[derive(Clone, Debug)]
pub struct Text {
    buffer: Buffer,
    stream: Stream,
}

impl Text {
    /// Reads a text.
    pub fn read(text: &str) -> Self {
        Self { buffer: Buffer::new(text), stream: parse(text) }
    }

    /// Whether it holds a Kubernetes object; other YAML is left in peace.
    pub fn is_kubernetes(&self) -> bool {
        self.stream.documents().iter().any(|placed| !objects(&placed.document).is_empty())
    }

    /// What it declares to others under the name `source`.
    pub fn declarations(&self, source: &str) -> Declarations {
        Declarations::of(source, &self.stream)
    }

    /// Judges it.
    pub fn judge(self, environment: &Environment) -> File {
        File::build(self.buffer, self.stream, environment, environment.plan(), &[])
    }
}

/// A text and everything known of it.
#[derive(Clone, Debug)]
pub struct File {
    buffer: Buffer,
    stream: Stream,
    environment: Environment,
    plan: Arc<Plan>,
    documents: Vec<Arc<DocumentAnalysis>>,
    /// What silences rules in every document.
    file_wide: Vec<Suppression>,
    /// What is to be said of those, by document.
    file_wide_diagnoses: Vec<Vec<Diagnosis>>,
}

/// A diagnosis with the place of its document.
#[derive(Clone, Copy, Debug)]
pub struct Located<'f> {
    /// The zero-based index of the document.
    pub document: usize,
    /// Where the document begins in the text.
    pub offset: TextSize,
    /// What was found, in offsets of its document.
    pub diagnosis: &'f Diagnosis,
    /// Whether it is shown.
    pub standing: Standing<'f>,
    analysis: &'f DocumentAnalysis,
}

impl<'f> Located<'f> {
    /// The characters at fault, in the text.
    pub fn range(&self) -> TextRange {
        self.diagnosis.finding.place.range + self.offset
    }

    /// The object it is about.
    pub fn resource(&self) -> Resource {
        self.analysis.resource(&self.diagnosis.finding.object)
    }

    /// The document it is in.
    pub fn source(&self) -> &'f Document {
        &self.analysis.document
    }

    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.standing == Standing::Shown
    }
}

impl File {
    /// Reads and judges a text.
    pub fn new(text: &str, environment: &Environment) -> Self {
        Text::read(text).judge(environment)
    }

    /// Judges what a text has become. Documents whose text did not change are neither read nor judged again, unless
    /// the settings are others or what they asked the workspace for has changed. `edited` is where the change is, if one place is known; it helps to mend what is
    /// half typed.
    #[must_use]
    pub fn changed(&self, buffer: Buffer, edited: Option<TextRange>, environment: &Environment) -> Self {
        let text = buffer.text();
        let stream = self.stream.reparse(&text, edited);
        if self.environment.has_same_settings(environment) {
            Self::build(buffer, stream, environment, Arc::clone(&self.plan), &self.documents)
        } else {
            Self::build(buffer, stream, environment, environment.plan(), &[])
        }
    }

    /// Whether it would be judged alike in another environment: the settings are the same, and what was asked of the
    /// workspace has not changed.
    pub fn is_current(&self, environment: &Environment) -> bool {
        let is_current =
            |document: &Arc<DocumentAnalysis>| document.consulted.is_current(&environment.workspace);
        self.environment.has_same_settings(environment) && self.documents.iter().all(is_current)
    }

    /// The same text in another environment.
    #[must_use]
    pub fn within(&self, environment: &Environment) -> Self {
        self.changed(self.buffer.clone(), None, environment)
    }

    fn build(
        buffer: Buffer,
        stream: Stream,
        environment: &Environment,
        plan: Arc<Plan>,
        known: &[Arc<DocumentAnalysis>],
    ) -> Self {
        let documents = stream.documents().par_iter().map(|placed| {
            let known = known.iter().find(|known| Arc::ptr_eq(&known.document, &placed.document));
            known.filter(|known| known.consulted.is_current(&environment.workspace)).cloned().unwrap_or_else(
                || Arc::new(DocumentAnalysis::new(Arc::clone(&placed.document), environment, &plan)),
            )
        });
        let documents: Vec<_> = documents.collect();
        let suppressions = documents.iter().flat_map(|document| &document.suppressions);
        let is_file_wide =
            |one: &&Suppression| one.scope == Scope::File && one.is_in_force(environment.today);
        let file_wide = suppressions.filter(is_file_wide).cloned().collect();
        let file_wide_diagnoses = unused_in_file(&documents, environment);
        let environment = environment.clone();
        Self { documents, buffer, environment, plan, stream, file_wide, file_wide_diagnoses }
    }

    /// The text with its lines.
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// What it was judged by.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Its documents.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Whether it holds a Kubernetes object; other YAML is left in peace.
    pub fn is_kubernetes(&self) -> bool {
        self.documents.iter().any(|document| !document.resources.is_empty())
    }

    /// Everything that was found and that the configuration selects, in order.
    pub fn diagnoses(&self) -> impl Iterator<Item = Located<'_>> {
        self.placed().flat_map(move |(document, offset, analysis)| {
            let file_wide = self.file_wide_diagnoses.get(document).into_iter().flatten();
            file_wide.chain(&analysis.diagnoses).map(move |diagnosis| Located {
                document,
                offset,
                diagnosis,
                standing: self.standing(diagnosis),
                analysis,
            })
        })
    }

    /// What is to be shown.
    pub fn shown(&self) -> impl Iterator<Item = Located<'_>> {
        self.diagnoses().filter(Located::is_shown)
    }

    /// The pod specs with the profiles they meet, in offsets of the text.
    pub fn workloads(&self) -> impl Iterator<Item = Workload> {
        self.placed().flat_map(|(_, offset, analysis)| {
            analysis
                .workloads
                .iter()
                .map(move |workload| Workload { head: workload.head + offset, ..workload.clone() })
        })
    }

    /// What is not YAML in documents that are Kubernetes' or may be, in offsets of the text.
    pub fn syntax_errors(&self) -> impl Iterator<Item = SyntaxError> {
        self.placed().flat_map(|(_, offset, analysis)| {
            let errors = analysis.document.errors().iter();
            errors
                .map(move |error| SyntaxError { range: error.range + offset, message: error.message.clone() })
        })
    }

    /// The rules that failed on it.
    pub fn panicked(&self) -> impl Iterator<Item = &Panicked> {
        self.documents.iter().flat_map(|document| &document.panicked)
    }

    /// What this text declares to others.
    pub fn declarations(&self) -> Declarations {
        Declarations::of(&self.environment.source, &self.stream)
    }

    /// Proves the fix of a diagnosis; the edits are in offsets of the text.
    ///
    /// # Errors
    /// [`Withheld`] says why it must not be offered.
    pub fn offer(&self, located: &Located<'_>) -> Result<Offer, Withheld> {
        if let Some(removal) = &located.diagnosis.removal {
            // A comment has no meaning to prove anything of.
            return Ok(Offer {
                title: "Remove the suppression".to_owned(),
                applicability: Applicability::Safe,
                verdict: Verdict::Equal,
                edits: vec![removal.shifted(located.offset)],
            });
        }
        if rests_on_evidence(located.diagnosis.finding.rule) {
            return evidence::offer(self, located);
        }
        let settings = self.environment.configuration.rule_settings();
        let view = self.environment.view();
        let context = leastwise_rules::Context { settings: &settings, workspace: &view, plan: &self.plan };
        let is_heard = |finding: &Finding| self.environment.configuration.selects(finding);
        let DocumentAnalysis { document, census, .. } = located.analysis;
        let mut offer = prove(document, census, &located.diagnosis.finding, &context, is_heard)?;
        offer.edits = offer.edits.iter().map(|edit: &TextEdit| edit.shifted(located.offset)).collect();
        Ok(offer)
    }

    pub(crate) fn placed(&self) -> impl Iterator<Item = (usize, TextSize, &DocumentAnalysis)> {
        let offsets = self.stream.documents().iter().map(|placed| placed.offset);
        offsets
            .zip(&self.documents)
            .enumerate()
            .map(|(index, (offset, analysis))| (index, offset, analysis.as_ref()))
    }

    /// The document that holds `offset`, and the offset in it.
    pub(crate) fn document_at(&self, offset: TextSize) -> Option<(&DocumentAnalysis, TextSize, TextSize)> {
        let (index, placed) = self.stream.document_at(offset)?;
        Some((self.documents.get(index)?, placed.offset, offset - placed.offset))
    }

    /// The comment that silences a rule in every document.
    pub(crate) fn file_wide_suppression(&self, rule: &str) -> Option<&Suppression> {
        self.file_wide.iter().find(|one| one.names(rule))
    }

    fn standing<'f>(&'f self, diagnosis: &'f Diagnosis) -> Standing<'f> {
        let file_wide = || self.file_wide_suppression(diagnosis.rule());
        match (&diagnosis.suppressed, diagnosis.finding.covered_by) {
            (Some(suppressed), _) => Standing::Suppressed(&suppressed.reason),
            (None, _) if let Some(one) = file_wide() => Standing::Suppressed(&one.reason),
            (None, Some(covering)) => Standing::Covered(covering),
            (None, None) => Standing::Shown,
        }
    }
}

/// What is to be said of the comments that are meant for every document and silence nothing in any.
fn unused_in_file(documents: &[Arc<DocumentAnalysis>], environment: &Environment) -> Vec<Vec<Diagnosis>> {
    let is_file_wide = |scope: &Scope| *scope == Scope::File;
    let mut has_any = documents.iter().flat_map(|document| &document.suppressions);
    if !has_any.any(|one| is_file_wide(&one.scope)) {
        return Vec::new();
    }
    let silenced: Vec<_> = documents
        .iter()
        .flat_map(|document| &document.diagnoses)
        .map(|diagnosis| &diagnosis.finding)
        .collect();
    let of_document = |document: &Arc<DocumentAnalysis>| {
        unused(&document.document, &document.suppressions, is_file_wide, &silenced, environment)
    };
    documents.iter().map(of_document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  hostPID: true
  containers: []
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  hostNetwork: true # leastwise: ignore[host-network] because a node agent
  containers: []
";

    fn rules(file: &File) -> Vec<&'static str> {
        file.shown().map(|located| located.diagnosis.rule()).collect()
    }

    fn environment(select: &str) -> Environment {
        let select = Some(select.split(',').map(|one| one.parse().unwrap()).collect());
        Environment {
            configuration: Arc::new(Configuration { select, ..Configuration::default() }),
            ..Environment::default()
        }
    }

    #[test]
    fn places_are_of_the_text_and_not_of_the_document() {
        let file = File::new(PODS, &environment("host-network"));
        let located = file.diagnoses().next().unwrap();
        let range = located.range();
        assert_eq!(&PODS[usize::from(range.start())..usize::from(range.end())], "true");
        assert_eq!(file.buffer().place(range.start()).row, 12);
        assert_eq!((located.document, located.resource().name.as_deref()), (1, Some("two")));
        assert_eq!(located.standing, Standing::Suppressed("a node agent"));
    }

    #[test]
    fn unchanged_documents_are_not_judged_again() {
        let environment = environment("baseline");
        let file = File::new(PODS, &environment);
        let mut buffer = file.buffer().clone();
        let at = TextSize::of(&PODS[..PODS.find("true").unwrap()]);
        buffer.replace(TextRange::at(at, TextSize::of("true")), "false");
        let changed = file.changed(buffer, None, &environment);
        assert!(!Arc::ptr_eq(&file.documents[0], &changed.documents[0]));
        assert!(Arc::ptr_eq(&file.documents[1], &changed.documents[1]));
        assert_eq!((rules(&file), rules(&changed)), (vec!["host-pid"], vec![]));
    }

    #[test]
    fn another_environment_judges_all_again() {
        let file = File::new(PODS, &environment("host-pid"));
        assert_eq!(rules(&file), ["host-pid"]);
        assert_eq!(rules(&file.within(&environment("rbac"))), [""; 0]);
    }

    #[test]
    fn what_another_file_declares_concerns_those_that_asked_for_it() {
        let environment = environment("service-account-token-mounted,rbac");
        let file = File::new(PODS, &environment);
        let declaring = |text: &str| {
            let mut workspace = Workspace::default();
            workspace.update(Declarations::of("other.yaml", &parse(text)));
            Environment { workspace: Arc::new(workspace), ..environment.clone() }
        };
        let unasked = declaring("apiVersion: v1\nkind: PersistentVolume\n");
        assert!(Arc::ptr_eq(&file.documents[0], &file.within(&unasked).documents[0]));
        let asked = declaring("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n");
        assert!(!Arc::ptr_eq(&file.documents[0], &file.within(&asked).documents[0]));
    }

    #[test]
    fn a_file_wide_comment_reaches_every_document() {
        let text = format!("{PODS}# leastwise: ignore-file[host-pid] because a test\n");
        let file = File::new(&text, &environment("host-pid"));
        assert_eq!(file.diagnoses().next().unwrap().standing, Standing::Suppressed("a test"));
    }

    #[test]
    fn a_rule_that_is_not_selected_covers_no_other() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules:\n\
                    - {apiGroups: ['*'], resources: ['*'], verbs: ['*']}\n";
        assert_eq!(rules(&File::new(text, &environment("rbac"))), ["rbac-all-permissions"]);
        assert_eq!(rules(&File::new(text, &environment("rbac-wildcard-verb"))), ["rbac-wildcard-verb"]);
    }

    #[test]
    fn other_yaml_is_left_in_peace() {
        assert!(!File::new("hostPID: true\n", &Environment::default()).is_kubernetes());
        assert!(File::new(PODS, &Environment::default()).is_kubernetes());
    }
}
