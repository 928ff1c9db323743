//! What can be reached from outside.

mod entry;
mod nginx;
mod rivals;
mod selected;

crate::rule::family![
    container_exposes_ssh,
    ingress_backend_not_found,
    ingress_class_not_allowed,
    ingress_default_backend,
    ingress_host_duplicate,
    ingress_host_empty,
    ingress_host_not_in_tls,
    ingress_host_wildcard,
    ingress_http_allowed,
    ingress_nginx_annotation_injection,
    ingress_nginx_path_unsafe,
    ingress_nginx_snippet,
    ingress_nginx_snippet_dangerous,
    ingress_nginx_snippets_enabled,
    ingress_path_duplicate,
    ingress_tls_missing,
    route_backend_not_found,
    sensitive_interface_exposed,
    service_dns_name_duplicate,
    service_exposes_ssh,
    service_external_ips,
    service_external_name,
    service_external_name_localhost,
    service_load_balancer,
    service_node_port,
    service_port_outside_range,
    service_selector_duplicate,
    service_selects_nothing,
    service_target_port_undeclared,
    workload_exposed_externally,
];
