use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Namespace, Object, Scope};

rule! {
    /// The object is placed in the namespace default.
    ///
    /// ## Why
    /// What is put there by habit lies together: quotas, network policies and roles for it hit everything, and a slip
    /// with `kubectl` lands there too. The namespace cannot be deleted with what is in it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web, namespace: default}
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
    /// By hand: give the application a namespace of its own, and name it here or leave it to who applies the manifest.
    ///
    /// ## When it is fine
    /// On a developer's own cluster. The Service `kubernetes` and the ServiceAccount `default` belong there.
    ///
    /// ## How others differ
    /// checkov, kube-linter, KICS, trivy and kubescape also find objects that name no namespace. A file does not say
    /// where those go: kubectl, Helm and Kustomize do. Ours finds them when the parameter `requireNamespace` asks for
    /// it, as a hint, for the kinds that are known to live in a namespace. KICS also counts kube-system and kube-public
    /// here; see system-namespace-used.
    ///
    /// ## References
    /// - [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/)
    id: "default-namespace-used",
    title: "Object is placed in the default namespace",
    family: Family::NamespaceHygiene,
    fields: &["metadata.namespace"],
    also: &[(Checkov, "CKV_K8S_21"), (KubeLinter, "use-namespace"), (Kics, "611ab018-c4aa-4ba2-b0f6-a448337509a6"), (Trivy, "KSV-0110"), (Kubescape, "C-0061"), (Kubescape, "C-0212"), (Kyverno, "disallow-default-namespace")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let path = object.path.keys(&["metadata", "namespace"]);
    match object.home() {
        Namespace::Named("default") if object.scope() != Some(Scope::Cluster) && !belongs_there(object) => {
            report.find(
                path,
                "This object is placed in the namespace default, where everything without a place ends up",
            );
        }
        Namespace::Unsaid => {
            let is_required = report.context().settings.parameters.require_namespace == Some(true);
            if is_required && object.scope() == Some(Scope::Namespaced) {
                let message = "this object names no namespace and so lands in default, unless who applies it says otherwise";
                report.find(path, message).severity(Severity::Hint);
            }
        }
        Namespace::Named(_) | Namespace::Unknown => {}
    }
}

fn belongs_there(object: &Object<'_>) -> bool {
    matches!(
        (object.kind(), object.name()),
        (Some("Service"), Some("kubernetes")) | (Some("ServiceAccount"), Some("default"))
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn the_name_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              namespace: \"default\"
                         ^^^^^^^^^ This object is placed in the namespace default
            ---
            apiVersion: example.com/v1
            kind: Widget
            metadata: {namespace: default}
                                  ^^^^^^^ placed
            ",
        );
    }

    #[test]
    fn absent_names_are_found_where_a_site_wants_them() {
        let parameters = Parameters { require_namespace: Some(true), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web}
            ^^^^^^^^ this object names no namespace
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: web}
            ---
            apiVersion: example.com/v1
            kind: Widget
            metadata: {name: web}
            ---
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            ",
        );
    }

    #[test]
    fn other_names_cluster_kinds_and_what_belongs_there_are_fine() {
        for text in [
            "kind: ConfigMap\nmetadata: {namespace: shop}",
            "kind: ConfigMap\nmetadata: {}",
            "kind: ConfigMap\nmetadata: {namespace: \"{{ .Release.Namespace }}\"}",
            "kind: Namespace\nmetadata: {namespace: default}",
            "kind: Service\nmetadata: {name: kubernetes, namespace: default}",
            "kind: ServiceAccount\nmetadata: {name: default, namespace: default}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\n{text}\n"));
        }
    }
}
