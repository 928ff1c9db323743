use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, KubernetesVersion, Profile};
use leastwise_manifest::{PodSpec, Setting, lookup, string};
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// The pod asks for a kernel parameter that is not known to stay within the pod.
    ///
    /// ## Why
    /// The safe parameters are held to one pod by a namespace of the kernel. Others reach every pod of the node, or
    /// let one pod take memory and connections from the rest. The kubelet refuses to start a pod that asks for them,
    /// unless it has been told to allow them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///     - name: kernel.msgmax
    ///       value: "65536"
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///     - name: net.ipv4.ip_unprivileged_port_start
    ///       value: "80"
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Removes the one item; other parameters stay.
    ///
    /// ## When it is fine
    /// On nodes kept for the workload whose kubelets allow the parameter (`--allowed-unsafe-sysctls`).
    ///
    /// ## References
    /// - [Using sysctls](https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/)
    /// - [Pod Security Standards: sysctls](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    id: "unsafe-sysctl",
    title: "Sysctl outside the safe set is requested",
    family: Family::PodSecurity,
    profile: Some(Profile::Baseline),
    fix: FixKind::Behavioural,
    fields: &["P.securityContext.sysctls[*].name"],
    also: &[
        (KubeLinter, "unsafe-sysctls"),
        (Kics, "9127f0d9-2310-42e7-866f-5fd9d20dcbad"),
        (Trivy, "KSV-0026"),
        (Kubescape, "C-0211"),
        (Kyverno, "restrict-sysctls"),
    ],
    check: Check::Pod(check),
}

/// The safe parameters and the minor version of Kubernetes 1 that first called them so. Source: the sysctls check of
/// Pod Security Admission.
const SAFE: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let version = report.context().settings.kubernetes;
    let list = pod.security_path(&["sysctls"]);
    let sysctls = lookup(pod.node, &["securityContext", "sysctls"]).value();
    for item in sysctls.into_iter().flat_map(Node::items) {
        let Setting::Set(name, _) = string(item.value, &["name"]) else { continue };
        if !is_safe(name, version) {
            let path = list.index(item.index);
            report.find(path.key("name"), format!("{name} is no safe sysctl in Kubernetes {version}")).fix(
                Fix::behavioural(
                    format!("Remove the sysctl {name}"),
                    [Patch::Remove { path, emptied: Emptied::Remove }],
                ),
            );
        }
    }
}

fn is_safe(name: &str, version: KubernetesVersion) -> bool {
    let name = with_dots(name);
    SAFE.iter().any(|(safe, since)| *safe == name && KubernetesVersion::minor(*since) <= version)
}

/// The name with dots between its parts. It may be written with slashes, and then its dots stand for slashes.
fn with_dots(name: &str) -> String {
    let swapped = |character| match character {
        '/' => '.',
        '.' => '/',
        other => other,
    };
    match name.find(['.', '/']) {
        Some(first) if name[first..].starts_with('/') => name.chars().map(swapped).collect(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{RULE, with_dots};
    use crate::testing::{check, check_fix, check_silent, check_with};
    use crate::{KubernetesVersion, Settings};

    #[test]
    fn what_is_not_safe_is_found_on_the_name() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                - {name: kernel.shm_rmid_forced, value: \"1\"}
                - {name: net/ipv4/tcp_syncookies, value: \"1\"}
                - value: \"1024\"
                  name: net.core.somaxconn
                        ^^^^^^^^^^^^^^^^^^ net.core.somaxconn is no safe sysctl in Kubernetes 1.37
                - {name: kernel/msgmax, value: \"1\"}
                         ^^^^^^^^^^^^^ kernel/msgmax is no safe sysctl
            ",
        );
    }

    #[test]
    fn the_safe_set_grows_with_the_version() {
        let settings = Settings { kubernetes: KubernetesVersion::minor(29), ..Settings::default() };
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                - {name: net.ipv4.tcp_fin_timeout, value: \"30\"}
                - {name: net.ipv4.tcp_rmem, value: \"4096\"}
                         ^^^^^^^^^^^^^^^^^ no safe sysctl in Kubernetes 1.29
                - {name: net.ipv4.tcp_notsent_lowat, value: \"1\"}
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^ no safe sysctl in Kubernetes 1.29
            ",
        );
    }

    #[test]
    fn absent_null_templates_and_containers_are_fine() {
        for context in [
            "{}",
            "{sysctls: }",
            "{sysctls: []}",
            "{sysctls: [{name: \"{{ .Values.name }}\", value: \"1\"}]}",
            "{sysctls: [{value: \"1\"}]}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {context}\n  containers: []\n"
                ),
            );
        }
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web, securityContext: {sysctls: [{name: kernel.msgmax}]}}]
            ",
        );
    }

    #[test]
    fn slashes_and_dots_change_places() {
        for (written, meant) in [
            ("kernel/shm_rmid_forced", "kernel.shm_rmid_forced"),
            ("net/ipv4/conf/eth0.1/rp_filter", "net.ipv4.conf.eth0/1.rp_filter"),
            ("net.ipv4.conf.eth0/1.rp_filter", "net.ipv4.conf.eth0/1.rp_filter"),
        ] {
            assert_eq!(with_dots(written), meant);
        }
    }

    #[test]
    fn the_fix_removes_one_item() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                # a privileged port
                - name: net.ipv4.ip_unprivileged_port_start
                  value: \"80\"
                - name: kernel.msgmax
                  value: \"65536\"
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                # a privileged port
                - name: net.ipv4.ip_unprivileged_port_start
                  value: \"80\"
              containers: []
            ",
        );
    }

    #[test]
    fn the_fix_leaves_no_empty_list_behind() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 1000
                sysctls:
                - name: kernel.msgmax
                  value: \"65536\"
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                runAsUser: 1000
              containers: []
            ",
        );
    }
}
