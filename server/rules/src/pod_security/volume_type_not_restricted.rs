use super::volumes::volumes;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Profile};
use leastwise_manifest::PodSpec;

rule! {
    /// A volume is of a type that reaches past the pod.
    ///
    /// ## Why
    /// In-tree network volumes name servers and credentials in the pod itself, so whoever may create pods may mount
    /// any share that the node reaches; some let the node's kernel or root parse what the server answers. A
    /// PersistentVolumeClaim leaves that choice to those who run the cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    ///   volumes:
    ///   - name: data
    ///     nfs: {server: files.example.com, path: /web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    ///   volumes:
    ///   - name: data
    ///     persistentVolumeClaim: {claimName: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: describe the storage as a PersistentVolume or StorageClass and claim it.
    ///
    /// ## When it is fine
    /// Node agents and storage drivers, which need `hostPath` and do not meet the restricted profile anyway.
    ///
    /// ## References
    /// - [Pod Security Standards: volume types](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Persistent volumes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/)
    id: "volume-type-not-restricted",
    title: "Volume source is outside the restricted set",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fields: &[
        "P.volumes[*].hostPath",
        "P.volumes[*].awsElasticBlockStore",
        "P.volumes[*].azureDisk",
        "P.volumes[*].azureFile",
        "P.volumes[*].cephfs",
        "P.volumes[*].cinder",
        "P.volumes[*].fc",
        "P.volumes[*].flexVolume",
        "P.volumes[*].flocker",
        "P.volumes[*].gcePersistentDisk",
        "P.volumes[*].gitRepo",
        "P.volumes[*].glusterfs",
        "P.volumes[*].iscsi",
        "P.volumes[*].nfs",
        "P.volumes[*].photonPersistentDisk",
        "P.volumes[*].portworxVolume",
        "P.volumes[*].quobyte",
        "P.volumes[*].rbd",
        "P.volumes[*].scaleIO",
        "P.volumes[*].storageos",
        "P.volumes[*].vsphereVolume",
    ],
    also: &[(Trivy, "KSV-0028"), (Kyverno, "restrict-volume-types")],
    covered_by: &["host-path-volume"],
    check: Check::Pod(check),
}

/// The sources that the API knows and the profile does not allow. A key that the API does not know is no source: it
/// is dropped, or refused. Source: `core/v1` `VolumeSource`, less what the restrictedVolumes check of Pod Security
/// Admission allows.
const OUTSIDE: &[&str] = &[
    "hostPath",
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    for volume in volumes(pod) {
        for source in OUTSIDE.iter().filter(|source| volume.source(source).is_some()) {
            let title = volume.title();
            report.find(
                volume.path.key(source),
                format!("{title} is of type {source}, which the restricted profile does not allow"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OUTSIDE, RULE};
    use crate::testing::{check, check_silent, find};
    use crate::{Finding, Settings};

    #[test]
    fn types_outside_the_set_are_found_on_the_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - name: data
                nfs:
                ^^^ volume \"data\" is of type nfs, which the restricted profile does not allow
                  server: files
                  path: /
              - {name: block, cephfs: {monitors: []}}
                              ^^^^^^ volume \"block\" is of type cephfs
              - hostPath: {path: /srv}
                ^^^^^^^^ the volume at spec.volumes[2] is of type hostPath
            ",
        );
    }

    #[test]
    fn allowed_types_typing_errors_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - {name: a, configMap: {name: web}}
              - {name: b, csi: {driver: example.com}}
              - {name: c, downwardAPI: {items: []}}
              - {name: d, emptyDir: {}}
              - {name: e, ephemeral: {volumeClaimTemplate: {}}}
              - {name: f, image: {reference: \"data:1\"}}
              - {name: g, persistentVolumeClaim: {claimName: web}}
              - {name: h, projected: {sources: []}}
              - {name: i, secret: {secretName: web}}
              - {name: j, cephFS: {monitors: []}}
              - {name: k, nfs: }
              - name: l
                nfs: {{ toYaml .Values.nfs }}
            ",
        );
    }

    /// Hover reads the fields, the check its own list.
    #[test]
    fn fields_and_sources_agree() {
        let fields: Vec<_> = OUTSIDE.iter().map(|source| format!("P.volumes[*].{source}")).collect();
        assert_eq!(RULE.fields, fields);
    }

    #[test]
    fn a_host_path_is_said_once() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  volumes: [{name: d, hostPath: {path: /srv}}]\n";
        let covered: Vec<_> = find(&RULE, &Settings::default(), text)
            .into_iter()
            .map(|(_, Finding { covered_by, .. })| covered_by)
            .collect();
        assert_eq!(covered, [Some("host-path-volume")]);
    }
}
