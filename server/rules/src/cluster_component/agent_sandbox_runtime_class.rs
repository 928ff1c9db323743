use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Setting, lookup, string};
use leastwise_yaml::Kind;

rule! {
    /// A sandbox for agents runs on the kernel of its node.
    ///
    /// ## Why
    /// An agent runs code that nobody has read. With the usual runtime only the kernel stands between that code and the
    /// node; a hardened one, such as gVisor, puts a second wall there.
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
    ///       runtimeClassName: gvisor
    ///       containers:
    ///       - name: agent
    ///         image: registry.example.com/agent:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: install the runtime on the nodes, then name its class. The parameter `agentSandboxRuntimeClasses` says
    /// which classes confine enough at your site; else only `gvisor` does.
    ///
    /// ## When it is fine
    /// Where all code that agents run is read before, or the node is thrown away after each run.
    ///
    /// ## References
    /// - [Agent Sandbox](https://agent-sandbox.sigs.k8s.io/)
    /// - [Runtime classes](https://kubernetes.io/docs/concepts/containers/runtime-class/)
    id: "agent-sandbox-runtime-class",
    title: "Agent sandbox has no hardened runtime class",
    family: Family::ClusterComponent,
    fields: &["spec.podTemplate.spec.runtimeClassName"],
    also: &[(Kubescape, "C-0297")],
    check: Check::Kind(&["SandboxTemplate"], check),
}

const POD: [&str; 3] = ["spec", "podTemplate", "spec"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(pod) = lookup(object.node, &POD).value().filter(|pod| matches!(pod.kind(), Kind::Mapping))
    else {
        return;
    };
    let parameters = &report.context().settings.parameters;
    let is_hardened = |class: &str| match &parameters.agent_sandbox_runtime_classes {
        Some(hardened) => hardened.iter().any(|known| known == class),
        None => class == "gvisor",
    };
    let message = match string(pod, &["runtimeClassName"]) {
        Setting::Set(class, _) if is_hardened(class) => return,
        Setting::Set(class, _) => format!("the sandbox runs with {class}, which is not known to confine it"),
        Setting::Unset => {
            "the sandbox names no runtime class and so runs on the kernel of its node".to_owned()
        }
        Setting::Unknown => return,
    };
    report.find(object.path.keys(&POD).key("runtimeClassName"), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn absent_and_other_classes_are_found() {
        check(
            &RULE,
            "
            apiVersion: extensions.agents.x-k8s.io/v1alpha1
            kind: SandboxTemplate
            spec:
              podTemplate:
                spec:
                ^^^^ the sandbox names no runtime class
                  containers: []
            ---
            apiVersion: extensions.agents.x-k8s.io/v1alpha1
            kind: SandboxTemplate
            spec: {podTemplate: {spec: {runtimeClassName: runc}}}
                                                          ^^^^ the sandbox runs with runc
            ",
        );
    }

    #[test]
    fn hardened_classes_and_templates_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: x/v1\nkind: SandboxTemplate\nspec: {podTemplate: {spec: {runtimeClassName: gvisor}}}\n",
        );
        check_silent(
            &RULE,
            "apiVersion: x/v1\nkind: SandboxTemplate\nspec: {podTemplate: {spec: {runtimeClassName: \"{{ .Values.class }}\"}}}\n",
        );
        check_silent(&RULE, "apiVersion: x/v1\nkind: SandboxTemplate\nspec: {}\n");
    }

    #[test]
    fn a_site_has_its_own_list() {
        let agent_sandbox_runtime_classes = Some(vec!["kata".to_owned()]);
        let parameters = Parameters { agent_sandbox_runtime_classes, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: x/v1
            kind: SandboxTemplate
            spec: {podTemplate: {spec: {runtimeClassName: gvisor}}}
                                                          ^^^^^^ the sandbox runs with gvisor
            ---
            apiVersion: x/v1
            kind: SandboxTemplate
            spec: {podTemplate: {spec: {runtimeClassName: kata}}}
            ",
        );
    }
}
