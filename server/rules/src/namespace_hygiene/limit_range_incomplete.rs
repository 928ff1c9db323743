use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Node};

rule! {
    /// A LimitRange leaves bounds open.
    ///
    /// ## Why
    /// What it does not bound, containers may take. A default without a maximum binds only those who say nothing, and a
    /// maximum without a default refuses them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: LimitRange
    /// metadata: {name: bounds, namespace: shop}
    /// spec:
    ///   limits:
    ///   - type: Container
    ///     max: {memory: 1Gi}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: LimitRange
    /// metadata: {name: bounds, namespace: shop}
    /// spec:
    ///   limits:
    ///   - type: Container
    ///     max: {memory: 1Gi}
    ///     min: {memory: 16Mi}
    ///     default: {memory: 256Mi}
    ///     defaultRequest: {memory: 128Mi}
    /// ```
    ///
    /// ## Fix
    /// By hand: add what is missing, with values that the programs of the namespace were seen to need.
    ///
    /// ## When it is fine
    /// Where another LimitRange of the namespace has the rest, and for bounds of claims, which have no defaults.
    ///
    /// ## References
    /// - [Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    id: "limit-range-incomplete",
    title: "LimitRange leaves bounds open",
    severity: Severity::Info,
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    fields: &["spec.limits"],
    also: &[(Trivy, "KSV-0039")],
    check: Check::Kind(&["LimitRange"], check),
}

const PARTS: [&str; 5] = ["type", "max", "min", "default", "defaultRequest"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let items: Vec<_> = match lookup(object.node, &["spec", "limits"]) {
        Field::Unknown => return,
        Field::Present(limits) if limits.value.is_unknown() || limits.value.is_open() => return,
        Field::Present(limits) => limits.value.items().map(|item| item.value).collect(),
        Field::Absent => Vec::new(),
    };
    let missing_of =
        |item: &Node<'_>| -> Vec<&str> { PARTS.into_iter().filter(|part| is_missing(*item, part)).collect() };
    // The item that lacks least says best what is missing.
    let missing = items.iter().map(missing_of).min_by_key(Vec::len).unwrap_or(PARTS.to_vec());
    if !missing.is_empty() {
        let message = format!("no item of this LimitRange bounds everything: {} missing", missing.join(", "));
        report.find(object.path.keys(&["spec", "limits"]), message);
    }
}

fn is_missing(item: Node<'_>, part: &str) -> bool {
    match item.get(part) {
        Field::Absent => true,
        Field::Unknown => false,
        Field::Present(entry) => entry.value.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn open_bounds_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: LimitRange
            spec:
              limits:
              ^^^^^^ default, defaultRequest missing
              - {type: Container, max: {cpu: 1}, min: {cpu: 1m}}
              - {type: Pod, max: {cpu: 1}}
            ---
            apiVersion: v1
            kind: LimitRange
            spec: {}
            ^^^^ type, max, min, default, defaultRequest missing
            ",
        );
    }

    #[test]
    fn one_complete_item_and_templates_are_fine() {
        for limits in [
            "[{type: Pod}, {type: Container, max: {a: 1}, min: {a: 1}, default: {a: 1}, defaultRequest: {a: 1}}]",
            "\"{{ .Values.limits }}\"",
            "[{type: Container, max: {a: 1}, min: {a: 1}, default: \"{{ .Values.default }}\", defaultRequest: {a: 1}}]",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: LimitRange\nspec:\n  limits: {limits}\n"));
        }
    }
}
