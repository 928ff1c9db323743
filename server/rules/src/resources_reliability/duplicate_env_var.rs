use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Container, PodSpec, Setting, lookup, string};
use leastwise_text::TextRange;
use leastwise_yaml::{Emptied, Field, Node, Patch};
use std::collections::HashMap;

rule! {
    /// An environment variable is defined twice.
    ///
    /// ## Why
    /// The last definition counts, whoever reads or changes the first one. The API takes names for the keys of the
    /// list: server-side apply refuses it, and `kubectl apply` may drop the wrong one of the two.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - {name: MODE, value: fast}
    ///     - {name: MODE, value: safe}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - {name: MODE, value: safe}
    /// ```
    ///
    /// ## Fix
    /// Removes the earlier definitions. That changes nothing, unless a variable between the two refers to the name:
    /// it sees the earlier one. It is not offered where the later definition itself refers to the earlier.
    ///
    /// ## When it is fine
    /// Hardly ever. To build on an earlier value, as in `$(PATH):/opt/bin`, give the first one a name of its own.
    ///
    /// ## References
    /// - [Define environment variables](https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/)
    /// - [Dependent environment variables](https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/)
    /// - [Server-side apply: merge strategy](https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy)
    id: "duplicate-env-var",
    title: "Environment variable is defined twice",
    family: Family::ResourcesReliability,
    fix: FixKind::Behavioural,
    also: &[
        (KubeLinter, "duplicate-env-var"),
        (Kubescape, "C-0295"),
        (KubeScore, "environment-variable-key-duplication"),
    ],
    fields: &["C[*].env[*].name"],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(list) = container.node.get("env").value() else { return };
    let items: Vec<Node<'_>> = list.items().map(|item| item.value).collect();
    if items.len() < 2 {
        return;
    }
    let path = container.path.key("env");
    let mut earlier: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let Setting::Set(name, _) = string(*item, &["name"]) else { continue };
        let dropped = earlier.entry(name).or_default();
        // Of two branches of a template only one is there.
        let document = item.document();
        let branches = |first: usize| {
            let between = TextRange::new(items[first].range().end(), item.range().start());
            document.branches_in(between)
        };
        dropped.retain(|first| !branches(*first));
        if let Some(first) = dropped.first().copied() {
            let title = container.title();
            let found = report
                .find(path.index(index).key("name"), format!("Variable {name} of {title} is defined again"))
                .related(&path.index(first).key("name"), "The earlier definition, which does not count");
            // A template between the two may bring anything.
            let following = items.get(first + 1..index).unwrap_or_default();
            let is_safe = !list.is_open()
                && !following.iter().any(|item| may_use(*item, name))
                && !may_be_left_out(*item);
            if !may_use(*item, name) {
                let removals: Vec<_> = dropped
                    .iter()
                    .map(|index| Patch::Remove { path: path.index(*index), emptied: Emptied::Keep })
                    .collect();
                let fix = if is_safe { Fix::safe } else { Fix::behavioural };
                found.fix(fix(format!("Remove the earlier definition of {name}"), removals));
            }
        }
        dropped.push(index);
    }
}

/// Whether the value refers, or may refer, to the variable.
fn may_use(item: Node<'_>, name: &str) -> bool {
    match item.get("value") {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(entry) => {
            entry.value.as_text().is_none_or(|text| text.contains(&format!("$({name})")))
        }
    }
}

/// Whether the definition counts only where what it refers to is there: then the earlier one may stand in.
fn may_be_left_out(item: Node<'_>) -> bool {
    ["secretKeyRef", "configMapKeyRef"].iter().any(|source| {
        match lookup(item, &["valueFrom", source, "optional"]) {
            Field::Absent => false,
            Field::Present(entry) => entry.value.as_bool() != Some(false) && !entry.value.is_null(),
            Field::Unknown => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};
    use crate::{Applicability, Settings};

    #[test]
    fn branches_of_a_template_are_no_duplicates() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                image: web:1.2
                env:
                {{- if .Values.password }}
                - name: PASSWORD
                  value: x
                {{- else }}
                - name: PASSWORD
                  valueFrom: {secretKeyRef: {name: web, key: password}}
                {{- end }}
            ",
        );
    }

    #[test]
    fn each_later_definition_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - {name: A, value: a}
                - {name: B, value: b}
                - {name: A, value: c}
                         ^ Variable A of container \"web\" is defined again
                - {name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                         ^ Variable A
              - name: proxy
                env: [{name: A, value: a}]
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env: [{name: A}, {name: a}, {name: \"{{ .A }}\"}, {name: \"{{ .A }}\"}]\n",
        );
    }

    #[test]
    fn the_fix_removes_the_earlier_one() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - name: MODE
                  value: fast
                - name: OTHER # kept
                  value: b
                - name: MODE
                  value: safe # counts
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - name: OTHER # kept
                  value: b
                - name: MODE
                  value: safe # counts
            ",
        );
    }

    fn applicability(between: &str, last: &str) -> Applicability {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - {{name: A, value: a}}\n    - {between}\n    - {{name: A, {last}}}\n"
        );
        let found = find(&RULE, &Settings::default(), &text);
        found[0].1.fix.as_ref().unwrap().applicability
    }

    #[test]
    fn the_fix_is_safe_unless_the_earlier_one_may_be_seen() {
        assert_eq!(applicability("{name: B, value: b}", "value: c"), Applicability::Safe);
        assert_eq!(applicability("{name: B, valueFrom: {}}", "value: c"), Applicability::Safe);
        for (between, last) in [
            ("{name: B, value: \"$(A)/b\"}", "value: c"),
            ("{name: B, value: \"{{ .Values.b }}\"}", "value: c"),
            ("{name: B}", "valueFrom: {secretKeyRef: {name: a, key: a, optional: true}}"),
        ] {
            assert_eq!(applicability(between, last), Applicability::Behavioural, "{between} {last}");
        }
    }

    #[test]
    fn no_fix_where_the_later_one_builds_on_the_earlier() {
        check_no_fix(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env: [{name: A, value: a}, {name: A, value: \"$(A):b\"}]\n",
        );
    }
}
