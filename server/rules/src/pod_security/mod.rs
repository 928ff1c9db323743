//! What a pod may do to its node and to itself: the Pod Security Standards, and what goes with them.

crate::rule::family![
    apparmor_profile_missing,
    apparmor_unconfined,
    capabilities_drop_missing,
    capabilities_not_all_dropped,
    capability_all_added,
    capability_net_admin,
    capability_net_raw_added,
    capability_outside_baseline,
    capability_outside_restricted,
    capability_sys_admin,
    capability_sys_module,
    container_runtime_socket_mounted,
    container_security_context_missing,
    control_plane_toleration,
    default_service_account_used,
    ephemeral_container_declared,
    fs_group_change_policy_not_set,
    fs_group_not_set,
    git_sync_command_override,
    handler_host_set,
    host_aliases_set,
    host_ipc,
    host_network,
    host_path_cloud_credentials,
    host_path_mounted_writable,
    host_path_outside_allowed_prefix,
    host_path_sensitive_directory,
    host_path_volume,
    host_pid,
    host_port,
    host_port_outside_range,
    host_user_namespace,
    linux_hardening_absent,
    net_raw_not_dropped,
    node_pinned,
    persistent_volume_host_path,
    pod_security_context_missing,
    pod_security_standard_violation,
    privilege_escalation_allowed,
    privileged_container,
    privileged_port,
    proc_mount_unmasked,
    psp_capabilities_allowed,
    psp_host_ipc,
    psp_host_network,
    psp_host_paths_unrestricted,
    psp_host_pid,
    psp_net_raw_not_dropped,
    psp_privilege_escalation,
    psp_privileged,
    psp_proc_mount_unmasked,
    psp_required_drop_missing,
    psp_root_group,
    psp_root_user,
    psp_seccomp_missing,
    psp_unsafe_sysctls,
    root_filesystem_writable,
    root_group_membership,
    run_as_low_gid,
    run_as_low_uid,
    run_as_non_root_not_enforced,
    run_as_non_root_with_uid_zero,
    run_as_user_zero,
    runtime_class_not_allowed,
    scc_allows_privileged,
    seccomp_legacy_annotation,
    seccomp_profile_missing,
    seccomp_unconfined,
    selinux_options_missing,
    selinux_type_not_allowed,
    selinux_user_or_role_set,
    service_account_not_allowed,
    service_account_not_found,
    service_account_shared,
    service_account_token_mounted,
    sudo_in_command,
    sysctl_value_injection,
    system_mount_path_writable,
    unsafe_sysctl,
    user_or_group_outside_range,
    volume_type_not_restricted,
    windows_gmsa_not_set,
    windows_host_process,
    windows_user_not_set,
    workload_uid_reused,
];

mod annotations;
mod apparmor;
mod capabilities;
mod container_ports;
mod host_namespaces;
mod host_paths;
mod host_ports;
mod level;
mod low_identity;
mod other_workloads;
mod pod_security_policies;
mod pod_security_policy_ranges;
mod root_user;
mod seccomp;
mod service_accounts;
mod user_namespace;
mod volume_mounts;
mod volumes;

#[cfg(test)]
mod admission;
