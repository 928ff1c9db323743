//! Which pods a PodSecurityPolicy, or OpenShift's SecurityContextConstraints, admits.
//!
//! Both are lists of what a pod may ask for; a pod is admitted where one of them that its creator may use admits it.
//! So less in one is less altogether. The fields that have rules with fixes are read; where another differs, nobody
//! knows.

use crate::Aspect;
use crate::data::Documents;
use crate::judge::{Judge, Sides, Subject, title};
use crate::ledger::{Ledger, some_of};
use crate::power::{Power, Switch};
use crate::reading::{Input, Reading, said, texts};
use leastwise_manifest::{Object, boolean, lookup, string};
use leastwise_yaml::{Field, Path};
use std::collections::BTreeSet;

type Keys = &'static [&'static str];

/// A boolean of a policy: where it stands, its default, and what it admits when true.
type Flag = (Keys, bool, &'static str);

/// What may be asked for by name: where the list stands, what every pod has anyway, and words before a name.
type Allowance = (Keys, &'static [&'static str], &'static str);

const POLICY_FLAGS: &[Flag] = &[
    (&["spec", "privileged"], false, "admits privileged containers"),
    (&["spec", "hostPID"], false, "admits pods in the node's process namespace"),
    (&["spec", "hostIPC"], false, "admits pods in the node's IPC namespace"),
    (&["spec", "hostNetwork"], false, "admits pods in the node's network namespace"),
    (&["spec", "allowPrivilegeEscalation"], true, "admits containers that may gain privileges"),
];

const POLICY_ALLOWANCES: &[Allowance] = &[
    (&["spec", "allowedCapabilities"], &[], "admits the added capability"),
    (&["spec", "allowedUnsafeSysctls"], &[], "admits the unsafe sysctl"),
    (&["spec", "allowedProcMountTypes"], &["Default"], "admits the view of /proc"),
];

const CONSTRAINTS_FLAGS: &[Flag] = &[
    (&["allowPrivilegedContainer"], false, "admits privileged containers"),
    (&["allowHostPID"], false, "admits pods in the node's process namespace"),
    (&["allowHostIPC"], false, "admits pods in the node's IPC namespace"),
    (&["allowHostNetwork"], false, "admits pods in the node's network namespace"),
    (&["allowHostPorts"], false, "admits pods that bind ports of the node"),
    (&["allowHostDirVolumePlugin"], false, "admits volumes that are paths of the node"),
    (&["allowPrivilegeEscalation"], true, "admits containers that may gain privileges"),
];

const REQUIRED_DROPS: Keys = &["spec", "requiredDropCapabilities"];
const USER_RULE: Keys = &["spec", "runAsUser", "rule"];
const USER_STRATEGY: Keys = &["spec", "runAsUser"];
const ANNOTATIONS: Keys = &["metadata", "annotations"];
const DEFAULT_SECCOMP: Keys =
    &["metadata", "annotations", "seccomp.security.alpha.kubernetes.io/defaultProfileName"];
const ALLOWED_SECCOMP: Keys =
    &["metadata", "annotations", "seccomp.security.alpha.kubernetes.io/allowedProfileNames"];

/// Whether the object is a PodSecurityPolicy.
pub(crate) fn is_policy(object: &Object<'_>) -> bool {
    object.kind() == Some("PodSecurityPolicy") && matches!(object.api_group(), Some("policy" | "extensions"))
}

/// Whether the object is a SecurityContextConstraints, which of old stood in the core group.
pub(crate) fn is_constraints(object: &Object<'_>) -> bool {
    object.kind() == Some("SecurityContextConstraints")
        && matches!(object.api_group(), Some("security.openshift.io" | ""))
}

/// Compares a PodSecurityPolicy with itself.
pub(crate) fn compare_policies<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    let sides = Sides::both(before, after);
    let subject = Subject { resources: sides.map(|object| object.resource()), container: None };
    let mut judge = Judge { ledger, documents: Some(documents), subject };
    compare_flags(POLICY_FLAGS, &sides, &mut judge);
    for allowance in POLICY_ALLOWANCES {
        judge.aspect(Aspect::AdmittedPods, sides.map(|object| allowed(object, allowance)));
    }
    judge.aspect(Aspect::AdmittedPods, sides.map(|object| required_drops(object)));
    judge.aspect(Aspect::AdmittedPods, sides.map(|object| users(object)));
    judge.aspect(Aspect::AdmittedPods, sides.map(|object| default_seccomp(object)));
    judge.aspect(Aspect::AdmittedPods, sides.map(|object| allowed_seccomp(object)));
    let annotations = sides.filter_map(|object| other_annotations(object));
    let have_same_annotations = (annotations.are_both() && annotations.before == annotations.after)
        || documents.same_field(before.node, after.node, ANNOTATIONS);
    if !have_same_annotations {
        let title = title(&before.resource());
        ledger.hide(true, true, format!("the meaning of annotations in {title} is not judged"));
    }
    let lists = POLICY_ALLOWANCES.iter().map(|(keys, ..)| *keys);
    let others = [REQUIRED_DROPS, USER_STRATEGY, ANNOTATIONS];
    let judged = POLICY_FLAGS.iter().map(|(keys, ..)| *keys).chain(lists).chain(others);
    hide_others(before, after, documents, judged, ledger);
}

/// Compares a SecurityContextConstraints with itself.
pub(crate) fn compare_constraints<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    let sides = Sides::both(before, after);
    let subject = Subject { resources: sides.map(|object| object.resource()), container: None };
    let mut judge = Judge { ledger, documents: Some(documents), subject };
    compare_flags(CONSTRAINTS_FLAGS, &sides, &mut judge);
    hide_others(before, after, documents, CONSTRAINTS_FLAGS.iter().map(|(keys, ..)| *keys), ledger);
}

fn compare_flags<'d>(flags: &'static [Flag], sides: &Sides<&Object<'d>>, judge: &mut Judge<'_, 'd>) {
    for (keys, default, phrase) in flags {
        judge.aspect(
            Aspect::AdmittedPods,
            sides.map(|object| {
                let on = said(boolean(object.node, keys)).map(|said| said.unwrap_or(*default));
                reading(object, keys, on.map(|on| Switch { on, phrase }))
            }),
        );
    }
}

/// What is not judged may mean anything.
fn hide_others<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    judged: impl Iterator<Item = Keys>,
    ledger: &mut Ledger,
) {
    let judged: Vec<_> = judged.map(|keys| Path::root().keys(keys)).collect();
    let paths = documents.differing(before.node, after.node, &judged);
    if !paths.is_empty() {
        let title = title(&before.resource());
        ledger.hide(true, true, format!("the meaning of {} in {title} is not judged", some_of(&paths)));
    }
}

/// The annotations but for those that are judged; `None` when some are hidden.
fn other_annotations<'d>(object: &Object<'d>) -> Option<BTreeSet<(&'d str, &'d str)>> {
    let annotations = match lookup(object.node, ANNOTATIONS) {
        Field::Absent => return Some(BTreeSet::new()),
        Field::Unknown => return None,
        Field::Present(entry) if entry.value.is_open() || entry.value.is_unknown() => return None,
        Field::Present(entry) => entry.value,
    };
    let is_judged =
        |key: &str| [DEFAULT_SECCOMP, ALLOWED_SECCOMP].iter().any(|keys| keys.last() == Some(&key));
    let entries = annotations.entries().into_iter();
    let pairs: Option<Vec<_>> =
        entries.map(|entry| Some((entry.key.as_text()?, entry.value.as_text()?))).collect();
    Some(pairs?.into_iter().filter(|(key, _)| !is_judged(key)).collect())
}

fn reading<'d, T>(object: &Object<'d>, keys: Keys, value: Option<T>) -> Reading<'d, T> {
    Reading { value, inputs: vec![Input { node: object.node, keys }], path: Path::root().keys(keys) }
}

/// What may be asked for by name. A star at the end of a name stands for all that begin so.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed {
    patterns: BTreeSet<String>,
    phrase: &'static str,
}

impl Allowed {
    fn covers(&self, pattern: &str) -> bool {
        self.patterns.iter().any(|own| match own.strip_suffix('*') {
            Some(beginning) => pattern.starts_with(beginning),
            None => own == pattern,
        })
    }
}

impl Power for Allowed {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let beyond = self.patterns.iter().filter(|pattern| !other.is_some_and(|other| other.covers(pattern)));
        beyond.map(|pattern| format!("{} {pattern}", self.phrase)).collect()
    }

    fn is_least(&self) -> bool {
        self.patterns.is_empty()
    }
}

fn allowed<'d>(object: &Object<'d>, allowance: &Allowance) -> Reading<'d, Allowed> {
    let (keys, ordinary, phrase) = *allowance;
    let patterns = texts(lookup(object.node, keys))
        .map(|names| names.into_iter().filter(|name| !ordinary.contains(name)).map(str::to_owned).collect());
    reading(object, keys, patterns.map(|patterns| Allowed { patterns, phrase }))
}

/// The capabilities that every container must drop: the more, the less is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RequiredDrops(BTreeSet<String>);

impl Power for RequiredDrops {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let Self(own) = self;
        if own.contains("ALL") {
            return Vec::new();
        }
        let required = other.into_iter().flat_map(|Self(other)| other);
        let kept = required.filter(|name| !own.contains(*name));
        kept.map(|name| format!("lets containers keep the capability {name}")).collect()
    }

    fn is_greatest(&self) -> bool {
        self.0.is_empty()
    }

    fn is_least(&self) -> bool {
        self.0.contains("ALL")
    }
}

fn required_drops<'d>(object: &Object<'d>) -> Reading<'d, RequiredDrops> {
    let names = texts(lookup(object.node, REQUIRED_DROPS));
    let drops = names.map(|names| RequiredDrops(names.into_iter().map(str::to_owned).collect()));
    reading(object, REQUIRED_DROPS, drops)
}

/// The users that containers may run as. Ranges are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Users {
    NotRoot,
    /// Every user, also where the API server would want to be told.
    Any,
}

impl Power for Users {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let may_be_root = *self == Self::Any && other.is_none_or(|other| *other == Self::NotRoot);
        may_be_root.then(|| "admits containers that run as root".to_owned()).into_iter().collect()
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Any
    }
}

fn users<'d>(object: &Object<'d>) -> Reading<'d, Users> {
    let users = match said(string(object.node, USER_RULE)) {
        Some(None | Some("RunAsAny")) => Some(Users::Any),
        Some(Some("MustRunAsNonRoot")) => Some(Users::NotRoot),
        Some(Some(_)) | None => None,
    };
    // The ranges stand beside the rule, so the whole strategy speaks where the rule does not suffice.
    reading(object, USER_STRATEGY, users)
}

/// The seccomp profile of pods that name none.
#[derive(Clone, Debug, PartialEq, Eq)]
enum DefaultSeccomp {
    OfRuntime,
    File(String),
    Unfiltered,
}

impl Power for DefaultSeccomp {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        match (self, other) {
            (Self::OfRuntime, Some(Self::OfRuntime | Self::Unfiltered)) | (_, Some(Self::Unfiltered)) => {
                Vec::new()
            }
            (one, Some(other)) if one == other => Vec::new(),
            (Self::OfRuntime, _) => vec!["filters system calls by the profile of the runtime".to_owned()],
            (Self::File(file), _) => vec![format!("filters system calls by {file}")],
            (Self::Unfiltered, _) => vec!["gives pods no seccomp profile".to_owned()],
        }
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Unfiltered
    }
}

fn default_seccomp<'d>(object: &Object<'d>) -> Reading<'d, DefaultSeccomp> {
    let profile = said(string(object.node, DEFAULT_SECCOMP)).map(|profile| match profile {
        None | Some("unconfined" | "") => DefaultSeccomp::Unfiltered,
        Some("runtime/default" | "docker/default") => DefaultSeccomp::OfRuntime,
        Some(file) => DefaultSeccomp::File(file.to_owned()),
    });
    reading(object, DEFAULT_SECCOMP, profile)
}

/// The seccomp profiles that pods may name. That of the runtime only takes away.
fn allowed_seccomp<'d>(object: &Object<'d>) -> Reading<'d, Allowed> {
    let profiles = said(string(object.node, ALLOWED_SECCOMP)).map(|profiles| {
        let named = profiles.unwrap_or_default().split(',').map(str::trim);
        let ordinary = ["", "runtime/default", "docker/default"];
        let patterns = named.filter(|profile| !ordinary.contains(profile)).map(str::to_owned).collect();
        Allowed { patterns, phrase: "admits the seccomp profile" }
    });
    reading(object, ALLOWED_SECCOMP, profiles)
}
