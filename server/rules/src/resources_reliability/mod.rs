//! What a pod needs to run, and how it is told to be well.

crate::rule::family![
    container_port_unnamed,
    cpu_limit_missing,
    cpu_limit_set,
    cpu_request_missing,
    cronjob_deadline_missing,
    cronjob_job_ttl_set,
    dns_ndots_not_set,
    duplicate_env_var,
    emptydir_without_storage_bounds,
    env_reference_unresolved,
    ephemeral_storage_bounds_missing,
    exec_probe_command_denied,
    job_ttl_missing,
    job_without_cronjob,
    limit_request_ratio_high,
    liveness_probe_missing,
    memory_limit_missing,
    memory_request_missing,
    node_affinity_missing,
    node_affinity_set,
    priority_class_missing,
    priority_class_not_allowed,
    probe_port_undeclared,
    probes_identical,
    qos_best_effort,
    qos_not_guaranteed,
    readiness_probe_missing,
    request_differs_from_limit,
    resource_bounds_exceeded,
    restart_policy_never,
    storage_class_missing,
    too_many_containers,
];

mod amounts;
mod jobs;
mod made_objects;
mod probes;
mod storage;
