//! Credentials in the open.

crate::rule::family![
    credential_in_configmap,
    long_lived_service_account_token,
    personal_data_in_configmap,
    secret_in_environment,
    secret_kept_in_cluster_store,
    secret_literal_in_environment,
    secret_reference_not_allowed,
    storage_not_encrypted,
    workload_mounts_shared_data,
];

mod credential_names;
mod credential_values;
mod references;

pub(crate) use secret_literal_in_environment::{RULE as CREDENTIALS, find_in_values};
