use super::storage::find_unbounded;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, lookup, string};
use leastwise_yaml::{Field, Kind, Node, Path};

rule! {
    /// A container may fill the disk of its node through an emptyDir without a size.
    ///
    /// ## Why
    /// An `emptyDir` lies on the node's disk and is there to be written to. Without a size and without a bound of the
    /// container, nothing stops it before the disk is full and the kubelet evicts pods, of others too.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     volumeMounts:
    ///     - {name: cache, mountPath: /cache}
    ///   volumes:
    ///   - name: cache
    ///     emptyDir: {}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     volumeMounts:
    ///     - {name: cache, mountPath: /cache}
    ///   volumes:
    ///   - name: cache
    ///     emptyDir:
    ///       sizeLimit: 500Mi
    /// ```
    ///
    /// ## Fix
    /// By hand: set `sizeLimit` of the volume, or `limits.ephemeral-storage` of the container, above what it writes.
    ///
    /// ## When it is fine
    /// Directories that hold a socket or a few small files. Most are like that, so it is told to those who ask.
    ///
    /// ## References
    /// - [emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir)
    /// - [Local ephemeral storage](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage)
    id: "emptydir-without-storage-bounds",
    title: "Container with an emptyDir has no storage bounds",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "require-emptydir-requests-and-limits")],
    persona: Persona::Pedantic,
    fields: &[
        "C[*].resources.limits.ephemeral-storage",
        "C[*].resources.requests.ephemeral-storage",
        "P.volumes[*].emptyDir.sizeLimit",
    ],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let mounts = container.node.get("volumeMounts").value().into_iter().flat_map(Node::items);
    let mounted = mounts.filter_map(|mount| string(mount.value, &["name"]).known());
    let Some((name, volume)) = mounted.filter_map(|name| Some((name, unbounded(pod, name)?))).next() else {
        return;
    };
    let what = format!("may fill the disk of its node through volume \"{name}\"");
    if let Some(found) = find_unbounded(pod, container, report, &what) {
        found.related(&volume, "The volume, which has no size");
    }
}

/// Where the `emptyDir` of that volume stands, if it is one on disk without a size.
fn unbounded(pod: &PodSpec<'_>, name: &str) -> Option<Path> {
    let mut volumes = pod.node.get("volumes").value()?.items();
    let volume = volumes.find(|volume| string(volume.value, &["name"]).known() == Some(name))?;
    let directory = volume.value.get("emptyDir").value()?;
    // A volume without a source is an `emptyDir`, too (Kubernetes, `SetDefaults_Volume`).
    let is_one = matches!(directory.kind(), Kind::Mapping) || directory.is_null();
    let is_on_disk = match string(directory, &["medium"]) {
        Setting::Set(medium, _) => medium.is_empty(),
        Setting::Unset => true,
        Setting::Unknown => false,
    };
    let has_no_size = match lookup(directory, &["sizeLimit"]) {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    };
    let path = || pod.path.key("volumes").index(volume.index).key("emptyDir");
    (is_one && is_on_disk && has_no_size).then(path)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn a_container_that_mounts_an_emptydir_without_size_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ container \"web\" may fill the disk of its node through volume \"cache\"
                volumeMounts: [{name: config}, {name: cache}]
              - name: bounded
                resources: {limits: {ephemeral-storage: 1Gi}}
                volumeMounts: [{name: cache}]
              - name: other
              volumes:
              - {name: config, configMap: {name: web}}
              - {name: cache, emptyDir: {}}
            ",
        );
        let empty = "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: web, volumeMounts: [{name: cache}]}]\n  volumes: [{name: cache, emptyDir: }]\n";
        assert_eq!(find(&RULE, &Settings::default(), empty).len(), 1);
    }

    #[test]
    fn sizes_memory_and_templates_are_fine() {
        for directory in [
            "{sizeLimit: 1Gi}",
            "{medium: Memory}",
            "{medium: HugePages}",
            "{sizeLimit: \"{{ .Values.size }}\"}",
            "\n      {{- toYaml .Values.cache | nindent 6 }}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{{name: web, volumeMounts: [{{name: cache}}]}}]\n  volumes:\n  - name: cache\n    emptyDir: {directory}\n"
                ),
            );
        }
    }

    #[test]
    fn it_covers_the_finding_about_storage_in_general() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: web, volumeMounts: [{name: cache}]}]\n  volumes: [{name: cache, emptyDir: {}}]\n";
        let general = crate::rule("ephemeral-storage-bounds-missing").unwrap();
        let found = find(general, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some(RULE.id));
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.related.len(), 1);
    }
}
