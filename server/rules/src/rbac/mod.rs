//! Who may do what through the API.

crate::rule::family![
    dashboard_identity_reused,
    default_service_account_automounts_token,
    rbac_all_permissions,
    rbac_anonymous_bound,
    rbac_approve_certificates,
    rbac_authenticated_bound,
    rbac_bind,
    rbac_broad_builtin_role_bound,
    rbac_cluster_admin_bound,
    rbac_create_persistent_volumes,
    rbac_create_pods,
    rbac_create_service_account_tokens,
    rbac_default_service_account_bound,
    rbac_delete_core_objects,
    rbac_delete_events,
    rbac_delete_pod_logs,
    rbac_edit_endpoints,
    rbac_escalate,
    rbac_impersonate,
    rbac_masters_bound,
    rbac_modify_admission_webhooks,
    rbac_modify_aws_auth,
    rbac_modify_bindings,
    rbac_modify_configmaps,
    rbac_modify_networking,
    rbac_modify_service_status,
    rbac_modify_workloads,
    rbac_nodes_proxy,
    rbac_pod_attach,
    rbac_pod_exec,
    rbac_pod_port_forward,
    rbac_read_secrets,
    rbac_service_account_bound,
    rbac_wildcard_api_group,
    rbac_wildcard_resource,
    rbac_wildcard_verb,
    rbac_write_secrets,
    service_account_automounts_token,
    workload_privileged_service_account
];

mod account_token;
mod bindings;
mod bound;
mod granted;
mod permission;
mod takeover;
