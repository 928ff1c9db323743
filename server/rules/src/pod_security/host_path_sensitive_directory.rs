use super::host_paths::{find_directories, sensitive_part};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A volume is a directory of the node that holds its system, its secrets or its control.
    ///
    /// ## Why
    /// Whoever writes to `/etc`, `/usr`, `/root` or `/boot` of a node decides what its root runs. `/var/lib/kubelet`
    /// holds the volumes and tokens of every pod on the node, `/proc`, `/sys` and `/dev` reach the kernel, and
    /// through links in `/var/log` the kubelet's log endpoint has been made to read any file.
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
    ///   - name: configuration
    ///     hostPath:
    ///       path: /etc
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
    ///   - name: configuration
    ///     configMap: {name: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: give the program the files it needs through a ConfigMap, a Secret or a volume of its own.
    ///
    /// ## When it is fine
    /// Node agents that watch or set up the node. Mount the one file or directory they need, with `readOnly: true`
    /// where they only look.
    ///
    /// ## References
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    /// - [Pod Security Standards: HostPath volumes](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    id: "host-path-sensitive-directory",
    title: "Sensitive node directory is mounted",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fields: &["P.volumes[*].hostPath.path"],
    also: &[
        (KubeLinter, "sensitive-host-mounts"),
        (Kics, "5308a7a8-06f8-45ac-bf10-791fe21de46e"),
        (Trivy, "KSV-0121"),
        (Kubesec, "ProcMount"),
    ],
    covered_by: &["container-runtime-socket-mounted", "host-path-cloud-credentials"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_directories(pod, report, |directory| match (directory, sensitive_part(directory)?) {
        ("/", _) => Some("is the whole file system of the node".to_owned()),
        (directory, sensitive) if directory == sensitive => {
            Some(format!("is {directory} of the node, a sensitive directory"))
        }
        (directory, sensitive) => Some(format!("is {directory} of the node, in its sensitive {sensitive}")),
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn sensitive_directories_and_what_they_hold_are_found_on_the_path() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - name: root
                hostPath: {path: //}
                                 ^^ volume \"root\" is the whole file system of the node
              - name: etc
                hostPath:
                  type: Directory
                  path: \"/etc/\"
                        ^^^^^^^ volume \"etc\" is /etc of the node, a sensitive directory
              - name: pods
                hostPath:
                  path: /var//lib/kubelet/pods
                        ^^^^^^^^^^^^^^^^^^^^^^ is /var/lib/kubelet/pods of the node, in its sensitive /var/lib/kubelet
            ",
        );
    }

    #[test]
    fn other_directories_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - {name: data, hostPath: {path: /srv/data}}
              - {name: similar, hostPath: {path: /etcd}}
              - {name: logs, hostPath: {path: \"/var/log/{{ .Values.name }}\"}}
              - {name: nothing, hostPath: {path: }}
              - {name: none, hostPath: {}}
            ",
        );
    }
}
