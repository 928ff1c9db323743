use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, lookup};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// The pod asks DNS several times for each outside name.
    ///
    /// ## Why
    /// Pods are given `ndots: 5`, so a name with fewer dots, such as `api.example.com`, is first tried below each
    /// search domain of the cluster. With `2` outside names are asked for as they are, and `service.namespace` is
    /// still found.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   dnsConfig:
    ///     options:
    ///     - {name: ndots, value: "2"}
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: names like `service.namespace.svc` need the default or a final dot.
    ///
    /// ## When it is fine
    /// Nearly always: it matters for programs that look up many outside names. The rule is off until it is selected.
    ///
    /// ## References
    /// - [DNS for Services and Pods](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config)
    id: "dns-ndots-not-set",
    title: "DNS ndots option is not tuned",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(KubeLinter, "dnsconfig-options")],
    persona: Persona::Policy,
    fields: &["P.dnsConfig.options"],
    check: Check::Pod(check),
}

const FIELD: [&str; 2] = ["dnsConfig", "options"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let lacks = match lookup(pod.node, &FIELD) {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null() || lacks_ndots(entry.value),
        Field::Unknown => false,
    };
    if lacks {
        report.find(pod.path.keys(&FIELD), "The pod does not set the DNS option ndots to 2");
    }
}

/// Whether the list certainly does not set `ndots` to 2.
fn lacks_ndots(options: Node<'_>) -> bool {
    let is_known = matches!(options.kind(), Kind::Sequence) && !options.is_open();
    is_known
        && options.items().all(|option| {
            let text = |key| option.value.get(key).value().and_then(Node::as_text);
            match (text("name"), text("value")) {
                (Some("ndots"), value) => value.is_some_and(|value| value != "2"),
                (name, _) => name.is_some(),
            }
        })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn other_options_and_none_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The pod does not set the DNS option ndots to 2
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              dnsConfig:
                options: [{name: ndots, value: \"5\"}, {name: edns0}]
                ^^^^^^^ The pod does not set
              containers: []
            ",
        );
        for options in
            ["[{name: edns0}, {name: ndots, value: \"2\"}]", "[{name: \"{{ .a }}\"}]", "{{ .Values.dns }}"]
        {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n  dnsConfig:\n    options: {options}\n"
                ),
            );
        }
    }
}
