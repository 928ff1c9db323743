//! What the API server would refuse, drop or soon no longer know.

mod api_versions;
mod fitting;
mod port_names;
mod required_fields;
mod unknown_fields;

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
    schema_violation,
    selector_template_mismatch,
    topology_spread_invalid,
    volume_claim_storage_request_missing,
];
