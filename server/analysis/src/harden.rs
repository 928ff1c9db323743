//! All that makes a workload meet the restricted profile or do what its events prove to be enough, or a role or network
//! policy grant what was used, as one change to be looked at.

use crate::action::{Action, ActionKind};
use crate::configuration::Selector;
use crate::evidence::refine;
use crate::fix::fix_where;
use crate::{Configuration, Environment, File, Located};
use leastwise_manifest::objects;
use leastwise_privilege::{Verdict, compare};
use leastwise_rules::Profile;
use leastwise_text::{TextRange, edits_between};
use leastwise_yaml::Path;
use std::sync::Arc;

/// Hardens the objects that `range` touches, each as far as what is known of it allows: workloads to the restricted
/// profile, and all to what was seen at run time.
pub fn harden(file: &File, range: TextRange) -> Vec<Action> {
    let mut workloads: Vec<(usize, Path)> = Vec::new();
    for (index, offset, analysis) in file.placed() {
        let touched = analysis.resources.iter().map(|(path, _)| path).filter(|path| {
            let object = analysis.document.at(path);
            let has_pod = analysis.pods.iter().any(|pod| path.holds(pod));
            has_pod && object.is_some_and(|object| (object.range() + offset).intersect(range).is_some())
        });
        workloads.extend(touched.map(|path| (index, path.clone())));
    }
    let of_workloads = workloads.iter().filter_map(|(document, object)| harden_one(file, *document, object));
    of_workloads.chain(refine(file, range)).collect()
}

/// The action for the object at `object` of a document; `None` when nothing can be done.
fn harden_one(file: &File, document: usize, object: &Path) -> Option<Action> {
    let text = file.buffer().text();
    let environment = restricted(file.environment());
    let is_its_own =
        |located: &Located<'_>| located.document == document && located.diagnosis.finding.object == *object;
    let fixed = fix_where(&text, &environment, true, is_its_own);
    if fixed.applied.is_empty() || !is_narrower(file, document, &fixed.text) {
        return None;
    }
    let (_, _, analysis) = file.placed().nth(document)?;
    let resource = analysis.resource(object);
    let name = resource.name.unwrap_or_else(|| format!("this {}", resource.kind));
    let mut details: Vec<_> = fixed.applied.iter().map(|applied| applied.title.clone()).collect();
    details.extend(fixed.left.iter().map(|left| format!("Left: {} ({})", left.rule, left.why)));
    Some(Action {
        title: format!("Harden {name} to the restricted profile (may change behaviour)"),
        kind: ActionKind::Harden,
        rule: None,
        diagnosis: None,
        is_safe: false,
        edits: edits_between(&text, &fixed.text),
        details,
    })
}

/// The environment in which exactly the rules of the restricted profile are heard.
fn restricted(environment: &Environment) -> Environment {
    let configuration = Configuration {
        select: Some(vec![Selector::Profile(Profile::Restricted)]),
        profile: Some(Profile::Restricted),
        ..Configuration::clone(&environment.configuration)
    };
    Environment { configuration: Arc::new(configuration), ..environment.clone() }
}

/// Each fix was proved, but all together are what is offered.
fn is_narrower(file: &File, document: usize, after: &str) -> bool {
    let after = leastwise_yaml::parse(after);
    let documents = (file.stream().documents().get(document), after.documents().get(document));
    let (Some(before), Some(after)) = documents else { return false };
    compare(&objects(&before.document), &objects(&after.document)).verdict == Verdict::Narrower
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_text::apply;

    const WEAK: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: cart}
spec:
  hostNetwork: true # for speed
  containers:
  - name: cart # the shop
    image: cart:1.2
    securityContext:
      privileged: true
---
apiVersion: v1
kind: Pod
metadata: {name: till}
spec:
  hostPID: true
  containers: [{name: till, image: 'till:1'}]
";

    fn at(text: &str, word: &str) -> TextRange {
        TextRange::empty(leastwise_text::TextSize::of(&text[..text.find(word).unwrap()]))
    }

    #[test]
    fn one_change_makes_one_workload_meet_the_profile() {
        let file = File::new(WEAK, &Environment::default());
        let [action] = &harden(&file, at(WEAK, "hostNetwork"))[..] else { panic!() };
        assert_eq!(action.title, "Harden cart to the restricted profile (may change behaviour)");
        let after = apply(WEAK, &action.edits).unwrap();
        let hardened = File::new(&after, &Environment::default());
        let profiles: Vec<_> = hardened.workloads().map(|workload| workload.profile).collect();
        assert_eq!(profiles, [Profile::Restricted, Profile::Privileged], "{after}");
        assert!(after.contains("- name: cart # the shop\n"), "{after}");
        assert!(
            after.ends_with("  hostPID: true\n  containers: [{name: till, image: 'till:1'}]\n"),
            "{after}"
        );
        // Privileged first: beside it the API server refuses allowPrivilegeEscalation: false.
        let place = |words: &str| action.details.iter().position(|title| title.contains(words)).unwrap();
        assert!(place("privileged") < place("allowPrivilegeEscalation"), "{:?}", action.details);
    }

    #[test]
    fn what_meets_the_profile_or_is_no_workload_is_left_alone() {
        let file = File::new(WEAK, &Environment::default());
        let action = harden(&file, at(WEAK, "hostNetwork")).remove(0);
        let after = apply(WEAK, &action.edits).unwrap();
        let hardened = File::new(&after, &Environment::default());
        assert_eq!(harden(&hardened, at(&after, "cart")), []);
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
        assert_eq!(harden(&File::new(other, &Environment::default()), at(other, "kind")), []);
    }

    #[test]
    fn what_needs_a_decision_is_told() {
        let volume = "  volumes: [{name: node, hostPath: {path: /srv}}]\n  hostNetwork";
        let text = WEAK.replace("  hostNetwork", volume);
        let file = File::new(&text, &Environment::default());
        let action = harden(&file, at(&text, "hostNetwork")).remove(0);
        let tells = |detail: &String| detail.starts_with("Left: host-path-volume");
        assert!(action.details.iter().any(tells), "{:?}", action.details);
    }
}
