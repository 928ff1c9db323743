use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, PodSpec, Setting, pod_specs, string};
use leastwise_yaml::Field;

rule! {
    /// Secrets are kept in the cluster and not in an external store.
    ///
    /// ## Why
    /// A Secret of the cluster is readable to everyone who may read it or create pods beside it, in backups and,
    /// without encryption at rest, on the disk of etcd. An external store asks who one is, keeps a log and changes
    /// secrets on its own. Off by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: web}
    /// stringData: {}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: external-secrets.io/v1
    /// kind: ExternalSecret
    /// metadata: {name: web}
    /// spec: {secretStoreRef: {name: vault, kind: SecretStore}}
    /// ```
    ///
    /// ## Fix
    /// By hand: keep the secret in a store, and bring it in with the Secrets Store CSI driver (`SecretProviderClass`)
    /// or the External Secrets Operator.
    ///
    /// ## When it is fine
    /// Where encryption at rest, narrow roles and a way to change secrets do the same.
    ///
    /// ## References
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - [Secrets Store CSI driver](https://secrets-store-csi-driver.sigs.k8s.io/)
    id: "secret-kept-in-cluster-store",
    title: "Secret does not come from an external store",
    severity: Severity::Hint,
    family: Family::Secrets,
    persona: Persona::Policy,
    fields: &["kind", "P.volumes"],
    also: &[(Kics, "b9c83569-459b-4110-8f79-6305aa33cb37"), (Kubescape, "C-0234")],
    check: Check::Kind(KINDS, check),
}

const KINDS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "Secret",
    "StatefulSet",
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.kind() == Some("Secret") {
        let stores = ["SecretProviderClass", "ExternalSecret"];
        let is_external = stores.iter().any(|kind| report.workspace().of_kind(kind).next().is_some());
        if !is_external && object.api_version() == Some("v1") {
            let message =
                "this Secret is kept in the cluster, and nothing here brings one from an external store";
            report.find(object.path.key("kind"), message);
        }
        return;
    }
    for pod in pod_specs(object) {
        if mounts_store(&pod) == Some(false) {
            let message = "the pod mounts no secret from an external store";
            report.find(pod.path.key("volumes"), message);
        }
    }
}

/// Whether a volume comes from an external store; `None` where nobody knows.
fn mounts_store(pod: &PodSpec<'_>) -> Option<bool> {
    let volumes = match pod.node.get("volumes") {
        Field::Absent => return Some(false),
        Field::Unknown => return None,
        Field::Present(volumes) if volumes.value.is_null() => return Some(false),
        Field::Present(volumes) if volumes.value.is_unknown() || volumes.value.is_open() => return None,
        Field::Present(volumes) => volumes.value,
    };
    let keys = ["csi", "volumeAttributes", "secretProviderClass"];
    let settings: Vec<_> = volumes.items().map(|volume| string(volume.value, &keys)).collect();
    if settings.iter().any(|setting| matches!(setting, Setting::Set(..))) {
        return Some(true);
    }
    (!settings.iter().any(Setting::is_unknown)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn secrets_and_pods_without_a_store_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Secret
                  ^^^^^^ this Secret is kept in the cluster
            metadata: {name: web}
            ---
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ the pod mounts no secret from an external store
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              volumes: [{name: a, emptyDir: {}}]
              ^^^^^^^ the pod mounts no secret
            ",
        );
    }

    #[test]
    fn stores_and_templates_are_fine() {
        for text in [
            "kind: Secret\n---\napiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass",
            "kind: Pod\nspec: {volumes: [{name: a, csi: {volumeAttributes: {secretProviderClass: web}}}]}",
            "kind: Pod\nspec: {volumes: \"{{ .Values.volumes }}\"}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\n{text}\n"));
        }
    }
}
