use super::tiller::{entry_with_tiller, is_named};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, lookup};

rule! {
    /// A Service gives Tiller, the server of Helm 2, an address.
    ///
    /// ## Why
    /// Who reaches Tiller may install anything in the cluster; it asks nobody who they are unless it was told to. The
    /// Service lets every pod reach it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: tiller-deploy, namespace: kube-system}
    /// spec:
    ///   selector: {app: helm, name: tiller}
    ///   ports:
    ///   - port: 44134
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   selector: {app: web}
    ///   ports:
    ///   - port: 80
    /// ```
    ///
    /// ## Fix
    /// By hand: delete the Service, and Tiller with it; Helm 3 needs neither.
    ///
    /// ## When it is fine
    /// Nowhere. An object that only has the name can be called something else.
    ///
    /// ## References
    /// - [Helm: changes since Helm 2](https://helm.sh/docs/faq/changes_since_helm2/)
    /// - [Helm 2 reached its end](https://helm.sh/blog/helm-v2-deprecation-timeline/)
    id: "tiller-service",
    title: "Service exposes Tiller",
    severity: Severity::Error,
    family: Family::ClusterComponent,
    fields: &["metadata.name", "metadata.labels", "spec.selector"],
    also: &[(Checkov, "CKV_K8S_44"), (Kics, "8b862ca9-0fbd-4959-ad72-b6609bdaa22d")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let by_name =
        object.name().filter(|name| is_named(name)).map(|_| object.path.keys(&["metadata", "name"]));
    let by_entry =
        |keys: &[&str]| entry_with_tiller(lookup(object.node, keys).value()?, &object.path.keys(keys));
    let found =
        by_name.or_else(|| by_entry(&["metadata", "labels"])).or_else(|| by_entry(&["spec", "selector"]));
    if let Some(path) = found {
        report.find(
            path,
            "This Service gives Tiller an address, so that every pod may install anything through it",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn names_labels_and_selectors_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: tiller-deploy, labels: {name: tiller}}
                             ^^^^^^^^^^^^^ This Service gives Tiller an address
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: a, labels: {app: helm, name: tiller}}
                                                          ^^^^^^ Tiller
            ---
            apiVersion: v1
            kind: Service
            spec:
              selector: {name: tiller}
                               ^^^^^^ Tiller
            ",
        );
    }

    #[test]
    fn others_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {app: helm}}\nspec: {selector: {app: web}}\n",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tiller}\n");
    }
}
