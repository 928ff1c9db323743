use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec, View, pod_specs};

rule! {
    /// etcd trusts every client certificate of the cluster.
    ///
    /// ## Why
    /// If the authority for etcd's clients is the one of the API server's, then each kubelet and each user with
    /// a certificate can talk to etcd directly, past RBAC and audit.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --client-ca-file=/etc/kubernetes/pki/ca.crt
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: etcd, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: etcd
    ///     image: registry.k8s.io/etcd:3.6.4-0
    ///     command:
    ///     - etcd
    ///     - --trusted-ca-file=/etc/kubernetes/pki/ca.crt
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --client-ca-file=/etc/kubernetes/pki/ca.crt
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: etcd, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: etcd
    ///     image: registry.k8s.io/etcd:3.6.4-0
    ///     command:
    ///     - etcd
    ///     - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: make an authority for etcd alone, as kubeadm does, and issue the certificates of its members
    /// and of the API server from it.
    ///
    /// ## When it is fine
    /// Where the workspace holds manifests of two clusters whose files only have the same name.
    ///
    /// ## How others differ
    /// The manifest of the API server is looked for in the workspace; where it is not there nothing is said.
    ///
    /// ## References
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [Operating etcd clusters for Kubernetes](https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/)
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    id: "etcd-shared-ca",
    title: "etcd trusts the cluster client CA",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --trusted-ca-file"],
    also: &[(Kics, "cb7e695d-6a85-495c-b15f-23aed2519303"), (Kubescape, "C-0159")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(line) = CommandLine::of(container, Component::Etcd) else { return };
    let Flag::Set(file, given) = line.flag("trusted-ca-file", Takes::Value) else { return };
    if file.is_empty() {
        return;
    }
    let Some((server, place)) = client_authority(report.workspace(), file) else { return };
    let message = format!("{} trusts {file}, which signs all clients of the API server", container.title());
    report.find(given.path, message).related_in(server, &place, "the API server trusts it as well");
}

/// The API server of the workspace that trusts `file` for its clients, and where it says so.
fn client_authority<'w>(
    workspace: &View<'w>,
    file: &str,
) -> Option<(&'w leastwise_manifest::Declared, leastwise_yaml::Path)> {
    workspace.workloads().find_map(|declared| {
        let pods = pod_specs(&declared.object());
        let containers = pods.iter().flat_map(PodSpec::containers);
        let mut places = containers.filter_map(|container| {
            let line = CommandLine::of(&container, Component::ApiServer)?;
            match line.flag("client-ca-file", Takes::Value) {
                Flag::Set(own, given) if own == file => Some(given.path),
                _ => None,
            }
        });
        Some((declared, places.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn the_same_file_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: server, command: [kube-apiserver, --client-ca-file=/pki/ca.crt]}
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - etcd
                - --trusted-ca-file=/pki/ca.crt
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" trusts /pki/ca.crt, which signs all clients of the API server
            ",
        );
    }

    #[test]
    fn another_file_and_no_server_are_fine() {
        for text in [
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --trusted-ca-file=/pki/ca.crt]\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --trusted-ca-file=/pki/etcd.crt]\n  - command: [kube-apiserver, --client-ca-file=/pki/ca.crt]\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_server_is_named() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --trusted-ca-file=/ca]\n  \
                    - command: [kube-apiserver, --client-ca-file=/ca]\n";
        let found = find(&RULE, &crate::Settings::default(), text);
        let [related] = &found[0].1.related[..] else { panic!("{found:?}") };
        assert_eq!(&text[std::ops::Range::<usize>::from(related.range)], "--client-ca-file=/ca");
    }
}
