//! What a pod may do to its node and to itself: the Pod Security Standards, and what goes with them.

crate::rule::family![
    capability_sys_admin,
    container_runtime_socket_mounted,
    handler_host_set,
    host_ipc,
    host_network,
    host_path_cloud_credentials,
    host_path_sensitive_directory,
    host_path_volume,
    host_pid,
    host_port,
    host_port_outside_range,
    pod_security_standard_violation,
    privilege_escalation_allowed,
    service_account_token_mounted,
    unsafe_sysctl,
    volume_type_not_restricted,
];

mod capabilities;
mod host_namespaces;
mod host_paths;
mod host_ports;
mod volumes;
