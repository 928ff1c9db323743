//! The suppressions of the checkers people come from, in the forms their documentation gives: what somebody has
//! decided once need not be decided again. Each names rules by ids that our rules know, see `Rule::also`.

use super::comment::lines;
use super::{Rules, Scope, Suppression};
use jiff::civil::Date;
use leastwise_manifest::{Object, pod_specs};
use leastwise_rules::Checker;
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Comment, Document};

/// What the annotations and comments of a document silence.
pub(super) fn suppressions(document: &Document, objects: &[Object<'_>]) -> Vec<Suppression> {
    let mut found = Vec::new();
    for object in objects {
        let pods = pod_specs(object).into_iter().map(|pod| pod.metadata);
        let own = object.path.key("metadata");
        let holders = std::iter::once(own.clone()).chain(pods.filter(|metadata| *metadata != own));
        for holder in holders {
            let annotations = document.at(&holder.key("annotations"));
            for entry in annotations.into_iter().flat_map(|annotations| annotations.entries()) {
                let (Some(key), Some(value)) = (entry.key.as_text(), entry.value.as_text()) else { continue };
                if let Some((rules, reason)) = annotation(key, value) {
                    let scope = Scope::Object(object.path.clone());
                    found.push(Suppression { rules, reason: reason.to_owned(), scope, until: None });
                }
            }
        }
    }
    found.extend(document.comments().iter().filter_map(|one| comment(document, one)));
    found
}

/// Whether two ids are the same: checkers have written `KSV001`, `AVD-KSV-0001` and `KSV-0001` for one check.
pub(super) fn is_same_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || matches!((trivy_number(one), trivy_number(other)), (Some(one), Some(other)) if one == other)
}

fn trivy_number(id: &str) -> Option<(&str, u32)> {
    let id = id.strip_prefix("AVD-").unwrap_or(id);
    let digits = id.find(|char: char| char.is_ascii_digit())?;
    let series = id[..digits].trim_end_matches('-');
    matches!(series, "KSV" | "KCV").then_some((series, id[digits..].parse().ok()?))
}

/// An annotation of checkov, kube-linter, Polaris or kube-score: which rules it silences, and why.
fn annotation<'a>(key: &str, value: &'a str) -> Option<(Rules, &'a str)> {
    const CHECKOV: [&str; 3] = ["checkov.io/skip", "bridgecrew.io/skip", "cortex.io/skip"];
    let ids = |list: &str| list.split(',').map(|id| id.trim().to_owned()).collect();
    if CHECKOV.iter().any(|prefix| key.starts_with(prefix)) {
        let (list, reason) = value.split_once('=').unwrap_or((value, ""));
        return Some((Rules::Known(Checker::Checkov, ids(list)), reason.trim()));
    }
    if key == "kube-linter.io/ignore-all" {
        return Some((Rules::EveryKnown(Checker::KubeLinter, Vec::new()), value));
    }
    if let Some(check) = key.strip_prefix("ignore-check.kube-linter.io/") {
        return Some((Rules::Known(Checker::KubeLinter, vec![check.to_owned()]), value));
    }
    if key == "kube-score/ignore" {
        return Some((Rules::Known(Checker::KubeScore, ids(value)), ""));
    }
    let check = key.strip_prefix("polaris.fairwinds.com/").filter(|_| value == "true")?;
    match check.strip_suffix("-exempt") {
        Some(check) => Some((Rules::Known(Checker::Polaris, vec![check.to_owned()]), "")),
        None if check == "exempt" => Some((Rules::EveryKnown(Checker::Polaris, Vec::new()), "")),
        None => None,
    }
}

/// A comment of KICS or Trivy.
fn comment(document: &Document, comment: &Comment) -> Option<Suppression> {
    let text = document.text(comment.range).trim_start_matches('#').trim();
    let (rules, scope, until) = match text.strip_prefix("kics-scan ") {
        Some(order) => {
            let (rules, scope) = kics(document, comment, order.trim())?;
            (rules, scope, None)
        }
        None => {
            let (ids, until) = trivy(text)?;
            (Rules::Known(Checker::Trivy, ids), Scope::Lines(lines(document, comment)), until)
        }
    };
    Some(Suppression { rules, reason: String::new(), scope, until })
}

fn kics(document: &Document, comment: &Comment, order: &str) -> Option<(Rules, Scope)> {
    let ids = |list: &str| list.split(',').map(|id| id.trim().to_owned()).collect();
    let every = Rules::EveryKnown(Checker::Kics, Vec::new());
    match order.split_once('=') {
        Some(("disable", list)) => Some((Rules::Known(Checker::Kics, ids(list)), Scope::File)),
        Some(("enable", list)) => Some((Rules::EveryKnown(Checker::Kics, ids(list)), Scope::File)),
        Some(_) => None,
        None => match order {
            "ignore" => Some((every, Scope::File)),
            "ignore-line" => Some((every, Scope::Lines(lines(document, comment)))),
            "ignore-block" => Some((every, Scope::Lines(block(document, comment)))),
            _ => None,
        },
    }
}

/// The next line that says something and those that are indented more; before the document's first line all of it.
fn block(document: &Document, comment: &Comment) -> TextRange {
    let source = document.source();
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let says_something = |line: &&str| {
        let content = line.trim();
        !content.is_empty() && !content.starts_with('#') && content != "---"
    };
    if !source[..usize::from(comment.range.start())].lines().any(|line| says_something(&line)) {
        return TextRange::up_to(TextSize::of(source));
    }
    let mut end = usize::from(comment.range.end());
    let mut first = None;
    for line in source[end..].split_inclusive('\n') {
        if says_something(&line) {
            match first {
                None => first = Some(depth(line)),
                Some(depth_of_first) if depth(line) <= depth_of_first => break,
                Some(_) => {}
            }
        }
        end += line.len();
    }
    TextRange::new(comment.range.start(), TextSize::try_from(end.saturating_sub(1)).unwrap_or_default())
}

/// The ids of `trivy:ignore:ID`, perhaps several and with a last day: `trivy:ignore:ID:exp:2030-12-31`.
fn trivy(text: &str) -> Option<(Vec<String>, Option<Date>)> {
    let mut until = None;
    let mut ids = Vec::new();
    for word in text.split_whitespace().map_while(|word| word.strip_prefix("trivy:ignore:")) {
        let (id, day) = word.split_once(":exp:").map_or((word, None), |(id, day)| (id, day.parse().ok()));
        until = until.or(day);
        ids.push(id.to_owned());
    }
    (!ids.is_empty()).then_some((ids, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_manifest::objects;

    /// The lines of a Pod on which `privileged-container` and `host-network` are silenced.
    fn silenced(text: &str) -> (bool, bool) {
        let document = leastwise_yaml::parse(text).documents()[0].document.clone();
        let objects = objects(&document);
        let all = suppressions(&document, &objects);
        let is_silenced = |rule: &str, at: &str| {
            let range = TextRange::empty(TextSize::of(&text[..text.find(at).unwrap()]));
            all.iter().any(|one| one.names(rule) && one.reaches(&objects[0].path, range))
        };
        (is_silenced("privileged-container", "privileged: true"), is_silenced("host-network", "hostNetwork"))
    }

    fn annotated(annotation: &str) -> (bool, bool) {
        silenced(&format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    {annotation}\nspec:\n  hostNetwork: true\n  \
             containers:\n  - securityContext: {{privileged: true}}\n"
        ))
    }

    #[test]
    fn annotations_silence_on_their_object() {
        for (annotation, expected) in [
            ("checkov.io/skip1: CKV_K8S_16=a node agent", (true, false)),
            ("bridgecrew.io/skip2: CKV_K8S_19=a node agent", (false, true)),
            ("checkov.io/check: CKV_K8S_16", (false, false)),
            ("ignore-check.kube-linter.io/privileged-container: a node agent", (true, false)),
            ("kube-linter.io/ignore-all: generated", (true, true)),
            ("polaris.fairwinds.com/hostNetworkSet-exempt: \"true\"", (false, true)),
            ("polaris.fairwinds.com/hostNetworkSet-exempt: \"false\"", (false, false)),
            ("polaris.fairwinds.com/exempt: \"true\"", (true, true)),
            (
                "kube-score/ignore: \"pod-networkpolicy, container-security-context-privileged\"",
                (true, false),
            ),
        ] {
            assert_eq!(annotated(annotation), expected, "{annotation}");
        }
    }

    fn commented(above_all: &str, above_network: &str, after_privileged: &str) -> (bool, bool) {
        silenced(&format!(
            "{above_all}\napiVersion: v1\nkind: Pod\nspec:\n  {above_network}\n  hostNetwork: true\n  containers:\n  \
             - securityContext:\n      privileged: true {after_privileged}\n"
        ))
    }

    #[test]
    fn comments_silence_on_their_lines_or_in_the_file() {
        assert_eq!(commented("# kics-scan ignore", "", ""), (true, true));
        assert_eq!(
            commented("# kics-scan disable=dd29336b-fe57-445b-a26e-e6aa867ae609", "", ""),
            (true, false)
        );
        assert_eq!(
            commented("# kics-scan enable=dd29336b-fe57-445b-a26e-e6aa867ae609", "", ""),
            (false, true)
        );
        assert_eq!(commented("", "# kics-scan ignore-line", ""), (false, true));
        assert_eq!(commented("", "# kics-scan ignore-block", ""), (false, true));
        assert_eq!(commented("# kics-scan ignore-block", "", ""), (true, true));
        assert_eq!(commented("", "", "#trivy:ignore:KSV-0017"), (true, false));
        assert_eq!(commented("", "# trivy:ignore:AVD-KSV-0009:exp:2030-01-01", ""), (false, true));
        assert_eq!(commented("", "# trivy:ignore:KSV009", ""), (false, true));
        assert_eq!(commented("", "# kics-scan nothing", "# trivy"), (false, false));
    }

    #[test]
    fn a_block_is_what_is_indented_more() {
        let text = "spec:\n  # kics-scan ignore-block\n  a:\n    b: 1\n\n    c: 2\n  d: 3\n";
        let document = leastwise_yaml::parse(text).documents()[0].document.clone();
        let Scope::Lines(range) = comment(&document, &document.comments()[0]).unwrap().scope else {
            panic!()
        };
        assert!(document.text(range).ends_with("c: 2"), "{:?}", document.text(range));
    }
}
