use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::Object;
use leastwise_yaml::{Node, Path};

rule! {
    /// The keys of a mapping are not in alphabetical order.
    ///
    /// ## Why
    /// A matter of style: sorted keys make two manifests easy to compare. Off by default, since the usual order of
    /// Kubernetes (name before image) is not alphabetical and means something to readers. Of an object only the first
    /// key out of order is told.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   labels: {app: web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   labels: {app: web}
    ///   name: web
    /// ```
    ///
    /// ## Fix
    /// Would sort the keys, with the comments that belong to them; that changes nothing for Kubernetes. It is not
    /// offered yet: to move a key is more than the changes that are proved here (set and remove) can say without losing
    /// comments. Until then by hand, or with a formatter.
    ///
    /// ## When it is fine
    /// Nearly always.
    ///
    /// ## References
    /// - [YAML 1.2: mapping keys have no order](https://yaml.org/spec/1.2.2/#3221-mapping-key-order)
    id: "yaml-keys-unsorted",
    title: "YAML keys are not sorted",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fix: FixKind::Safe,
    fields: &["apiVersion"],
    also: &[(KubeLinter, "sorted-keys")],
    check: Check::Object(check),
}

/// More nodes than any honest object has.
const BUDGET: usize = 20_000;

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let mut first = None;
    let mut visit = |path: &Path, node: Node<'_>| {
        if first.is_none() {
            first =
                out_of_order(node).map(|(key, before)| (path.key(key), key.to_owned(), before.to_owned()));
        }
        first.is_none()
    };
    object.node.walk(&mut visit, BUDGET);
    if let Some((path, key, before)) = first {
        let path = object.path.join(&path);
        report.find(path.clone(), format!("key {key} stands after {before}")).at_key(&path);
    }
}

/// The first key that stands after a greater one, and that one.
fn out_of_order<'d>(mapping: Node<'d>) -> Option<(&'d str, &'d str)> {
    let mut before: Option<&str> = None;
    for entry in mapping.written_entries() {
        let Some(key) = entry.key.key_text().filter(|_| !entry.key.is_unknown()) else { continue };
        if let Some(before) = before.filter(|before| *before > key) {
            return Some((key, before));
        }
        before = Some(key);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_first_key_out_of_order_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web
                ^^^^^ key image stands after name
                args: []
            ",
        );
    }

    #[test]
    fn sorted_keys_and_templates_are_fine() {
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b, c: d}, name: x}\n");
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    {{- toYaml .Values.b | nindent 4 }}\n    a: b\n",
        );
    }
}
