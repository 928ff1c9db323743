//! What can be reached from outside.

mod nginx;
mod selected;

crate::rule::family![
    container_exposes_ssh,
    ingress_class_not_allowed,
    ingress_default_backend,
    ingress_host_empty,
    ingress_host_not_in_tls,
    ingress_host_wildcard,
    ingress_http_allowed,
    ingress_nginx_annotation_injection,
    ingress_nginx_path_unsafe,
    ingress_nginx_snippet,
    ingress_nginx_snippet_dangerous,
    ingress_nginx_snippets_enabled,
    ingress_tls_missing,
    service_external_ips,
    service_external_name,
    service_external_name_localhost,
    service_load_balancer,
    service_node_port,
    service_port_outside_range,
];
