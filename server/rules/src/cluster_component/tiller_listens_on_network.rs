use super::tiller::{is_tiller, told_by};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Field;

rule! {
    /// Tiller listens on the pod network, where every pod reaches it.
    ///
    /// ## Why
    /// By default Tiller listens on all interfaces and asks nobody who they are. Any pod of the cluster can then
    /// install anything with the rights of Tiller.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: tiller, namespace: kube-system}
    /// spec:
    ///   selector: {matchLabels: {app: tiller}}
    ///   template:
    ///     metadata: {labels: {app: tiller}}
    ///     spec:
    ///       containers:
    ///       - name: tiller
    ///         image: registry.example.com/tiller:v2.17.0
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: tiller, namespace: kube-system}
    /// spec:
    ///   selector: {matchLabels: {app: tiller}}
    ///   template:
    ///     metadata: {labels: {app: tiller}}
    ///     spec:
    ///       containers:
    ///       - name: tiller
    ///         image: registry.example.com/tiller:v2.17.0
    ///         args: [--listen=localhost:44134]
    /// ```
    ///
    /// ## Fix
    /// By hand: remove Tiller; while it is still needed, start it with `--listen=localhost:44134`, which leaves it to
    /// those who may forward ports to its pod.
    ///
    /// ## When it is fine
    /// Nowhere.
    ///
    /// ## References
    /// - [Helm: changes since Helm 2](https://helm.sh/docs/faq/changes_since_helm2/)
    /// - [Helm 2 reached its end](https://helm.sh/blog/helm-v2-deprecation-timeline/)
    id: "tiller-listens-on-network",
    title: "Tiller listens beyond localhost",
    severity: Severity::Error,
    family: Family::ClusterComponent,
    fields: &["C[*].args"],
    also: &[(Checkov, "CKV_K8S_45"), (Kics, "e17fa86a-6222-4584-a914-56e8f6c87e06")],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let is_only_one = || pod.containers().len() == 1;
    if !is_tiller(container) && (told_by(pod).is_none() || !is_only_one()) {
        return;
    }
    let (Some(command), Some(args)) = (words(container, "command"), words(container, "args")) else { return };
    let words = [command, args].concat();
    let is_local = words.iter().enumerate().any(|(at, word)| {
        let flag = word.trim_start_matches('-');
        let address = match flag.strip_prefix("listen=") {
            None if flag == "listen" => words.get(at + 1).copied(),
            address => address,
        };
        address.is_some_and(|address| address.starts_with("localhost") || address.starts_with("127.0.0.1"))
    });
    if !is_local {
        let message = format!("{} lets Tiller listen on the pod network", container.title());
        let found = report.find(container.path.key("args"), message);
        if container.node.get("args").entry().is_none() {
            found.at_key(&container.path.key("image"));
        }
    }
}

/// The items of a list of texts; `None` where one of them is hidden.
fn words<'d>(container: &Container<'d>, key: &str) -> Option<Vec<&'d str>> {
    match container.node.get(key) {
        Field::Absent => Some(Vec::new()),
        Field::Unknown => None,
        Field::Present(list) if list.value.is_null() => Some(Vec::new()),
        Field::Present(list) if list.value.is_unknown() || list.value.is_open() => None,
        Field::Present(list) => list.value.items().map(|item| item.value.as_text()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_arguments_are_found_or_the_image_key_where_there_are_none() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: tiller
                image: gcr.io/kubernetes-helm/tiller:v2.17.0
                ^^^^^ container \"tiller\" lets Tiller listen on the pod network
              - image: tiller
                args: [--listen, \"0.0.0.0:44134\"]
                ^^^^ lets Tiller listen
            ",
        );
    }

    #[test]
    fn localhost_other_programs_and_templates_are_fine() {
        for container in [
            "image: tiller, args: [--listen=localhost:44134]",
            "image: tiller, command: [/tiller, -listen, \"127.0.0.1:44134\"]",
            "image: tiller, args: [\"{{ .Values.listen }}\"]",
            "image: web",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: web, {container}}}\n"),
            );
        }
    }
}
