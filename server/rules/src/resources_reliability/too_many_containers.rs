use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::Node;

rule! {
    /// The pod has many containers.
    ///
    /// ## Why
    /// Containers of one pod are placed, scaled and replaced together, and share network and fate. What does not need
    /// that is easier to run as a pod of its own. The parameter `maximumContainers` sets how many are fine; 4 by
    /// default. Init containers do not count.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    ///   - {name: cache, image: "cache:1.2"}
    ///   - {name: queue, image: "queue:1.2"}
    ///   - {name: database, image: "database:1.2"}
    ///   - {name: search, image: "search:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    ///   - {name: proxy, image: "proxy:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: move what can live alone into a workload of its own.
    ///
    /// ## When it is fine
    /// Helpers that must stand beside the program: proxies, agents that read its files. The number is for a site to
    /// choose, so it is a hint for those who ask.
    ///
    /// ## References
    /// - [Pods with several containers](https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers)
    id: "too-many-containers",
    title: "Pod has more containers than permitted",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "limit-containers-per-pod")],
    persona: Persona::Pedantic,
    fields: &["P.containers"],
    check: Check::Pod(check),
}

const DEFAULT: i64 = 4;

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let number = pod.node.get("containers").value().into_iter().flat_map(Node::items).count();
    let maximum = report.context().settings.parameters.maximum_containers.unwrap_or(DEFAULT);
    if i64::try_from(number).is_ok_and(|number| number > maximum) {
        let message = format!("The pod has {number} containers, more than {maximum}");
        report.find(pod.path.key("containers"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn the_fifth_container_is_one_too_many() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}]
              ^^^^^^^^^^ The pod has 5 containers, more than 4
            ",
        );
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: a}, {name: b}, {name: c}, {name: d}]
              initContainers: [{name: e}]
            ",
        );
    }

    #[test]
    fn a_site_sets_the_number() {
        let parameters = Parameters { maximum_containers: Some(1), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: a}, {name: b}]
              ^^^^^^^^^^ The pod has 2 containers, more than 1
            ",
        );
    }
}
