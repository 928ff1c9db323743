//! What pods may do beside their containers.

use crate::support::check;

/// A pod with the given fields beside its one container.
fn pod(fields: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec: {{containers: [{{name: web, image: web:1}}], {fields}}}\n"
    )
}

#[test]
fn namespaces_of_the_node() {
    check(
        &pod("hostPID: true, hostIPC: true, shareProcessNamespace: true"),
        &pod("hostUsers: false"),
        "
        narrower
        - shop shares the node's inter-process communication (spec.hostIPC)
        - shop sees and signals the node's processes (spec.hostPID)
        - shop has the node's users: root in it is root of the node (spec.hostUsers)
        - shop lets its containers see and signal each other's processes (spec.shareProcessNamespace)
        ",
    );
    check(&pod("hostUsers: true, hostNetwork: false"), &pod(""), "equal\n");
}

#[test]
fn the_nodes_network_has_all_its_ports() {
    let ports = "ports: [{containerPort: 80, hostPort: 80}]";
    let with_port = pod("hostNetwork: true").replace("image: web:1", &format!("image: web:1, {ports}"));
    check(
        &with_port,
        &with_port.replace("hostNetwork: true", "hostNetwork: false"),
        "
        narrower
        - shop shares the node's network (spec.hostNetwork)
        ",
    );
    check(&with_port, &pod("hostNetwork: true"), "equal\n");
}

#[test]
fn the_service_account_and_its_token() {
    check(
        &pod(""),
        &pod("automountServiceAccountToken: false"),
        "
        narrower
        - shop gets a token of its service account, unless that withholds it (spec.automountServiceAccountToken)
        ",
    );
    check(
        &pod("serviceAccountName: cart"),
        &pod("serviceAccountName: till"),
        "
        incomparable
        - shop acts as the service account cart (spec.serviceAccountName)
        + shop acts as the service account till (spec.serviceAccountName)
        ",
    );
    check(&pod("serviceAccount: cart"), &pod("serviceAccountName: cart"), "equal\n");
    check(&pod("serviceAccountName: default"), &pod(""), "equal\n");
}

#[test]
fn a_service_account_among_the_objects_speaks_for_its_pods() {
    let account = |automount: &str| {
        format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: cart}}\n{automount}\n---\n")
    };
    check(
        &format!("{}{}", account("automountServiceAccountToken: false"), pod("serviceAccountName: cart")),
        &format!(
            "{}{}",
            account("automountServiceAccountToken: false"),
            pod("serviceAccountName: cart, automountServiceAccountToken: false")
        ),
        "equal\n",
    );
    check(
        &format!("{}{}", account(""), pod("serviceAccountName: cart")),
        &format!("{}{}", account("automountServiceAccountToken: false"), pod("serviceAccountName: cart")),
        "
        narrower
        - shop gets a token of its service account, unless that withholds it (spec.automountServiceAccountToken)
        - cart gives its pods a token (automountServiceAccountToken)
        ",
    );
}

#[test]
fn groups_beside_the_primary_one() {
    check(
        &pod("securityContext: {supplementalGroups: [0, 5], fsGroup: 2000}"),
        &pod("securityContext: {supplementalGroups: [5], supplementalGroupsPolicy: Strict}"),
        "
        narrower
        - shop owns its volumes as group 2000 (spec.securityContext.fsGroup)
        - shop belongs to group 0 (spec.securityContext.supplementalGroups)
        - shop belongs to the groups that its image gives its user (spec.securityContext.supplementalGroupsPolicy)
        ",
    );
}

#[test]
fn sysctls_are_compared_by_name_and_value() {
    check(
        &pod(
            "securityContext: {sysctls: [{name: kernel/shm_rmid_forced, value: \"1\"}, {name: net.core.somaxconn, value: \"9\"}]}",
        ),
        &pod("securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: \"1\"}]}"),
        "
        narrower
        - shop sets net.core.somaxconn=9 (spec.securityContext.sysctls)
        ",
    );
}

#[test]
fn the_runtime_class_may_be_the_sandbox() {
    check(
        &pod("runtimeClassName: gvisor"),
        &pod(""),
        "
        incomparable
        - shop runs under the runtime class gvisor (spec.runtimeClassName)
        + shop runs under the runtime class of the node (spec.runtimeClassName)
        ",
    );
}
