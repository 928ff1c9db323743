use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona};
use leastwise_manifest::{Namespace, Object, Scope, string};

rule! {
    /// The object is placed in a namespace of Kubernetes itself.
    ///
    /// ## Why
    /// In `kube-system` lie the accounts and Secrets of the control plane; who may create pods there can take them
    /// over, and policies mostly leave it in peace. What is in `kube-public` everybody may read.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web, namespace: kube-system}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web, namespace: shop}
    /// ```
    ///
    /// ## Fix
    /// By hand: give it a namespace of its own.
    ///
    /// ## When it is fine
    /// For components of the cluster, such as network plugins and storage drivers. Those of the control plane are known
    /// by name and labels and left in peace.
    ///
    /// ## References
    /// - [Initial namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces)
    id: "system-namespace-used",
    title: "User object is placed in a system namespace",
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    fields: &["metadata.namespace"],
    also: &[(Kics, "611ab018-c4aa-4ba2-b0f6-a448337509a6"), (Trivy, "KSV-0037")],
    check: Check::Object(check),
}

const NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// How the names of the control plane's own objects begin.
const COMPONENTS: [&str; 14] = [
    "cloud-controller-manager",
    "cluster-info",
    "coredns",
    "etcd",
    "extension-apiserver-authentication",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-dns",
    "kube-proxy",
    "kube-scheduler",
    "kubeadm",
    "kubelet-",
    "metrics-server",
    "system:",
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Namespace::Named(namespace) = object.home() else { return };
    if !NAMESPACES.contains(&namespace) || object.scope() == Some(Scope::Cluster) || is_component(object) {
        return;
    }
    let message = format!("this object is placed in {namespace}, beside the control plane's own");
    report.find(object.path.keys(&["metadata", "namespace"]), message);
}

fn is_component(object: &Object<'_>) -> bool {
    let label = |key| string(object.node, &["metadata", "labels", key]);
    // A template may hide the name of a component.
    object.name().is_none_or(|name| COMPONENTS.iter().any(|component| name.starts_with(component)))
        || label("tier").known() == Some("control-plane")
        || label("kubernetes.io/cluster-service").known() == Some("true")
        || label("addonmanager.kubernetes.io/mode").known().is_some()
        // To read what the API server tells its extensions, a binding must stand here.
        || string(object.node, &["roleRef", "name"]).known() == Some("extension-apiserver-authentication-reader")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn objects_in_system_namespaces_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web, namespace: kube-system}
                                             ^^^^^^^^^^^ this object is placed in kube-system
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web, namespace: kube-public}
                                             ^^^^^^^^^^^ kube-public
            ",
        );
    }

    #[test]
    fn components_other_namespaces_and_cluster_kinds_are_fine() {
        for text in [
            "kind: Pod\nmetadata: {name: kube-apiserver, namespace: kube-system}",
            "kind: Pod\nmetadata: {name: x, namespace: kube-system, labels: {tier: control-plane}}",
            "kind: Pod\nmetadata: {name: \"{{ .Values.name }}\", namespace: kube-system}",
            "kind: RoleBinding\nmetadata: {name: x, namespace: kube-system}\nroleRef: {name: extension-apiserver-authentication-reader}",
            "kind: Namespace\nmetadata: {name: x, namespace: kube-system}",
            "kind: Pod\nmetadata: {name: x, namespace: shop}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\n{text}\n"));
        }
    }
}
