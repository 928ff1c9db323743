use super::configuration_field::find_field;
use super::listed_value::{Cure, ENABLED_PLUGINS, ListLacks};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, string};
use leastwise_yaml::{Field, Node};

rule! {
    /// Nothing limits how many events the API server takes.
    ///
    /// ## Why
    /// A pod or node that reports without end fills etcd with events and keeps the API server busy. The plugin
    /// that limits it is off by default and needs a configuration.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=NodeRestriction
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --enable-admission-plugins=NodeRestriction,EventRateLimit
    ///     - --admission-control-config-file=/etc/kubernetes/admission.yaml
    /// ```
    ///
    /// ## Fix
    /// By hand: choose limits for the server, namespaces or sources, write them into an AdmissionConfiguration,
    /// and enable the plugin.
    ///
    /// ## When it is fine
    /// Most clusters: API Priority and Fairness, which is on by default, keeps events from crowding out other
    /// requests.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [EventRateLimit](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#eventratelimit)
    /// - [Admission controllers](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/)
    id: "apiserver-event-rate-limit",
    title: "API server does not limit event floods",
    severity: Severity::Hint,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --enable-admission-plugins", "plugins"],
    also: &[(Checkov, "CKV_K8S_78"), (Kics, "e0099af2-fe17-411f-9991-0de28fe15f3c"), (Trivy, "KCV-0010"), (Kubescape, "C-0121")],
    check: Check::ContainerOrKind(
        |_, container, report| LIST.check(container, report),
        &["AdmissionConfiguration"],
        check_configuration,
    ),
}

const PLUGIN: &str = "EventRateLimit";

const LIST: ListLacks = ListLacks {
    names: ENABLED_PLUGINS,
    values: &[PLUGIN],
    unless: &[],
    consequence: "nothing limits events",
    cure: Cure::None,
};

fn check_configuration(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if !matches!(object.api_group(), Some("apiserver.config.k8s.io" | "apiserver.k8s.io")) {
        return;
    }
    let plugins = object.node.get("plugins");
    let may_be_it = |node: Node<'_>| match string(node, &["name"]) {
        leastwise_manifest::Setting::Set(name, _) => name == PLUGIN,
        leastwise_manifest::Setting::Unset => false,
        leastwise_manifest::Setting::Unknown => true,
    };
    match plugins {
        Field::Unknown => return,
        Field::Present(entry) if entry.value.is_open() || entry.value.is_unknown() => return,
        Field::Present(entry) if entry.value.items().any(|item| may_be_it(item.value)) => return,
        Field::Present(_) | Field::Absent => {}
    }
    find_field(object, report, &["plugins"], format!("No plugin here is {PLUGIN}, so nothing limits events"));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_server_and_a_configuration_without_it_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                ^^^^^^^ container \"a\" does not list EventRateLimit in --enable-admission-plugins, so nothing limits events
                - kube-apiserver
                - --v=2
            ---
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
            ^^^^^^^ no plugin here is EventRateLimit
            - name: PodSecurity
            ---
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            ^^^^ no plugin here is EventRateLimit
            ",
        );
    }

    #[test]
    fn with_it_or_hidden_nothing_is_said() {
        for text in [
            "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: EventRateLimit\n  path: limits.yaml\n",
            "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: {{ .Values.plugins }}\n",
            "apiVersion: example.com/v1\nkind: AdmissionConfiguration\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kube-apiserver, --enable-admission-plugins=EventRateLimit]\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
