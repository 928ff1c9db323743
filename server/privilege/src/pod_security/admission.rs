//! What the pods of a namespace may be: the profile that Pod Security Admission enforces there.

use crate::Aspect;
use crate::data::Documents;
use crate::judge::{Judge, Sides, Subject, title};
use crate::ledger::Ledger;
use crate::power::{Power, phrase_beyond};
use crate::reading::{Input, Reading, said};
use leastwise_manifest::{Object, string};
use leastwise_yaml::Path;
use std::cmp::Ordering;

const ENFORCE: &[&str] = &["metadata", "labels", "pod-security.kubernetes.io/enforce"];
const VERSION: &[&str] = &["metadata", "labels", "pod-security.kubernetes.io/enforce-version"];

/// The enforced profile and its version.
///
/// A stricter profile admits less. Versions are not compared: a newer one forbids more pods, and knows newer fields.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Admission {
    level: Level,
    /// `latest`, or a version of Kubernetes. Of no account where the level forbids nothing.
    version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Restricted,
    Baseline,
    /// Everything, unless the cluster was configured with a stricter default.
    LeftToCluster,
    Privileged,
}

impl Level {
    fn forbids(self) -> bool {
        self <= Self::Baseline
    }
}

impl PartialOrd for Admission {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let both_forbid = self.level.forbids() && other.level.forbids();
        let is_comparable = !both_forbid || self.version == other.version;
        is_comparable.then(|| self.level.cmp(&other.level))
    }
}

impl Power for Admission {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let version = &self.version;
        phrase_beyond(self, other, |admission| match admission.level {
            Level::Restricted => Some(format!("admits restricted pods (version {version})")),
            Level::Baseline => Some(format!("admits baseline pods (version {version})")),
            Level::LeftToCluster => {
                Some("admits privileged pods, unless the cluster has a stricter default".to_owned())
            }
            Level::Privileged => Some("admits privileged pods".to_owned()),
        })
    }

    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let is_default_for_own = self.level == Level::LeftToCluster && other.level.forbids();
        is_default_for_own.then_some("the cluster enforces no stricter profile where none is set")
    }

    fn is_greatest(&self) -> bool {
        self.level == Level::Privileged
    }
}

/// Compares a Namespace with itself.
pub(crate) fn compare_namespace<'d>(
    sides: Sides<&Object<'d>>,
    documents: Option<&Documents<'d>>,
    ledger: &mut Ledger,
) {
    let subject = Subject { resources: sides.map(|object| object.resource()), container: None };
    let mut judge = Judge { ledger, documents, subject };
    judge.aspect(Aspect::Admission, sides.map(|object| admission(object)));
    if let (Some(before), Some(after), Some(documents)) = (sides.before, sides.after, documents) {
        let paths = documents.differing(before.node, after.node, &judged());
        ledger.assume_no_account(&title(&before.resource()), &paths);
    }
}

/// The profile that a Namespace enforces.
fn admission<'d>(namespace: &Object<'d>) -> Reading<'d, Admission> {
    let level = || match said(string(namespace.node, ENFORCE))? {
        None => Some(Level::LeftToCluster),
        Some("privileged") => Some(Level::Privileged),
        Some("baseline") => Some(Level::Baseline),
        Some("restricted") => Some(Level::Restricted),
        Some(_) => None,
    };
    let version = said(string(namespace.node, VERSION)).map(|version| version.unwrap_or("latest").to_owned());
    let value = match (level(), version) {
        (Some(level), _) if !level.forbids() => Some(Admission { level, version: String::new() }),
        (Some(level), Some(version)) => Some(Admission { level, version }),
        _ => None,
    };
    let inputs = [ENFORCE, VERSION].map(|keys| Input { node: namespace.node, keys }).to_vec();
    Reading { value, inputs, path: Path::root().keys(ENFORCE) }
}

/// The labels that are judged, seen from the object.
fn judged() -> Vec<Path> {
    [ENFORCE, VERSION].map(|keys| Path::root().keys(keys)).to_vec()
}
