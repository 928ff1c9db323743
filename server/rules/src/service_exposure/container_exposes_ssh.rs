use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec, Setting, integer, string};
use leastwise_yaml::Node;

rule! {
    /// A container declares port 22 over TCP, where SSH listens.
    ///
    /// ## Why
    /// A shell that is reached over the network stands beside the access control of the API server: nobody audits it,
    /// and its keys and passwords are managed by hand.
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
    ///     ports:
    ///     - containerPort: 22
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
    ///     ports:
    ///     - containerPort: 8080
    /// ```
    ///
    /// ## Fix
    /// By hand: take the SSH server out of the image; `kubectl exec` and `kubectl debug` open a shell under RBAC.
    ///
    /// ## When it is fine
    /// For servers of which SSH is the trade: Git hosts, SFTP, jump hosts.
    ///
    /// ## References
    /// - [Get a shell to a running container](https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/)
    id: "container-exposes-ssh",
    title: "Container declares the SSH port",
    family: Family::ServiceExposure,
    fields: &["C[*].ports[*].containerPort"],
    also: &[(KubeLinter, "ssh-port")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let list = container.path.key("ports");
    for item in container.node.get("ports").value().into_iter().flat_map(Node::items) {
        let is_tcp = || match string(item.value, &["protocol"]) {
            Setting::Set(protocol, _) => protocol == "TCP",
            Setting::Unset => true,
            Setting::Unknown => false,
        };
        if integer(item.value, &["containerPort"]).known() == Some(22) && is_tcp() {
            let message = format!("{} declares port 22, where SSH listens", container.title());
            report.find(list.index(item.index).key("containerPort"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn tcp_is_the_default() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - {containerPort: 22}
                                  ^^ container \"web\" declares port 22, where SSH listens
                - {containerPort: 22, protocol: UDP}
                - {containerPort: 22, protocol: \"{{ .Values.protocol }}\"}
                - {containerPort: 2222}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web, ports: [{containerPort: {{ .Values.port }}}]}]}\n",
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web, ports: null}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
