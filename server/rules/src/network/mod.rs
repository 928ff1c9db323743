//! Who may talk to whom.

mod policies;

crate::rule::family![
    namespace_without_network_policy,
    network_policy_peer_selects_nothing,
    network_policy_selects_all_pods,
    network_policy_selects_nothing,
    network_policy_without_selectors,
    pod_isolated_one_way,
    pod_without_network_policy,
    service_monitor_selects_nothing,
];
