//! What keeps running when something is taken away.

mod budgeted;
mod scaling;

crate::rule::family![
    anti_affinity_missing,
    hpa_duplicate_target,
    hpa_min_replicas_low,
    hpa_missing,
    hpa_range_empty,
    hpa_target_fixes_replicas,
    hpa_target_not_found,
    naked_pod,
    pdb_above_hpa_minimum,
    pdb_max_unavailable_zero,
    pdb_min_available_blocks,
    pdb_missing,
    pdb_percentage_strict,
    pdb_unhealthy_eviction_default,
    pdb_without_policy,
    pvc_not_single_pod,
    replicas_above_cap,
    replicas_too_few,
    rollout_not_rolling,
    statefulset_service_name_unresolved,
    topology_spread_missing,
    volume_claim_access_mode,
    vpa_duplicate_target,
    vpa_missing,
    vpa_target_not_found,
];
