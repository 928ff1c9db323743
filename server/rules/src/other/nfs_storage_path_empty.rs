use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting, string};

rule! {
    /// A claim on shared NFS storage does not say where its data lies.
    ///
    /// ## Why
    /// The provisioner `nfs-subdir-external-provisioner` can make the directory of a volume from the annotation
    /// `nfs.io/storage-path` of its claim. Where that is empty, several claims may share one directory, and read and
    /// overwrite what the others hold. Off by default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    ///   annotations: {nfs.io/storage-path: ""}
    /// spec:
    ///   storageClassName: nfs-client
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    ///   annotations: {nfs.io/storage-path: shop-data}
    /// spec:
    ///   storageClassName: nfs-client
    /// ```
    ///
    /// ## Fix
    /// By hand: set the annotation to a path that no other claim has. A class counts as one of that provisioner by its
    /// usual name, `nfs-client`, or by the StorageClass at hand.
    ///
    /// ## When it is fine
    /// Where the class has a `pathPattern` without the annotation, or none.
    ///
    /// ## References
    /// - [nfs-subdir-external-provisioner](https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner)
    id: "nfs-storage-path-empty",
    title: "NFS provisioner path annotation is empty",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    fields: &["metadata.annotations[\"nfs.io/storage-path\"]"],
    also: &[(Kyverno, "nfs-subdir-external-provisioner-storage-path")],
    check: Check::Kind(&["PersistentVolumeClaim"], check),
}

const PROVISIONER: &str = "nfs-subdir-external-provisioner";
const ANNOTATION: [&str; 3] = ["metadata", "annotations", "nfs.io/storage-path"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let is_empty = match string(object.node, &ANNOTATION) {
        Setting::Set(path, _) => path.is_empty(),
        Setting::Unset => true,
        Setting::Unknown => false,
    };
    let Setting::Set(class, _) = string(object.node, &["spec", "storageClassName"]) else { return };
    if is_empty && is_of_provisioner(class, report) {
        let message = format!(
            "claim of class {class} does not say where its data lies, so that it may share a directory"
        );
        report.find(object.path.keys(&ANNOTATION), message);
    }
}

fn is_of_provisioner(class: &str, report: &Report<'_, '_>) -> bool {
    let mut classes = report.workspace().of_kind("StorageClass").map(leastwise_manifest::Declared::object);
    match classes.find(|known| known.name() == Some(class)) {
        Some(known) => {
            string(known.node, &["provisioner"]).known().is_some_and(|name| name.contains(PROVISIONER))
        }
        None => class == "nfs-client",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn empty_and_absent_annotations_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              annotations: {nfs.io/storage-path: \"\"}
                                                 ^^ claim of class nfs-client does not say
            spec: {storageClassName: nfs-client}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              annotations: {a: b}
              ^^^^^^^^^^^ claim of class shared
            spec: {storageClassName: shared}
            ---
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: shared}
            provisioner: cluster.local/nfs-subdir-external-provisioner
            ",
        );
    }

    #[test]
    fn paths_other_classes_and_templates_are_fine() {
        for claim in [
            "metadata: {annotations: {nfs.io/storage-path: web}}\nspec: {storageClassName: nfs-client}",
            "metadata: {annotations: {nfs.io/storage-path: \"{{ .Values.path }}\"}}\nspec: {storageClassName: nfs-client}",
            "spec: {storageClassName: fast}",
            "spec: {}",
            "spec: {storageClassName: nfs-client}\n---\nkind: StorageClass\napiVersion: storage.k8s.io/v1\nmetadata: {name: nfs-client}\nprovisioner: nfs.csi.k8s.io",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: PersistentVolumeClaim\n{claim}\n"));
        }
    }
}
