//! What containers may do, field by field.

use crate::support::{check, compared};

/// A pod with one container whose `securityContext` is as given.
fn web(context: &str) -> String {
    inheriting("{}", context)
}

/// A pod whose `securityContext` is as given, and that of its one container.
fn inheriting(pod: &str, container: &str) -> String {
    format!(
        "\
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  securityContext: {pod}
  containers:
  - name: web
    image: web:1
    securityContext: {container}
"
    )
}

#[test]
fn privileged_goes_without_saying_what_it_brings() {
    check(
        &web("{privileged: true}"),
        &web("{privileged: false}"),
        "
        narrower
        - web runs privileged, with all devices and capabilities of the node (spec.containers[0].securityContext.privileged)
        ",
    );
    check(&web("{privileged: yes}"), &web("{privileged: true}"), "equal\n");
    check(&web("{privileged: false}"), &web("{}"), "equal\n");
}

#[test]
fn a_privileged_container_cannot_be_narrowed_by_what_it_overrides() {
    check(
        &web("{privileged: true}"),
        &web("{privileged: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}"),
        "equal\n",
    );
}

#[test]
fn privilege_escalation_is_on_unless_it_is_off() {
    check(
        &web("{}"),
        &web("{allowPrivilegeEscalation: false}"),
        "
        narrower
        - web may gain privileges after start (spec.containers[0].securityContext.allowPrivilegeEscalation)
        ",
    );
    check(&web("{}"), &web("{allowPrivilegeEscalation: true}"), "equal\n");
}

#[test]
fn privilege_escalation_stays_on_with_cap_sys_admin() {
    check(
        &web("{capabilities: {add: [CAP_SYS_ADMIN]}}"),
        &web("{capabilities: {add: [CAP_SYS_ADMIN]}, allowPrivilegeEscalation: false}"),
        "equal\n",
    );
    check(
        &web("{capabilities: {add: [CAP_SYS_ADMIN]}, allowPrivilegeEscalation: false}"),
        &web("{allowPrivilegeEscalation: false}"),
        "
        narrower
        - web may gain privileges after start (spec.containers[0].securityContext.allowPrivilegeEscalation)
        - web holds SYS_ADMIN (spec.containers[0].securityContext.capabilities)
        ",
    );
}

#[test]
fn capabilities_are_those_of_the_runtime_with_what_is_added_and_without_what_is_dropped() {
    check(
        &web("{capabilities: {add: [SYS_TIME, CHOWN]}}"),
        &web("{}"),
        "
        narrower
        - web holds SYS_TIME (spec.containers[0].securityContext.capabilities)
        ",
    );
    check(
        &web("{}"),
        &web("{capabilities: {drop: [cap_net_raw]}}"),
        "
        narrower
        - web holds NET_RAW (spec.containers[0].securityContext.capabilities)
        ",
    );
    check(
        &web("{capabilities: {drop: [NET_RAW]}}"),
        &web("{capabilities: {drop: [KILL]}}"),
        "
        incomparable
        - web holds KILL (spec.containers[0].securityContext.capabilities)
        + web holds NET_RAW (spec.containers[0].securityContext.capabilities)
        ",
    );
    check(
        &web("{capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}}"),
        &web("{capabilities: {drop: [ALL], add: [CAP_NET_BIND_SERVICE]}}"),
        "equal\n",
    );
    check(
        &web("{capabilities: {drop: [ALL]}}"),
        &web("{capabilities: {add: [ALL]}}"),
        "
        broader
        + web holds every capability (spec.containers[0].securityContext.capabilities)
        ",
    );
}

#[test]
fn a_user_of_whom_nothing_is_known_may_be_root() {
    check(
        &web("{}"),
        &web("{runAsNonRoot: true}"),
        "
        narrower
        - web runs as the image's user, who may be root (spec.containers[0].securityContext.runAsUser)
        ",
    );
    check(
        &web("{runAsUser: 0}"),
        &web("{}"),
        "
        narrower
        - web runs as root (spec.containers[0].securityContext.runAsUser)
        ",
    );
    check(
        &web("{runAsNonRoot: true}"),
        &web("{runAsNonRoot: true, runAsUser: 1000}"),
        "
        narrower
        - web runs as any user but root (spec.containers[0].securityContext.runAsUser)
        ",
    );
    check(&web("{runAsUser: 1000}"), &web("{runAsUser: 1000, runAsNonRoot: true}"), "equal\n");
    check(&web("{runAsUser: 0, runAsNonRoot: true}"), &web("{runAsNonRoot: true}"), "equal\n");
}

#[test]
fn two_users_are_not_compared() {
    check(
        &web("{runAsUser: 1000}"),
        &web("{runAsUser: 2000}"),
        "
        incomparable
        - web runs as user 1000 (spec.containers[0].securityContext.runAsUser)
        + web runs as user 2000 (spec.containers[0].securityContext.runAsUser)
        ",
    );
    check(
        &web("{runAsGroup: 1000}"),
        &web("{runAsGroup: 0}"),
        "
        broader
        + web runs in root's group (spec.containers[0].securityContext.runAsGroup)
        ",
    );
}

#[test]
fn the_container_overrides_what_it_inherits_from_the_pod() {
    check(&inheriting("{runAsUser: 1000}", "{}"), &web("{runAsUser: 1000}"), "equal\n");
    check(&inheriting("{runAsUser: 0}", "{runAsUser: 7}"), &web("{runAsUser: 7}"), "equal\n");
    check(
        &inheriting("{runAsNonRoot: true}", "{}"),
        &inheriting("{runAsNonRoot: true}", "{runAsNonRoot: false}"),
        "
        broader
        + web runs as the image's user, who may be root (spec.containers[0].securityContext.runAsUser)
        ",
    );
    check(
        &inheriting("{seccompProfile: {type: RuntimeDefault}}", "{}"),
        &web("{seccompProfile: {type: RuntimeDefault}}"),
        "equal\n",
    );
    check(
        &inheriting("{seLinuxOptions: {type: spc_t, level: s0}}", "{seLinuxOptions: {type: spc_t}}"),
        &web("{seLinuxOptions: {type: spc_t}}"),
        "equal\n",
    );
    check(
        &inheriting("{seccompProfile: {type: RuntimeDefault}}", "{seccompProfile: null}"),
        &inheriting("{seccompProfile: {type: RuntimeDefault}}", "{}"),
        "equal\n",
    );
}

#[test]
fn seccomp_is_unconfined_unless_it_is_set() {
    check(
        &web("{}"),
        &web("{seccompProfile: {type: RuntimeDefault}}"),
        "
        narrower
        - web may use every system call, unless the node has a default profile (spec.containers[0].securityContext.seccompProfile)
        ",
    );
    check(
        &web("{}"),
        &web("{seccompProfile: {type: Unconfined}}"),
        "
        broader
        + web may use every system call (spec.containers[0].securityContext.seccompProfile)
        ",
    );
    check(
        &web("{seccompProfile: {type: RuntimeDefault}}"),
        &web("{seccompProfile: {type: Localhost, localhostProfile: web.json}}"),
        "
        incomparable
        - web may use the system calls of the runtime's profile (spec.containers[0].securityContext.seccompProfile)
        + web may use the system calls of the node's profile \"web.json\" (spec.containers[0].securityContext.seccompProfile)
        ",
    );
}

#[test]
fn apparmor_is_the_runtimes_unless_it_is_set() {
    check(
        &web("{appArmorProfile: {type: Unconfined}}"),
        &web("{}"),
        "
        narrower
        - web is not confined by AppArmor (spec.containers[0].securityContext.appArmorProfile)
        ",
    );
    check(&web("{appArmorProfile: {type: RuntimeDefault}}"), &web("{}"), "equal\n");
}

#[test]
fn the_older_apparmor_annotation_counts_below_the_containers_field_and_above_the_pods() {
    let annotated = |pod: &str, container: &str| {
        let annotation = "container.apparmor.security.beta.kubernetes.io/web: unconfined";
        let metadata = format!("metadata: {{name: shop, annotations: {{{annotation}}}}}");
        inheriting(pod, container).replace("metadata: {name: shop}", &metadata)
    };
    check(
        &annotated("{}", "{}"),
        &web("{}"),
        "
        narrower
        - web is not confined by AppArmor (spec.containers[0].securityContext.appArmorProfile)
        ",
    );
    check(&annotated("{}", "{appArmorProfile: {type: RuntimeDefault}}"), &web("{}"), "equal\n");
    check(
        &annotated("{appArmorProfile: {type: RuntimeDefault}}", "{}"),
        &web("{appArmorProfile: {type: Unconfined}}"),
        "equal\n",
    );
}

#[test]
fn an_selinux_label_of_ones_own_is_more_than_the_runtimes() {
    check(
        &web("{seLinuxOptions: {user: system_u, type: spc_t}}"),
        &web("{}"),
        "
        narrower
        - web has the SELinux type spc_t (spec.containers[0].securityContext.seLinuxOptions)
        - web has the SELinux user system_u (spec.containers[0].securityContext.seLinuxOptions)
        ",
    );
    check(&web("{seLinuxOptions: {type: container_t}}"), &web("{seLinuxOptions: {}}"), "equal\n");
    check(
        &web("{seLinuxOptions: {type: one_t}}"),
        &web("{seLinuxOptions: {type: other_t}}"),
        "
        incomparable
        - web has the SELinux type one_t (spec.containers[0].securityContext.seLinuxOptions)
        + web has the SELinux type other_t (spec.containers[0].securityContext.seLinuxOptions)
        ",
    );
}

#[test]
fn proc_and_the_root_file_system() {
    check(
        &web("{procMount: Unmasked}"),
        &web("{procMount: Default, readOnlyRootFilesystem: true}"),
        "
        narrower
        - web sees all of /proc (spec.containers[0].securityContext.procMount)
        - web may write to its root file system (spec.containers[0].securityContext.readOnlyRootFilesystem)
        ",
    );
}

#[test]
fn windows_processes_of_the_node_and_their_users() {
    check(
        &web("{windowsOptions: {hostProcess: true}}"),
        &web("{windowsOptions: {runAsUserName: ContainerUser}}"),
        "
        incomparable
        - web runs as a process of the Windows node (spec.containers[0].securityContext.windowsOptions.hostProcess)
        + web runs as the Windows user ContainerUser (spec.containers[0].securityContext.windowsOptions.runAsUserName)
        ",
    );
}

/// A pod with one container that has the given fields.
fn with(fields: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  containers:\n  - {{name: web, image: web:1, {fields}}}\n"
    )
}

#[test]
fn ports_of_the_node_are_compared_one_by_one() {
    check(
        &with("ports: [{containerPort: 80, hostPort: 80}, {containerPort: 53, hostPort: 53, protocol: UDP}]"),
        &with(
            "ports: [{containerPort: 80, hostPort: 80, hostIP: 10.0.0.1}, {containerPort: 53, hostPort: 0}]",
        ),
        "
        narrower
        - web binds port 53/UDP of the node (spec.containers[0].ports)
        - web binds port 80/TCP of the node (spec.containers[0].ports)
        ",
    );
    check(
        &with("ports: [{containerPort: 80, hostPort: 80, hostIP: 0.0.0.0}]"),
        &with("ports: [{containerPort: 80, hostPort: 80}]"),
        "equal\n",
    );
}

#[test]
fn hosts_that_the_kubelet_calls() {
    check(
        &with(
            "livenessProbe: {httpGet: {port: 80, host: 169.254.169.254}}, lifecycle: {preStop: {tcpSocket: {port: 1, host: db}}}",
        ),
        &with("livenessProbe: {httpGet: {port: 80}}"),
        "
        narrower
        - web has the kubelet call 169.254.169.254 (spec.containers[0])
        - web has the kubelet call db (spec.containers[0])
        ",
    );
}

#[test]
fn containers_are_matched_by_list_and_name_whatever_their_order() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          containers:
          - {name: web, image: web, securityContext: {privileged: true}}
          - {name: proxy, image: proxy}
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          containers:
          - {name: proxy, image: proxy}
          - {name: web, image: web, securityContext: {privileged: true}}
        ",
        "equal\n",
    );
}

#[test]
fn a_container_that_goes_takes_all_it_could_do_with_it() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          initContainers:
          - name: prepare
            image: prepare
            securityContext:
              runAsUser: 0
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
              runAsGroup: 1
              capabilities: {drop: [ALL], add: [CHOWN]}
              seccompProfile: {type: RuntimeDefault}
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec: {initContainers: []}
        ",
        "
        narrower
        - prepare runs (spec.initContainers[0])
        - prepare holds CHOWN (spec.initContainers[0].securityContext.capabilities)
        - prepare runs as root (spec.initContainers[0].securityContext.runAsUser)
        ",
    );
}

#[test]
fn what_the_manifest_does_not_say_is_named_as_an_assumption() {
    for (before, after, assumption) in [
        (
            "{runAsNonRoot: true}",
            "{runAsUser: 7}",
            "the user of the image may do as much as the one that is set",
        ),
        ("{}", "{runAsGroup: 7}", "the group of the image may do as much as the one that is set"),
        (
            "{}",
            "{seccompProfile: {type: Localhost, localhostProfile: web.json}}",
            "the node gives no seccomp profile where none is set",
        ),
        (
            "{seLinuxOptions: {type: web_t}}",
            "{}",
            "the SELinux label of the runtime allows no more than the one that is set",
        ),
    ] {
        let expected = [format!("container \"web\" of Pod shop: {assumption}")];
        assert_eq!(compared(&web(before), &web(after)).assumptions, expected);
        assert_eq!(compared(&web(after), &web(before)).assumptions, expected, "on the way back");
    }
    assert!(compared(&web("{privileged: true}"), &web("{}")).assumptions.is_empty());
}
