use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{PodSpec, Setting, integer, string};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// A topology spread constraint lacks what it needs, or says what has no meaning.
    ///
    /// ## Why
    /// `maxSkew` from 1 on, a `topologyKey` and a known `whenUnsatisfiable` are required: without them the pod is
    /// refused. Without a `labelSelector` it is accepted, but no pods are counted, so nothing is spread.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec:
    ///   topologySpreadConstraints:
    ///   - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec:
    ///   topologySpreadConstraints:
    ///   - maxSkew: 1
    ///     topologyKey: kubernetes.io/hostname
    ///     whenUnsatisfiable: DoNotSchedule
    ///     labelSelector: {matchLabels: {app: web}}
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: say what is to be spread, over what and how evenly.
    ///
    /// ## When it is fine
    /// Never: it is refused or does nothing.
    ///
    /// ## References
    /// - [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/)
    id: "topology-spread-invalid",
    title: "Topology spread constraint is incomplete",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["P.topologySpreadConstraints[*]"],
    also: &[
        (KubeScore, "pod-topology-spread-constraints"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let constraints = pod.node.get("topologySpreadConstraints").value();
    for item in constraints.into_iter().flat_map(Node::items) {
        if !matches!(item.value.kind(), Kind::Mapping) {
            continue;
        }
        let refused = refused(item.value);
        let path = pod.path.key("topologySpreadConstraints").index(item.index);
        if !refused.is_empty() {
            report.find(path, format!("The topology spread constraint {}", refused.join(", ")));
        } else if is_unset(item.value.get("labelSelector")) {
            let message = "The topology spread constraint has no labelSelector, so it counts no pods";
            report.find(path, message).severity(Severity::Warning);
        }
    }
}

/// Why the API server refuses a constraint.
fn refused(constraint: Node<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    match integer(constraint, &["maxSkew"]) {
        Setting::Unset => faults.push("has no maxSkew".to_owned()),
        Setting::Set(skew, _) if skew < 1 => faults.push(format!("has the maxSkew {skew}, which is below 1")),
        Setting::Set(..) | Setting::Unknown => {}
    }
    if let Setting::Set(domains, _) = integer(constraint, &["minDomains"])
        && domains < 1
    {
        faults.push(format!("has the minDomains {domains}, which is below 1"));
    }
    if matches!(string(constraint, &["topologyKey"]), Setting::Unset | Setting::Set("", _)) {
        faults.push("has no topologyKey".to_owned());
    }
    match string(constraint, &["whenUnsatisfiable"]) {
        Setting::Unset => faults.push("has no whenUnsatisfiable".to_owned()),
        Setting::Set("DoNotSchedule" | "ScheduleAnyway", _) | Setting::Unknown => {}
        Setting::Set(other, _) => {
            faults.push(format!(
                "has a whenUnsatisfiable that is neither DoNotSchedule nor ScheduleAnyway: \"{other}\""
            ));
        }
    }
    faults
}

fn is_unset(field: Field<'_>) -> bool {
    match field {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn faults_are_found_at_the_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              topologySpreadConstraints:
              - maxSkew: 0
                ^^^^^^^ has the maxSkew 0, which is below 1, has no topologyKey, has a whenUnsatisfiable that is neither
                whenUnsatisfiable: Never
                labelSelector: {}
              - topologyKey: zone
                ^^^^^^^^^^^ has no labelSelector, so it counts no pods
                maxSkew: 1
                whenUnsatisfiable: ScheduleAnyway
              - topologyKey: zone
                ^^^^^^^^^^^ has no maxSkew, has the minDomains 0, which is below 1
                minDomains: 0
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {}
            ",
        );
    }

    #[test]
    fn whole_ones_and_templates_are_fine() {
        for constraint in [
            "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}}",
            "{maxSkew: \"{{ .Values.skew }}\", topologyKey: \"{{ .Values.key }}\", whenUnsatisfiable: \"{{ .Values.when }}\", labelSelector: {}}",
            "maxSkew: 1\n    {{- toYaml .Values.spread | nindent 4 }}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n  topologySpreadConstraints:\n  - {constraint}\n"
                ),
            );
        }
    }
}
