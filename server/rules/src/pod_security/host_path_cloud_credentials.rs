use super::host_paths::{find_directories, lies_in};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A volume is a file or directory of the node that holds credentials of a cloud provider.
    ///
    /// ## Why
    /// Such files let the container act as the node, or as the administrator who logged in there, towards the
    /// cloud: beyond the cluster, with rights that nobody meant for this pod and no trace of which pod used them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: backup}
    /// spec:
    ///   containers:
    ///   - {name: backup, image: "backup:1.2"}
    ///   volumes:
    ///   - name: aws
    ///     hostPath:
    ///       path: /root/.aws
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: backup}
    /// spec:
    ///   serviceAccountName: backup
    ///   containers:
    ///   - {name: backup, image: "backup:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: remove the volume and its mounts, and give the pod's ServiceAccount an identity of its own with the
    /// provider's workload identity. Where that is missing, a Secret with a key of narrow rights.
    ///
    /// ## When it is fine
    /// Cloud controllers and storage drivers on clusters that cannot give them an identity otherwise.
    ///
    /// ## References
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    id: "host-path-cloud-credentials",
    title: "Node path with cloud credentials is mounted",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fields: &["P.volumes[*].hostPath.path"],
    also: &[(Kubescape, "C-0020")],
    check: Check::Pod(check),
}

/// What nodes have in a fixed place, each with all that lies under it.
const ON_NODES: &[(&str, &str)] = &[
    ("/etc/kubernetes/azure.json", "Azure"),
    ("/var/lib/waagent", "Azure"),
    ("/etc/gcp", "Google Cloud"),
    ("/etc/kubernetes/cloud-config", "the cloud provider"),
    ("/etc/kubernetes/cloud.conf", "the cloud provider"),
];

/// What the providers' commands keep in a home directory.
const AT_HOME: &[(&str, &str)] =
    &[("/.aws", "AWS"), ("/.azure", "Azure"), ("/.config/gcloud", "Google Cloud")];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_directories(pod, report, |directory| {
        let (_, provider) = ON_NODES
            .iter()
            .find(|(place, _)| lies_in(directory, place))
            .or_else(|| AT_HOME.iter().find(|(place, _)| lies_in(inside_home(directory), place)))?;
        Some(format!("is {directory} of the node, with credentials for {provider}"))
    });
}

/// The path as seen from the home directory it lies in: `/root`, one under `/home`, or the root directory, which is
/// the home of daemons.
fn inside_home(path: &str) -> &str {
    if let Some(rest) = path.strip_prefix("/home/") {
        return rest.find('/').map_or("", |end| &rest[end..]);
    }
    path.strip_prefix("/root").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn credentials_of_nodes_and_homes_are_found_on_the_path() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - name: aws
                hostPath: {path: /root/.aws/}
                                 ^^^^^^^^^^^ volume \"aws\" is /root/.aws of the node, with credentials for AWS
              - name: daemon
                hostPath: {path: /.aws/credentials}
                                 ^^^^^^^^^^^^^^^^^ credentials for AWS
              - name: gcloud
                hostPath:
                  path: /home/admin/.config/gcloud
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ credentials for Google Cloud
              - name: azure
                hostPath:
                  path: /etc/kubernetes/azure.json
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ credentials for Azure
              - name: agent
                hostPath:
                  path: /var/lib/waagent
                        ^^^^^^^^^^^^^^^^ credentials for Azure
            ",
        );
    }

    #[test]
    fn other_paths_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - {name: home, hostPath: {path: /home/admin}}
              - {name: cli, hostPath: {path: /opt/.aws}}
              - {name: similar, hostPath: {path: /root/.awscli}}
              - {name: hidden, hostPath: {path: {{ .Values.credentials }}}}
            ",
        );
    }
}
