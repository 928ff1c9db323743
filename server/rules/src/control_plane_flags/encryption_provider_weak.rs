use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::Object;
use leastwise_yaml::{Field, Kind, Node, Path};

rule! {
    /// An encryption configuration leaves what it names in clear text.
    ///
    /// ## Why
    /// The first provider writes, the others only read. Where that is `identity`, new objects are stored as
    /// they are, although there is a configuration that says otherwise.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apiserver.config.k8s.io/v1
    /// kind: EncryptionConfiguration
    /// resources:
    /// - resources: [secrets]
    ///   providers:
    ///   - identity: {}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apiserver.config.k8s.io/v1
    /// kind: EncryptionConfiguration
    /// resources:
    /// - resources: [secrets]
    ///   providers:
    ///   - kms: {apiVersion: v2, name: vault, endpoint: "unix:///run/kms.sock"}
    ///   - identity: {}
    /// ```
    ///
    /// ## Fix
    /// By hand: put `kms`, `secretbox`, `aesgcm` or `aescbc` first, keep `identity` last until everything is
    /// written again.
    ///
    /// ## When it is fine
    /// While encryption is being taken back: then `identity` must write, until all is decrypted.
    ///
    /// ## References
    /// - [Encrypting confidential data at rest](https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/)
    id: "encryption-provider-weak",
    title: "Encryption configuration leaves data in clear",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fields: &["resources[*].providers"],
    also: &[(Kics, "10efce34-5af6-4d83-b414-9e096d5a06a9"), (Kubescape, "C-0142")],
    check: Check::Kind(&["EncryptionConfiguration", "EncryptionConfig"], check),
}

const ENCRYPTING: [&str; 4] = ["aescbc", "aesgcm", "kms", "secretbox"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    // The kind EncryptionConfig is of the core group.
    if !matches!(object.api_group(), Some("apiserver.config.k8s.io" | "")) {
        return;
    }
    let path = object.path.key("resources");
    for item in object.node.get("resources").value().into_iter().flat_map(Node::items) {
        check_item(item.value, &path.index(item.index).key("providers"), report);
    }
}

fn check_item(item: Node<'_>, path: &Path, report: &mut Report<'_, '_>) {
    let providers = match item.get("providers") {
        Field::Present(entry) if entry.value.is_open() || entry.value.is_unknown() => return,
        Field::Present(entry) => entry.value.items().collect(),
        Field::Absent => Vec::new(),
        Field::Unknown => return,
    };
    let names = |node: Node<'_>, provider: &str| matches!(node.get(provider), Field::Present(_));
    let message = match providers.first() {
        None => "No provider is listed, so these resources are stored in clear text",
        Some(first) if !matches!(first.value.kind(), Kind::Mapping) || first.value.is_open() => return,
        Some(first) if names(first.value, "identity") => {
            "The first provider, identity, writes these resources in clear text"
        }
        Some(_) if encrypts(&providers, names) => return,
        Some(_) => "None of these providers encrypts",
    };
    report.find(if providers.is_empty() { path.clone() } else { path.index(0) }, message);
}

fn encrypts(providers: &[leastwise_yaml::Item<'_>], names: impl Fn(Node<'_>, &str) -> bool) -> bool {
    providers.iter().any(|item| ENCRYPTING.iter().any(|provider| names(item.value, provider)))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_first_provider_that_writes_in_clear_is_found() {
        check(
            &RULE,
            "
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - identity: {}
                ^^^^^^^^ the first provider, identity, writes these resources in clear text
              - aescbc: {keys: []}
            - resources: [configmaps]
              providers:
              - aescbc: {keys: []}
              - identity: {}
            - resources: [events]
              ^^^^^^^^^ no provider is listed
            - resources: [pods]
              providers:
              - rot13: {}
                ^^^^^ none of these providers encrypts
            ",
        );
    }

    #[test]
    fn encrypting_ones_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- providers: [{secretbox: {keys: []}}]\n",
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- providers: {{ .Values.providers }}\n",
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- providers:\n  - {{ .Values.provider }}\n  - identity: {}\n",
            "apiVersion: v1\nkind: ConfigMap\nresources: [{providers: [{identity: {}}]}]\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
