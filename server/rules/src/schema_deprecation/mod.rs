//! What the API server would refuse, drop or soon no longer know.

mod api_versions;
mod port_names;

crate::rule::family![
    api_version_deprecated,
    api_version_removed,
    container_port_missing,
    deprecated_service_account_field,
    hpa_object_metric_incomplete,
    job_restart_policy_invalid,
    label_value_invalid,
    port_name_duplicate,
    port_name_invalid,
    selector_template_mismatch,
    topology_spread_invalid,
    volume_claim_storage_request_missing,
];
