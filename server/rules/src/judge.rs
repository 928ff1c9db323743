//! Runs the rules over a document.

use crate::finding::Report;
use crate::rule::{Check, Rule};
use crate::secrets::{CREDENTIALS, find_in_values};
use crate::{Context, Finding, Profile, Settings};
use leastwise_manifest::{Object, PodSpec, objects, pod_specs, role, security_contexts};
use leastwise_yaml::{Document, Path, Segment};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the rules say of a document.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What they found, in order of place.
    pub findings: Vec<Finding>,
    /// The pod specs that were judged, with the objects they are part of.
    pub pods: Vec<JudgedPod>,
    /// The rules that failed; what they would have found is not known.
    pub panicked: Vec<Panicked>,
}

/// A pod spec that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedPod {
    /// The object it is part of.
    pub object: Path,
    /// Where it stands.
    pub path: Path,
}

/// A rule that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// The rule.
    pub rule: &'static str,
    /// What it said.
    pub message: String,
}

/// Judges a document by the rules of [`Context::plan`]. Which findings a user sees is chosen later: profiles and
/// lenses need more.
///
/// Nothing is reported inside text that is broken right now. A rule that panics costs its own findings only.
pub fn judge(document: &Document, context: &Context<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    for object in objects(document) {
        Judge { document, context, object: &object, judgement: &mut judgement }.object();
    }
    let Judgement { findings, .. } = &mut judgement;
    findings
        .retain(|finding| !document.is_broken(finding.place.range) && finding.is_in_force(context.settings));
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| {
            (
                finding.place.range.start(),
                finding.place.range.end(),
                std::cmp::Reverse(finding.severity),
                finding.rule.id,
            )
        };
        key(one).cmp(&key(other)).then_with(|| one.path.cmp(&other.path))
    });
    cover(findings);
    judgement
}

/// Judges the values of a Helm chart for what they set literally: security contexts, and credentials. All else is
/// left in peace, since only the chart knows what it means.
pub fn judge_values(document: &Document, context: &Context<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    // What the values leave out, the chart may set.
    let part = document.as_part();
    let object = Object { node: part.root(), path: Path::root() };
    for pod in security_contexts(&part) {
        let container = pod.as_container();
        let first = judgement.findings.len();
        let mut judge = Judge { document: &part, context, object: &object, judgement: &mut judgement };
        judge.run(Some(&pod.path), context.plan.pods.iter(), |check, report| match check {
            Check::Pod(check) => check(&pod, report),
            Check::Container(check) => check(&pod, &container, report),
            _ => {}
        });
        let place = pod.security_context();
        let mut found = judgement.findings.split_off(first);
        found.retain(|finding| place.holds(&finding.path) && !finding.place.missing);
        judgement.findings.append(&mut found);
    }
    let credentials = context.plan.pods.iter().filter(|rule| rule.id == CREDENTIALS.id);
    Judge { document: &part, context, object: &object, judgement: &mut judgement }.run(
        None,
        credentials,
        |_, report| find_in_values(part.root(), report),
    );
    let Judgement { findings, .. } = &mut judgement;
    findings
        .retain(|finding| !document.is_broken(finding.place.range) && finding.is_in_force(context.settings));
    // What the chart makes of a changed value, nobody could prove.
    findings.iter_mut().for_each(|finding| finding.fix = None);
    cover(findings);
    judgement
}

/// The strictest profile that a pod meets, going by the findings on it.
pub fn profile_reached<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Profile {
    match findings.into_iter().filter_map(|finding| finding.profile).min() {
        Some(Profile::Privileged | Profile::Baseline) => Profile::Privileged,
        Some(Profile::Restricted) => Profile::Baseline,
        None => Profile::Restricted,
    }
}

impl Finding {
    /// Whether the configured version's profile has the rule at all.
    fn is_in_force(&self, settings: &Settings) -> bool {
        settings.kubernetes >= self.rule.since
            && self.rule.until.is_none_or(|until| settings.kubernetes < until)
    }
}

/// Marks what a more telling rule has found at the same place, in it or around it, among these findings.
pub fn cover(findings: &mut [Finding]) {
    let mut places: HashMap<&str, Vec<&[Segment]>> = HashMap::new();
    for finding in &*findings {
        places.entry(finding.rule.id).or_default().push(finding.path.segments());
    }
    places.values_mut().for_each(|places| places.sort_unstable());
    let covering = |Finding { rule, path, rests_on, .. }: &Finding| {
        let is_here = |places: &Vec<&[Segment]>| {
            touches(places, path) || rests_on.as_ref().is_some_and(|place| touches(places, place))
        };
        rule.covered_by.iter().copied().find(|id| places.get(id).is_some_and(is_here))
    };
    let covered: Vec<_> = findings.iter().map(covering).collect();
    for (finding, covered_by) in findings.iter_mut().zip(covered) {
        finding.covered_by = covered_by;
    }
}

/// Whether one of the sorted places holds `place` or lies in it.
fn touches(places: &[&[Segment]], place: &Path) -> bool {
    let place = place.segments();
    // What lies in a place comes right after it in their order.
    let inside = places.get(places.partition_point(|other| *other < place));
    inside.is_some_and(|other| other.starts_with(place))
        || (0..place.len()).any(|length| places.binary_search(&&place[..length]).is_ok())
}

struct Judge<'j, 'd> {
    document: &'d Document,
    context: &'j Context<'j>,
    object: &'j Object<'d>,
    judgement: &'j mut Judgement,
}

impl<'d> Judge<'_, 'd> {
    fn object(&mut self) {
        let (object, plan) = (self.object, self.context.plan);
        let role = role(object);
        let kind = object.kind().unwrap_or_default();
        let listed = plan.of_kind(kind);
        self.run(None, plan.objects.iter().chain(listed), |check, report| match check {
            Check::Object(check) | Check::Kind(_, check) | Check::ContainerOrKind(_, _, check) => {
                check(object, report);
            }
            Check::Role(check) => {
                if let Some(role) = &role {
                    check(role, report);
                }
            }
            Check::Pod(_) | Check::Container(_) | Check::Profile(_) => {}
        });
        for pod in pod_specs(object) {
            self.pod(&pod);
        }
    }

    fn pod(&mut self, pod: &PodSpec<'d>) {
        self.judgement.pods.push(JudgedPod { object: self.object.path.clone(), path: pod.path.clone() });
        let plan = self.context.plan;
        let containers = pod.containers();
        let first = self.judgement.findings.len();
        self.run(Some(&pod.path), plan.pods.iter(), |check, report| match check {
            Check::Pod(check) => check(pod, report),
            Check::Container(check) | Check::ContainerOrKind(check, ..) => {
                containers.iter().for_each(|container| check(pod, container, report));
            }
            Check::Role(_) | Check::Object(_) | Check::Kind(..) | Check::Profile(_) => {}
        });
        if plan.profiles.is_empty() {
            return;
        }
        let found = self.judgement.findings[first..].to_vec();
        self.run(Some(&pod.path), plan.profiles.iter(), |check, report| {
            if let Check::Profile(check) = check {
                check(pod, &found, report);
            }
        });
    }

    fn run<'l>(
        &mut self,
        pod: Option<&Path>,
        rules: impl Iterator<Item = &'l &'static Rule>,
        mut show: impl FnMut(&Check, &mut Report<'_, 'd>),
    ) {
        let Judgement { findings, panicked, .. } = &mut *self.judgement;
        let failed_before =
            |panicked: &[Panicked], rule: &Rule| panicked.iter().any(|failed| failed.rule == rule.id);
        for rule in rules {
            if failed_before(panicked, rule) {
                continue;
            }
            let found = findings.len();
            let mut report = Report {
                rule,
                context: self.context,
                document: self.document,
                object: &self.object.path,
                pod,
                findings: &mut *findings,
            };
            // What a rule leaves half done is cut off below, so nothing broken is seen afterwards.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| {
                #[cfg(feature = "fault-injection")]
                inject_fault(self.document, rule);
                show(&rule.check, &mut report);
            })) {
                findings.truncate(found);
                panicked.push(Panicked { rule: rule.id, message: message(panic.as_ref()) });
            }
        }
    }
}

/// Fails where the document says `fault-injection: RULE`.
#[cfg(feature = "fault-injection")]
fn inject_fault(document: &Document, rule: &Rule) {
    assert!(!document.source().contains(&format!("fault-injection: {}", rule.id)), "as the document asks");
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
