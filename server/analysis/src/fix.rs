use crate::{Diagnosis, Environment, File, Located};
use leastwise_rules::{Applicability, Fix, rests_on_evidence};
use leastwise_text::{Buffer, TextEdit, apply};
use leastwise_yaml::Path;
use std::collections::HashSet;

/// A text after its fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// What was done, by document and in order.
    pub applied: Vec<Applied>,
    /// What was found and is still there.
    pub left: Vec<Left>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule.
    pub rule: &'static str,
    /// What it did.
    pub title: String,
    /// The zero-based index of the document.
    pub document: usize,
    /// The field, relative to its object.
    pub path: Path,
}

/// A finding that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The rule.
    pub rule: &'static str,
    /// The zero-based index of the document.
    pub document: usize,
    /// The field, relative to its object.
    pub path: Path,
    /// Why it was not fixed.
    pub why: String,
}

/// Applies the fixes of everything shown, the safe ones or, with `behavioural`, all; one after the other, each
/// proved on the text as it then is, for one fix can make another possible.
pub fn fix(text: &str, environment: &Environment, behavioural: bool) -> Fixed {
    fix_where(text, environment, behavioural, |_| true)
}

/// Like [`fix`], of those findings that are wanted.
pub(crate) fn fix_where(
    text: &str,
    environment: &Environment,
    behavioural: bool,
    is_wanted: impl Fn(&Located<'_>) -> bool,
) -> Fixed {
    let mut file = File::new(text, environment);
    let mut text = text.to_owned();
    let mut applied = Vec::new();
    let mut refused = HashSet::new();
    loop {
        let round = next(&file, behavioural, &is_wanted, &mut refused);
        let edits: Vec<_> = round.iter().flat_map(|(edits, _)| edits.iter().cloned()).collect();
        let Ok(fixed) = apply(&text, &edits) else { break };
        if fixed == text {
            break;
        }
        text = fixed;
        file = file.changed(Buffer::new(&text), None, environment);
        // What was refused elsewhere is refused still: a fix changes its own document only.
        refused.retain(|(_, document, _)| round.iter().all(|(_, done)| done.document != *document));
        applied.extend(round.into_iter().map(|(_, done)| done));
    }
    applied.sort_by_key(|done: &Applied| done.document);
    let left = file.shown().filter(is_wanted).map(|located| left(&file, &located, behavioural)).collect();
    Fixed { text, applied, left }
}

/// What was tried on the text as it is: the rule, the document and the field.
type Tried = HashSet<(&'static str, usize, Path)>;

/// The next fix of each document, for documents do not depend on each other's text.
fn next(
    file: &File,
    behavioural: bool,
    is_wanted: impl Fn(&Located<'_>) -> bool,
    refused: &mut Tried,
) -> Vec<(Vec<TextEdit>, Applied)> {
    let allowed = |located: &Located<'_>| {
        let Diagnosis { finding, removal, .. } = located.diagnosis;
        let is_allowed = |fix: &Fix| behavioural || fix.applicability == Applicability::Safe;
        // What rests on silence is never applied together with what is proved of the text.
        let is_allowed = |fix: &Fix| is_allowed(fix) && !rests_on_evidence(finding.rule);
        removal.is_some() || finding.fix.as_ref().is_some_and(is_allowed)
    };
    let mut round: Vec<(Vec<TextEdit>, Applied)> = Vec::new();
    for located in file.shown().filter(|located| allowed(located) && is_wanted(located)) {
        let document = located.document;
        let is_served = round.last().is_some_and(|(_, done)| done.document == document);
        let rule = located.diagnosis.rule();
        if is_served || !refused.insert((rule, document, located.diagnosis.finding.path.clone())) {
            continue;
        }
        if let Ok(offer) = file.offer(&located) {
            let path = located.diagnosis.path();
            round.push((offer.edits, Applied { rule, title: offer.title, document, path }));
        }
    }
    round
}

fn left(file: &File, located: &Located<'_>, behavioural: bool) -> Left {
    let why = match (&located.diagnosis.finding.fix, file.offer(located)) {
        (None, _) => "needs a decision of yours".to_owned(),
        (Some(_), Err(withheld)) => withheld.to_string(),
        (Some(_), Ok(_)) if rests_on_evidence(located.diagnosis.finding.rule) => {
            "it rests on what was not seen; `leastwise harden --refine role` shows the change".to_owned()
        }
        (Some(fix), Ok(_)) if fix.applicability == Applicability::Behavioural && !behavioural => {
            "its fix may change behaviour; --unsafe applies it".to_owned()
        }
        (Some(_), Ok(_)) => "another fix came first; run again".to_owned(),
    };
    Left { rule: located.diagnosis.rule(), document: located.document, path: located.diagnosis.path(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  hostNetwork: true
  containers:
  - name: web # the shop
    image: web:1.2
    securityContext:
      privileged: true
";

    #[test]
    fn only_safe_fixes_unless_asked_and_the_rest_is_listed() {
        let fixed = fix(POD, &Environment::default(), false);
        assert_eq!((fixed.text.as_str(), fixed.applied.len()), (POD, 0));
        assert!(fixed.left.iter().any(|left| left.rule == "host-network" && left.why.contains("--unsafe")));
    }

    #[test]
    fn one_fix_makes_the_next_possible() {
        let fixed = fix(POD, &Environment::default(), true);
        let rules: Vec<_> = fixed.applied.iter().map(|applied| applied.rule).collect();
        let place = |rule| rules.iter().position(|applied| *applied == rule).unwrap();
        assert!(place("privileged-container") < place("privilege-escalation-allowed"), "{rules:?}");
        assert!(fixed.text.contains("- name: web # the shop\n"), "{}", fixed.text);
        assert!(fixed.left.iter().all(|left| left.why == "needs a decision of yours"), "{:?}", fixed.left);
    }

    #[test]
    fn fixing_twice_changes_nothing_more() {
        let once = fix(POD, &Environment::default(), true).text;
        let twice = fix(&once, &Environment::default(), true);
        assert_eq!((twice.text, twice.applied), (once, vec![]));
    }
}
