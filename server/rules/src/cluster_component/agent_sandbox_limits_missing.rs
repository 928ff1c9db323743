use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Quantity, Setting, lookup, string};
use leastwise_yaml::{Field, Kind};

rule! {
    /// A container of a sandbox for agents may use all CPU or memory of its node.
    ///
    /// ## Why
    /// Nobody knows beforehand what an agent will run. Without a ceiling one sandbox starves the others on its node, by
    /// accident or because it was told to.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: extensions.agents.x-k8s.io/v1alpha1
    /// kind: SandboxTemplate
    /// metadata: {name: agent}
    /// spec:
    ///   podTemplate:
    ///     spec:
    ///       containers:
    ///       - name: agent
    ///         image: registry.example.com/agent:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: extensions.agents.x-k8s.io/v1alpha1
    /// kind: SandboxTemplate
    /// metadata: {name: agent}
    /// spec:
    ///   podTemplate:
    ///     spec:
    ///       containers:
    ///       - name: agent
    ///         image: registry.example.com/agent:1.2
    ///         resources:
    ///           limits: {cpu: "1", memory: 2Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: set `limits.cpu` and `limits.memory` to what a run may cost. The parameter `agentSandboxLimits` sets
    /// the most that your site allows.
    ///
    /// ## When it is fine
    /// Where each sandbox has a node of its own.
    ///
    /// ## References
    /// - [Agent Sandbox](https://agent-sandbox.sigs.k8s.io/)
    /// - [Resource management](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    id: "agent-sandbox-limits-missing",
    title: "Agent sandbox has no CPU or memory ceiling",
    family: Family::ClusterComponent,
    fields: &["spec.podTemplate.spec.containers[*].resources.limits"],
    also: &[(Kubescape, "C-0303")],
    check: Check::Kind(&["SandboxTemplate"], check),
}

const CONTAINERS: [&str; 4] = ["spec", "podTemplate", "spec", "containers"];
const LIMITS: [&str; 2] = ["resources", "limits"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(containers) = lookup(object.node, &CONTAINERS).value() else { return };
    let most = report.context().settings.parameters.agent_sandbox_limits.clone().unwrap_or_default();
    for item in containers.items().filter(|item| matches!(item.value.kind(), Kind::Mapping)) {
        let title = match string(item.value, &["name"]) {
            Setting::Set(name, _) => format!("container \"{name}\" of the sandbox"),
            Setting::Unset | Setting::Unknown => "a container of the sandbox".to_owned(),
        };
        let path = object.path.keys(&CONTAINERS).index(item.index).keys(&LIMITS);
        let mut missing = Vec::new();
        for (resource, most) in [("cpu", most.cpu.as_deref()), ("memory", most.memory.as_deref())] {
            match lookup(item.value, &[&LIMITS[..], &[resource]].concat()) {
                Field::Absent => missing.push(resource),
                Field::Present(entry) if entry.value.is_null() => missing.push(resource),
                Field::Unknown => {}
                Field::Present(entry) => {
                    let set = entry.value.as_text().and_then(Quantity::parse);
                    let most = most.and_then(|most| Some((Quantity::parse(most)?, most)));
                    if let (Some(set), Some((most, written))) = (set, most)
                        && set > most
                    {
                        let message =
                            format!("{title} may use more {resource} than the {written} that are allowed");
                        report.find(path.key(resource), message);
                    }
                }
            }
        }
        if !missing.is_empty() {
            report.find(path, format!("{title} has no limit of {}", missing.join(" and ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{AgentSandboxLimits, Parameters, Settings};

    #[test]
    fn absent_limits_are_found() {
        check(
            &RULE,
            "
            apiVersion: extensions.agents.x-k8s.io/v1alpha1
            kind: SandboxTemplate
            spec:
              podTemplate:
                spec:
                  containers:
                  - name: agent
                    ^^^^ container \"agent\" of the sandbox has no limit of cpu and memory
                  - name: proxy
                    resources:
                      limits: {cpu: 1}
                      ^^^^^^ has no limit of memory
            ",
        );
    }

    #[test]
    fn a_site_sets_the_most() {
        let most = AgentSandboxLimits { cpu: Some("2".to_owned()), memory: None };
        let parameters = Parameters { agent_sandbox_limits: Some(most), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: x/v1
            kind: SandboxTemplate
            spec:
              podTemplate:
                spec:
                  containers:
                  - resources: {limits: {cpu: 2000m, memory: 64Gi}}
                  - resources: {limits: {cpu: 2001m, memory: 64Gi}}
                                              ^^^^^ may use more cpu than the 2 that are allowed
            ",
        );
    }

    #[test]
    fn limits_and_templates_are_fine() {
        for resources in [
            "{limits: {cpu: 1, memory: 1Gi}}",
            "\"{{ .Values.resources }}\"",
            "{limits: {cpu: \"{{ .Values.cpu }}\", memory: 1Gi}}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: x/v1\nkind: SandboxTemplate\nspec: {{podTemplate: {{spec: {{containers: [{{resources: {resources}}}]}}}}}}\n"
                ),
            );
        }
    }
}
