use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup, string};
use leastwise_yaml::Field;

rule! {
    /// Volumes of the class are not asked to be encrypted.
    ///
    /// ## Why
    /// Who gets at the disk, a snapshot or a backup of it reads the data. Some drivers encrypt only where the class
    /// asks for it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// metadata: {name: fast}
    /// provisioner: ebs.csi.aws.com
    /// parameters: {type: gp3}
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata: {name: data}
    /// spec: {storageClassName: fast}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// metadata: {name: fast}
    /// provisioner: ebs.csi.aws.com
    /// parameters: {type: gp3, encrypted: "true"}
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata: {name: data}
    /// spec: {storageClassName: fast}
    /// ```
    ///
    /// ## Fix
    /// By hand: set `parameters.encrypted: "true"` where the driver knows it; volumes that exist stay as they are, so
    /// copy their data to new ones.
    ///
    /// ## When it is fine
    /// Where the account or the storage encrypts everything anyway. Drivers of clouds that always encrypt are known and
    /// left in peace; a class that no volume or claim at hand uses is not judged.
    ///
    /// ## References
    /// - [Storage classes](https://kubernetes.io/docs/concepts/storage/storage-classes/)
    id: "storage-not-encrypted",
    title: "Storage class does not ask for encryption",
    severity: Severity::Info,
    family: Family::Secrets,
    persona: Persona::Pedantic,
    fields: &["parameters.encrypted"],
    also: &[(Kubescape, "C-0264")],
    check: Check::Kind(&["StorageClass"], check),
}

/// Drivers of clouds that encrypt every volume.
const ALWAYS: [&str; 9] = [
    "blob.csi.azure.com",
    "disk.csi.azure.com",
    "file.csi.azure.com",
    "filestore.csi.storage.gke.io",
    "kubernetes.io/azure-disk",
    "kubernetes.io/azure-file",
    "kubernetes.io/gce-pd",
    "pd.csi.storage.gke.io",
    "vpc.block.csi.ibm.io",
];

const ENCRYPTED: [&str; 2] = ["parameters", "encrypted"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(name) = object.name() else { return };
    let Some(driver) = string(object.node, &["provisioner"]).known() else { return };
    if ALWAYS.contains(&driver) || !is_used(name, report) {
        return;
    }
    let message = match lookup(object.node, &ENCRYPTED) {
        Field::Unknown => return,
        Field::Present(entry) => match entry.value.as_text() {
            Some("true") | None => return,
            Some(value) => format!("class \"{name}\" asks for volumes with encrypted: {value}"),
        },
        Field::Absent => format!("class \"{name}\" does not ask {driver} to encrypt its volumes"),
    };
    report.find(object.path.keys(&ENCRYPTED), message);
}

/// Whether a volume or claim at hand is of the class.
fn is_used(class: &str, report: &Report<'_, '_>) -> bool {
    ["PersistentVolume", "PersistentVolumeClaim"].iter().any(|kind| {
        let mut objects = report.workspace().of_kind(kind).map(leastwise_manifest::Declared::object);
        objects.any(|object| string(object.node, &["spec", "storageClassName"]).known() == Some(class))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    const VOLUME: &str = "\n---\napiVersion: v1\nkind: PersistentVolume\nspec: {storageClassName: fast}\n";

    #[test]
    fn classes_in_use_without_encryption_are_found() {
        check(
            &RULE,
            "
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: fast}
            provisioner: ebs.csi.aws.com
            parameters: {type: gp3}
            ^^^^^^^^^^ class \"fast\" does not ask ebs.csi.aws.com to encrypt
            ---
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: fast}
            provisioner: ebs.csi.aws.com
            parameters: {encrypted: \"false\"}
                                    ^^^^^^^ encrypted: false
            ---
            apiVersion: v1
            kind: PersistentVolume
            spec: {storageClassName: fast}
            ",
        );
    }

    #[test]
    fn encrypted_unused_and_hidden_classes_are_fine() {
        let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n";
        for (rest, volume) in [
            ("provisioner: ebs.csi.aws.com\nparameters: {encrypted: \"true\"}", VOLUME),
            ("provisioner: ebs.csi.aws.com\nparameters: {encrypted: \"{{ .Values.encrypted }}\"}", VOLUME),
            ("provisioner: pd.csi.storage.gke.io", VOLUME),
            ("provisioner: ebs.csi.aws.com", ""),
        ] {
            check_silent(&RULE, &format!("{class}{rest}{volume}"));
        }
    }
}
