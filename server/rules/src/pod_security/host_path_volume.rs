use super::host_paths::{HostPath, host_paths};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A volume of the pod is a path of its node.
    ///
    /// ## Why
    /// What the container writes there stays on the node, outside every quota, and what it reads belongs to others.
    /// Many paths are a way to the rest of the node: a socket that obeys, a file that root executes, a token of
    /// another pod. Whether a container mounts the volume makes no difference to admission.
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
    ///     volumeMounts: [{name: cache, mountPath: /cache}]
    ///   volumes:
    ///   - name: cache
    ///     hostPath:
    ///       path: /srv/cache
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
    ///     volumeMounts: [{name: cache, mountPath: /cache}]
    ///   volumes:
    ///   - name: cache
    ///     emptyDir: {sizeLimit: 1Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand, since it depends on what the volume is for: `emptyDir` for scratch space, `configMap`, `secret` or
    /// `projected` for configuration, a PersistentVolumeClaim for what must outlive the pod.
    ///
    /// ## When it is fine
    /// Node agents: log collectors, storage and network plugins. Mount the narrowest path, with `readOnly: true`.
    ///
    /// ## References
    /// - [Pod Security Standards: HostPath volumes](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    id: "host-path-volume",
    title: "Pod mounts a path of the node",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fields: &["P.volumes[*].hostPath"],
    also: &[
        (Kics, "aa8f7a35-9923-4cad-bd61-a19b7f6aac91"),
        (Polaris, "hostPathSet"),
        (Trivy, "KSV-0023"),
        (Kubescape, "C-0048"),
        (Kyverno, "disallow-host-path"),
    ],
    covered_by: &[
        "container-runtime-socket-mounted",
        "host-path-cloud-credentials",
        "host-path-sensitive-directory",
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    for HostPath { volume, source, directory } in host_paths(pod) {
        let what = directory.as_deref().unwrap_or("a path");
        report.find(source, format!("{volume} is {what} of the node"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_no_fix, check_silent};

    #[test]
    fn any_path_is_found_on_the_key() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
              template:
                spec:
                  volumes:
                  - name: logs
                    hostPath:
                    ^^^^^^^^ volume \"logs\" is /srv/logs of the node
                      path: /srv/logs/
                  - {name: chosen, hostPath: {path: \"{{ .Values.path }}\"}}
                                   ^^^^^^^^ volume \"chosen\" is a path of the node
                  - hostPath: {path: /data}
                    ^^^^^^^^ the volume at spec.template.spec.volumes[2] is /data of the node
            ",
        );
    }

    #[test]
    fn the_fix_is_left_to_people() {
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes: [{name: logs, hostPath: {path: /srv}}]
            ",
        );
    }

    #[test]
    fn other_sources_null_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - name: scratch
                emptyDir: {}
              - name: none
                hostPath:
              - name: hidden
                hostPath: {{ .Values.hostPath }}
            ",
        );
    }
}
