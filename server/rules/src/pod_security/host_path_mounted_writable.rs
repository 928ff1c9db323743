use super::volume_mounts::{Mount, mounts};
use super::volumes::{Volume, volumes};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::PodSpec;

rule! {
    /// A container can write to a directory of its node.
    ///
    /// ## Why
    /// What it writes there outlives the pod, is read by others, and may be executed by them. A mount is writable
    /// unless it says `readOnly: true`, so most of those that only look could also write.
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
    ///     - name: logs
    ///       mountPath: /logs
    ///   volumes:
    ///   - name: logs
    ///     hostPath: {path: /srv/logs}
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
    ///     - name: logs
    ///       mountPath: /logs
    ///       readOnly: true
    ///   volumes:
    ///   - name: logs
    ///     hostPath: {path: /srv/logs}
    /// ```
    ///
    /// ## Fix
    /// Sets `readOnly: true` on the mount. A program that writes there fails.
    ///
    /// ## When it is fine
    /// Node agents that install or store something on the node: network and storage plugins, log collectors that
    /// keep their position. For a socket `readOnly` makes no difference.
    ///
    /// ## References
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    /// - [Read-only mounts](https://kubernetes.io/docs/concepts/storage/volumes/#read-only-mounts)
    id: "host-path-mounted-writable",
    title: "Node path is mounted writable",
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["C[*].volumeMounts[*].readOnly"],
    also: &[
        (KubeLinter, "writable-host-mount"),
        (Kubescape, "C-0045"),
        (Kyverno, "ensure-readonly-hostpath"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let volumes = volumes(pod);
    let is_host_path = |volume: &&Volume<'_>| volume.source("hostPath").is_some();
    let of_node: Vec<_> = volumes.iter().filter(is_host_path).filter_map(Volume::name).collect();
    if of_node.is_empty() {
        return;
    }
    for container in pod.containers() {
        for mount in mounts(&container).filter(Mount::is_writable) {
            if let Some(volume) = mount.volume().filter(|volume| of_node.contains(volume)) {
                let title = container.title();
                report
                    .find(mount.read_only(), format!("{title} can write to volume \"{volume}\" of its node"))
                    .fix(mount.make_read_only());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn false_is_found_on_the_value_and_absent_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts:
                - name: scratch
                  mountPath: /tmp
                - mountPath: /logs
                  ^^^^^^^^^ container \"web\" can write to volume \"logs\" of its node
                  name: logs
              initContainers:
              - name: init
                volumeMounts: [{name: logs, mountPath: /logs, readOnly: no}]
                                                                        ^^ container \"init\" can write to
              volumes:
              - {name: scratch, emptyDir: {}}
              - {name: logs, hostPath: {path: /srv/logs}}
            ",
        );
    }

    #[test]
    fn read_only_other_volumes_and_templates_are_fine() {
        for (mount, source) in [
            ("readOnly: true", "hostPath: {path: /srv}"),
            ("readOnly: \"{{ .Values.readOnly }}\"", "hostPath: {path: /srv}"),
            ("mountPath: /srv", "emptyDir: {}"),
            ("mountPath: /srv", "hostPath: \"{{ .Values.hostPath }}\""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    volumeMounts: [{{name: data, \
                     {mount}}}]\n  volumes: [{{name: data, {source}}}]\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_makes_the_mount_read_only() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts:
                - name: logs # of the node
                  mountPath: /logs
              volumes: [{name: logs, hostPath: {path: /srv/logs}}]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts:
                - name: logs # of the node
                  mountPath: /logs
                  readOnly: true
              volumes: [{name: logs, hostPath: {path: /srv/logs}}]
            ",
        );
    }
}
