//! What is known of one document.

use crate::composition::Becoming;
use crate::diagnosis::{Diagnosis, Suppressed};
use crate::suppression::{Scope, Suppression, suppressions, unused};
use crate::{Environment, evidence, partial};
use leastwise_harden::Usage;
use leastwise_manifest::{Consulted, Object, Resource, objects};
use leastwise_rules::{
    Census, Context, Finding, Judgement, Panicked, Plan, Profile, cover, judge, judge_values, profile_reached,
};
use leastwise_text::TextRange;
use leastwise_yaml::{Document, Path};
use std::sync::Arc;

/// A pod spec and how it stands with the Pod Security Standards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Where its object begins, in the document.
    pub head: TextRange,
    /// The strictest profile that it meets.
    pub profile: Profile,
    /// The rules that keep it from the next stricter one, each once.
    pub missing: Vec<&'static str>,
}

/// What is known of one document.
#[derive(Debug)]
pub(crate) struct DocumentAnalysis {
    pub(crate) document: Arc<Document>,
    /// What its objects call themselves, by their paths.
    pub(crate) resources: Vec<(Path, Resource)>,
    /// What the configuration selects of the findings.
    pub(crate) diagnoses: Vec<Diagnosis>,
    /// The pod specs, as paths.
    pub(crate) pods: Vec<Path>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) suppressions: Vec<Suppression>,
    /// Its roles, network policies and workloads beside what was seen at run time.
    pub(crate) usages: Vec<Usage>,
    pub(crate) panicked: Vec<Panicked>,
    /// What was asked of the workspace.
    pub(crate) consulted: Consulted,
    /// How often each rule found something, whatever the configuration selects.
    pub(crate) census: Census,
}

impl DocumentAnalysis {
    pub(crate) fn new(document: Arc<Document>, environment: &Environment, plan: &Plan) -> Self {
        let settings = environment.configuration.rule_settings();
        let view = environment.view();
        let context = Context { settings: &settings, workspace: &view, plan };
        let is_partial = environment.composition.is_partial || partial::is_patch(&document);
        let whole = match environment.composition.is_chart_values {
            true => judge_values(&document, &context),
            false => judge(&document, &context),
        };
        // Fixes are proved on the text as it stands.
        let census = Census::of(&whole);
        let mut judgement = if is_partial { partial::judge(&document, &context) } else { whole };
        let usages = match &environment.evidence {
            Some(seen) if !is_partial => evidence::usages(&document, &view, seen),
            _ => Vec::new(),
        };
        judgement.findings.extend(evidence::findings(&document, &usages));
        let overlays = &environment.composition.overlays;
        let becoming = (!is_partial).then(|| Becoming::of(&document, overlays, &context)).flatten();
        let objects = objects(&document);
        let suppressions = suppressions(&document, &objects);
        let found: Vec<_> = judgement.findings.iter().collect();
        let is_own = |scope: &Scope| *scope != Scope::File;
        let unused = unused(&document, &suppressions, is_own, &found, environment);
        Self {
            resources: objects.iter().map(|object| (object.path.clone(), object.resource())).collect(),
            census,
            workloads: workloads(&objects, &judgement),
            pods: judgement.pods.into_iter().map(|pod| pod.path).collect(),
            diagnoses: select(
                &document,
                judgement.findings,
                environment,
                &suppressions,
                becoming.as_ref(),
                unused,
            ),
            panicked: judgement.panicked,
            consulted: view.consulted(),
            suppressions,
            usages,
            document,
        }
    }

    /// The object at `path`, or the empty resource.
    pub(crate) fn resource(&self, path: &Path) -> Resource {
        let found = self.resources.iter().find(|(known, _)| known == path);
        found.map(|(_, resource)| resource.clone()).unwrap_or_default()
    }
}

/// What the configuration selects, in order of place, with `others` that it has selected already.
fn select(
    document: &Document,
    mut findings: Vec<Finding>,
    environment: &Environment,
    suppressions: &[Suppression],
    becoming: Option<&Becoming>,
    others: Vec<Diagnosis>,
) -> Vec<Diagnosis> {
    let configuration = &environment.configuration;
    findings.retain(|finding| configuration.selects(finding));
    // A rule that is not heard speaks for no other.
    cover(&mut findings);
    let in_force: Vec<_> = suppressions.iter().filter(|one| one.is_in_force(environment.today)).collect();
    let found = findings.into_iter().map(|finding| {
        let rule = finding.rule.id;
        let silencing =
            in_force.iter().find(|one| one.reaches(&finding.object, finding.place.range) && one.names(rule));
        let is_known = || configuration.known.as_ref().is_some_and(|known| known.knows(document, &finding));
        let is_cured = || becoming?.cures(document, &finding);
        let here = silencing.map(|one| Suppressed { reason: one.reason.clone(), in_source: true });
        let elsewhere = || {
            let reason = is_cured().or_else(|| is_known().then(|| "in the baseline".to_owned()))?;
            Some(Suppressed { reason, in_source: false })
        };
        Diagnosis {
            severity: configuration.severity_of(rule, finding.severity),
            suppressed: here.or_else(elsewhere),
            removal: None,
            finding,
        }
    });
    let mut diagnoses: Vec<_> = found.chain(others).collect();
    diagnoses.sort_by_key(|diagnosis| diagnosis.finding.place.range.start());
    diagnoses
}

fn workloads(objects: &[Object<'_>], judgement: &Judgement) -> Vec<Workload> {
    let workload = |pod: &leastwise_rules::JudgedPod| {
        let findings = || judgement.findings.iter().filter(|finding| finding.pod.as_ref() == Some(&pod.path));
        let profile = profile_reached(findings());
        let next = match profile {
            Profile::Privileged => Profile::Baseline,
            Profile::Baseline | Profile::Restricted => Profile::Restricted,
        };
        let mut missing = Vec::new();
        for finding in
            findings().filter(|finding| finding.covered_by.is_none() && finding.profile == Some(next))
        {
            if !missing.contains(&finding.rule.id) {
                missing.push(finding.rule.id);
            }
        }
        let object = objects.iter().find(|object| object.path == pod.object)?;
        Some(Workload { head: object.node.head(), profile, missing })
    };
    judgement.pods.iter().filter_map(workload).collect()
}
