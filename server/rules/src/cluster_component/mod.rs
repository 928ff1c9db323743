//! Well-known components that need care of their own.

mod ingress_nginx;
mod tiller;

crate::rule::family![
    agent_sandbox_egress,
    agent_sandbox_limits_missing,
    agent_sandbox_runtime_class,
    cni_without_network_policy,
    ingress_nginx_controller_outdated,
    ingress_nginx_controller_retired,
    kubernetes_dashboard_deployed,
    tiller_deployed,
    tiller_listens_on_network,
    tiller_service,
];
