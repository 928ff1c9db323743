use super::host_paths::{find_directories, lies_in};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Profile, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod can reach the control socket of the node's container runtime.
    ///
    /// ## Why
    /// Who can talk to that socket can start a privileged container with the node's root directory in it: that is
    /// root on the node, past Kubernetes, its admission and its audit log. `readOnly: true` on the mount does not
    /// help, for a socket is used, not written. A directory that holds the socket is as good as the socket.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: builder}
    /// spec:
    ///   containers:
    ///   - {name: builder, image: "builder:1.2"}
    ///   volumes:
    ///   - name: docker
    ///     hostPath:
    ///       path: /var/run/docker.sock
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: builder}
    /// spec:
    ///   containers:
    ///   - {name: builder, image: "builder-without-daemon:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: remove the volume and its mounts. Images can be built without a daemon, and what runs on a node can
    /// be asked of the Kubernetes API.
    ///
    /// ## When it is fine
    /// Runtime security agents that have no other source; keep them in a namespace of their own.
    ///
    /// ## References
    /// - [Protect the Docker daemon socket](https://docs.docker.com/engine/security/protect-access/)
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    /// - [Container runtimes](https://kubernetes.io/docs/setup/production-environment/container-runtimes/)
    id: "container-runtime-socket-mounted",
    title: "Container runtime socket is mounted",
    severity: Severity::Error,
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fields: &["P.volumes[*].hostPath.path"],
    also: &[
        (Checkov, "CKV_K8S_27"),
        (KubeLinter, "docker-sock"),
        (Kics, "a6f34658-fdfb-4154-9536-56d516f65828"),
        (Trivy, "KSV-0006"),
        (Kubescape, "C-0074"),
        (Kubesec, "DockerSock"),
        (Kyverno, "disallow-container-sock-mounts"),
        (Kyverno, "docker-socket-check"),
    ],
    check: Check::Pod(check),
}

/// Where runtimes listen by default. Source: their manuals, and <https://docs.k3s.io> for its own containerd.
const SOCKETS: &[&str] = &[
    "/run/docker.sock",
    "/run/dockershim.sock",
    "/run/cri-dockerd.sock",
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    find_directories(pod, report, |directory| {
        // `/var/run` is a link to `/run` on every node of the last decade.
        let real = match directory.strip_prefix("/var") {
            Some(rest) if lies_in(rest, "/run") => rest,
            _ => directory,
        };
        if is_socket(real) {
            Some(format!("hands out the container runtime's socket {directory}"))
        } else {
            let holds = directory == "/" || SOCKETS.iter().any(|socket| lies_in(socket, real));
            holds.then(|| format!("is {directory} of the node, with the container runtime's sockets in it"))
        }
    });
}

/// Whether the path is called like a runtime's socket and lies where sockets are; distributions nest them.
fn is_socket(path: &str) -> bool {
    lies_in(path, "/run") && SOCKETS.iter().any(|socket| name(socket) == name(path))
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn sockets_and_the_directories_that_hold_them_are_found_on_the_path() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - name: docker
                hostPath: {path: /var/run/docker.sock, type: Socket}
                                 ^^^^^^^^^^^^^^^^^^^^ volume \"docker\" hands out the container runtime's socket /var/run/docker.sock
              - name: containerd
                hostPath:
                  path: /run/k3s/containerd/containerd.sock
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hands out
              - name: nested
                hostPath:
                  path: /run/user/1000/docker.sock
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ hands out
              - name: crio
                hostPath: {path: /var/run/crio/}
                                 ^^^^^^^^^^^^^^ is /var/run/crio of the node, with the container runtime's sockets in it
              - name: run
                hostPath: {path: /run}
                                 ^^^^ with the container runtime's sockets in it
              - name: root
                hostPath: {path: /}
                                 ^ is / of the node, with the container runtime's sockets in it
            ",
        );
    }

    #[test]
    fn other_sockets_and_directories_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - {name: plugin, hostPath: {path: /run/csi/driver.sock}}
              - {name: similar, hostPath: {path: /runner}}
              - {name: elsewhere, hostPath: {path: /srv/docker.sock.md}}
              - {name: hidden, hostPath: {path: \"{{ .Values.socket }}\"}}
            ",
        );
    }

    /// The socket says all that the directory does; a reader sees one finding.
    #[test]
    fn it_covers_the_sensitive_directory() {
        let text =
            "apiVersion: v1\nkind: Pod\nspec:\n  volumes: [{name: d, hostPath: {path: /run/docker.sock}}]\n";
        let directory = &crate::pod_security::host_path_sensitive_directory::RULE;
        let found = crate::testing::find(directory, &crate::Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some(RULE.id));
    }
}
