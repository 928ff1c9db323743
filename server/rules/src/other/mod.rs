//! What fits nowhere else.

crate::rule::family![
    admission_webhook_present,
    cronjob_present,
    env_value_denied,
    nfs_storage_path_empty,
    statefulset_claims_storage,
    storage_class_reclaim_policy,
    yaml_keys_unsorted,
];
