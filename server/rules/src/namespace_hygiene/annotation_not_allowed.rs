use super::metadata::holders;
use crate::finding::Report;
use crate::pattern::matches_pattern;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// An annotation is not permitted.
    ///
    /// ## Why
    /// Controllers act on annotations: they open load balancers, take configuration over as it is, or turn checks off.
    /// Off until the parameter `annotationLists` says which are blocked, or for a prefix which alone are allowed.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   annotations: {example.com/debug-shell: "on"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   annotations: {example.com/owner: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: remove the annotation.
    ///
    /// ## When it is fine
    /// Where somebody has looked at it: write down who, and why.
    ///
    /// ## References
    /// - [Annotations](https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/)
    id: "annotation-not-allowed",
    title: "Annotation is not permitted",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    parameter: Some("annotation_lists"),
    fields: &["metadata.annotations"],
    also: &[(Kyverno, "allowed-annotations"), (Kyverno, "restrict-annotations")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(lists) = &report.context().settings.parameters.annotation_lists else { return };
    for holder in holders(object) {
        for key in holder.annotations() {
            let matches = |patterns: &[String]| patterns.iter().any(|pattern| matches_pattern(pattern, key));
            let restricts = |(prefix, allowed): (&String, &Vec<String>)| {
                key.starts_with(prefix.as_str()) && !matches(allowed)
            };
            let why = match () {
                () if matches(&lists.block) => "is blocked",
                () if lists.allow.iter().any(restricts) => "is not among the allowed ones",
                () => continue,
            };
            let message = format!("annotation {key} of {} {why}", holder.title);
            report.find(holder.annotations_path().key(key), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{AnnotationLists, Parameters, Settings};

    #[test]
    fn blocked_annotations_and_others_of_a_prefix_are_found() {
        let owned = |text: &str| text.to_owned();
        let lists = AnnotationLists {
            block: vec![owned("*-snippet")],
            allow: [(owned("example.com/"), vec![owned("example.com/owner")])].into(),
        };
        let parameters = Parameters { annotation_lists: Some(lists), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                nginx.ingress.kubernetes.io/server-snippet: x
                                                            ^ annotation nginx.ingress.kubernetes.io/server-snippet of Ingress \"web\" is blocked
                example.com/owner: web
                example.com/other: web
                                   ^^^ is not among the allowed ones
                other.example.com/x: y
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_lists_are_set() {
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {annotations: {a: b}}\n");
    }
}
