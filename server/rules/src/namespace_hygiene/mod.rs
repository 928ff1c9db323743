//! What a namespace admits.

crate::rule::family![
    annotation_not_allowed,
    common_labels_missing,
    default_namespace_used,
    instance_label_mismatch,
    label_pattern_mismatch,
    limit_range_incomplete,
    limit_range_missing,
    namespace_inventory,
    namespace_pod_security_below_baseline,
    namespace_pod_security_below_restricted,
    namespace_pod_security_unset,
    namespace_without_service_account,
    required_annotation_missing,
    required_label_missing,
    resource_quota_incomplete,
    resource_quota_missing,
    system_namespace_used,
];

mod enforced_profile;
mod metadata;
mod spokesman;
