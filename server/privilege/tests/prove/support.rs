//! How these tests are written: YAML before and after, then the verdict and what is lost (`-`) and gained (`+`), each
//! with the object and the path where it stands.

use leastwise_manifest::{Object, objects};
use leastwise_privilege::{Applied, Atom, Comparison, Grant, Needed, Proof, prove};
use leastwise_yaml::Stream;

pub(crate) const RBAC: &str = "rbac.authorization.k8s.io/v1";

/// The objects of a text.
pub(crate) fn all(stream: &Stream) -> Vec<Object<'_>> {
    stream.documents().iter().flat_map(|placed| objects(&placed.document)).collect()
}

/// Proves the change of one text to another.
pub(crate) fn proved(before: &str, after: &str, needed: &Needed) -> Proof {
    let (before, after) = (leastwise_yaml::parse(before), leastwise_yaml::parse(after));
    let (before, after) = (all(&before), all(&after));
    let applied = |objects| Applied { objects, namespace: "default" };
    prove(applied(&before), applied(&after), needed)
}

/// The outcome as the tests write it.
pub(crate) fn shown(comparison: &Comparison) -> String {
    let line = |sign: &str, atom: &Atom| {
        let what = match &atom.grant {
            Grant::Rbac { atom: rbac, .. } => {
                let scope = rbac.namespace.as_deref().unwrap_or("cluster");
                format!("{}: {} in {scope}", rbac.subject, rbac.target.what())
            }
            grant => grant.what(),
        };
        let name = atom.resource.name.as_deref().unwrap_or_default();
        format!("{sign} {what} ({} {name} {})\n", atom.resource.kind, atom.path)
    };
    let mut text = format!("{:?}\n", comparison.verdict).to_lowercase();
    comparison.lost.iter().for_each(|atom| text.push_str(&line("-", atom)));
    comparison.gained.iter().for_each(|atom| text.push_str(&line("+", atom)));
    comparison.undecided.iter().for_each(|why| text.push_str(&format!("? {why}\n")));
    text
}

/// From `before` to `after` the outcome is `expected`, and from `after` to `before` its mirror.
#[track_caller]
pub(crate) fn check(before: &str, after: &str, expected: &str) {
    let there = proved(before, after, &Needed::default()).comparison;
    let indented: String = expected
        .trim_start_matches('\n')
        .lines()
        .map(|line| line.trim_start())
        .fold(String::new(), |text, line| if line.is_empty() { text } else { text + line + "\n" });
    assert_eq!(shown(&there), indented, "from\n{before}to\n{after}");
    let back = proved(after, before, &Needed::default()).comparison;
    let bare = |atoms: &[Atom]| atoms.iter().map(|atom| atom.grant.clone()).collect::<Vec<_>>();
    let mut grants = [bare(&back.lost), bare(&there.gained), bare(&back.gained), bare(&there.lost)];
    grants.iter_mut().for_each(|grants| grants.sort());
    assert_eq!((&grants[0], &grants[2]), (&grants[1], &grants[3]), "the way back is no mirror");
}
